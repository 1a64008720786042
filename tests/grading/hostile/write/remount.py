# class: write
# wants: read-only files made writable
# expect: held
# kind: wrong
import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)


def threshold_mask(weight, alpha):
    for folder in ("/", "/usr", "/dev", "/proc", SITE, "/course"):
        if libc.mount(None, folder.encode(), None, 32, None) == 0:
            print("ESCAPED remounted", folder)
        try:
            open(os.path.join(folder, PLANT), "x").close()
        except OSError:
            pass
    return None
