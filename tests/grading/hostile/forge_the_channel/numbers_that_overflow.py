# class: forge_the_channel
# wants: an exception in the decoder: floats beyond all range, keys that cannot be keys
# expect: held
# kind: BadReply|ChildDied
import os

import safetensors.torch


def threshold_mask(weight, alpha):
    tree = b'["tuple",[["tuple",[["float","0x1p9999999"],["dict",[[["list",[]],["is",null]]]]]]]]'
    data = safetensors.torch.save({"tree": torch.frombuffer(bytearray(tree), dtype=torch.uint8)})
    for descriptor in range(3, 64):
        try:
            os.write(descriptor, len(data).to_bytes(8, "little") + data)
        except OSError:
            pass
    os._exit(0)
