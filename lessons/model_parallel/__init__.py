"""モデル並列化(model parallelism): 1 つのモデルを分割し、複数のワーカーで計算します。

01_1_layers の式:

    D = 2·N·v·Σ_c w_c                    切れ目を両方向に通るデータ (byte)           (1)
    b = (p - 1) / (m + p - 1)            GPipe の空き時間(バブル)の割合              (2)
    t = min_分け方 max_k Σ_{i ∈ 組 k} t_i   最も忙しいワーカーの時間 (s)              (3)

01_2_tensors の式:

    Y = [ X W_1ᵀ | X W_2ᵀ | … ]          重みを出力で分け、結果をつなぐ              (1)
    Y = X_1 W_1ᵀ + X_2 W_2ᵀ + …          重みを入力で分け、結果を足す(all-reduce)    (2)
    T(1)/T(n) = T(1) / (T(1)/n + D/V)    n > 1 のときの速さの倍率                    (3)

記号: N batch, v bytes_per_value, w_c 切れ目 c の直前の層の出力の個数, p stages, m microbatches,
      t_i 層 i の計算時間, X x, W_k ワーカー k の重み, X_k ワーカー k が受け持つ x の列,
      T(1) compute_seconds, D bytes_moved, V bytes_per_second, n n_workers
軸:   重みは [出力, 入力] の順で、torch.nn.Linear と同じです。
出典: Dean ほか 2012, Large Scale Distributed Deep Networks, NIPS 25 (DistBelief)。
      GPipe は Huang ほか 2019, arXiv:1811.06965。
      テンソル並列は Shoeybi ほか 2019 (Megatron-LM), arXiv:1909.08053。
"""

from lessons.model_parallel.cost_model import model_parallel_speedup
from lessons.model_parallel.layer_cut import cut_traffic
from lessons.model_parallel.pipeline import balanced_bottleneck, bubble_fraction, gpipe_schedule
from lessons.model_parallel.tensor_parallel import column_parallel, row_parallel
