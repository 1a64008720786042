"""02-1, after the ring: what an all-reduce leaves, in how many steps, and at what price in bytes."""

from checker.catalogue import load
from checker.question import Choice, Number, Option, blanks, item, sample, slips
from lessons.data_parallel import allreduce_bytes

MILLION = 10**6


@item(word="all-reduce", keyword="データ並列化", cell="ring_allreduce")
def what_allreduce_leaves(rng):
    a, b, c = (int(v) for v in rng.choice(range(1, 10), 3, replace=False))
    total = a + b + c
    wrong = (
        Option(
            f"ワーカー A だけが {total} を持ちます。",
            "1 人に集めるのは reduce です。all-reduce では、和を全員が持ちます。",
        ),
        Option(
            f"全員が {a}、{b}、{c} の 3 つを持ちます。",
            "足さずに全員へ配るのは all-gather です。all-reduce では、足した値だけが残ります。",
        ),
        Option(
            f"全員が {a} を持ちます。",
            "1 人の値を全員に配るのは broadcast です。all-reduce では、全員の値を足します。",
        ),
        Option(
            f"A と B が {a + b}、B と C が {b + c} を持ちます。",
            "となりの分だけで終わっています。全員の分が届くまで、くり返します。",
        ),
    )
    return Choice(
        stem=(
            f"ワーカー A、B、C が、それぞれ値 {a}、{b}、{c} を持っています。"
            "和を求める all-reduce のあと、どうなりますか。"
        ),
        right=f"全員が {total} を持ちます。",
        wrong=sample(rng, wrong, 3),
        explanation="all-reduce は、全員の値を足し合わせ（reduce）、その結果を全員に（all）配ります。",
    )


@item(word="リング all-reduce", keyword="データ並列化", cell="ring_allreduce")
def ring_steps(rng):
    n = int(rng.integers(4, 17))

    def said(count: int) -> str:
        return f"{count} 回"

    wrong = (
        Option(said(n - 1), "片方しか数えていません。reduce-scatter のあとに、all-gather もあります。"),
        Option(said(2 * n), "n 回ずつ数えています。最後の 1 回がなくてもそろうので、n − 1 回ずつです。"),
        Option(said(n), "1 周分だけです。足すときと配るときに、n − 1 回ずつ送ります。"),
        Option(said(n * (n - 1)), "全員が、ほかの全員に送る数え方です。リングでは、となりにだけ送ります。"),
    )  # fmt: skip
    return Choice(
        stem=(
            f"{n} 人のワーカーが、リング all-reduce で勾配を足し合わせます。"
            "1 人のワーカーは、チャンクを何回送りますか。"
        ),
        right=said(2 * (n - 1)),
        wrong=sample(rng, wrong, 3),
        explanation=(
            "使う公式: 送る回数 = 2(n − 1)\n"
            f"代入: reduce-scatter で {n} − 1 回、all-gather で {n} − 1 回\n"
            f"答え: {said(2 * (n - 1))}"
        ),
    )


@ring_steps.by_hand
def _(n, one):
    return sum(1 for half in range(2) for step in range(1, int(n)))


@item(word="リング all-reduce", keyword="データ並列化", cell="allreduce_bytes")
def ring_bytes(rng):
    n, size = int(rng.choice([4, 5, 8, 10])), int(rng.choice([2, 4]))
    values = int(rng.integers(2, 20)) * 20 * MILLION
    arguments = values, n, size

    def said(sent: float) -> str:
        return f"{sent / MILLION:,.0f} MB"

    mistakes = (
        "forgets_the_second_half",
        "sends_everything_twice",
        "counts_all_workers",
        "sends_one_chunk",
        (
            "sends_everything_to_everyone",
            "すべての値を、ほかの全員に送る数え方です。リングでは、チャンクをとなりに送ります。",
        ),
        (
            "forgets_the_bytes",
            f"値の個数のままです。1 個の大きさの {size} バイトを掛けます。",
        ),
    )
    right = said(allreduce_bytes(*arguments))
    while True:
        chosen = sample(rng, mistakes, 3)
        wrong = slips(load("allreduce_bytes"), arguments, said, *chosen)
        if len({right, *(option.text for option in wrong)}) == 4:
            break
    return Choice(
        stem=(
            f"{values:,} 個の勾配を、{n} 人のワーカーがリング all-reduce で足し合わせます。"
            f"値 1 個は {size} バイトです。1 人のワーカーが送るのは何 MB ですか。"
            f"1 MB は {MILLION:,} バイトとします。"
        ),
        right=right,
        wrong=wrong,
        explanation=(
            "使う公式: S = 2 (n − 1) ÷ n × N × b\n"
            f"代入: 2 × {n - 1} ÷ {n} × {values:,} × {size} バイト\n"
            f"答え: {right}"
        ),
    )


