# class: outlive
# wants: limits of the warm process lowered, so that it dies at the next answer
# expect: held
# kind: wrong|ChildDied
import os
import resource


def threshold_mask(weight, alpha):
    for pid in (os.getppid(), 1):
        for name in ("AS", "CPU", "NOFILE", "FSIZE", "STACK"):
            try:
                resource.prlimit(pid, getattr(resource, f"RLIMIT_{name}"), (1, 1))
                print("ESCAPED lowered", name)
            except (OSError, ValueError):
                pass
    return None
