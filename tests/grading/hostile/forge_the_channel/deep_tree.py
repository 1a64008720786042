# class: forge_the_channel
# wants: a decoder that recurses until it dies
# expect: held
# kind: BadReply|ChildDied|TimeUp
import os

import safetensors.torch


def threshold_mask(weight, alpha):
    tree = b'["list",[' * 100_000
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
