"""export_progress and delete_progress: what is remembered belongs to the learner."""

from __future__ import annotations

import csv
import json
import sqlite3
from dataclasses import asdict
from pathlib import Path

from IPython.display import display

from checker.cards import note_card
from checker.hand_in import RECORD
from checker.notebook import database, store

FIELDS = ("at", "kind", "name", "outcome", "detail")


def export_progress(file: str = "progress.csv") -> None:
    """進み具合の記録を、すべて 1 つのファイルに書き出します。どこにも送りません。

    file: 書き出すファイルの名前。.csv なら表、.json なら JSON です。今あるファイルには書きません。
    """
    path, known = Path(file), [asdict(event) | {"at": event.row()[0]} for event in store.events()]
    if path.suffix not in (".csv", ".json"):
        _say(f"ファイルの名前は .csv か .json で終わるようにしてください: {file}")
        return
    try:
        # Excel reads Japanese rightly only after a mark.
        encoding = "utf-8-sig" if path.suffix == ".csv" else "utf-8"
        with path.open("x", encoding=encoding, newline="") as out:
            if path.suffix == ".json":
                json.dump(known, out, ensure_ascii=False, indent=1)
            else:
                table = csv.DictWriter(out, FIELDS)
                table.writeheader()
                for each in known:
                    detail = json.dumps(each["detail"], ensure_ascii=False)
                    table.writerow(each | {"detail": detail})
    except FileExistsError:
        _say(
            f"{file} は、もうあります。別の名前を渡してください。例: export_progress('progress2.csv')"
        )
    except OSError as error:
        _say(f"{file} に書き込めませんでした（{error.strerror}）。")
    else:
        _say(f"記録 {len(known)} 件を {path.resolve()} に書き出しました。")


def delete_progress(confirm: bool = False) -> None:
    """進み具合の記録をすべて消します。元には戻せません。ノートブックの解答は消えません。

    confirm: True を渡したときだけ消します。渡さないときは、何が消えるかを表示します。
    """
    count = len(store.events())
    if not confirm:
        _say(
            f"記録 {count} 件が消え、元には戻せません。ノートブックの解答は消えません。\n"
            "先に export_progress() で書き出せます。消すときは delete_progress(confirm=True) を実行します。"
        )
        return
    folder = store.home()
    try:
        if folder:
            store.erase(folder)
            for path in (folder / RECORD, *database.set_aside(folder)):
                path.unlink(missing_ok=True)
    except (sqlite3.Error, OSError) as error:
        _say(f"消せませんでした（{error}）。ほかのノートブックを閉じて、もう一度実行してください。")
    else:
        _say(f"記録 {count} 件を消しました。")


def _say(text: str) -> None:
    display(note_card(text))
