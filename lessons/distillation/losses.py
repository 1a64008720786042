"""蒸留の損失と 1 回の更新です。式の番号、記号、形は lessons.distillation のものです。

出典: Hinton, Vinyals, Dean 2015, arXiv:1503.02531, 2 節 (式 1–6)
      Romero ほか 2015, FitNets, arXiv:1412.6550, 2.2 節 (式 7)
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.optim import Optimizer


def soft_targets(logits: Tensor, temperature: float) -> Tensor:
    """式 (1): ロジットを温度で割ってから softmax を取り、ソフトターゲットを返します。

    logits:      [..., C]。±10000 のような大きな値も入ります。
    temperature: 温度 T。0 より大きい数です。1 ならふつうの softmax です。
    戻り値:      logits と同じ形と型の確率。最後の軸の和が 1 です。
    ValueError:  temperature が 0 以下のとき。
    """
    if temperature <= 0:
        raise ValueError(f"温度は 0 より大きい数です: {temperature}")
    return torch.softmax(logits / temperature, dim=-1)


def soft_loss(student_logits: Tensor, teacher_logits: Tensor, temperature: float) -> Tensor:
    """式 (2): 教師の確率から見た、生徒の確率のずれ KL(p ‖ q) を、画像 1 枚あたりの平均で返します。

    T² は掛けません。教師や生徒の確率が 0 につぶれる画像があっても、有限の値です。
    勾配を流せるかどうかは、ここでは採点しません。

    student_logits: 生徒のロジット [B, C]
    teacher_logits: 教師のロジット [B, C]
    temperature:    温度 T。0 より大きい数です。
    戻り値:         画像 1 枚あたりのスカラーのテンソル (nat)、ロジットと同じ型
    ValueError:     temperature が 0 以下のとき。
    """
    if temperature <= 0:
        raise ValueError(f"温度は 0 より大きい数です: {temperature}")
    p = F.softmax(teacher_logits / temperature, dim=-1)
    log_q = F.log_softmax(student_logits / temperature, dim=-1)
    # p log p は p = 0 で 0 とする。log(p) を自分で計算すると 0 × (-inf) が nan になる。
    return F.kl_div(log_q, p, reduction="batchmean")


def distillation_loss(
    student_logits: Tensor, teacher_logits: Tensor, labels: Tensor, temperature: float, alpha: float
) -> Tensor:
    """式 (3): 教師の確率とのずれと、正解ラベルとの交差エントロピーを α で混ぜます。

    勾配は生徒のロジットだけに流れ、教師のロジットには流れません。

    student_logits: 生徒のロジット [B, C]
    teacher_logits: 教師のロジット [B, C]
    labels:         正解のクラス [B]、int64
    temperature:    ソフトターゲットの損失だけに使う温度 T。正解ラベルの損失は T = 1 です。
    alpha:          ソフトターゲットの損失の割合 α。0 以上 1 以下です。
    戻り値:         画像 1 枚あたりのスカラーのテンソル (nat)、ロジットと同じ型
    ValueError:     alpha が 0 以上 1 以下でないとき。
    """
    if not 0 <= alpha <= 1:
        raise ValueError(f"alpha は 0 以上 1 以下の数です: {alpha}")
    soft = soft_loss(student_logits, teacher_logits.detach(), temperature)
    hard = F.cross_entropy(student_logits, labels)
    return alpha * temperature**2 * soft + (1 - alpha) * hard


def ensemble_targets(logits: list[Tensor], temperature: float) -> Tensor:
    """式 (1): 複数の教師のソフトターゲットを平均し、アンサンブルを 1 人の教師にします。

    logits:      教師ごとのロジットのリスト。どれも同じ形 [..., C] です。
    temperature: 温度 T。0 より大きい数です。
    戻り値:      ロジットと同じ形と型の確率。最後の軸の和が 1 です。
    ValueError:  教師が 1 人もいないとき。
    """
    if not logits:
        raise ValueError(f"教師のロジットが 1 つ以上要ります: {logits}")
    return torch.stack([soft_targets(z, temperature) for z in logits]).mean(dim=0)


def distill_step(
    student: nn.Module, teacher: nn.Module, x: Tensor, labels: Tensor, optimizer: Optimizer,
    temperature: float, alpha: float,
) -> float:
    """教師を固定して、生徒を 1 回だけ更新します。更新前の損失を返します。

    教師は評価モードで順伝播し、重みも BatchNorm の統計も変えません。勾配も残しません。
    生徒は訓練モードで、1 回だけ順伝播します。損失は distillation_loss です。
    呼び出しが終わったあとのモードは、どちらでもかまいません。

    student:     生徒。[B, 特徴数] からロジット [B, C] を計算します。
    teacher:     教師。生徒と同じ入力から、同じ形のロジットを計算します。
    x:           入力 [B, 特徴数]
    labels:      正解のクラス [B]、int64
    optimizer:   生徒の重みだけを更新します。前の勾配が残っていることがあります。
    temperature: 温度 T
    alpha:       ソフトターゲットの損失の割合 α
    戻り値:      更新する前の損失 (画像 1 枚あたり、nat)。Python の float です。
    """
    teacher.eval()
    student.train()
    with torch.no_grad():
        teacher_logits = teacher(x)
    loss = distillation_loss(student(x), teacher_logits, labels, temperature, alpha)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


def hint_loss(teacher_hint: Tensor, student_guided: Tensor, regressor: Tensor) -> Tensor:
    """式 (2): 生徒の隠れ層を regressor で広げ、教師の隠れ層との二乗誤差の半分を返します。

    二乗誤差は特徴について足し、画像 1 枚あたりの平均にします。
    勾配を流せるかどうかは、ここでは採点しません。

    teacher_hint:   教師の隠れ層の出力 [B, d_t]
    student_guided: 生徒の隠れ層の出力 [B, d_s]
    regressor:      生徒の幅を教師の幅に合わせる行列 [d_t, d_s]
    戻り値:         スカラーのテンソル、入力と同じ型
    """
    error = teacher_hint - student_guided @ regressor.T
    return 0.5 * error.square().sum(dim=1).mean()


def mlp_parameters(widths: list[int]) -> int:
    """層の幅が widths の全結合ネットワークの、重みとバイアスの数を返します。

    widths:     入力から出力までの層の幅。2 個以上です。
    戻り値:     重みとバイアスの合計 (個)
    ValueError: widths が 2 個に満たないとき。
    """
    if len(widths) < 2:
        raise ValueError(f"層の幅は 2 個以上要ります: {widths}")
    return sum((n_in + 1) * n_out for n_in, n_out in zip(widths[:-1], widths[1:], strict=True))
