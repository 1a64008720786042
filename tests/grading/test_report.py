"""The instructor's report on a class whose mistakes are known: what it counts, and what it bears."""

import csv
import dataclasses
import io
import json
import re
import shutil
import statistics
from collections import Counter
from types import SimpleNamespace

import pytest
import sample_class
from bs4 import BeautifulSoup
from chromium import AXE, CHROMIUM, FLAGS
from sample_class import BOXED, LEARNERS, LESSON, NAMES, NOT_GRADED, PLAN, TORN, UNBOXED

from checker.catalogue import load
from checker.grading import classroom, output, report
from checker.grading.check_cell import NOT_JUDGED, Facts
from checker.grading.classroom import Answer
from checker.grading.report import NothingToReport, write_report

PAPER = {"width": 703, "height": 1000}  # A4 less its margins, in CSS pixels
HOSTILE = '</pre></td><script>x</script><img src="//a.invalid" onerror="x">" onclick="x'
ANSWER = Answer(
    HOSTILE, NAMES[0], "wrong", 0.0, HOSTILE, None, None, None, 0.5, 3.0, HOSTILE, 2, HOSTILE
)  # fmt: skip


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    """The class, its report read back, and what is known about it."""
    course = tmp_path_factory.mktemp("course")
    known = sample_class.write_class(course)
    page, table = write_report(course, LESSON)
    rows = list(csv.DictReader(io.StringIO(table.read_text("utf-8-sig"), newline="")))
    soup = BeautifulSoup(page.read_text("utf-8"), "html.parser")
    return SimpleNamespace(
        course=course, known=known, path=page, soup=soup,
        rows=[row for row in rows if row["演習"]], notes=[row for row in rows if not row["演習"]],
    )  # fmt: skip


def cells(sample, table: str, name: str) -> list[str]:
    """The texts of an exercise's row in a table of the page."""
    row = sample.soup.select_one(f"table.{table} tr[data-exercise={name}]")
    return [cell.get_text(" ", strip=True) for cell in row.select("td")]


def kinds(known, name: str) -> Counter:
    """How often each kind of answer was given, from the plan and the points."""
    full = load(name).points

    def kind(student: str) -> str:
        dealt, points = known.answers[student, name], known.points[student, name]
        if dealt in ("right", "unanswered", "error"):
            return dealt
        return "partial" if 0 < points < full else "wrong"

    return Counter(map(kind, LEARNERS))


def copy_of(sample, folder):
    """A copy of the course, to break something in."""
    return shutil.copytree(sample.course, folder / "course")


def notebook_of(course, student: str):
    return course / "grading" / "autograded" / student / LESSON / f"{LESSON}.ipynb"


# ---- what is counted ---------------------------------------------------------------------------


def test_the_plan_has_every_kind_of_answer(sample):
    """Shows the tests below something to find: without it an empty column would pass."""
    total = sum((kinds(sample.known, name) for name in NAMES), Counter())
    assert set(total) == set(report.KINDS)


@pytest.mark.parametrize("name", NAMES)
def test_each_kind_of_answer_is_counted(sample, name):
    """Catches an answer in the wrong column, also partly right ones counted as wrong."""
    expected = kinds(sample.known, name)
    shown = cells(sample, "exercises", name)[2 : 2 + len(report.KINDS)]
    assert [int(text.split()[0]) for text in shown] == [expected[kind] for kind in report.KINDS]
    percents = [int(text.split()[1]) for text in shown]
    assert percents == [int(2.5 * expected[kind] + 0.5) for kind in report.KINDS]
    written = Counter(row["判定"] for row in sample.rows if row["演習"] == name)
    assert written == {report.KINDS[kind][1]: count for kind, count in expected.items()}


@pytest.mark.parametrize("name", NAMES)
def test_each_misconception_is_counted_and_named(sample, name):
    """Catches a misconception that is missing, miscounted, out of order or wrongly explained."""
    expected = {kind: n for kind, n in PLAN[name].items() if kind != "unanswered"}
    shown = {}
    for details in sample.soup.select(f"section#{name} details"):
        finding = details["data-finding"]
        shown[finding] = int(details.select_one("b").text.split()[0])
        sentence = report.UNNAMED.get(finding) or load(name).wrongs[finding].diagnosis
        assert sentence in details.summary.text
    assert shown == expected
    order = list(shown)
    assert order == sorted(order, key=lambda kind: (kind in report.UNNAMED, -shown[kind], kind))
    written = Counter(row["誤解"] for row in sample.rows if row["演習"] == name and row["誤解"])
    assert written == {kind: n for kind, n in expected.items() if kind not in report.UNNAMED}


