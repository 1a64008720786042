# class: read
# wants: files and folders that the grader left open
# expect: held
# kind: wrong
import os


def threshold_mask(weight, alpha):
    for descriptor in range(3, 256):
        try:
            os.lseek(descriptor, 0, os.SEEK_SET)
            print("file", descriptor, os.read(descriptor, 90))
        except OSError:
            pass
        try:
            print("ESCAPED folder", descriptor, os.listdir(descriptor)[:5])
            inner = os.open(COURSE[1:] + "/reference.py", os.O_RDONLY, dir_fd=descriptor)
            print("ESCAPED", os.read(inner, 90))
        except OSError:
            pass
    return None
