"""データ並列化(data parallelism): 同じモデルをすべてのワーカーに写し、データを分けて学習します。

02_1 同期型
    g = Σ_i n_i g_i / Σ_i n_i                                               (1)
    θ(t+1) = θ(t) - η g(t)       g(t) は、全員が同じ θ(t) で求めた式 (1)      (2)
    S = 2 (n-1)/n · N · b                                                   (3)
02_2 非同期型と連合学習
    R_sync = 1 / max_i t_i,  R_async = Σ_i 1/t_i                            (1)
    θ(t+1) = θ(t) - η g_i( θ(t-τ) )                                         (2)
    η_max = (2/h) · sin( π / (2 (2τ+1)) )                                   (3)
    θ = Σ_k n_k θ_k / Σ_k n_k                                               (4)

記号: g 勾配 gradient, n_i ワーカー i の件数, θ パラメータ theta, η 学習率 lr, t 更新の番号,
      S 送るバイト数, n n_workers, N n_values, b bytes_per_value, R 1 秒あたりの更新回数,
      t_i seconds_per_step, τ ステイルネス staleness, h 曲率 curvature, k クライアントの番号
出典: Dean ほか 2012, Large Scale Distributed Deep Networks, NIPS 25 (パラメータサーバと非同期型)
      McMahan ほか 2017, arXiv:1602.05629 (FedAvg。要旨を確かめました)
"""

from lessons.data_parallel.allreduce import allreduce_bytes, ring_allreduce
from lessons.data_parallel.asynchronous import async_sgd, max_stable_lr, updates_per_second
from lessons.data_parallel.federated import federated_average
from lessons.data_parallel.synchronous import average_gradients, sync_sgd
