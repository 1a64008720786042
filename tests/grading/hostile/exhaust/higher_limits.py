# class: exhaust
# wants: the limits raised, or those of another process lowered
# expect: held
# kind: wrong
import os
import resource


def threshold_mask(weight, alpha):
    for name in ("AS", "CPU", "NPROC", "FSIZE", "NOFILE", "CORE", "MEMLOCK", "SIGPENDING"):
        limit = getattr(resource, f"RLIMIT_{name}", None)
        if limit is None:
            continue
        try:
            before = resource.getrlimit(limit)[1]
            resource.setrlimit(limit, (resource.RLIM_INFINITY,) * 2)
            if before != resource.RLIM_INFINITY:
                print("ESCAPED raised", name)
        except (OSError, ValueError):
            pass
        for pid in (os.getppid(), KERNEL_PID):
            try:
                resource.prlimit(pid, limit, (1, 1))
                print("ESCAPED lowered", name)
            except (OSError, ValueError):
                pass
    return None
