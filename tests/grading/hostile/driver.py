"""Runs a hostile answer in the product and says what it got: its mark, and every breach.

    with World() as world, Sandbox() as child:
        report = Driver(world, child).examine(attack)

An attack is one file <class>/<name>.py, the text of an answer cell, under a head of comments:

    # class: read
    # wants: what the attacker is after
    # expect: held | held 0.14 | blind | residual | right
    # kind: TimeUp|MemoryError      what may be seen of it; "wrong" is a value or an argument
    # exercise: pick_alpha          threshold_mask where it is not said
    # stock: no                     not for stock nbgrader: a danger to the machine, or no sense

held: no breach, and no more than this share of the points (0). blind: held, and the message is the
same whatever the hidden inputs are. residual: no breach, the mark is not promised. right: an honest
answer, which must get full marks.
"""

from __future__ import annotations

import contextlib
import ctypes
import hashlib
import json
import os
import re
import secrets
import socket
import sqlite3
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

import psutil
from cost import slowness
from checker.cards import verdict_card
from checker.catalogue import load
from checker.judging.source import judge_with
from checker.judging.verdict import Verdict
from checker.running import isolation
from checker.running.inside.messages import Run
from checker.running.sandbox import Sandbox

HERE = Path(__file__).parent
CLASSES = (
    "exit_early", "lie_by_value", "patch_the_judge", "forge_the_channel", "read", "write",
    "network", "exhaust", "outlive", "detect_grading", "markup", "honest_but_odd",
)  # fmt: skip
SEED, OTHER_SEED = 20_261_124, 7
SECONDS = 0.4  # of work for an answer: most of the endless ones cost a multiple of it
WORK = 2.0  # seconds of the grader's own processor time that no answer may cost
MOMENT = 60.0  # seconds in which the kernel ends what was killed: only what is left waits for it
HONEST = "threshold_mask"
SHARED = ("/", "/tmp", "/var/tmp", "/dev", "/dev/shm", "/dev/mqueue", "/usr")
PR_SET_CHILD_SUBREAPER = 36
IPC_CREAT, IPC_RMID = 0o1000, 0
# What an honest learner sees: it must be the same whoever came before.
LOOKS_AROUND = """
import os
import resource

for folder in ("/", "/tmp", "/dev", "/dev/shm", "/dev/pts", "/proc", "."):
    try:
        print(folder, sorted(os.listdir(folder)))
    except OSError as error:
        print(folder, type(error).__name__)
print(sorted(os.environ.items()), os.getcwd(), os.umask(0o22), os.getpriority(0, 0))
print([resource.getrlimit(getattr(resource, n)) for n in sorted(dir(resource)) if "RLIMIT_" in n])
print(torch.get_default_dtype(), torch.is_grad_enabled(), np.geterr())
"""


def seconds() -> float:
    """SECONDS of work, as the machine on which they were agreed would do it."""
    return SECONDS * slowness()


@dataclass(frozen=True)
class Attack:
    """One file of the suite."""

    path: Path
    head: dict[str, str]
    text: str

    def __str__(self) -> str:
        return f"{self.path.parent.name}/{self.path.stem}"

    @property
    def exercise(self) -> str:
        return self.head.get("exercise", HONEST)

    @property
    def rule(self) -> str:
        return self.head["expect"].split()[0]

    @property
    def share(self) -> float:
        """The share of the points that the answer earns honestly."""
        return float(self.head["expect"].removeprefix(self.rule) or self.rule == "right")

    @property
    def kinds(self) -> list[str]:
        return self.head["kind"].split("|") if "kind" in self.head else []


def attacks(only: str | None = None) -> list[Attack]:
    """Every attack, or those of one class, in the order of the classes."""
    paths = [p for name in CLASSES for p in sorted((HERE / name).glob("*.py"))]
    return [read(path) for path in paths if only in (None, path.parent.name)]


def read(path: Path) -> Attack:
    text = path.read_text(encoding="utf-8")
    head = {}
    for line in text.splitlines():
        found = re.fullmatch(r"# (class|wants|expect|kind|exercise|stock): (.*)", line)
        if not found:
            break
        head[found[1]] = found[2]
    return Attack(path, head, text)


@dataclass(frozen=True)
class Report:
    """What an attack got."""

    attack: Attack
    verdict: Verdict
    kind: str  # the failure that was seen, "wrong" or "right"
    breaches: tuple[str, ...]


