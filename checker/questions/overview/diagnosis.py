"""00, the diagnosis: ten questions over the whole chapter, by which `recommend` orders the sections.

Two of a section, one of 01 and 03. They ask for the idea that a section stands on, not for its words.
"""

from checker.catalogue import load
from checker.question import Choice, Option, item, slips
from lessons.overview import linear_cost, model_bytes

SECONDS = 60
STEP_SECONDS = (
    (2, 3, 5),
    (3, 4, 5),
    (2, 4, 6),
    (1, 5, 6),
    (4, 5, 6),
    (2, 3, 10),
    (5, 10, 15),
    (3, 5, 12),
)


@item(word="モデル並列化", keyword="モデル並列化", cell="メモリに入らないネットワーク")
def too_large_for_one_worker(rng):
    return Choice(
        stem="1 台の GPU のメモリに入りきらない、大きなネットワークを学習します。はじめに考える方法はどれですか。",
        right="モデルを分割し、ワーカーに一部分ずつ受け持たせる",
        wrong=(
            Option(
                "モデルの写しを全員に配り、データを分ける",
                "これはデータ並列化です。写しが丸ごと 1 台に入らないと使えません。",
            ),
            Option(
                "1 回に使うデータの件数を増やし、更新の回数を減らす",
                "件数を増やすと、途中の値を置くメモリがさらに必要になります。",
            ),
            Option(
                "勾配を、待たずに送り合う",
                "これは非同期型の更新です。1 台に置く重みの数は減りません。",
            ),
        ),
        explanation="モデルが大きいときはモデル並列化、データが多いときはデータ並列化を考えます。",
    )


@item(word="非同期型", keyword="データ並列化", cell="async_sgd")
def why_asynchronous_is_unstable(rng):
    return Choice(
        stem="非同期型のデータ並列では、学習が不安定になりやすいといわれます。その理由はどれですか。",
        right="古いパラメータから計算した勾配で更新するから",
        wrong=(
            Option(
                "最も遅いワーカーの計算が終わるまで、全員が待つから",
                "待つのは同期型です。待つと遅くなりますが、不安定にはなりません。",
            ),
            Option(
                "ワーカーごとに、層の数が違うから",
                "データ並列では、全員が同じ形のモデルを持ちます。",
            ),
            Option("全員の勾配を平均してから更新するから", "平均してから更新するのは同期型です。"),
        ),
        explanation="受け取ってから送るまでに、ほかのワーカーがパラメータを更新します。勾配はそのぶん古くなります。",
    )


