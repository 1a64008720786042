"""プルーニング(pruning): 寄与の小さい結合やニューロンを取り除き、再学習で正解率を取り戻します。

    m_i = 1  (|w_i| ≧ ασ のとき),  0  (それ以外)                            (1)
    P(|w| < ασ) = erf(α / √2)        w が平均 0 の正規分布に従うとき         (2)
    p = 100 · Σ_l (切った結合の数)_l / Σ_l (結合の数)_l                      (3)
    w ← m ⊙ (w - η ∂L/∂w)                                                  (4)
    b_out ← b_out + W_out ReLU(b_in)                                       (5)
    S = z·v + (z + R + 1)·i                                                (6)
    s_j = ‖w_in[j, :]‖ · ‖w_out[:, j]‖                                     (7)

記号: w weight, m mask (True は残す), σ 層の重みの母標準偏差, α alpha, η lr, l 層の番号,
      b_in 取り除くニューロンのバイアス, W_out 次の層の重みのその列, b_out 次の層のバイアス,
      s_j 隠れニューロン j の重要度, S CSR 形式のバイト数, z nonzeros, R rows, v value_bytes, i index_bytes
軸:   重みは [出力, 入力] の順で、torch.nn.Linear と同じです。hidden は隠れニューロンの数です。
出典: Han, Pool, Tran, Dally 2015, arXiv:1506.02626, 3 節 (再学習)。
      しきい値 ασ は佐々木健太、佐々木勇和、鬼塚真「ニューラルネットワークの全結合層における
      パラメータ削減手法の比較」DEIM2017 論文番号 62。
"""

from lessons.pruning.compact import csr_bytes, dead_neurons, remove_neurons
from lessons.pruning.connections_or_neurons import csr_forward, csr_layers
from lessons.pruning.masks import (
    gaussian_pruned_percent,
    masked_sgd_step,
    pick_alpha,
    pruned_percent,
    threshold_mask,
)
