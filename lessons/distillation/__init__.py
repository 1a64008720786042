"""蒸留(distillation): 教師の出力を温度 T でやわらげ、小さな生徒に写します。

05_1 考え方と損失
    p = softmax(z_t/T),  q = softmax(z_s/T)                                 (1)
    KL(p ‖ q) = Σ_c p_c · (log p_c - log q_c)      画像 B 枚で平均           (2)
    L = α T² KL(p ‖ q) + (1-α) CE(z_s, y)                                   (3)
    ∂KL/∂z_s = (q - p) / T                                                  (4)
             → (z_s - z_t) / (C T²)                T が大きいとき            (5)
05_2 測って確かめる
    p̄ = (1/M) Σ_m softmax(z_m/T)                   アンサンブルの教師        (1)
    L_HT = (1/B) Σ ½ ‖u - R v‖²                    隠れ層のヒント            (2)

記号: z_s student_logits, z_t teacher_logits, y labels, T temperature, α alpha,
      u teacher_hint, v student_guided, R regressor
形:   B = 画像の枚数, C = クラス数, M = 教師の数
出典: Hinton, Vinyals, Dean 2015, arXiv:1503.02531, 2 節
      Romero ほか 2015, FitNets, arXiv:1412.6550, 2.2 節
"""

from lessons.distillation.losses import (
    distill_step,
    distillation_loss,
    ensemble_targets,
    hint_loss,
    mlp_parameters,
    soft_loss,
    soft_targets,
)
from lessons.distillation.small_student import train_student
