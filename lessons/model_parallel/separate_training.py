"""「部品を別々に学習し、最後につなぐ」を、言葉のとおりに試します。

ネットワーク 784-300-100-10 を fc1 のあとで切ります。前の部品は 784-300、後ろの部品は 300-100-10 です。

後ろの部品: 学習していない前の部品の出力を入力として学習します。
前の部品:   読み方 1 では、自分だけの出力層 300-10 をつけて学習し、終わったら外します。
            読み方 2 では、学習していない後ろの部品を固定し、それを通した損失で学習します。
最後に、学習した 2 つの部品をつなぎます。どの学習も、エポック数と学習率は同じです。
"""

from dataclasses import dataclass

import torch
from torch import nn

from lessons.data import Dataset
from lessons.model_parallel.cut_network import copied, cut_after, joined
from lessons.training import accuracy, mlp, one_thread, train

WIDTHS = [784, 300, 100, 10]
EPOCHS = 3
TOGETHER = "一緒に学習（毎回やりとり）"
OWN_HEAD = "読み方 1: 自分だけの出力層"
FROZEN = "読み方 2: 相手を固定"


@dataclass(frozen=True)
class Joined:
    """1 つのシードでの、つなぐ前と後の正解率 (%) です。

    front, back: 学習に使った形のままで測った、前の部品と後ろの部品の正解率
    whole:       つないだネットワークの正解率
    """

    front: float
    back: float
    whole: float


@one_thread()
def trained_apart(data: Dataset, seed: int) -> dict[str, Joined]:
    """1 つのシードで、一緒に学習した場合と、2 つの読み方を比べます。data は CPU にあるものとします。"""
    start = mlp(WIDTHS, seed)
    front, back = cut_after(start, [0])

    together = copied(start)
    fit(together, data, seed)
    whole = accuracy(together, data.x_test, data.y_test)

    back_trained = copied(back)
    back_score = fit_behind(front, back_trained, data, seed)
    own = nn.Sequential(*copied(front), *mlp([WIDTHS[1], WIDTHS[-1]], seed))
    fit(own, data, seed)
    through = joined([copied(front), frozen(back)])
    fit(through, data, seed)

    results = {TOGETHER: Joined(whole, whole, whole)}
    for name, alone in ((OWN_HEAD, own), (FROZEN, through)):
        together_again = joined([alone[:len(front)], back_trained])
        results[name] = Joined(accuracy(alone, data.x_test, data.y_test), back_score,
                               accuracy(together_again, data.x_test, data.y_test))
    return results


def fit(model: nn.Module, data: Dataset, seed: int) -> None:
    """どの学習にも同じ、エポック数・学習率・順序です。固定したパラメータは動きません。"""
    train(model, data.x_train, data.y_train, epochs=EPOCHS, lr=0.05, weight_decay=0,
          generator=torch.Generator().manual_seed(seed))


def fit_behind(front: nn.Module, back: nn.Module, data: Dataset, seed: int) -> float:
    """動かない front の出力を入力として、back をその場で学習します。戻り値は正解率 (%) です。"""
    with torch.no_grad():
        seen = Dataset(front(data.x_train), data.y_train, front(data.x_test), data.y_test,
                       data.class_names)
    fit(back, seen, seed)
    return accuracy(back, seen.x_test, seen.y_test)


def frozen(part: nn.Sequential) -> nn.Sequential:
    """更新されない写しです。"""
    return copied(part).requires_grad_(False)
