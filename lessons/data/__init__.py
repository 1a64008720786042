"""講座で使う小さな実データです。読み込みにネットワークは要りません。

出典とライセンスは README.md にあります。
"""

import csv
import hashlib
import io
import tomllib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch import Tensor

from lessons.data.hardware import cards

FOLDER = Path(__file__).parent
FASHION_MNIST_SHA256 = "a3878aff4433e74c94e97490c13f34ccda80bd1a2c8d7364275ba5d27511d98e"


@dataclass(frozen=True, eq=False)
class Dataset:
    """画像とラベルです。x は float32 [n, 画素数] で 0 以上 1 以下、y は int64 [n] です。"""

    x_train: Tensor
    y_train: Tensor
    x_test: Tensor
    y_test: Tensor
    class_names: tuple[str, ...]

    def to(self, device: torch.device | str) -> "Dataset":
        """同じデータを device に置いて返します。"""
        tensors = (self.x_train, self.y_train, self.x_test, self.y_test)
        return Dataset(*(t.to(device) for t in tensors), self.class_names)


def digits() -> Dataset:
    """手書き数字 8×8 画素です。訓練 1257 枚、テスト 540 枚に層化して分けます。"""
    x, y = load_digits(return_X_y=True)
    x_train, x_test, y_train, y_test = train_test_split(
        x / 16, y, test_size=0.3, stratify=y, random_state=0)
    return Dataset(torch.tensor(x_train, dtype=torch.float32), torch.tensor(y_train),
                   torch.tensor(x_test, dtype=torch.float32), torch.tensor(y_test),
                   tuple("0123456789"))


def centred(x: Tensor) -> Tensor:
    """0 以上 1 以下の画素を、-1 以上 1 以下にします。"""
    return 2 * x - 1


def fashion_mnist() -> Dataset:
    """衣類の画像 28×28 画素です。訓練 6000 枚、テスト 2000 枚で、どのクラスも同数です。

    ファイルが壊れているときは ValueError を送出します。
    """
    content = (FOLDER / "fashion_mnist.npz").read_bytes()
    if hashlib.sha256(content).hexdigest() != FASHION_MNIST_SHA256:
        raise ValueError("fashion_mnist.npz の SHA-256 が合いません。ファイルを取り直してください。")
    arrays = np.load(io.BytesIO(content))
    return Dataset(
        torch.tensor(arrays["x_train"], dtype=torch.float32) / 255,
        torch.tensor(arrays["y_train"], dtype=torch.int64),
        torch.tensor(arrays["x_test"], dtype=torch.float32) / 255,
        torch.tensor(arrays["y_test"], dtype=torch.int64),
        ("Tシャツ", "ズボン", "プルオーバー", "ドレス", "コート",
         "サンダル", "シャツ", "スニーカー", "バッグ", "ブーツ"))


@dataclass(frozen=True)
class CaffeNetRow:
    """しきい値 alpha×σ での結果です。fc1 から total は切った結合 (%)、accuracy は正解率 (%) です。"""

    alpha: float
    fc1: float
    fc2: float
    fc3: float
    total: float
    accuracy: float


def caffenet_table() -> list[CaffeNetRow]:
    """公表された表 (CaffeNet、Oxford 102) の 14 行を alpha の小さい順に返します。"""
    return [CaffeNetRow(**{name: float(text) for name, text in row.items()})
            for row in csv_rows("caffenet_oxford102.csv")]


def csv_rows(name: str) -> list[dict[str, str]]:
    """CSV ファイルの行を、見出しと文字列の組で返します。# で始まる行は読み飛ばします。"""
    with open(FOLDER / name, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(line for line in file if not line.startswith("#")))


@dataclass(frozen=True)
class DetectionTime:
    """物体検出の 1 つのネットワークでの検出時間 (秒) です。重みが 32 bit と 6 bit の場合です。"""

    seconds_32bit: float
    seconds_6bit: float


def detection_times() -> list[DetectionTime]:
    """LBW-Net の論文で公表された検出時間の 3 行を返します。"""
    return [DetectionTime(**{name: float(value) for name, value in row.items()})
            for row in csv_rows("lbw_net_detection.csv")]


@dataclass(frozen=True)
class CardPeak:
    """GPU のカードの理論性能 (TFLOPS) です。single は 32 bit、double は 64 bit です。"""

    card: str
    single: float
    double: float


def gpu_tflops() -> list[CardPeak]:
    """講義の表にある 2 枚のカードの、単精度と倍精度の性能を返します。"""
    return [CardPeak(card.name, card.single_tflops, card.double_tflops)
            for card in cards() if card.lecture]


@dataclass(frozen=True)
class FitNet:
    """FitNets の論文の 1 行です。layers は層の数、parameters は重みの数、accuracy は正解率 (%) です。

    speedup と compression は、教師と比べた速さと圧縮率 (倍) です。
    """

    network: str
    layers: int
    parameters: int
    multiplications: int
    accuracy: float
    speedup: float
    compression: float


def fitnets_table() -> list[FitNet]:
    """FitNets の論文の表 5 (CIFAR-10) を、教師を先頭に返します。"""
    whole = ("layers", "parameters", "multiplications")
    return [FitNet(**{name: text if name == "network" else int(text) if name in whole
                      else float(text) for name, text in row.items()})
            for row in csv_rows("fitnets_cifar10.csv")]


def from_the_text(name: str) -> dict:
    """論文の文章にある数字の表 (fitnets_figure2 か hinton_omitted_digit) を返します。出典はファイルの中にあります。"""
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class DistBeliefPoint:
    """DistBelief の論文が文章で述べた速さの倍率です。machines 台を 1 台と比べています。

    at_least が True なら、倍率は「これより大きい」という値です。
    False なら、これが最も速い台数で、台数をさらに増やすと遅くなります。
    """

    network: str
    parameters: int
    machines: int
    speedup: float
    at_least: bool


def distbelief_points() -> list[DistBeliefPoint]:
    """DistBelief の論文 (2012) が文章で述べた 2 つの値を、小さいネットワークから返します。"""
    return [DistBeliefPoint(row["network"], int(row["parameters"]), int(row["machines"]),
                            float(row["speedup"]), row["bound"] == "more than")
            for row in csv_rows("distbelief.csv")]
