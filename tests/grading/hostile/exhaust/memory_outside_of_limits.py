# class: exhaust
# wants: memory that the limit of the address space does not count: pipes, memfd, tmpfs
# expect: held
# kind: wrong|ChildDied|TimeUp
import fcntl
import os


def threshold_mask(weight, alpha):
    try:
        handle, size = os.memfd_create("x"), 0
        for _ in range(200):
            size += os.write(handle, b"x" * 1_000_000)
        print("ESCAPED memfd", size)
    except OSError:
        pass
    for path in (f"/dev/shm/{PLANT}", f"/tmp/{PLANT}", f"/{PLANT}"):
        try:
            handle, size = os.open(path, os.O_CREAT | os.O_RDWR, 0o600), 0
            for _ in range(200):
                size += os.write(handle, b"x" * 1_000_000)
            print("ESCAPED wrote", path, size)
        except OSError:
            pass
    kept, size = [], 0
    try:
        while len(kept) < 2000:
            kept.append(os.pipe())
            writing = kept[-1][1]
            os.set_blocking(writing, False)
            try:
                fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, 1 << 20)
                while True:
                    size += os.write(writing, b"x" * 65536)
            except BlockingIOError:
                pass
    except OSError:
        pass
    if size > 64 << 20:
        print("ESCAPED pipes", size)
    return None
