"""The gates of the questions, over the bank and over broken items that each of them must see."""

import itertools
import re
from dataclasses import replace

import pytest

from checker.authoring import question_gates as gates
from checker.catalogue import UnknownQuestion, all_questions, load, question, question_files
from checker.question import UNEXPLAINED, Choice, Number, Option, blanks, item, slips
from lessons import SECTIONS

BANK = list(question_files())
SECTIONS_WITH = [s for s in SECTIONS if any(p.parent.name == s for p in question_files().values())]


@pytest.mark.parametrize("name", BANK)
def test_a_question_is_sound(name):
    """Catches whatever the gates below are shown, in a question that learners get."""
    assert gates.problems(question(name)) == []


@pytest.mark.parametrize("section", SECTIONS_WITH)
def test_a_bank_gives_nothing_away(section):
    """Catches a bank in which the longest option, or the largest number, is mostly the right one."""
    bank = [each for each in all_questions() if each.section == section]
    assert gates.bank_problems(bank) == []
    assert len(bank) >= (10 if section == "overview" else 15)  # the diagnosis is ten


def test_names_are_the_banks_own():
    """Catches two questions of one name, of which a quiz would show the last one only."""
    files = dict.fromkeys(question_files().values())
    assert sum(path.read_text("utf-8").count("\n@item(") for path in files) == len(BANK)
    with pytest.raises(UnknownQuestion, match="近い名前: " + BANK[0]):
        question(BANK[0] + "s")


@pytest.mark.parametrize("name", BANK)
def test_another_variant_may_have_another_answer(name):
    """Catches a count that is drawn anew and always comes to 6, which one soon learns by heart."""
    item_ = question(name)
    if item_.solve and item_.varies:
        assert len({item_.draw(seed).question.right for seed in range(20)}) > 1


@pytest.mark.parametrize("name", BANK)
def test_numbers_are_written_as_in_print(name):
    """Catches a hyphen for a minus, −0.00, and 1e-05, outside code."""
    for seed in range(60):
        variant = question(name).draw(seed)
        asked_ = variant.question
        if getattr(asked_, "programs", ()):
            return
        texts = [variant.shared or "", asked_.stem, asked_.explanation, str(getattr(asked_, "right", ""))]
        texts += [text for wrong in asked_.wrong for text in (wrong.reason, wrong.text)]
        shown = [text for text in texts if not isinstance(asked_, Number) or text in texts[:3]]
        assert not re.search(r"-\d|−0\.0+(?!\d)|\de[-+]?\d", "\n".join(shown))


# ---- broken items ----------------------------------------------------------------------------

WRONG = tuple(Option(f"{n} 個", f"{n} 個ではありません。") for n in (3, 5, 7))


def asked(rng) -> Choice:
    """A sound calculation: twice a drawn number."""
    n = int(rng.integers(10, 49))
    wrong = (
        Option(f"{n} 個", "2 を掛けていません。"),
        Option(f"{2 * n + 1} 個", "1 だけ多く数えています。"),
        Option(f"{2 * n - 1} 個", "1 だけ少なく数えています。"),
    )
    explanation = "使う公式: 2 倍です。\n代入: 2 を掛けます。\n答え: 書いたとおりです。"
    return Choice(f"重みは {n} 個の組です。重みは何個ですか。", f"{2 * n} 個", wrong, explanation)


def made(draw=asked, solve=lambda n: 2 * n, **tags):
    """An item of this draw, as if it stood in the bank of a section."""

    def drawn(rng, *values):
        return draw(rng, *values)

    drawn.__module__ = "checker.questions.pruning.sample"
    item_ = item(**({"word": "重み", "keyword": "量子化", "cell": "csr_bytes"} | tags))(drawn)
    if solve:
        item_.by_hand(solve)
    return item_


def elsewhere(**tags):
    """An item of a section that has no text yet."""
    item_ = made(**tags)
    item_.function.__module__ = "checker.questions.exam.sample"
    return item_


def changed(**changes):
    """An item with some fields of its question changed: constants, or functions of the question."""

    def draw(rng):
        question = asked(rng)
        given = {k: v(question) if callable(v) else v for k, v in changes.items()}
        return replace(question, **given)

    return made(draw)


def places_give_away():
    broken = made()
    draw = broken.draw

    def biased(seed):
        variant = draw(seed)
        return variant if seed % 2 else replace(variant, order=(0, 1, 2, 3))

    broken.draw = biased
    return broken


def filled_in(right, fills):
    """A program with blanks."""
    return made(
        lambda rng: blanks(
            load("csr_bytes"),
            "［ア］に入るものを選んでください。",
            "def csr_bytes(rows, nonzeros, value_bytes, index_bytes):\n"
            "    return nonzeros * (value_bytes + index_bytes) + ［ア］",
            (right,),
            {name: (fill,) for name, fill in fills.items()},
            "行ポインタは行数より 1 つ多くあります。",
        ),
        solve=None,
    )


FILLS = {
    "forgets_the_last_pointer": "rows * index_bytes",
    "takes_pointers_for_values": "(rows + 1) * value_bytes",
    "stores_both_ends": "2 * rows * index_bytes",
}
RIGHT_FILL = "(rows + 1) * index_bytes"