def test_the_most_frequent_misconceptions_stand_first(sample):
    """Catches an order by exercise or name, and an error among the misconceptions."""
    counts = sorted((n for plan in PLAN.values() for kind, n in plan.items()
                     if kind not in ("unanswered", "error", "unknown")), reverse=True)  # fmt: skip
    shown = [int(entry.b.text.split()[0]) for entry in sample.soup.select("ol.frequent li")]
    assert shown == counts[:5]


def test_every_learner_has_score_and_signs(sample):
    """Catches a learner who is missing or has another one's marks."""
    points = sample.known.points
    rows = sample.soup.select("table.learners tbody tr")
    assert [row.th.text for row in rows] == LEARNERS
    for row, student in zip(rows, LEARNERS, strict=True):
        earned = [points[student, name] for name in NAMES]
        assert float(row.td.text) == pytest.approx(sum(earned), abs=0.006)
        signs = [cell.text for cell in row.select("td.sign")]
        right = [p == load(name).points for p, name in zip(earned, NAMES, strict=True)]
        assert [sign == report.KINDS["right"][0] for sign in signs] == right
    written = {(row["学習者"].lstrip("'"), row["演習"]): float(row["得点"]) for row in sample.rows}
    assert written == points


@pytest.mark.parametrize("name", NAMES)
def test_tries_time_and_memory(sample, name):
    """Catches a mean for a median, unanswered exercises counted as 0 s, and another's record."""
    tries, seconds = sample.known.tries[name], sample.known.seconds[name]
    assert cells(sample, "exercises", name)[-1] == f"{statistics.median(tries):g} {len(tries)} 人"
    memory = [round(2 + 100 * each, 1) for each in seconds]
    expected = [statistics.median(seconds), max(seconds), statistics.median(memory), max(memory)]
    shown = [float(text) for text in cells(sample, "costs", name)[1:]]
    assert shown == pytest.approx(expected, abs=0.051)
    assert shown[:2] == pytest.approx(expected[:2], abs=0.00051)


def test_without_a_record_the_tries_are_unknown(sample, tmp_path):
    """Catches 0 tries where nobody counted."""
    course = copy_of(sample, tmp_path)
    for path in course.glob("grading/submitted/*/*/.progress.json"):
        path.unlink()
    soup = BeautifulSoup(write_report(course, LESSON)[0].read_text("utf-8"), "html.parser")
    last = [row.select("td")[-1].text for row in soup.select("table.exercises tbody tr")]
    assert last == ["不明"] * len(NAMES)


def test_the_distribution_has_sharp_bounds():
    """Catches a float's last digit that costs a class, and almost full marks among the full."""
    points = [0.0, 1.7999, 1.8, 1.2 + 2.4 + 1.8, 16.2, 17.9999, 18.0, 18.0]
    assert points[3] < 5.4
    assert report.distribution(points, 18) == [2, 1, 0, 1, 0, 0, 0, 0, 0, 2, 2]


def test_every_isolation_is_named_with_its_learners(sample):
    """Catches unisolated marks that hide behind the isolated ones."""
    lines = [line.get_text() for line in sample.soup.select("section.isolation p")]
    assert len(lines) == 2
    assert BOXED in lines[0] and "（38 人）" in lines[0]
    assert UNBOXED in lines[1] and "（2 人）" in lines[1]


def test_what_was_not_graded_is_named_and_costs_only_itself(sample):
    """Catches a submission that vanishes: never graded, or its graded notebook is torn."""
    said = sample.soup.select_one("section.problems").get_text()
    for student in [*NOT_GRADED, TORN]:
        assert student in said
    assert {row["学習者"].lstrip("'"): row["備考"] for row in sample.notes} == {
        TORN: classroom.UNREADABLE + LESSON, **dict.fromkeys(NOT_GRADED, classroom.NOT_GRADED + LESSON)
    }  # fmt: skip
    assert len(sample.rows) == len(LEARNERS) * len(NAMES)
    facts = [fact.text.split()[0] for fact in sample.soup.select("dl.facts dd")]
    assert facts[:3] == ["43", "40", "3"]


