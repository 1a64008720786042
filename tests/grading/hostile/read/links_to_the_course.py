# class: read
# wants: the course through links made where one may write
# expect: held
# kind: wrong
import os


def threshold_mask(weight, alpha):
    for i, path in enumerate(SECRET_FILES):
        for make in (os.symlink, os.link):
            link = f"/tmp/{make.__name__}-{i}"
            try:
                make(path, link)
                print("ESCAPED", open(link).read()[:90])
            except OSError:
                pass
    return None
