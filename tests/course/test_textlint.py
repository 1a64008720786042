"""The Japanese that a learner reads, linted by textlint: terms, sentence ends, sentence length.

node/package.json names the linter, node/.textlintrc.json its rules, node/prh.yml our terms; install
it with `npm install --no-package-lock` in tests/node. textlint 14 is the last that runs on Debian's
Node 18. All rules of the preset for technical Japanese are on. Where they are softened:

- no-mix-dearu-desumasu, not strict: 「0 以上である α」 within a sentence is no change of style.
  It knows である only, so the last rule of prh.yml looks at the other plain sentence ends.
- no-doubled-joshi, が に で may come twice: they do in short and clear sentences about numbers.
- no-exclamation-question-mark allows ！: it is the sign of the card エラー.
"""
import importlib
import inspect
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from places import NODE, ROOT

from checker import catalogue
from checker.authoring.assemble import COURSE, DIRECTIVE
from checker.catalogue import all_exercises, all_questions
from checker.question import Choice
from lessons import SECTIONS

TEXTLINT = NODE / "node_modules" / "textlint" / "bin" / "textlint.js"
GUIDES = [ROOT / "README.ja.md", ROOT / "checker/grading/README.ja.md"]
# What the dictionary says about a planted sentence: one for each rule that a text may miss easily.
TERMS = {
    "量子化すると、精度が下がります。": "精度 => 正解率",
    "しきい値は、層ごとに違う値だ。": "だ。 => です。",
    "3 つの種で、結果を比べます。": "種 => シード",
    "同じ歩数だけ学習します。": "歩数 => 更新回数",
    "データの片寄りを調べます。": "片寄 => 偏",
    "公開された表と比べます。": "公開 => 公表",
    "最初から学習します。": "最初から => はじめから",
    "学習した後で切ります。": "後 => あと",
    "傾きの bit 数を選びます。": "bit 数 => ビット数",
    "型は 8 ビットの整数です。": "ビット => bit",
    "損失スケーリングで防ぎます。": "損失スケーリング => 損失のスケーリング",
    "参照実装と比べます。": "参照実装 => 模範解答",
    "Sasaki らの表です。": "Sasaki => 佐々木ら",
    "やわらかい損失を足します。": "やわらかい損失 => ソフトターゲット",
    "ソフト・ラベルを写します。": "ソフト・ラベル => ソフトラベル",
    "層のウェイトを切ります。": "ウェイト => 重み",
    "温度を上げる前と後の差です。": "後 => あと",
    "値は 8 bitです。": "bit => bit ",
    "教師の中間の層を写します。": "中間の層 => 途中の層",
    "ヒントの学習を始めます。": "ヒントの学習 => ヒント学習",
    "オレンジの丸が、移る値です。": "オレンジ => 橙色",
    "手もとの画像で学習します。": "手もと => 手元",
    "正解率がわかります。": "わか => 分か",
    "空欄をうめてください。": "うめ => 埋め",
    "非ゼロの値を数えます。": "非ゼロの => 0 でない",
    "表で、試験での見分け方を調べます。": "試験での見分け方 => 見分ける言葉",
    "試験に出る表です。": "試験に出る => 講義で使われる表です",
    "試験でもよく取り違えます。": "試験でもよく => 講義で使われる表です",
    "選択肢には、この通りに答えます。": "この通りに答え => 選択肢で見分ける言葉",
    "int8 は 0.0 倍の速さです。": "0.0 倍 => n 倍遅い",
}
PLANTED = {
    **{f"prh {said}": sentence for sentence, said in TERMS.items()},
    "no-mix-dearu-desumasu": "しきい値は、層ごとに違うのである。",
    "sentence-length": "しきい値は、" + "層の幅、" * 30 + "の順に調べます。",
}

pytestmark = [
    pytest.mark.skipif(not shutil.which("node"), reason="node is not installed"),
    pytest.mark.skipif(not TEXTLINT.exists(), reason="run npm install in tests/node"),
]


