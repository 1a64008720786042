"""SIMD、SIMT、MIMD が、条件分岐のあるプログラムを 8 個のデータに実行するようすです。

1 つのデータの仕事は、if の側か else の側のどちらかです。if の側は 4 サイクル、else の側は 3 サイクルです。
"""

IF, ELSE, WASTED, IDLE = "if の側", "else の側", "計算して捨てる", "待つ"
CYCLES_IF, CYCLES_ELSE = 4, 3
SCHEMES = ("SIMD", "SIMT", "MIMD")
IN_ORDER = (2, 5, 0, 7, 3, 6, 1, 4)  # if に進むデータを、この順に増やす。


def taken_by(count: int) -> list[bool]:
    """8 個のデータのうち、count 個が if に進むときの、データごとの真偽です。"""
    return [lane in IN_ORDER[:count] for lane in range(len(IN_ORDER))]


def timetable(scheme: str, taken: list[bool]) -> list[list[str]]:
    """データごとに、サイクルの順に、していることを並べます。

    SIMD は、両側をいつも計算し、要らない側の結果を捨てます。
    SIMT は、誰も進まない側を飛ばし、進む側の違うスレッドを待たせます。
    MIMD は、プロセッサが自分の側だけを計算し、ほかを待ちません。
    """
    if scheme == "MIMD":
        return [[IF] * CYCLES_IF if own else [ELSE] * CYCLES_ELSE for own in taken]
    other = WASTED if scheme == "SIMD" else IDLE
    with_if = scheme == "SIMD" or any(taken)
    with_else = scheme == "SIMD" or not all(taken)
    return [[IF if own else other] * (CYCLES_IF * with_if)
            + [other if own else ELSE] * (CYCLES_ELSE * with_else) for own in taken]


def cycles(scheme: str, taken: list[bool]) -> int:
    """8 個のデータがすべて終わるまでのサイクルの数です。"""
    return max(map(len, timetable(scheme, taken)))
