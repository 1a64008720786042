# class: forge_the_channel
# wants: a hidden input told to the learner as the name of an error, or as its own output
# expect: blind
import os
import sys

wire = sys.modules.get("checker.running.inside.wire")
answer = sys.modules.get("checker.running.inside.messages")


def threshold_mask(weight, alpha):
    if wire is None:
        return None
    secret = str(weight.tolist())
    data = wire.pack_run(answer.Run((), answer.Failure(secret, secret, None), secret))
    for descriptor in range(3, 64):
        try:
            os.write(descriptor, len(data).to_bytes(8, "little") + data)
        except OSError:
            pass
    os._exit(0)
