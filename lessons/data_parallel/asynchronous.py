"""非同期型のデータ並列: 誰も待たずに更新するので速く、そのかわり古い勾配が混じります。

式の番号は 02_2 のもので、lessons.data_parallel に並べてあります。
"""

import math
from collections.abc import Callable

from torch import Tensor


def updates_per_second(seconds_per_step: list[float], synchronous: bool) -> float:
    """式 (1): 1 秒あたりのパラメータの更新回数を返します。通信の時間は考えません。

    同期型では、全員の勾配がそろってから 1 回更新します。
    非同期型では、1 人の勾配が届くたびに 1 回更新し、その人はすぐに次の計算を始めます。

    seconds_per_step: 各ワーカーが勾配を 1 回求める時間 (s)。どれも正で、1 つ以上あります。
    synchronous:      同期型なら True、非同期型なら False です。
    戻り値:           更新回数 (回/s)。倍精度で計算し、丸めません。
    ValueError:       時間が 1 つもないとき、または正でない時間があるとき。
    """
    if not seconds_per_step or min(seconds_per_step) <= 0:
        raise ValueError(f"正の時間が 1 つ以上要ります: {seconds_per_step}")
    if synchronous:
        return 1 / max(seconds_per_step)
    return sum(1 / t for t in seconds_per_step)


def async_sgd(
    gradient: Callable, theta: Tensor, lr: float, arrivals: list[int]
) -> tuple[Tensor, list[int]]:
    """式 (2): パラメータサーバで非同期型の SGD を行い、最後のパラメータと、各更新のステイルネスを返します。

    はじめに、すべてのワーカーがサーバから theta を受け取ります (pull)。
    計算を終えたワーカーは、自分が受け取ったパラメータで求めた勾配をサーバに送ります (push)。
    サーバはその勾配ですぐに更新し、送ったワーカーだけが、更新後のパラメータを受け取ります。
    ステイルネスは、そのワーカーが受け取ってから送るまでに、サーバが行った更新の回数です。
    自分の勾配による更新は、送ったあとなので数えません。

    gradient:   gradient(theta, worker) が、そのワーカーの勾配を返す関数
    theta:      はじめのパラメータ。書き換えません。
    lr:         学習率 η
    arrivals:   計算を終えた順に並べた、ワーカーの番号。番号は 0 からの連番とは限りません。空ではありません。
    戻り値:     (最後のパラメータ, arrivals と同じ順のステイルネスのリスト)
    ValueError: arrivals が空のとき。
    """
    if not arrivals:
        raise ValueError("計算を終えたワーカーがいません: arrivals が空です")
    pulled = {worker: (theta, 0) for worker in arrivals}
    staleness = []
    for version, worker in enumerate(arrivals):
        old_theta, old_version = pulled[worker]
        staleness.append(version - old_version)
        theta = theta - lr * gradient(old_theta, worker)
        pulled[worker] = (theta, version + 1)
    return theta, staleness


def max_stable_lr(curvature: float, staleness: int) -> float:
    """式 (3): 古い勾配で更新しても収束する、学習率の上限を返します。

    損失は ½·h·θ² で、ステイルネスはいつも τ です。更新は θ(t+1) = θ(t) − η·h·θ(t−τ) になります。
    学習率がこの上限より小さければ、θ は 0 に近づきます。上限を超えると、振動しながら大きくなります。
    特性方程式 z^(τ+1) − z^τ + η·h = 0 の根が、すべて単位円の内側に入る条件です。

    curvature:  損失の曲率 h。正です。
    staleness:  ステイルネス τ。0 以上です。
    戻り値:     学習率の上限。τ = 0 なら 2/h です。倍精度で計算し、丸めません。
    ValueError: 曲率が正でないとき、またはステイルネスが負のとき。
    """
    if curvature <= 0 or staleness < 0:
        raise ValueError(f"曲率は正、ステイルネスは 0 以上です: {curvature}, {staleness}")
    return 2 * math.sin(math.pi / (2 * (2 * staleness + 1))) / curvature