@item(word="同期型", keyword="データ並列化", cell="updates_per_second")
def updates_while_all_wait(rng):
    a, b, c = times = STEP_SECONDS[int(rng.integers(len(STEP_SECONDS)))]
    slowest, fastest = max(times), min(times)

    def say(count: int) -> str:
        return f"{count} 回"

    return Choice(
        stem=(
            f"3 人のワーカーは、勾配の計算にそれぞれ {a} 秒、{b} 秒、{c} 秒かかります。"
            f"同期型のデータ並列では、{SECONDS} 秒間に何回更新できますか。通信の時間は考えません。"
        ),
        right=say(SECONDS // slowest),
        wrong=(
            Option(
                say(SECONDS // fastest),
                "最も速いワーカーで数えています。同期型では、最も遅いワーカーを待ちます。",
            ),
            Option(
                say(sum(SECONDS // t for t in times)),
                "全員が待たずに更新する数え方です。これは非同期型の回数です。",
            ),
            Option(
                say(SECONDS // sum(times)), "順番に計算する数え方です。ワーカーは同時に計算します。"
            ),
        ),
        explanation=(
            "使う公式: 更新の回数 = 時間 ÷ 最も遅いワーカーの時間\n"
            f"代入: {SECONDS} ÷ {slowest}\n答え: {say(SECONDS // slowest)}"
        ),
    )


@updates_while_all_wait.by_hand
def _(workers, a, b, c, seconds):
    return min(seconds / t for t in (a, b, c))


@item(word="FLOP", keyword="GPU", cell="matmul_flops")
def flops_of_a_product(rng):
    m, k, n = (int(size) * 10 for size in rng.permutation([2, 3, 4, 5, 6, 8])[:3])

    def say(count: int) -> str:
        return f"{count:,} FLOP"

    return Choice(
        stem=(
            f"{m} 行 {k} 列の行列と、{k} 行 {n} 列の行列を掛けます。"
            "掛け算と足し算を別々に数えると、計算の回数はおよそ何 FLOP ですか。"
        ),
        right=say(linear_cost(m, k, n).flops),
        wrong=(
            Option(say(m * k * n), "足し算を数えていません。掛け算と同じ回数だけ足します。"),
            Option(say(2 * m * n), f"出力の 1 個につき、{k} 回ずつ掛けて足します。"),
            Option(say(4 * m * k * n), "掛け算と足し算を、2 回ずつ数えています。"),
        ),
        explanation=(
            "使う公式: 2 × 行 × 共通の長さ × 列\n"
            f"代入: 2 × {m} × {k} × {n}\n答え: {say(2 * m * k * n)}"
        ),
    )


@flops_of_a_product.by_hand
def _(m, k, k_again, n):
    return sum(k + k for _ in range(int(m * n)))


@item(word="量子化", keyword="量子化", cell="model_bytes")
def bytes_of_packed_weights(rng):
    n, bits = 8000 * int(rng.integers(2, 13)), int(rng.integers(10, 15))

    def say(count: int) -> str:
        return f"{count:,} byte"

    return Choice(
        stem=f"重みが {n:,} 個あるネットワークを、1 個 {bits} bit で隙間なく保存します。大きさはどれですか。",
        right=say(model_bytes(n, bits)),
        wrong=slips(
            load("model_bytes"),
            (n, bits),
            say,
            (
                "rounds_each_value_up",
                "1 個ずつバイトに切り上げています。隙間なく詰めるので、合計してから直します。",
            ),
            (
                "rounds_each_value_down",
                "1 個ずつバイトに切り捨てています。合計してから 8 で割ります。",
            ),
            ("always_four_bytes", "1 個を 32 bit として数えています。"),
        ),
        explanation=(
            "使う公式: 大きさ = 個数 × ビット数 ÷ 8\n"
            f"代入: {n:,} × {bits} ÷ 8\n答え: {say(n * bits // 8)}"
        ),
    )


@bytes_of_packed_weights.by_hand
def _(n, one, bits):
    return n / 8 * bits


@item(word="アンダーフロー", keyword="量子化", cell="loss_scale")
def gradients_that_vanish(rng):
    return Choice(
        stem="float16 で学習すると、小さな勾配が 0 になることがあります。これを防ぐ方法はどれですか。",
        right="損失を大きくしてから逆伝播し、更新の前に割り戻す",
        wrong=(
            Option(
                "学習率を、もっと小さくする",
                "学習率は更新の大きさを変えます。勾配が 0 になることは防げません。",
            ),
            Option(
                "float32 の重みをやめて、すべてを float16 で持つ",
                "小さな更新まで消えやすくなります。混合精度学習では、重みを float32 で持ちます。",
            ),
            Option(
                "損失を小さくしてから逆伝播し、更新の前に掛け戻す",
                "向きが逆です。損失を小さくすると、勾配もさらに小さくなります。",
            ),
        ),
        explanation="損失を 1024 倍すれば、すべての勾配も 1024 倍になり、0 に消えにくくなります。",
    )


@item(word="温度", keyword="蒸留", cell="soft_targets")
def what_temperature_does(rng):
    return Choice(
        stem="蒸留では、教師のロジットを温度 T で割ってから softmax に通します。T を 1 より大きくすると、確率はどうなりますか。",
        right="平らになり、正解でないクラスの違いが見える",
        wrong=(
            Option(
                "鋭くなり、正解のクラスがほとんど 1 になる",
                "鋭くなるのは、T を 1 より小さくしたときです。",
            ),
            Option(
                "クラスの順位が入れ替わり、2 番目が 1 番になる",
                "すべてのロジットを同じ数で割るので、順位は変わりません。",
            ),
            Option(
                "同じ数で割るだけなので、何も変わらない",
                "softmax は差を見ます。割ると差が縮まるので、確率は変わります。",
            ),
        ),
        explanation="T が大きいほど、ロジットの差が縮まります。確率は 1/クラス数に近づきます。",
    )


@item(word="教師と生徒", keyword="蒸留", cell="distill_step")
def whose_weights_move(rng):
    return Choice(
        stem="学習済みの教師から生徒へ蒸留します。このとき更新する重みはどれですか。",
        right="生徒の重みだけ",
        wrong=(
            Option("教師の重みだけ", "学びたいのは生徒です。教師は、もう学習を終えています。"),
            Option(
                "教師と生徒の両方の重み",
                "教師も動かすと、2 人が間違った答えで一致することがあります。",
            ),
            Option(
                "どちらの重みも動かさず、温度だけ",
                "温度は損失の設定です。重みを動かさないと学べません。",
            ),
        ),
        explanation="教師の重みは固定します。教師の出力を目標にして、生徒の重みを更新します。",
    )


@item(word="プルーニング", keyword="プルーニング", cell="本当に小さく、速くなるのか")
def products_with_zeros(rng):
    return Choice(
        stem="重みの 9 割を 0 にしました。ほかは何も変えず、密な行列のまま掛けます。掛け算の回数はどうなりますか。",
        right="切る前と変わらない",
        wrong=(
            Option(
                "およそ 10 分の 1 に減る",
                "0 を省く形式で保存し、その形式のまま計算したときの数え方です。",
            ),
            Option(
                "ニューロンが減るので半分になる", "結合を 0 にしても、行列の行や列は減りません。"
            ),
            Option("番号を調べる分だけ増える", "番号を持つのは、CSR のような疎な形式です。"),
        ),
        explanation="密な行列では、0 も 1 個の値として掛けます。減らすには、形式か行列の大きさを変えます。",
    )


@item(word="切った割合", keyword="プルーニング", cell="pruned_percent")
def share_of_two_layers(rng):
    while True:
        first = 10 * int(rng.integers(6, 10))
        shares = [10 * int(share) for share in rng.permutation(range(2, 10))[:2]]
        second = 100 - first
        cut = (first * shares[0] + second * shares[1]) // 100
        values = [cut, sum(shares) // 2, 100 - cut, shares[0]]
        if len(set(values)) == 4:
            break

    def say(percent: int) -> str:
        return f"{percent} %"

    return Choice(
        stem=(
            f"結合が {first},000 本の層では {shares[0]} %、{second},000 本の層では {shares[1]} % の結合を切りました。"
            "2 つの層を合わせると、切った割合は何 % ですか。"
        ),
        right=say(cut),
        wrong=(
            Option(
                say(values[1]), "2 つの割合を平均しています。本数の多い層ほど、大きく数えます。"
            ),
            Option(say(values[2]), "残した割合です。聞かれているのは、切った割合です。"),
            Option(say(values[3]), "1 つ目の層だけの割合です。2 つの層の本数を合わせて数えます。"),
        ),
        explanation=(
            "使う公式: 100 × 切った本数の合計 ÷ 本数の合計\n"
            f"代入: 100 × ({first * shares[0] * 10:,} + {second * shares[1] * 10:,}) ÷ 100,000\n"
            f"答え: {say(cut)}"
        ),
    )


@share_of_two_layers.by_hand
def _(n_1, share_1, n_2, share_2, layers):
    return 100 - 100 * (n_1 * (1 - share_1 / 100) + n_2 * (1 - share_2 / 100)) / (n_1 + n_2)
