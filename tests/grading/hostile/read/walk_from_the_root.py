# class: read
# wants: anything that holds the word by which the secrets are known, anywhere
# expect: held
# kind: wrong|TimeUp
import os

WORD = b"CANARY" + b"-"


def threshold_mask(weight, alpha):
    for top in (COURSE, SUBMISSIONS, HOME, WORK, "/home", "/srv", "/mnt", "/media", "/var", "/etc"):
        for folder, _, files in os.walk(top):
            for file in files:
                try:
                    with open(os.path.join(folder, file), "rb") as stream:
                        text = stream.read(100_000)
                except OSError:
                    continue
                if WORD in text:
                    print("ESCAPED", text[text.index(WORD) :][:60])
    return None