class World:
    """Things worth stealing and breaking, each with a secret text or with a watch on it."""

    def __init__(self, folder: Path | None = None, unwatched: tuple[str, ...] = ()):
        self._given, self._unwatched = folder, unwatched

    def __enter__(self) -> World:
        # Whoever loses its parent becomes our child, and so no daemon gets out of sight.
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        with contextlib.ExitStack() as self._exit:
            made = tempfile.TemporaryDirectory(prefix="canary-", ignore_cleanup_errors=True)
            self.folder = self._given or Path(self._exit.enter_context(made))
            self.canaries: list[str] = []
            self.plant = f"planted-{secrets.token_hex(4)}"
            self.shared_key, self.planted_key = (secrets.randbelow(1 << 30) + 1 for _ in range(2))
            self._files()
            self._environment()
            self._servers()
            self._neighbour()
            self._segment()
            self._exit.callback(self._tidy)
            self.look()
            self._exit = self._exit.pop_all()
        return self

    def __exit__(self, *_) -> None:
        self._exit.close()

    def canary(self, what: str) -> str:
        """A text that nothing but theft can bring into an output."""
        self.canaries.append(f"CANARY-{what}-{secrets.token_hex(8)}")
        return self.canaries[-1]

    def _files(self) -> None:
        self.course, self.submissions, self.home, self.work = (
            self.folder / name for name in ("course", "submissions", "home", "work")
        )
        solution = load(HONEST).solved()
        self.secret_files = [
            self._file(self.course / "reference.py", f"# {self.canary('reference')}\n{solution}"),
            self._file(self.course / "hidden_tests.py", f"SEED = '{self.canary('hidden')}'"),
            self._file(self.course / "grading" / "seed", self.canary("seed")),
            self._file(
                self.submissions / "sato" / "answer.py", f"# {self.canary('sato')}\n{solution}"
            ),
            self._file(self.home / ".netrc", self.canary("netrc")),
            self._file(self.home / ".ssh" / "id_ed25519", self.canary("ssh")),
            self._file(self.work / "notes.txt", self.canary("notes")),
        ]
        self._file(self.home / ".bashrc", "# nothing yet")
        book = self.course / "gradebook.db"
        if not book.exists():
            with contextlib.closing(sqlite3.connect(book)) as connection, connection:
                connection.execute("CREATE TABLE grade (id, auto_score, manual_score)")
                connection.execute("INSERT INTO grade VALUES (1, 2.0, NULL)")

    def _file(self, path: Path, text: str) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def _environment(self) -> None:
        for name, value in {"HOME": str(self.home), "GRADER_TOKEN": self.canary("env")}.items():
            before = os.environ.get(name)
            os.environ[name] = value
            self._exit.callback(
                os.environ.__setitem__ if before is not None else os.environ.pop, name, before
            )

    def _servers(self) -> None:
        """Servers that nobody may reach: the kernel takes the connections, we count them."""
        self.unix_path = str(self.folder / "socket")
        self.abstract = f"keiryoka-{secrets.token_hex(8)}"
        inet, unix = socket.AF_INET, socket.AF_UNIX
        tcp = socket.create_server(("127.0.0.1", 0))
        self.port = tcp.getsockname()[1]
        self.servers = {"the TCP server": tcp}
        for name, family, kind, address in (
            ("the UDP server", inet, socket.SOCK_DGRAM, ("127.0.0.1", self.port)),
            ("the unix socket", unix, socket.SOCK_STREAM, self.unix_path),
            ("the abstract socket", unix, socket.SOCK_STREAM, f"\0{self.abstract}"),
        ):
            self.servers[name] = socket.socket(family, kind)
            self.servers[name].bind(address)
            if kind == socket.SOCK_STREAM:
                self.servers[name].listen()
        for server in self.servers.values():
            server.setblocking(False)
            self._exit.enter_context(server)

    def _neighbour(self) -> None:
        """Another process of the instructor, as the kernel of a notebook would be."""
        self.neighbour = subprocess.Popen(
            [sys.executable, "-c", "input()"],  # ends with us, at the latest
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={"NEIGHBOUR_TOKEN": self.canary("neighbour")},
        )
        self._exit.enter_context(self.neighbour)
        self._exit.callback(self.neighbour.kill)

    def _segment(self) -> None:
        """System V shared memory, which no file permission guards."""
        libc = ctypes.CDLL(None, use_errno=True)
        libc.shmat.restype = ctypes.c_void_p
        segment = libc.shmget(self.shared_key, 4096, IPC_CREAT | 0o666)
        self._exit.callback(libc.shmctl, segment, IPC_RMID, None)
        text = self.canary("segment").encode()
        ctypes.memmove(libc.shmat(segment, None, 0), text, len(text))

    def _tidy(self) -> None:
        """Remove what an attack has planted outside of the folder."""
        for name, what in self.state().items():
            if what == "planted":
                path = Path(name)
                path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
        libc = ctypes.CDLL(None)
        for key in self._planted_keys():
            libc.shmctl(libc.shmget(key, 0, 0), IPC_RMID, None)

    def _planted_keys(self, kind: str = "shm") -> list[int]:
        lines = Path(f"/proc/sysvipc/{kind}").read_text().splitlines()[1:]
        keys = {int(line.split()[0]) for line in lines}
        return sorted(keys.intersection(range(self.planted_key, self.planted_key + 8)))

    def preamble(self) -> str:
        """The names by which an attack knows what it may try to reach, on one line."""
        values = {
            "COURSE": str(self.course),
            "SUBMISSIONS": str(self.submissions),
            "WORK": str(self.work),
            "HOME": str(self.home),
            "SITE": sysconfig.get_path("purelib"),
            "KERNEL_PID": self.neighbour.pid,
            "SUPERVISOR_PID": os.getpid(),
            "LOOP_PORT": self.port,
            "ABSTRACT": self.abstract,
            "UNIX_PATH": self.unix_path,
            "SECRET_FILES": [str(path) for path in self.secret_files],
            "PLANT": self.plant,
            "PLANTED_KEY": self.planted_key,
            "SHARED_KEY": self.shared_key,
        }
        return "; ".join(f"{name} = {value!r}" for name, value in values.items())

    def source(self, attack: Attack) -> str:
        """The text of the answer cell; an honest answer gets no preamble."""
        head = "" if attack.rule == "right" else self.preamble() + "\n"
        return head + attack.text

    def look(self) -> None:
        """Take what is there now for unharmed."""
        self._before = self.state()

    def breaches(self, came_back: str) -> Iterator[str]:
        """What an attack has read, changed, planted, reached or harmed, up to now."""
        for canary in self.canaries:
            if canary in came_back:
                yield f"read: {canary}"
        if said := re.search(r"ESCAPED[^\n']*", came_back):
            yield f"reached: it says {said[0]!r}"
        now = self.state()
        for name in sorted(self._before.keys() | now.keys()):
            if self._before.get(name) != now.get(name):
                yield f"changed: {name}"
        self._before = now
        for name, server in self.servers.items():
            with contextlib.suppress(BlockingIOError):
                server.recv(1) if server.type == socket.SOCK_DGRAM else server.accept()[0].close()
                yield f"reached: {name}"

    def state(self) -> dict[str, object]:
        """Everything that must stay as it is, by name."""
        state: dict[str, object] = {}
        for path in sorted(self.folder.rglob("*")):
            if path.relative_to(self.folder).as_posix().startswith(self._unwatched):
                continue
            status = path.lstat()
            data = path.read_bytes() if path.is_file() and not path.is_symlink() else b""
            digest = hashlib.sha256(data).hexdigest()
            name = str(path.relative_to(self.folder))
            written = None if path.is_dir() else status.st_mtime_ns
            state[name] = (status.st_mode, status.st_uid, written, digest)
        site = sysconfig.get_path("purelib")
        homes = (os.path.expanduser("~"), os.getcwd(), site, Path(json.__file__).parent)
        ours = (isolation.PACKAGE, isolation.PACKAGE / "grading")
        for folder in map(Path, (*SHARED, *homes, *ours)):
            with contextlib.suppress(OSError):
                state |= {str(p): "planted" for p in folder.glob(f"{self.plant}*")}
        state["sitecustomize"] = Path(site, "sitecustomize.py").exists()
        for kind in ("shm", "sem", "msg"):
            state[f"System V {kind}"] = self._planted_keys(kind)
        for name, pid in {"neighbour": self.neighbour.pid, "grader": os.getpid()}.items():
            state[f"the {name}"] = self._settings(psutil.Process(pid))
        return state

    def _settings(self, process: psutil.Process) -> tuple:
        with contextlib.suppress(psutil.NoSuchProcess):
            if process.status() != psutil.STATUS_ZOMBIE:
                limits = [process.rlimit(kind) for kind in range(16)]
                return process.nice(), process.cpu_affinity(), process.ionice(), limits
        return ("dead",)


