"""Debian のパッケージ dataset-fashion-mnist から fashion_mnist.npz を作ります。

使い方: python -m lessons.data.make_fashion_mnist
各クラスから訓練 600 枚とテスト 200 枚を選びます。画像は 28×28 の uint8 のままです。
"""

import gzip
from pathlib import Path

import numpy as np

SOURCE = Path("/usr/share/datasets/fashion-mnist")
TARGET = Path(__file__).with_name("fashion_mnist.npz")
IMAGE_HEADER_BYTES, LABEL_HEADER_BYTES = 16, 8
CLASSES = 10


def read(split: str) -> tuple[np.ndarray, np.ndarray]:
    """IDX 形式の画像 [n, 784] とラベル [n] を読みます。"""
    images = gzip.decompress((SOURCE / f"{split}-images-idx3-ubyte.gz").read_bytes())
    labels = gzip.decompress((SOURCE / f"{split}-labels-idx1-ubyte.gz").read_bytes())
    y = np.frombuffer(labels, np.uint8, offset=LABEL_HEADER_BYTES)
    x = np.frombuffer(images, np.uint8, offset=IMAGE_HEADER_BYTES).reshape(len(y), -1)
    return x, y


def balanced_rows(y: np.ndarray, per_class: int, random: np.random.RandomState) -> np.ndarray:
    """各クラスから per_class 行を選び、クラスの順を混ぜた行番号を返します。"""
    chosen = [random.permutation(np.flatnonzero(y == c))[:per_class] for c in range(CLASSES)]
    return random.permutation(np.concatenate(chosen))


def select() -> dict[str, np.ndarray]:
    """アーカイブに入れる 4 つの配列を作ります。"""
    # Generator の乱数列は NumPy の版で変わりうるが、RandomState の列は変わらないと約束されている。
    random = np.random.RandomState(0)
    x_train, y_train = read("train")
    x_test, y_test = read("t10k")
    train = balanced_rows(y_train, 600, random)
    test = balanced_rows(y_test, 200, random)
    return {"x_train": x_train[train], "y_train": y_train[train],
            "x_test": x_test[test], "y_test": y_test[test]}


if __name__ == "__main__":
    np.savez_compressed(TARGET, **select())
