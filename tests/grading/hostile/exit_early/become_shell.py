# class: exit_early
# wants: a shell in place of Python, which prints what it can see
# expect: held
# kind: PermissionError|ChildDied
import os


def threshold_mask(weight, alpha):
    for descriptor in range(64):
        os.set_inheritable(descriptor, True) if os.path.exists(f"/proc/self/fd/{descriptor}") else 0
    os.execv("/bin/sh", ["sh", "-c", f"cat {COURSE}/* >&2; cat {COURSE}/* >&3; exit 0"])
