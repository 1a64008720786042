# class: forge_the_channel
# wants: a hidden input told to the learner as the line of an error
# expect: blind
import os
import sys

wire = sys.modules.get("checker.running.inside.wire")
answer = sys.modules.get("checker.running.inside.messages")


def threshold_mask(weight, alpha):
    if wire is None:
        return None
    secret = int(weight.abs().sum() * 10**6)
    data = wire.pack_run(answer.Run((), answer.Failure("ValueError", "", secret), ""))
    for descriptor in range(3, 64):
        try:
            os.write(descriptor, len(data).to_bytes(8, "little") + data)
        except OSError:
            pass
    os._exit(0)
