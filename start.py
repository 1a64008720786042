"""この講座を開く、またはテストするコマンドです。

    python start.py                 JupyterLab を開きます (初回は必要なものを .venv に入れます)
    python start.py --port=9000     引数は JupyterLab に渡します
    python start.py test            すべてのテストを実行します (続く引数は pytest に渡します)
    python start.py test fast       1 分ほどで終わるテストだけを実行します (checker と lessons の
                                    単体テストと、main から変えたところを使う演習の検査です)
"""
# Standard library only, and parsable by Python 3.8, so that an old Python still gets our message.
import hashlib
import itertools
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
STAMP = VENV / "installed.json"
PIP_LOG = VENV / "pip.log"

OVERRIDES = {
    "@jupyterlab/translation-extension:plugin": {"locale": "ja_JP"},
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
    "@jupyterlab/notebook-extension:tracker": {"showEditorForReadOnlyMarkdown": False},
}
# The figures are drawn for paper. Turned over, and the hue turned back, black text becomes white and
# blue stays blue, with as much between two colours as before.
DARK_FIGURES = """[data-jp-theme-light="false"] .jp-OutputArea-output img.figure {
  filter: invert(1) hue-rotate(180deg);
}
"""
# nbgrader's author tools and the other panels would only be in a learner's way.
DISABLED = ("@jupyter/nbgrader", "jupyterlab-jupytext", "@jupyterlab/launcher-extension",
            "@jupyterlab/extensionmanager-extension", "@jupyterlab/debugger-extension",
            "@jupyter-notebook/lab-extension")
# Where the fast tests are; what takes long there is marked.
FAST = ("tests/checker", "tests/lessons", "tests/exercises")


class Stop(Exception):
    """We cannot go on; the text says why and what the learner can do."""


def main(args):
    check_python(sys.version_info)
    if args[:1] == ["test"]:
        chosen = which_tests(args[1:])
        install("test")
        say("テストを実行します。")
        # One thread each: workers that share two cores are slower, and less exact, with more.
        # A third works while the others wait for a browser, a sandbox or the disk.
        threads = {name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS",
                                          "MKL_NUM_THREADS")}
        return run(["-m", "pytest", "-n", "3", "--dist", "loadfile", *chosen], threads)
    install("")
    lay_settings(ROOT / ".lab")
    lay_notebooks(ROOT / "notebooks", ROOT / "work")
    return open_lab(args)


def which_tests(args):
    """The arguments of pytest: for everything, for the fast tests, or for what is named."""
    word = args[0] if args else ""
    if word == "fast":
        return ["--fast", *FAST, *args[1:]]
    if word and not word.startswith("-") and not (ROOT / word.split("::")[0]).exists():
        raise Stop(f"「{word}」というテストはありません。\n"
                   "すべてのテスト: python start.py test\n"
                   "1 分ほどのテスト: python start.py test fast\n"
                   "1 つのファイル: python start.py test tests/course/test_start.py")
    return ["--nbval", "--browser-runs-notebooks", "--durations=25", *args]


def check_python(version):
    if not (3, 11) <= tuple(version[:2]) < (3, 14):
        found = next(filter(shutil.which, ("python3.13", "python3.12", "python3.11")), None)
        remedy = (f"代わりに {found} start.py を実行してください。" if found else
                  "Python 3.13 を入れてから、python3.13 start.py (Windows では py -3.13 start.py) "
                  "を実行してください。")
        raise Stop(f"この Python は {version[0]}.{version[1]} です。"
                   f"必要なのは 3.11、3.12、3.13 のどれかです。\n{remedy}")


# ---- the environment -------------------------------------------------------------------------

def install(extra):
    """Fill .venv, unless the stamp of an earlier run says that it already holds what is listed."""
    lists = digest(*((ROOT / name).read_bytes() for name in ("pyproject.toml", "constraints.txt")))
    stamp = read_json(STAMP)
    # A moved folder breaks the paths inside .venv; a missing stamp means a half-made one.
    whole = stamp.get("folder") == str(ROOT) and PYTHON.exists()
    if whole and stamp["lists"] == lists and extra in ("", stamp["extra"]):
        return
    if not whole:
        say("準備 1/2: Python の環境を .venv に作っています。10 秒ほどかかります。")
        make_venv()
        check_space(8 if takes_cuda() else 3)
    say("準備 2/2: 必要なライブラリを入れています。初回は数分かかります。")
    STAMP.unlink(missing_ok=True)
    PIP_LOG.unlink(missing_ok=True)
    command = [PYTHON, "-m", "pip", "install", "--log", PIP_LOG, "-c", "constraints.txt", "-e"]
    target = ".[test]" if extra else "."
    if subprocess.run([*command, target], cwd=ROOT, env=environment({}), check=False).returncode:
        if whole:                       # pip undid its changes, so the former stamp holds again
            write_json(STAMP, stamp)
        raise Stop(pip_remedy(PIP_LOG.read_text("utf-8", "replace") if PIP_LOG.exists() else ""))
    write_json(STAMP, {"folder": str(ROOT), "lists": lists, "extra": extra})
    say("準備が終わりました。次からは、すぐに始まります。")


