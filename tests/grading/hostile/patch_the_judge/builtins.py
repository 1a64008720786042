# class: patch_the_judge
# wants: len, zip, type and print broken in whatever runs afterwards
# expect: held
# kind: TypeError|wrong|BadReply|ChildDied
import builtins

for name in ("len", "zip", "type", "print", "repr", "str", "bytes", "open", "isinstance", "any"):
    setattr(builtins, name, lambda *a, **k: True)


def threshold_mask(weight, alpha):
    return True
