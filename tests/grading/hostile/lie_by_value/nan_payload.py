# class: lie_by_value
# wants: a nan whose bits hide a text
# expect: held
# exercise: pruned_percent
# kind: wrong
import struct


def pruned_percent(masks):
    return struct.unpack("<d", b"MARK!!\xf8\x7f")[0]
