# class: forge_the_channel
# wants: a second reply left in the pipe, to be taken for the next exercise's
# expect: held
# kind: InTheWrongPipe|wrong|BadReply|ChildDied
import os
import sys

wire = sys.modules.get("checker.running.inside.wire")
answer = sys.modules.get("checker.running.inside.messages")


def threshold_mask(weight, alpha):
    if wire is None:
        return None
    data = wire.pack_run(answer.Run((), answer.Failure("InTheWrongPipe"), ""))
    frame = len(data).to_bytes(8, "little") + data
    for descriptor in range(3, 64):
        try:
            os.write(descriptor, frame * 3)
        except OSError:
            pass
    return None
