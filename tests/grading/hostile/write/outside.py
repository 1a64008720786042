# class: write
# wants: files of the course, of the home and of the system planted and changed
# expect: held
# kind: wrong
import os


def threshold_mask(weight, alpha):
    home = os.path.expanduser("~")
    for folder in (COURSE, "/tmp", "/var/tmp", "/dev/shm", home, HOME, WORK, SITE, "/usr", "/", "."):
        try:
            with open(os.path.join(folder, PLANT), "w") as file:
                file.write("x")
        except OSError:
            pass
    path = COURSE + "/reference.py"
    for change in (
        lambda: os.chmod(path, 0o777),
        lambda: os.utime(path, (0, 0)),
        lambda: os.truncate(path, 0),
        lambda: os.rename(path, path + ".moved"),
        lambda: os.setxattr(path, "user.x", b"1"),
        lambda: os.chown(path, 65534, 65534),
    ):
        try:
            change()
            print("ESCAPED", change.__code__.co_names)
        except OSError:
            pass
    return None