FAULT = Facts(NOT_JUDGED, 0.0, None, None, BOXED, fault="ZeroDivisionError: division by zero")


@pytest.mark.parametrize(
    "record, sentence",
    [
        ({}, classroom.NO_VERDICT),
        ({"outcome": "error", "score": 0.0, "isolation": BOXED}, classroom.NO_VERDICT),
        (dataclasses.asdict(FAULT), classroom.NOT_JUDGED),
    ],
)
def test_an_answer_without_a_verdict_is_left_out_and_named(sample, tmp_path, record, sentence):
    """Catches an older grader's cell, or a fault of the judge, that counts as a learner's error."""
    course, student = copy_of(sample, tmp_path), LEARNERS[-1]
    path = notebook_of(course, student)
    notebook = json.loads(path.read_text("utf-8"))
    check = next(c for c in notebook["cells"] if c["id"] == f"{NAMES[1]}-check")
    check["outputs"][0]["metadata"]["keiryoka"] = record
    path.write_text(json.dumps(notebook), encoding="utf-8")
    answers, problems = classroom.read_class(course, LESSON)
    assert [a.exercise for a in answers if a.student == student] == [NAMES[0], *NAMES[2:]]
    assert problems[sentence + NAMES[1]] == [student]
    assert report.page_text(LESSON, answers, problems)


def test_an_unknown_outcome_makes_the_notebook_unreadable(sample, tmp_path):
    """Catches an answer that no column counts."""
    course, student = copy_of(sample, tmp_path), LEARNERS[-1]
    path = notebook_of(course, student)
    text = path.read_text("utf-8")
    path.write_text(text.replace('"outcome": "right"', '"outcome": "great"'), encoding="utf-8")
    assert '"great"' in path.read_text("utf-8")
    assert student in classroom.read_class(course, LESSON)[1][classroom.UNREADABLE + LESSON]


def test_examples_are_few_short_and_different():
    """Catches three copies of one answer, and the longest first."""
    texts = ["ccc", "a", "a", "dddd", "bb", "a"]
    group = [dataclasses.replace(ANSWER, student=str(i), text=t) for i, t in enumerate(texts)]
    (finding,) = report.findings(NAMES[0], group)
    assert [a.text for a in finding.examples] == ["a", "bb", "ccc"]
    assert [a.student for a in finding.examples] == ["1", "4", "0"]
    assert finding.students == ["0", "1", "2", "3", "4", "5"]


def test_a_sentence_that_quotes_an_answer_quotes_the_first_example():
    """Catches a line and a quotation that stand in none of the answers below them."""
    group = [
        dataclasses.replace(ANSWER, student=text, text=text, explanation="place 1", cause=f"『{text}』だけです。")
        for text in ("ccc", "a", "bb")
    ]
    (finding,) = report.findings(NAMES[0], group)
    assert (finding.examples[0].text, finding.diagnosis) == ("a", "『a』だけです。")


def test_an_unnamed_slip_that_several_share_is_one_mistake():
    """Catches answers that hide among the unknown ones though one explanation fits them all, two
    slips of one kind taken for one, and a learner's mark-up in the place of the explanation."""
    said = "次元の指定がないときと、同じ結果です。"
    keys = ["no dim-1", "no dim-1", None, "no dim-2"]
    group = [
        dataclasses.replace(ANSWER, student=str(i), explanation=key, cause=key and said)
        for i, key in enumerate(keys)
    ]
    found = [(f.name, f.diagnosis, f.students) for f in report.findings(NAMES[0], group)]
    assert found == [
        ("no dim-1", said, ["0", "1"]),
        ("no dim-2", said, ["3"]),
        ("unknown", report.UNNAMED["unknown"], ["2"]),
    ]
    rows = report.table_rows(group, {})
    column = {name: i for i, name in enumerate(rows[0])}
    assert [row[column["分類"]] for row in rows[1:]] == keys
    assert [row[column["診断"]] for row in rows[1:]] == [said, said, None, said]


