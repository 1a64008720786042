# class: forge_the_channel
# wants: a reply that the grader unpickles
# expect: held
# kind: BadReply|ChildDied
import os
import pickle


class Bomb:
    def __reduce__(self):
        return (exec, (f"open({COURSE!r} + '/' + {PLANT!r}, 'w').close()",))


def threshold_mask(weight, alpha):
    data = pickle.dumps(Bomb())
    for descriptor in range(3, 64):
        try:
            os.write(descriptor, len(data).to_bytes(8, "little") + data)
        except OSError:
            pass
    os._exit(0)
