"""The command line: python -m checker list | new | build | verify | questions | judge | collect |
grade | report | export."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path

from checker.catalogue import exercise_files, heading, load, written_sections
from checker.grading.output import say
from checker.refusal import Refusal

TRUST = "--i-trust-these-submissions"
UNCONFINED = "--unconfined"
SYSTEMS = ("nbgrader", "moodle", "canvas", "blackboard", "gradescope", "prairielearn")


def command_line() -> argparse.ArgumentParser:
    """Every command with its arguments."""
    parser = argparse.ArgumentParser(prog="python -m checker", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("list", help="list the exercises")
    new = commands.add_parser("new", help="write the skeleton of an exercise")
    new.add_argument("name", help="name of a function that the face of a section of lessons/ has")
    build = commands.add_parser("build", help="build solutions/ and notebooks/ from lessons/")
    build.add_argument("section", nargs="?", help="one section, such as pruning")
    verify = commands.add_parser("verify", help="prove that exercises tell right from wrong")
    verify.add_argument("name", nargs="*", help="exercises (all without a name)")
    commands.add_parser(
        "questions", help="count the bank's questions, and prove that they are sound"
    )
    judge = commands.add_parser("judge", help="judge a file with an answer, in the sandbox")
    judge.add_argument("name")
    judge.add_argument("file", type=Path)
    judge.add_argument("--json", action="store_true", help="print the verdict as JSON")
    judge.add_argument(
        UNCONFINED,
        action="store_true",
        help="run your own file without the sandbox, with your rights",
    )
    # An instructor's commands speak Japanese, as their reports do.
    collect = commands.add_parser("collect", help="提出物を nbgrader が読む場所に置きます")
    collect.add_argument(
        "folder", type=Path, help="zip、フォルダー、ノートブックの入ったフォルダー"
    )
    collect.add_argument(
        "--class",
        dest="whole_class",
        action="store_true",
        help="クラス全員の提出です（LMS が名前を付けたものには不要）。"
        "ほかと並んだ zip とフォルダーは、それぞれ 1 人分とします",
    )
    grade = commands.add_parser("grade", help="提出物を nbgrader で並列に採点します")
    grade.add_argument("assignment", help="課題の名前（例: 06_pruning）")
    grade.add_argument("--jobs", type=int, default=cores(), help="プロセスの数（既定はコアの数）")
    grade.add_argument("--student", help="この学習者だけを採点します")
    grade.add_argument("--force", action="store_true", help="変わっていない提出物も採点し直します")
    grade.add_argument("--dry-run", action="store_true", help="点が変わる人を示し、何も書きません")
    grade.add_argument(TRUST, action="store_true", help="隔離できない環境でも採点します")
    report = commands.add_parser("report", help="採点済みのクラスの報告を書きます")
    report.add_argument("assignment", help="課題の名前")
    export = commands.add_parser("export", help="ほかのシステムに渡す点数の表を書きます")
    export.add_argument("assignment", help="課題の名前")
    export.add_argument("--to", choices=SYSTEMS, required=True, help="渡す先")
    export.add_argument("--sheet", type=Path, help="渡す先からダウンロードした、点を書き込む表")
    export.add_argument("--column", default="", help="表のうち、点を書く列の見出し")
    return parser


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    chosen = command_line().parse_args(arguments)
    try:
        return globals()[f"command_{chosen.command}"](chosen)
    except Refusal as refusal:
        say(*str(refusal).split("\n"), error=True)
        return 2


def cores() -> int:
    """The cores that this process may use; a container may have fewer than the machine."""
    allowed = getattr(os, "sched_getaffinity", None)
    return len(allowed(0)) if allowed else os.cpu_count() or 1


# Each command imports what only it needs: torch and nbgrader take seconds.


def command_list(_: argparse.Namespace) -> int:
    for name, path in exercise_files().items():
        head = heading(name)
        print(f"{path.parent.name:<12} {name:<26} {head['points']} 点  {head['title']}")
    return 0


def command_new(chosen: argparse.Namespace) -> int:
    from checker.authoring import skeleton

    print(f"wrote {skeleton.write(chosen.name)}")
    return 0


def command_build(chosen: argparse.Namespace) -> int:
    from checker.authoring import build

    known = written_sections()
    if chosen.section not in (None, *known):
        raise Refusal(
            f"no text in lessons/{chosen.section}/; sections with one: {', '.join(known)}"
        )
    for section in [chosen.section] if chosen.section else known:
        print(f"building {section} …", flush=True)
        for path in build.build(section):
            print(f"  {path.relative_to(build.ROOT)}", flush=True)
    print(f"  {build.build_course().relative_to(build.ROOT)}")
    return 0


def command_verify(chosen: argparse.Namespace) -> int:
    from checker.authoring import gates

    names = chosen.name or list(exercise_files())
    failed = 0
    for name in names:
        problems = gates.problems(load(name))
        failed += bool(problems)
        print(f"{'FAILED' if problems else 'ok':<7}{name}")
        for problem in problems:
            print(f"       {problem}")
    print(f"{len(names) - failed} passed, {failed} failed")
    return 1 if failed else 0


def command_questions(_: argparse.Namespace) -> int:
    from checker.authoring import question_gates as gates
    from checker.catalogue import all_questions

    items = list(all_questions())
    failed = 0
    for section in dict.fromkeys(item.section for item in items):
        bank = [item for item in items if item.section == section]
        found = [problem for item in bank for problem in gates.problems(item)]
        found += gates.bank_problems(bank)
        failed += len(found)
        print(section)
        for what, count in gates.statistics(bank).items():
            print(f"  {count:>4} {what}")
        for guess, hits in gates.guessed(bank).items():
            print(f"  {hits:>4.0%} of the right options are {guess}; by chance 25%")
        for problem in found:
            print(f"  FAILED {problem}")
    print(f"{len(items)} questions, {failed} problems")
    return 1 if failed else 0


def command_judge(chosen: argparse.Namespace) -> int:
    from checker.judging.source import judge_source
    from checker.running.isolation import NoIsolation

    try:
        source = chosen.file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise Refusal(f"cannot read {chosen.file} as UTF-8 text: {error}") from error
    try:
        verdict = judge_source(chosen.name, source, box=not chosen.unconfined)
    except NoIsolation as error:
        own = f"あなた自身の解答なら、{UNCONFINED} を付けると、隔離せずに判定します。"
        raise Refusal(f"{error}{own}") from error
    fields = ("name", "outcome", "score", "label", "misconception", "message")
    if chosen.json:
        say(*json.dumps({f: getattr(verdict, f) for f in fields}, indent=1).split("\n"))
    else:
        say(verdict.message.split("\n")[0])
        for line in verdict.lines:  # moved in, an output cannot pass for a verdict
            say(*f"{line.caption}: {line.text}".replace("\n", "\n    ").split("\n"))
    return 0 if verdict.outcome == "right" else 1


def command_collect(chosen: argparse.Namespace) -> int:
    from checker.grading import collect

    return collect.show(collect.collect(chosen.folder, Path.cwd(), chosen.whole_class))


def command_grade(chosen: argparse.Namespace) -> int:
    from checker.grading import grade
    from checker.running.isolation import NoIsolation

    try:
        outcomes = grade.grade(
            chosen.assignment,
            jobs=chosen.jobs,
            student=chosen.student,
            force=chosen.force,
            dry_run=chosen.dry_run,
            trust=chosen.i_trust_these_submissions,
        )
    except NoIsolation as error:
        raise Refusal(f"{error}提出した全員を信頼するなら、{TRUST} を付けます。") from error
    say(*grade.summary(outcomes).split("\n"))
    return 1 if any(outcome.failed for outcome in outcomes) else 0


def command_report(chosen: argparse.Namespace) -> int:
    from checker.grading import report

    for path in report.write_report(Path.cwd(), chosen.assignment):
        say(f"書きました: {path.relative_to(Path.cwd())}")
    return 0


def command_export(chosen: argparse.Namespace) -> int:
    from checker.grading import export

    exported = export.export(Path.cwd(), chosen.assignment, chosen.to, chosen.sheet, chosen.column)
    return export.show(exported)


if __name__ == "__main__":
    sys.exit(main())