def test_a_known_wrong_answer_that_is_gone_keeps_what_was_said():
    """Catches a report that fails, or says nothing, on a class graded before an update."""
    gone = dataclasses.replace(ANSWER, misconception="was_renamed")
    assert report.said_of(gone) == "was_renamed"
    assert report.said_of(dataclasses.replace(gone, cause="前の診断です。")) == "前の診断です。"


# ---- what it bears -----------------------------------------------------------------------------


def test_whatever_a_learner_writes_stays_text():
    """Catches markup of a learner on the instructor's page, in any field and in attributes."""
    page = report.page_text(LESSON, [ANSWER], {HOSTILE: [HOSTILE]})
    soup = BeautifulSoup(page, "html.parser")
    assert not soup.select("script, img")
    assert not [key for tag in soup.find_all() for key in tag.attrs if key.startswith("on")]
    assert soup.select_one("pre").text == HOSTILE
    assert soup.select_one("table.learners th[scope=row]").text == HOSTILE


def test_the_sample_class_is_hostile(sample):
    """Shows the page a script, a template and an entity, each of which must stay visible."""
    text = sample.soup.get_text()
    assert sample_class.SCRIPT in text and "a&amp;b'c" in text
    answers, _ = classroom.read_class(sample.course, LESSON)
    assert any("{{ 7 * 7 }}" in a.text for a in answers)
    assert max(len(a.text) for a in answers) > 50_000


def test_the_page_asks_for_nothing_and_forbids_itself_to(sample):
    """Catches a font, script or picture from elsewhere, and a lost Content-Security-Policy."""
    policy = sample.soup.select_one("meta[http-equiv=Content-Security-Policy]")["content"]
    assert policy == "default-src 'none'; style-src 'unsafe-inline'"
    assert not sample.soup.select("link, script, iframe, img, object, [src]")
    assert all(link["href"].startswith("#") for link in sample.soup.select("[href]"))
    assert not re.search(r"url\(|@import", sample.soup.style.text)


def test_a_long_answer_is_cut_and_says_so():
    """Catches a page of megabytes that one learner pasted."""
    page = report.page_text(LESSON, [dataclasses.replace(ANSWER, text="長" * 123_456)], {})
    assert 1_000 < page.count("長") < 5_000
    assert "全 123,456 文字" in page


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_no_text_of_the_csv_is_a_formula(start):
    """Catches a learner's formula that the instructor's spreadsheet would run."""
    text = f"{start}cmd()"
    answer = dataclasses.replace(ANSWER, student=text, label=text)
    text_of_table = output.table(report.table_rows([answer], {text: [text]})).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text_of_table, newline="")))
    assert sum(field == f"'{text}" for row in rows for field in row) == 4
    assert not [field for row in rows for field in row if field.startswith(start)]


def test_odd_learner_names_are_in_the_csv(sample):
    """Catches a name that is lost, changed, or unreadable in Excel, which wants a BOM."""
    assert sample.path.with_suffix(".csv").read_bytes().startswith(b"\xef\xbb\xbf")
    names = {row["学習者"] for row in sample.rows}
    assert {"'=cmd()", "'+81-90", "'-dash", "'@sum", "a&amp;b'c", "学籍１２３", "🐢かめ"} <= names


def test_a_lone_surrogate_can_be_written(sample, tmp_path):
    """Catches one odd character of one answer that leaves the whole class without a report."""
    course = copy_of(sample, tmp_path)
    path = notebook_of(course, LEARNERS[0])
    text = path.read_text("utf-8").replace("def ", "# \\ud800 \\ndef ")
    path.write_text(text, encoding="utf-8")
    page, _ = write_report(course, LESSON)
    assert "# ? " in page.read_text("utf-8")


@pytest.mark.parametrize("text", [
    "", "{", "[1]", '{"tries": 3}', '{"tries": {"x": [1]}}', "[" * 50_000, "\ufffd" * 9,
    '{"tries": {"x": true, "y": -1, "z": 1e999, "v": "3", "w": 1' + "0" * 50 + "}}",
    '{"tries": {"x": 1}}' + " " * classroom.RECORD_CAP,
])  # fmt: skip
def test_a_broken_record_of_tries_is_no_record(tmp_path, text):
    """Catches a file from the learner that stops the report or puts nonsense into it."""
    (tmp_path / ".progress.json").write_text(text, encoding="utf-8")
    assert classroom.read_tries(tmp_path) == {}
    (tmp_path / ".progress.json").write_text('{"tries": {"x": 1}}', encoding="utf-8")
    assert classroom.read_tries(tmp_path) == {"x": 1}


