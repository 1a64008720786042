"""Uploads of a class as each system and each way of working leaves them; all of them are honest.

SHAPES: name → (files in the folder of uploads, the ids that the learners get, lms.json by id,
options of collect). The names are what the systems' own code or help pages write.
"""

from upload_kit import archive, notebook

A = "06_pruning"
FILE = f"{A}.ipynb"
TANAKA, SATO = notebook("tanaka"), notebook("sato")
CLASS = {"whole_class": True}


def moodle(participant: str, name: str) -> dict:
    return {"system": "moodle", "keys": {"participant": participant}, "name": name}


def canvas(user: str, name: str) -> dict:
    return {"system": "canvas", "keys": {"user_id": user}, "name": name}


def blackboard(login: str, name: str = "") -> dict:
    return {"system": "blackboard", "keys": {"login": login}, "name": name}


def receipt(name: str, login: str) -> bytes:
    return f"名前: {name} ({login})\r\n課題: 第6回 枝刈り\r\n提出日: …\r\n".encode()


def in_folder(folder: str, files: dict) -> dict:
    return {f"{folder}/{name}": data for name, data in files.items()}


MOODLE = {
    f"田中 太郎_1234567_assignsubmission_file_/{FILE}": TANAKA,
    f"佐藤 花子_1234568_assignsubmission_file_/{FILE}": SATO,
    "佐藤 花子_1234568_assignsubmission_onlinetext_/onlinetext.html": b"<p>please</p>",
}
MOODLES_KEYS = {
    "田中_太郎_1234567": moodle("1234567", "田中 太郎"),
    "佐藤_花子_1234568": moodle("1234568", "佐藤 花子"),
}
CANVAS = {
    f"tanakataro_LATE_98_1001_{A}-1.ipynb": TANAKA,
    f"satohanako_123456789012345678_1002_{FILE}": SATO,
    "satohanako_123456789012345678_text.html": b"<p>please</p>",
    "satohanako_123456789012345678_1003_report.pdf": b"%PDF",
}
CANVAS_KEYS = {
    "tanakataro_98": canvas("98", "tanakataro"),
    "satohanako_123456789012345678": canvas("123456789012345678", "satohanako"),
}
BLACKBOARD = {
    f"{A}_s1234567_attempt_2026-11-20-09-30-00.txt": b"Name: Tanaka Taro (s1234567)\n",
    f"{A}_s1234567_attempt_2026-11-20-09-30-00_{FILE}": TANAKA,
    f"{A}_s1234568_attempt_2026-11-20-09-31-00.txt": b"no receipt as we know it",
    f"{A}_s1234568_attempt_2026-11-20-09-31-00_{FILE}": SATO,
}
OWN_TITLE = {
    "第6回 枝刈り_tanaka_t_attempt_2026-11-20-09-30-00.txt": receipt("田中 太郎", "tanaka_t"),
    f"第6回 枝刈り_tanaka_t_attempt_2026-11-20-09-30-00_{FILE}": TANAKA,
    f"第6回 枝刈り_s1234568_attempt_2026-11-20-09-31-00_{FILE}": SATO,
}
GRADESCOPE = {
    "submission_metadata.yml": """\
submission_501:
  :submitters:
  - :name: 田中 太郎
    :sid: '0012'
    :email: tanaka@example.ac.jp
  :created_at: 2026-11-20 00:30:00.123456000 Z
  :score: 0.0
submission_502:
  :submitters:
  - :name: 佐藤 花子
    :sid:
    :email: sato@example.ac.jp
  :created_at: 2026-11-20 09:31:00.000000000 +09:00
""".encode(),
    f"submission_501/{FILE}": TANAKA,
    "submission_502/Untitled.ipynb": SATO,
}
GRADESCOPE_KEYS = {
    "0012": {
        "system": "gradescope", "name": "田中 太郎",
        "keys": {"submission_id": "501", "email": "tanaka@example.ac.jp", "sid": "0012"}},
    "sato@example.ac.jp": {
        "system": "gradescope", "name": "佐藤 花子",
        "keys": {"submission_id": "502", "email": "sato@example.ac.jp"}},
}  # fmt: skip
PRAIRIELEARN = {
    f"tanaka@example.ac.jp_1_{A}_1_2_{FILE}": TANAKA,
    f"tanaka@example.ac.jp_1_{A}_1_1_{FILE}": notebook("the first one"),
    f"sato@example.ac.jp_1_hw/q_1_3_9001_{FILE}".replace("/", "_"): SATO,
}
PRAIRIELEARN_KEYS = {
    f"{who}@example.ac.jp": {
        "system": "prairielearn", "keys": {"uid": f"{who}@example.ac.jp"}, "name": ""}
    for who in ("tanaka", "sato")
}  # fmt: skip
MANABA = {f"s01@tanaka@{FILE}": TANAKA, f"s02@sato@{FILE}": SATO}
MANABA_KEYS = {
    f"{first}_{second}": {
        "system": "manaba", "keys": {"first": first, "second": second}, "name": ""}
    for first, second in (("s01", "tanaka"), ("s02", "sato"))
}  # fmt: skip
FOLDERS = {f"tanaka/{FILE}": TANAKA, f"sato/work/{A}/{FILE}": SATO}
LOOSE = {f"Copy of tanaka_{FILE}": TANAKA, f"sato_{A}_ipynb_のコピー.ipynb": SATO}
PLAIN = {"tanaka": None, "sato": None}