def number(tolerance=0.1, value=5.0):
    return lambda rng: Number(
        "4 の半分はいくつですか。", 2.0, "個", tolerance, (Option("5 個", "5 ではありません。", None, value),),
        "使う公式: 半分です。\n代入: 4 ÷ 2\n答え: 2 個です。",
    )  # fmt: skip


COUNTED = itertools.count()
BROKEN = {
    "no word": lambda: made(word=""),
    "0 texts have an exercise or a heading 'nowhere'": lambda: made(cell="nowhere"),
    "texts have an exercise or a heading '次の一歩'": lambda: elsewhere(cell="次の一歩"),
    "the right option is": lambda: made(solve=lambda n: 2 * n + 1),
    "the options show different forms": lambda: changed(right=lambda q: q.right.replace(" ", ".0 ")),
    "not four different options": lambda: changed(
        wrong=lambda q: (*q.wrong[:2], replace(q.wrong[2], text=q.right))
    ),
    "a text is empty: reason": lambda: changed(
        wrong=lambda q: (*q.wrong[:2], replace(q.wrong[2], reason=""))
    ),
    "a text is empty: explanation": lambda: changed(explanation=""),
    "使う公式, 代入 and 答え": lambda: changed(explanation="2 倍です。"),
    "stem of": lambda: changed(stem=lambda q: q.stem + "あ" * 500),
    "is not Japanese": lambda: changed(explanation="twice"),
    "the place gives the right option away": places_give_away,
    "two numbers within the tolerance": lambda: made(number(tolerance=2.0), lambda n: n / 2),
    "the right number is": lambda: made(number(), lambda n: n),
    "nothing computes it": lambda: made(number(), None),
    "the right option is judged wrong": lambda: filled_in("rows * index_bytes", FILLS),
    "forgets_the_last_pointer is judged right": lambda: filled_in(
        RIGHT_FILL, FILLS | {"forgets_the_last_pointer": "index_bytes * (1 + rows)"}
    ),
    "two draws of one seed differ": lambda: made(
        lambda rng: replace(asked(rng), explanation=asked(rng).explanation + str(next(COUNTED)))
    ),
}


@pytest.mark.parametrize("problem", BROKEN)
def test_a_gate_barks(problem):
    """Catches a gate that cannot fail."""
    found = gates.problems(BROKEN[problem](), seeds=40)
    assert any(problem in each for each in found), found


@pytest.mark.parametrize("sound", [made(), filled_in(RIGHT_FILL, FILLS), made(number(), lambda n: n / 2)])
def test_a_sound_item_is_left_alone(sound):
    """Catches a gate that barks at everything."""
    assert gates.problems(sound, seeds=40) == []


@pytest.mark.parametrize("guess, right", [
    ("the longest option", "重みの数が、いつもの倍だけ多くなります。"), ("the shortest option", "多い。")])
def test_a_length_that_gives_away_is_seen(guess, right):
    """Catches a bank whose right options are the long ones, each of them sound by itself."""
    wrong = tuple(replace(option, text=f"{option.text}だけ残ります。") for option in WRONG)
    bank = [made(lambda rng: replace(asked(rng), right=right, wrong=wrong), None)]
    found = gates.bank_problems(bank)
    assert any(guess in each for each in found) and any("at least a third" in each for each in found)


@pytest.mark.parametrize("guess, factor", [("the largest number", 10), ("the fewest digits", 0.1)])
def test_digits_that_give_away_are_seen(guess, factor):
    """Catches a bank in which the right number is the one of another size."""

    def draw(rng):
        question = asked(rng)
        size = [Option(f"{int(gates.numbers_in(w.text)[0] / factor) or 3} 個", w.reason) for w in question.wrong]
        return replace(question, wrong=tuple(size))

    assert any(guess in each for each in gates.bank_problems([made(draw)]))


def test_distractors_are_what_the_exercise_makes_of_the_numbers():
    """Catches a diagnosis beside a number that its mistake does not lead to."""
    option, = slips(load("csr_bytes"), (3, 5, 4, 2), "{} バイト".format, "forgets_the_row_pointers")
    assert option.text == "30 バイト" and option.value == 30
    assert option.reason == load("csr_bytes").wrongs["forgets_the_row_pointers"].diagnosis
    assert option.misconception == "csr_bytes.forgets_the_row_pointers"


def test_an_answer_gets_its_own_reason():
    """Catches a reason that belongs to the option at another place after the shuffle."""
    variant = made().draw(3)
    for place, text in enumerate(variant.options):
        reply, of = variant.reply_to(place), variant.order[place]
        assert reply.given == text
        assert reply.outcome == ("wrong" if of else "right")
        assert reply.reason == (variant.question.wrong[of - 1].reason if of else "")


@pytest.mark.parametrize("typed, outcome, reason", [
    (2.0, "right", ""), (2.09, "right", ""), (2.2, "wrong", UNEXPLAINED), (5.05, "wrong", "5 ではありません。"),
    (float("nan"), "wrong", UNEXPLAINED)])
def test_a_typed_number_is_judged_with_its_tolerance(typed, outcome, reason):
    """Catches a rounded answer that is called wrong, and a known mistake that nobody explains."""
    reply = made(number(), lambda n: n / 2).draw(0).reply_to(typed)
    assert (reply.outcome, reply.reason) == (outcome, reason)