def test_the_same_notebooks_give_the_same_bytes(sample, tmp_path):
    """Catches a date, a set's order or a folder's order in the report."""
    before = [path.read_bytes() for path in write_report(sample.course, LESSON)]
    copied = copy_of(sample, tmp_path)
    assert [path.read_bytes() for path in write_report(copied, LESSON)] == before


def test_a_kill_while_writing_leaves_the_old_report(sample, tmp_path, monkeypatch):
    """Catches a report that is written in place and torn half way."""
    course = copy_of(sample, tmp_path)
    page = course / "grading" / "report" / f"{LESSON}.html"
    page.write_text("old", encoding="utf-8")
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(output.os, "replace", interrupt)
        write_report(course, LESSON)
    assert page.read_text("utf-8") == "old"


def interrupt(*_):
    raise KeyboardInterrupt


@pytest.mark.parametrize("assignment", ["pruning", "../06_pruning", "06_*", ""])
def test_an_unknown_assignment_is_refused_with_the_known_ones(sample, assignment):
    """Catches an empty report on a misspelt name, and a path or pattern in it."""
    with pytest.raises(NothingToReport, match="06_pruning"):
        write_report(sample.course, assignment)


def test_nothing_graded_yet_says_what_to_run(tmp_path):
    """Catches an empty report, or a traceback, before the first grading."""
    sample_class.write_notebook(tmp_path, "submitted", "tanaka", "{}")
    with pytest.raises(NothingToReport, match="python -m checker grade 06_pruning"):
        write_report(tmp_path, LESSON)
    assert not (tmp_path / "grading" / "report").exists()


# ---- in Chromium -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def page(sample):
    """The report opened as a file; `page.noise` collects errors and foreign requests."""
    if not CHROMIUM:
        pytest.skip("no chromium or google-chrome on PATH")
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = chromium.new_page(locale="ja-JP", viewport={"width": 1280, "height": 900})
        noise = []
        page.on("console", lambda said: noise.append(said.text))
        page.on("pageerror", lambda thrown: noise.append(str(thrown)))
        page.on("request", lambda asked: noise.append(asked.url))
        page.goto(sample.path.as_uri())
        yield SimpleNamespace(page=page, noise=noise)
        chromium.close()


OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def test_the_page_is_quiet_and_fits(page, sample):
    """Catches an error in the console, a request and a horizontal scroll bar at 1280 px."""
    assert page.noise == [sample.path.as_uri()]
    assert page.page.evaluate(OVERFLOW) == 0
    page.page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
    assert page.page.evaluate(OVERFLOW) == 0
    page.page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = false })")


def test_examples_open_on_a_click(page):
    """Catches a row of mistakes whose answers cannot be reached."""
    first = page.page.locator("details").first
    assert not first.locator("pre").first.is_visible()
    first.locator("summary").click()
    assert first.locator("pre").first.is_visible()
    first.locator("summary").click()


@pytest.mark.skipif(not AXE.exists(), reason="axe-core is not installed in tests/node")
def test_the_page_is_accessible(page):
    """Catches faint text, a table without headings and what else axe-core knows."""
    page.page.evaluate(AXE.read_text("utf-8"))
    found = page.page.evaluate("async () => (await axe.run()).violations.map(v => v.id)")
    assert found == []


def test_on_paper_the_page_fits_and_shows_one_example_each(page):
    """Catches columns cut off or squeezed in print, and folded examples lost on paper."""
    page.page.set_viewport_size(PAPER)
    page.page.emulate_media(media="print")
    assert page.page.evaluate(OVERFLOW) == 0
    row = page.page.locator("table.learners tbody tr").first
    assert row.locator("th").bounding_box()["width"] > 100
    signs = [sign.bounding_box()["width"] for sign in row.locator("td.sign").all()]
    assert max(signs) - min(signs) < 2
    for details in page.page.locator("details").all():
        examples = details.locator("pre")
        seen = [examples.nth(i).is_visible() for i in range(examples.count())]
        assert seen == [True] + [False] * (len(seen) - 1)