def zipped(name: str, files: dict) -> dict:
    return {name: archive(files)}


SHAPES = {
    "Moodle": (zipped("KOUZA-第6回-99.zip", MOODLE), MOODLES_KEYS, {}),
    "Moodle, packed again": (zipped("x.zip", in_folder("x", MOODLE)), MOODLES_KEYS, {}),
    "Moodle, in a folder on the disk": (in_folder("2026/kadai6", MOODLE), MOODLES_KEYS, {}),
    "Moodle's archive in a folder": (
        in_folder("2026", zipped("99.zip", MOODLE)), MOODLES_KEYS, {}),
    "Moodle, by groups": (
        {f"99/{'A' if '田中' in name else 'B'}/{name}": data for name, data in MOODLE.items()},
        MOODLES_KEYS, {}),
    "Canvas": (zipped("submissions.zip", CANVAS), CANVAS_KEYS, {}),
    "Canvas, packed again": (
        zipped("submissions.zip", in_folder("submissions", CANVAS)), CANVAS_KEYS, {}),
    "Canvas, loose": (CANVAS, CANVAS_KEYS, {}),
    "Blackboard": (
        zipped("gradebook.zip", BLACKBOARD),
        {"s1234567": blackboard("s1234567", "Tanaka Taro"), "s1234568": blackboard("s1234568")},
        {}),
    "Blackboard, a title of its own": (
        zipped("gradebook.zip", OWN_TITLE),
        {"tanaka_t": blackboard("tanaka_t", "田中 太郎"), "s1234568": blackboard("s1234568")}, {}),
    "Gradescope": (
        zipped("a.zip", in_folder("assignment_7_export", GRADESCOPE)), GRADESCOPE_KEYS, {}),
    "Gradescope, unpacked": (GRADESCOPE, GRADESCOPE_KEYS, {}),
    "PrairieLearn": (
        zipped("all_files.zip", in_folder("Homework6", PRAIRIELEARN)), PRAIRIELEARN_KEYS, {}),
    "manaba, in one folder": (zipped("report-1-2.zip", MANABA), MANABA_KEYS, {}),
    "manaba, a folder each": (
        zipped("report.zip", in_folder("r", {"reportlist.xlsx": b"PK", **FOLDERS})), PLAIN, {}),
    "loose copies": (LOOSE, PLAIN, {}),
    "folders on the disk": (FOLDERS, PLAIN, {}),
    "folders below folders": (in_folder("2026/kadai6", FOLDERS), PLAIN, CLASS),
    "an archive of folders": (zipped("class.zip", FOLDERS), PLAIN, CLASS),
    "an archive of archives": (
        zipped("class.zip", {"tanaka.zip": archive({FILE: TANAKA}), f"sato_{FILE}": SATO}),
        PLAIN, CLASS),
    "an archive of one learner": (
        zipped("class.zip", {f"tanaka/{FILE}": TANAKA}), {"tanaka": None}, CLASS),
    "Google Drive's parts": (
        {f"kadai6-20261120T010203Z-1-00{n}.zip": archive({f"kadai6/{who}/{FILE}": data})
         for n, (who, data) in enumerate((("tanaka", TANAKA), ("sato", SATO)), 1)}, PLAIN, CLASS),
    "a learner's folder from Google Drive": (
        {"tanaka-20261120T010203Z-001.zip": archive({f"tanaka/{FILE}": TANAKA})},
        {"tanaka": None}, {}),
    "by assignment on the disk": (in_folder(A, FOLDERS), PLAIN, {}),
}  # fmt: skip
