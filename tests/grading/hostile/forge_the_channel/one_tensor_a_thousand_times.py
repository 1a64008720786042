# class: forge_the_channel
# wants: gigabytes in the grader: one tensor of 30 MB that the reply mentions again and again (100,000 times, for real)
# expect: held
# kind: BadReply|ChildDied|wrong|TimeUp
import os

import safetensors.torch


def threshold_mask(weight, alpha):
    parts = ",".join(['["tensor",0,false]'] * 200)
    tree = f'["list",[{parts}]]'.encode()
    tensors = {"tree": torch.frombuffer(bytearray(tree), dtype=torch.uint8)}
    data = safetensors.torch.save(tensors | {"0": torch.ones(30 << 20, dtype=torch.bool)})
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