@ring_bytes.by_hand
def _(values, n, one_value, size, one_worker, one_megabyte, megabyte):
    chunk = values / n * size
    return (chunk * (n - 1) + chunk * (n - 1)) / megabyte


@item(word="パラメータサーバ", keyword="データ並列化", cell="allreduce_bytes")
def ring_or_server(rng):
    n, size = int(rng.integers(4, 17)), 50 * int(rng.integers(1, 9))
    others = (
        (n * size, "送るか受け取るか、片方しか数えていません。両方を足します。"),
        (2 * size, "ワーカー 1 人の分だけです。サーバは、全員とやりとりします。"),
        (2 * (n - 1) / n * size, "リング all-reduce で 1 人が送る量です。サーバには全員分が集まります。"),
    )  # fmt: skip
    return Number(
        stem=(
            f"{n} 人のワーカーが、1 台のパラメータサーバを使います。"
            f"1 回の更新で、全員が {size} MB の勾配を送り、{size} MB のパラメータを受け取ります。"
            "サーバが送受信する量は、合わせて何 MB ですか。"
        ),
        right=2 * n * size,
        unit="MB",
        tolerance=0.5,
        wrong=tuple(Option(f"{value:,.0f} MB", reason, value=value) for value, reason in others),
        explanation=(
            "使う公式: サーバの通信量 = 人数 ×（勾配 + パラメータ）\n"
            f"代入: {n} × ({size} + {size})\n"
            f"答え: {2 * n * size:,} MB"
        ),
    )


@ring_or_server.by_hand
def _(n, one_server, one_update, gradients, parameters):
    return sum(gradients + parameters for _ in range(int(n)))


@item(word="リング all-reduce", keyword="データ並列化", cell="allreduce_bytes")
def bytes_of_many_workers(rng):
    few, times = int(rng.choice([4, 5, 8])), int(rng.choice([4, 8, 16]))
    many = few * times
    before, after = (2 * (n - 1) / n for n in (few, many))
    return Choice(
        stem=(
            f"リング all-reduce のワーカーを、{few} 人から {many} 人に増やします。値の個数は変えません。"
            "1 人のワーカーが送るバイト数は、どうなりますか。"
        ),
        right="少し増えますが、値全体の 2 倍は超えません。",
        wrong=(
            Option(
                f"人数に比例して増えるので、{times} 倍になります。",
                "人数に比例するのは、パラメータサーバの通信量です。リングでは、チャンクも小さくなります。",
            ),
            Option(
                f"チャンクが小さくなる分、{times} 分の 1 に減ります。",
                "チャンクは小さくなりますが、その分だけ多くの個数を送ります。",
            ),
            Option(
                "全員で分けるので、人数が増えても変わりません。",
                f"ほとんど変わりませんが、値全体の {before:.2f} 倍から {after:.2f} 倍に少し増えます。",
            ),
        ),
        explanation=(
            f"1 人が送るのは、値全体の 2(n − 1)/n 倍です。{few} 人で {before:.2f} 倍、{many} 人で {after:.2f} 倍です。\n"
            "人数がどれだけ増えても、値全体の 2 倍を超えません。"
        ),
    )


@item(word="リング all-reduce", keyword="データ並列化", cell="allreduce_bytes")
def allreduce_bytes_code(rng):
    chunk, count = "n_values / n_workers", "2 * (n_workers - 1)"
    mistakes = {
        "cuts_the_rest_off": ("n_values // n_workers", count),
        "forgets_the_second_half": (chunk, "(n_workers - 1)"),
        "sends_one_chunk": (chunk, "2"),
        "sends_everything_twice": (chunk, "2 * n_workers"),
        "counts_all_workers": ("n_values", count),
        "sends_everything_to_everyone": ("n_values", "(n_workers - 1)"),
    }
    return blanks(
        load("allreduce_bytes"),
        stem=(
            "リング all-reduce で、ワーカー 1 人が送るバイト数を返す関数を書きます。"
            "値は人数と同じ数のチャンクに等しく分けます。"
            "［ア］と［イ］に入る組を選んでください。"
        ),
        code=(
            "def allreduce_bytes(n_values, n_workers, bytes_per_value):\n"
            "    chunk = ［ア］\n"
            "    return ［イ］ * chunk * bytes_per_value"
        ),
        right=(chunk, count),
        wrong=dict(sample(rng, tuple(mistakes.items()), 3)),
        explanation=(
            "チャンク 1 個に入る値は、全体の 1/n です。\n"
            "reduce-scatter で n − 1 個、all-gather で n − 1 個のチャンクを送ります。"
        ),
    )
