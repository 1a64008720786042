# class: forge_the_channel
# wants: the marks, claimed in every field that a protocol could have
# expect: held
# kind: ChildDied|BadReply
import json
import os
import struct


def threshold_mask(weight, alpha):
    value = {"t": "list", "v": [{"t": "bool", "v": True}, {"t": "list", "v": []}]}
    claims = {"pass": True, "verdict": "pass", "ok": True, "score": 10, "value": value}
    for i in range(10):
        for head in ({"k": "start", "i": i}, {"k": "value", "i": i, **claims}, {"k": "end", **claims}):
            data = json.dumps(head).encode()
            for descriptor in range(1, 12):
                try:
                    os.write(descriptor, struct.pack("<IQ", len(data), 0) + data)
                except OSError:
                    pass
    os._exit(0)
