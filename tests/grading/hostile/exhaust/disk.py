# class: exhaust
# wants: a full disk
# expect: held
# kind: wrong
import os


def threshold_mask(weight, alpha):
    for folder in (".", "/tmp", "/var/tmp", "/dev/shm", WORK, COURSE):
        try:
            for i in range(10):
                with open(os.path.join(folder, f"{PLANT}-{i}"), "wb") as file:
                    file.write(b"x" * 4_000_000)
        except OSError:
            pass
    return None
