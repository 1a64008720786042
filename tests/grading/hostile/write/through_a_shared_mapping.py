# class: write
# wants: a read-only file changed through its pages
# expect: held
# kind: wrong|ChildDied
import mmap
import os


def threshold_mask(weight, alpha):
    for path in (*SECRET_FILES, math.__file__ if hasattr(math, "__file__") else os.__file__):
        try:
            with open(path, "r+b") as file, mmap.mmap(file.fileno(), 0) as pages:
                pages[0:1] = b"#"
                print("ESCAPED wrote", path)
        except (OSError, ValueError):
            pass
    return None
