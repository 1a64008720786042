# class: write
# wants: every inode of the disk
# expect: held
# kind: wrong|OSError|TimeUp
import os


def threshold_mask(weight, alpha):
    for folder in (WORK, "/tmp", "/dev/shm", "."):
        for i in range(20_000):
            try:
                os.close(os.open(f"{folder}/{PLANT}-{i}", os.O_CREAT, 0o600))
            except OSError:
                break
    return None
