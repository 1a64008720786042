# class: read
# wants: keys that the kernel keeps for the instructor
# expect: held
# kind: wrong
import ctypes

libc = ctypes.CDLL(None, use_errno=True)


def threshold_mask(weight, alpha):
    for ring in (-1, -2, -3, -4, -5):
        buffer = ctypes.create_string_buffer(200)
        if libc.syscall(250, 11, ring, buffer, 200) >= 0:
            print("ESCAPED read the keyring", ring)
    if libc.syscall(248, b"user", PLANT.encode(), b"x", 1, -4) >= 0:
        print("ESCAPED planted a key")
    return None