class Driver:
    """Examines attacks on one warm child, as the product grades one learner after another."""

    def __init__(self, world: World, child: Sandbox):
        self.world, self.child = world, child
        exercise = load(HONEST)
        self.honest = exercise.solved()
        # Another learner's answer is a secret too: no later learner may find a trace of it.
        self.neighbours = f"# {world.canary('answer')}\n{LOOKS_AROUND}\n{self.honest}"
        verdict, run = self._next_learner()
        if verdict.outcome != "right":
            raise RuntimeError(f"the honest answer gets no full marks: {verdict.message}")
        self.sights = run.printed
        self.processes = Counter(map(command, descendants()))

    def examine(self, attack: Attack) -> Report:
        """Run one attack, an honest answer after it, and an honest learner after that."""
        source, runs, cards = self.world.source(attack), [], []
        worked = time.process_time()
        with self.child.learner() as learner:

            def judged(name: str, text: str, seed: int | None = SEED) -> Verdict:
                def runner(*request) -> Run:
                    runs.append(learner(*request))
                    return runs[-1]

                verdict = judge_with(runner, name, text, seed=seed)
                cards.append(verdict_card(verdict))
                return verdict

            verdict = judged(attack.exercise, source)
            kind = what_was_seen(runs[0] if runs else Run(), verdict)
            breaches = [*marked(attack, verdict, kind)]
            if (work := time.process_time() - worked) > WORK and work > WORK * slowness():
                breaches.append(f"exhausted: {work:.1f} s of the grader's own work")
            if attack.rule == "blind":
                other = judged(attack.exercise, source, OTHER_SEED)
                if other.message != verdict.message:
                    breaches.append("read: the message depends on the hidden inputs")
            if attack.head["class"] == "markup":
                judged(attack.exercise, source, None)  # as the learner sees it, with all texts
            after = judged(HONEST, self.honest)
            if after.outcome != "right":
                breaches.append(f"next answer: {after.message}")
        breaches += self._left_running()
        following, run = self._next_learner()
        if following.outcome != "right":
            breaches.append(f"next learner: {following.message}")
        elif run.printed != self.sights:
            breaches.append(f"planted: the next learner sees {run.printed}")
        breaches += (f"markup: {found}" for card in cards for found in active_markup(card.html))
        if "MARK" in verdict.message:
            breaches.append(f"markup: a hidden case shows the learner's text: {verdict.message}")
        came_back = f"{runs!r}{[card.html + card.text for card in cards]}"
        breaches += self.world.breaches(came_back)
        return Report(attack, verdict, kind, tuple(breaches))

    def _next_learner(self) -> tuple[Verdict, Run]:
        runs = []
        with self.child.learner() as learner:

            def runner(*request) -> Run:
                runs.append(learner(*request))
                return runs[-1]

            return judge_with(runner, HONEST, self.neighbours, seed=SEED), runs[-1]

    def _left_running(self) -> Iterator[str]:
        """Processes that are there since, given a moment in which the kernel ends the others."""
        deadline = time.monotonic() + MOMENT
        while left := Counter(map(command, descendants())) - self.processes:
            if time.monotonic() > deadline:
                break
            time.sleep(0.01)
        for process in descendants() if left else ():
            if command(process) in left:
                yield f"left running: {process}"
                process.kill()


