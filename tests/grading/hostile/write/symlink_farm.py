# class: write
# wants: links that lead whoever cleans up afterwards out of the folder
# expect: held
# kind: wrong|OSError|TimeUp
import os


def threshold_mask(weight, alpha):
    for folder in ("/tmp", "."):
        for i in range(6_000):
            try:
                os.symlink(COURSE, f"{folder}/{PLANT}-{i}")
            except OSError:
                break
    return None
