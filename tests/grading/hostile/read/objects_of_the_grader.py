# class: read
# wants: cases, seeds and expected values among all objects of the process
# expect: held
# kind: wrong|TimeUp
import gc


def threshold_mask(weight, alpha):
    for thing in gc.get_objects():
        name = type(thing).__name__
        if name in ("Exercise", "Wrong", "Case", "Verdict", "Generator"):
            print("ESCAPED", name, repr(thing)[:60])
        if type(thing) is dict and {"seed", "expected", "cases"} & {k for k in thing if type(k) is str}:
            module = str(thing.get("__name__", "checker"))
            if module.startswith("checker"):
                print("ESCAPED", sorted(map(str, thing))[:5])
    return None