def marked(attack: Attack, verdict: Verdict, kind: str) -> Iterator[str]:
    """Breaches of the rule about the mark: too many points, too few, or no word about it."""
    if attack.rule == "residual":
        return
    if verdict.score > attack.share + 0.005:
        yield f"mark: {verdict.score:.2f} of the points"
    if attack.rule == "right" and (verdict.outcome, verdict.score) != ("right", 1.0):
        yield f"mark: an honest answer got {verdict.score:.2f}: {verdict.message}"
    if attack.rule != "right" and (verdict.outcome == "right" or not verdict.lines):
        yield f"unnamed: {verdict.message}"
    if attack.kinds and kind not in attack.kinds:
        yield f"named otherwise: {kind}, and {attack.kinds} was to be seen"


def what_was_seen(run: Run, verdict: Verdict) -> str:
    """The failure by which the product names an attack, else the outcome."""
    failures = [run.failure, *(o.failure for o in run.observations)]
    return next((f.kind for f in failures if f), verdict.outcome)


def active_markup(html: str) -> list[str]:
    """Elements and attributes in a card that do something, which none of ours does."""
    found = []

    class Parser(HTMLParser):
        def handle_starttag(self, tag, attributes):
            if tag not in ("div", "span", "pre", "code", "table", "tr", "td", "th", "details",
                           "summary", "br", "b", "p", "ul", "li"):  # fmt: skip
                found.append(f"<{tag}>")
            found.extend(f"{name}={value}" for name, value in attributes if active(name, value))

    def active(name: str, value: str | None) -> bool:
        return name.startswith("on") or name in ("src", "href", "action") or "MARK" in (value or "")

    Parser(convert_charrefs=True).feed(html)
    return found


def descendants() -> list[psutil.Process]:
    """Every process below this one that has not ended."""
    alive = []
    for process in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            if process.status() != psutil.STATUS_ZOMBIE:
                alive.append(process)
    return alive


def command(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.NoSuchProcess:
        return "ended"