def prose(markdown):
    """Markdown as textlint should read it, line by line: no directives, formulas as code.

    Code within a sentence counts as a word: a worked example may show a whole matrix.
    """
    markdown = DIRECTIVE.sub("", markdown)
    markdown = re.sub(r"^\$\$\s*$", "```", markdown, flags=re.MULTILINE)
    markdown = re.sub(r"(\${1,2})([^$\n]+)\1", r"`\2`", markdown)
    return re.sub(r"(?<!`)`([^`\n]{1,12})[^`\n]*`", r"`\1`", markdown)


def exercise_text(exercise):
    """Everything on the exercise's card and in its verdicts, one paragraph each."""
    return prose("\n\n".join([
        f"# {exercise.title}", exercise.statement, exercise.write_example(), *exercise.hints,
        *(wrong.diagnosis for wrong in exercise.wrongs.values())]))


def question_text(item):
    """Everything that a variant shows. An option that is no sentence stands as code, the lines of
    a calculation as items."""
    variant = item.draw(0)
    question = variant.question
    options = variant.options if isinstance(question, Choice) else []
    said = [o if o.endswith("。") else f"`{o}`" for o in options]
    mark = "\n- " if item.solve else "\n\n"
    explained = mark + question.explanation.replace("\n", mark)
    return prose("\n\n".join([
        variant.shared or "", question.stem, *said, *(w.reason for w in question.wrong), explained]))


def docstring_text(function):
    """A docstring as Markdown: sentences stay paragraphs, lines about an argument become items."""
    return re.sub(r"^([\w, ]+:) +", r"- \1 ", inspect.getdoc(function), flags=re.MULTILINE)


def texts():
    """Every text by the name that a failure shows."""
    found = {path.relative_to(ROOT).as_posix(): prose(path.read_text(encoding="utf-8"))
             for path in [*sorted((ROOT / "lessons").rglob("[!A-Z]*.md")), *GUIDES]}
    modules = set()
    for exercise in all_exercises():
        found[f"exercise {exercise.name}"] = exercise_text(exercise)
        if exercise.questions:  # its solution stands among its known answers
            found[f"docstring {exercise.name}"] = docstring_text(exercise.solution)
        else:
            modules.add(exercise.solution.__module__)
    for item in all_questions():
        found[f"question {item.name}"] = question_text(item)
    for name in sorted(modules):
        found |= {f"docstring {name}.{function.__name__}": docstring_text(function)
                  for function in vars(importlib.import_module(name)).values()
                  if inspect.isfunction(function) and function.__module__ == name}
    return found


@pytest.fixture(scope="module")
def findings(tmp_path_factory):
    """What textlint says about each text, and the texts that it read. It is slow: one process."""
    folder = tmp_path_factory.mktemp("texts")
    files = {}
    for number, (name, text) in enumerate((texts() | PLANTED).items()):
        files[name] = folder / f"{number}.md"
        files[name].write_text(text + "\n", encoding="utf-8")
    done = subprocess.run(
        ["node", TEXTLINT, "--config", ".textlintrc.json", "--format", "json", *files.values()],
        cwd=NODE, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode in (0, 1), done.stderr
    said = {Path(result["filePath"]).name: result["messages"]
            for result in json.loads(done.stdout)}
    return {name: [f"{name}, line {m['line']}: {m['ruleId']}: {m['message']}\n"
                   f"    {path.read_text(encoding='utf-8').splitlines()[m['line'] - 1]}"
                   for m in said[path.name]]
            for name, path in files.items()}


def test_every_text_of_a_notebook_is_read():
    """Catches a notebook's text that the linter no longer finds after a move."""
    notebooks = [text for section in SECTIONS for text in catalogue.texts(section)]
    assert {path.relative_to(ROOT).as_posix() for path in [*notebooks, COURSE]} <= texts().keys()


@pytest.mark.parametrize("name", PLANTED)
def test_the_linter_sees_a_planted_fault(findings, name):
    """Catches rules that are switched off, not loaded or too narrow: the other tests could not fail."""
    rule, _, said = name.partition(" ")
    assert any(f"{rule}: {said}" in finding for finding in findings[name])


def test_the_texts_are_clean(findings):
    """Catches a bare 精度, a second spelling of a term, である, a sentence of over 100 letters."""
    faults = [fault for name, found in findings.items() if name not in PLANTED for fault in found]
    assert not faults, "\n".join(faults)
