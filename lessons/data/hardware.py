"""計算機の部品の、公表された値です。値と出典は hardware.toml にあり、どれも理論値です。"""

import tomllib
from dataclasses import dataclass
from pathlib import Path

FILE = Path(__file__).parent / "hardware.toml"


@dataclass(frozen=True)
class Card:
    """GPU のカードの理論値です。単位は hardware.toml のはじめにあります。"""

    name: str
    form_factor: str
    year: int
    single_units: int
    double_units: int
    clock_mhz: int
    flops_per_cycle: int
    single_tflops: float
    double_tflops: float
    lecture: bool
    source: str
    read_on: str


@dataclass(frozen=True)
class Bus:
    """CPU とカードをつなぐ線です。gigatransfers は線 1 本の速さ (GT/s) です。"""

    name: str
    gigatransfers: int
    lanes: int
    source: str

    @property
    def bytes_per_second(self) -> float:
        """片方向の、規格上の最高の速さ (byte/s) です。130 ビットで 128 ビットの値を送ります。"""
        return self.gigatransfers * 1e9 * self.lanes * 128 / 130 / 8


@dataclass(frozen=True)
class Chip:
    """CPU か GPU (kind) の、演算器の組 (コア、SM) の数と、1 つの組の演算器の数です。"""

    kind: str
    name: str
    group_name: str
    groups: int
    units_per_group: int
    source: str
    read_on: str

    @property
    def units(self) -> int:
        """演算器の数です。"""
        return self.groups * self.units_per_group


def chips() -> list[Chip]:
    """演算器の組を比べる、CPU と GPU です。"""
    return [Chip(**row) for row in rows("chip")]


def cards() -> list[Card]:
    """カードを、講義の表の 2 行を先頭にして返します。"""
    return [Card(**row) for row in rows("card")]


def buses() -> list[Bus]:
    """カードをつなぐ線を、遅いほうから返します。"""
    return [Bus(**row) for row in rows("bus")]


def boards() -> dict[str, dict]:
    """メモリ (memory_bytes) や消費電力 (watts、最小と最大の W) の公表値を、名前ごとに返します。"""
    return {row["name"]: row for row in rows("board")}


def rows(kind: str) -> list[dict]:
    """hardware.toml の、1 つの種類の行です。"""
    return tomllib.loads(FILE.read_text("utf-8"))[kind]