def free_gb():
    return shutil.disk_usage(ROOT).free / 1e9


def check_space(needed_gb):
    if free_gb() < needed_gb:
        raise Stop(f"ディスクの空きが {free_gb():.1f} GB しかありません。{needed_gb} GB が必要です。\n"
                   f"不要なファイルを消すか、このフォルダーを別のディスクに移してください: {ROOT}")


def make_venv():
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    try:
        import ensurepip  # noqa: F401  (Debian and Ubuntu ship it apart from Python)
        import venv  # noqa: F401
    except ImportError as error:
        raise Stop(f"Python {version} に {error.name or 'ensurepip'} モジュールがありません。\n"
                   f"Debian と Ubuntu では sudo apt install python{version}-venv で入ります。"
                   ) from error
    VENV.mkdir(exist_ok=True)           # a folder that cannot be written to shows here, by its name
    made = subprocess.run([sys.executable, "-m", "venv", "--clear", VENV], check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if made.returncode:
        raise Stop(f"{VENV} を作れませんでした。\n{made.stdout.decode('utf-8', 'replace').strip()}\n"
                   "開いている JupyterLab を閉じ、.venv フォルダーを消して、もう一度実行してください。")


def takes_cuda():
    """Whether pip will take PyTorch's CUDA build (5.4 GB installed; the CPU's takes 1.8 GB)."""
    config = subprocess.run([PYTHON, "-m", "pip", "config", "list"], check=False,
                            stdout=subprocess.PIPE).stdout
    cuda = sys.platform == "linux" and b"index" not in config and b"find-links" not in config
    if cuda and not shutil.which("nvidia-smi"):
        say("NVIDIA の GPU が見つかりません。数 GB ある CUDA 版を避ける方法は README.ja.md の"
            "「GPU のない Linux」にあります。")
    return cuda


def pip_remedy(log):
    """Turn pip's log into one cause and one remedy."""
    def last(mark, otherwise):
        return next((line.split(mark, 1)[1] for line in reversed(log.splitlines())
                     if mark in line), otherwise)

    small = log.lower()
    if "no space left" in small or "errno 28" in small:
        cause = (f"途中でディスクがいっぱいになりました。今の空きは {free_gb():.1f} GB です。\n"
                 "不要なファイルを消してください。")
    elif any(sign in small for sign in ("max retries exceeded", "retrying (", "sslerror")):
        cause = (f"ライブラリの配布元 ({last('Looking in indexes: ', 'PyPI')}) につながりません。\n"
                 "ネットワークの接続と、プロキシの設定 (環境変数 HTTPS_PROXY) を確かめてください。\n"
                 "初回だけはインターネットが必要です。")
    elif "no matching distribution" in small:
        bits = 64 if sys.maxsize > 2**32 else 32
        cause = (f"この Python ({sys.platform}、{bits} ビット、{sys.version.split()[0]}) に合う"
                 "ライブラリがありません。\n64 ビット版の Python 3.13 で実行してください。")
    else:
        cause = "ライブラリを入れられませんでした。"
    return (f"{cause}\n直したら、もう一度同じコマンドを実行してください。\n"
            f"pip の言葉: {last('ERROR: ', 'なし')}\n詳しい記録: {PIP_LOG}")


# ---- the learner's JupyterLab ----------------------------------------------------------------

def lay_settings(lab):
    """Write the Japanese settings; what the learner changes in the settings menu wins over them.

    A kernel explains in Japanese which names are missing, also when no cell has run yet.
    """
    write_json(lab / "labconfig" / "default_setting_overrides.json", OVERRIDES)
    write_json(lab / "labconfig" / "page_config.json",
               {"disabledExtensions": {name: True for name in DISABLED}})
    write(lab / "custom" / "custom.css", DARK_FIGURES.encode())
    write_json(lab / "ipython" / "profile_default" / "ipython_kernel_config.json",
               {"InteractiveShellApp": {"extensions": ["checker.notebook.course_names"]}})


def open_lab(args):
    work = ROOT / "work"
    command = ["-m", "jupyterlab", f"--ServerApp.root_dir={work}", "--LabApp.custom_css=True"]
    if (work / "course.ipynb").exists():
        command.append("--LabApp.default_url=/lab/tree/course.ipynb")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")
    say("JupyterLab を開きます。終わるときは、この画面で Ctrl+C を 2 回押してください。")
    code = run(command + args, {"JUPYTER_CONFIG_DIR": str(ROOT / ".lab"),
                                "IPYTHONDIR": str(ROOT / ".lab" / "ipython")})
    if code > 0:
        raise Stop(lab_remedy(code, args))
    return code


def lab_remedy(code, args):
    if subprocess.run([PYTHON, "-c", "import jupyterlab"], check=False,
                      stderr=subprocess.DEVNULL).returncode:
        STAMP.unlink(missing_ok=True)   # the next run installs everything anew
        return (f"{VENV} の中に JupyterLab がありません。\n"
                "もう一度同じコマンドを実行すると、入れ直します。")
    port = next((arg.split("=", 1)[1] for arg in args if arg.startswith("--port=")), "8888")
    return (f"JupyterLab が終了コード {code} で止まりました。理由は上の行にあります。\n"
            f"ポート {port} が使えないときは、別の番号を選んでください。\n"
            "例: python start.py --port=9000")


def environment(variables):
    # PATH: nbgrader looks for alembic there. PYTHONUTF8: Windows would read our text as cp932.
    path = str(BIN) + os.pathsep + os.environ.get("PATH", "")
    return {**os.environ, "PATH": path, "PYTHONUTF8": "1", **variables}


def run(arguments, variables):
    """Run the Python of .venv and wait for it; return its exit code."""
    child = subprocess.Popen([PYTHON, *arguments], cwd=ROOT, env=environment(variables))
    while True:
        try:
            return child.wait()
        except KeyboardInterrupt:       # the child got it too, and asks or cleans up before it ends
            continue


# ---- the learner's copies --------------------------------------------------------------------

def lay_notebooks(notebooks, work):
    """Copy notebooks/ into work/ without ever writing over a file that the learner has touched.

    work/.laid.json remembers which version of each file was laid, the digest of every copy we
    laid, and the text of the answer cells as we laid them, so that a stub is no answer.
    """
    work.mkdir(parents=True, exist_ok=True)
    laid = {"versions": {}, "copies": {}, "stubs": [], **read_json(work / ".laid.json")}
    sources = {path.relative_to(notebooks): path for path in sorted(notebooks.rglob("*"))
               if path.is_file()}
    released = [name for name in sources if not any(part.startswith(".") for part in name.parts)]
    former = {folder: former_notebooks(folder, released, work, laid)
              for folder in sorted({name.parent for name in released})}
    for name in released:
        lay_file(name, sources[name].read_bytes(), former[name.parent], work, laid)
    for folder, names in former.items():
        for old in names:
            retire(old, [name for name in released if name.parent == folder], work, laid)


def former_notebooks(folder, released, work, laid):
    """The notebooks that an earlier version laid in a folder which now has others."""
    known = [name for name in map(Path, laid["versions"]) if name.parent == folder]
    alone = folder / (folder.name + ".ipynb")
    if not known and (work / alone).exists():       # the record is lost; notebooks had this name
        laid["versions"][alone.as_posix()] = ""
        known = [alone]
    return [name for name in known if name not in released and name.suffix == ".ipynb"]


def lay_file(name, released, former, work, laid):
    key, version = name.as_posix(), digest(released)
    if laid["versions"].get(key) == version and (work / name).exists():
        return
    blank = dict(answer_cells(released))
    laid["stubs"] = sorted({digest_text(text) for text in blank.values()}.union(laid["stubs"]))
    answers = {}
    for old in former:
        for place in copies_of(old, work):
            answers.update(answers_in(work / place, laid))
    for place in places(name):
        if not (work / place).exists():
            break
        found, own = (work / place).read_bytes(), answers_in(work / place, laid)
        dropped = [grade_id for grade_id in own if grade_id not in blank]
        if untouched(place, work, laid) and all(own[i] == answers.get(i) for i in dropped):
            answers = {**own, **answers}            # what we have carried into it is older
            break
        answers.update(own)
        if found == with_answers(released, own):    # laid just before a kill
            break
    answers = {grade_id: text for grade_id, text in answers.items() if grade_id in blank}
    wanted = with_answers(released, answers)
    write(work / place, wanted)
    # The record follows the file: after a kill in between, the file is found as we lay it.
    laid["versions"][key] = version
    laid["copies"][place.as_posix()] = digest(wanted)
    write_json(work / ".laid.json", laid)
    if place != name:
        say(f"新しい版を work/{place.as_posix()} に置きました。"
            f"あなたの解答を {len(answers)} 件写しました。\n"
            f"  あなたが使っていた work/{key} は、そのまま残っています。")


def retire(old, news, work, laid):
    """Remove the untouched copies of a notebook that is no longer released; tell of the others."""
    answers = {place: answers_in(work / place, laid).items()
               for name in (*news, old) for place in copies_of(name, work)}
    for place in copies_of(old, work):
        elsewhere = [each for other in answers if other != place for each in answers[other]]
        if untouched(place, work, laid) and all(each in elsewhere for each in answers[place]):
            (work / place).unlink()
            del answers[place]
    kept = copies_of(old, work)
    if kept:
        say(f"work/{old.as_posix()} は、新しい版にはありません。")
    for name in news:
        carried = {each for place in kept for each in answers[place]}.intersection(answers[name])
        if carried:
            say(f"  あなたの解答を {len(carried)} 件、work/{name.as_posix()} に写しました。")
    for place in kept:
        say(f"  あなたが使っていた work/{place.as_posix()} は、そのまま残っています。")
    del laid["versions"][old.as_posix()]
    write_json(work / ".laid.json", laid)


def places(name):
    """06.ipynb, then 06.new.ipynb, 06.new2.ipynb, … for versions laid beside touched copies."""
    yield name
    number = 1
    while True:
        yield name.with_name(f"{name.stem}.new{number if number > 1 else ''}{name.suffix}")
        number += 1


def copies_of(name, work):
    """Those of its places where a file lies, the oldest first; learners may have deleted some."""
    return [place for place in itertools.islice(places(name), 100) if (work / place).exists()]


def untouched(place, work, laid):
    return digest((work / place).read_bytes()) == laid["copies"].get(place.as_posix())


def answers_in(path, laid):
    """What the learner, or we in their place, wrote into a file's answer cells: grade_id, text."""
    return {grade_id: text for grade_id, text in answer_cells(path.read_bytes())
            if digest_text(text) not in laid["stubs"]}


def answer_cells(content):
    """(grade_id, text) of the answer cells; nothing for a file that is no whole notebook."""
    try:
        cells = json.loads(content)["cells"]
        return [(str(cell["metadata"]["nbgrader"]["grade_id"]), "".join(cell["source"]))
                for cell in cells if cell["metadata"].get("nbgrader", {}).get("solution")]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return []


def with_answers(released, answers):
    if not answers:
        return released
    notebook = json.loads(released)
    for cell in notebook["cells"]:
        details = cell["metadata"].get("nbgrader", {})
        if details.get("solution") and details["grade_id"] in answers:
            cell["source"] = answers[details["grade_id"]].splitlines(keepends=True)
    # "replace": a lone surrogate, which JSON can hold and no file can, must not stop us.
    return (json.dumps(notebook, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "replace")


# ---- small things ----------------------------------------------------------------------------

def say(text):
    print(text, flush=True)


def digest(*contents):
    return hashlib.sha256(b"\0".join(contents)).hexdigest()


def digest_text(text):
    return digest(text.strip().encode("utf-8", "replace"))


def read_json(path):
    try:
        return json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}


def write_json(path, value):
    write(path, (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode())


def write(path, content):
    """Write the whole file or nothing, so that a kill or a power cut leaves no half file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    with part.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(part, path)


if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        sys.exit(main(sys.argv[1:]))
    except Stop as stop:
        sys.exit(f"\n{stop}")
    except OSError as error:
        sys.exit(f"\n{error.filename or ROOT} を読み書きできません ({error.strerror})。\n"
                 "開いている JupyterLab を閉じ、この講座を自分のフォルダーに移して、"
                 "もう一度実行してください。")
    except KeyboardInterrupt:
        sys.exit("\n中断しました。もう一度同じコマンドを実行すると、続きから始まります。")
