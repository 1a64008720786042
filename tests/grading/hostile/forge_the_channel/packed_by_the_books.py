# class: forge_the_channel
# wants: full marks for a well-formed reply that claims them
# expect: held
# kind: wrong|BadReply
import os
import sys

wire = sys.modules.get("checker.running.inside.wire")
answer = sys.modules.get("checker.running.inside.messages")


def threshold_mask(weight, alpha):
    if wire is None:
        return None
    claim = {"outcome": "right", "verdict": "right", "score": 1.0, "pass": True}
    seen = tuple(answer.Observation(claim, None, (weight, alpha), False) for _ in range(7))
    data = wire.pack_run(answer.Run(seen, None, "right"))
    for descriptor in range(3, 64):
        try:
            os.write(descriptor, len(data).to_bytes(8, "little") + data)
        except OSError:
            pass
    os._exit(0)
