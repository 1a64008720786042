"""2 つのプロセスで測った時間を、費用のモデルの見積もりと比べます。

    V = S / (s_S - s_0)                 最も大きいデータ S byte と、最も小さいデータの片道の時間から
    T(2) = t_0 + t_1 + 2 (α + D/2 / V)  2 つのワーカーが、交代で計算するときの更新 1 回の時間 (7)

記号: α 待ち時間 (s)。最も小さいデータの片道の時間 s_0 です。V 通信の速さ (byte/s)、
      t_0, t_1 ワーカー 0 と 1 の計算時間 (s)、D 両方向に通るデータの合計 (byte)
式の番号は 01_2_tensors のものです。測定は lessons.model_parallel.two_processes です。
"""

from collections.abc import Callable
from dataclasses import dataclass

from lessons.model_parallel.speedup import BYTES_PER_VALUE
from lessons.model_parallel.two_processes import WIDTHS
from lessons.training import BATCH_SIZE

ONE_WAY_BYTES = BYTES_PER_VALUE * BATCH_SIZE * WIDTHS[1]


@dataclass(frozen=True)
class Times:
    """更新 1 回の時間 (s) です。

    alone:     1 つのプロセスで測った時間
    together:  式 (3) の見積もり。計算が半分ずつ、同時に進むとします。
    in_turns:  式 (7) の見積もり。計算が交代で進むとします。
    measured:  2 つのプロセスで測った時間
    latency:   片道の待ち時間 (s)
    bandwidth: 通信の速さ (byte/s)
    """

    alone: float
    together: float
    in_turns: float
    measured: float
    latency: float
    bandwidth: float


def times_of(
    results: list[dict], speedup: Callable[[float, float, float, int], float]
) -> Times:
    """lessons.model_parallel.two_processes.train の結果から、測った時間と見積もりを並べます。

    speedup: 式 (3) の関数
    """
    first, second = results
    sizes, seconds = first["loopback"]["bytes"], first["loopback"]["seconds"]
    latency = seconds[0]
    # 混んだ計算機では、大きいデータのほうが速く届いた、という測定になることがある。
    bandwidth = sizes[-1] / max(seconds[-1] - latency, 1e-9)
    alone = first["alone_seconds"]
    travel = 2 * (latency + ONE_WAY_BYTES / bandwidth)
    return Times(
        alone, alone / speedup(alone, travel * bandwidth, bandwidth, 2),
        first["compute_seconds"] + second["compute_seconds"] + travel,
        max(result["step_seconds"] for result in results), latency, bandwidth)


def told(times: Times) -> list[str]:
    """測った結果の文です。どの文にするかは、測った値で決まります。"""
    travel = 2 * (times.latency + ONE_WAY_BYTES / times.bandwidth)
    said = [f"通信には、1 つのプロセスの計算の {travel / times.alone:.2g} 倍の時間がかかる見積もりです。"]
    if times.measured > times.alone:
        said.append("2 つのプロセスにすると、1 つのプロセスより "
                    f"{times.measured / times.alone:.1f} 倍遅くなりました。"
                    "交代で計算するので計算の時間は減らず、通信と待ち合わせの時間が加わるからです。")
    else:
        said.append("2 つのプロセスにすると、1 つのプロセスの "
                    f"{times.alone / times.measured:.1f} 倍の速さでした。交代で計算しても、計算は減りません。"
                    "この差は、測る間に計算機の混み方が変わったためと考えられます。")
    gap = times.measured / times.in_turns
    said.append(f"測った時間は、交代で計算する見積もりの {gap:.1f} 倍でした。" + (
        "見積もりとほぼ合います。" if 0.8 <= round(gap, 1) <= 1.3 else
        "見積もりとは合いません。待ち時間 α は、計算を挟まずに送り合って測りました。"
        "計算を挟むときや、計算機が混んでいるときは、待つ時間が変わることがあります。"))
    return said
