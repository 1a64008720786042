# class: exhaust
# wants: a process that never finishes dying
# expect: held
# kind: wrong|TimeUp
class Phoenix:
    def __del__(self):
        while True:
            Phoenix()


def threshold_mask(weight, alpha):
    Phoenix()
    return None
