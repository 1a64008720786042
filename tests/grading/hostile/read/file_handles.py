# class: read
# wants: a file by its handle, past all folders
# expect: held
# kind: wrong
import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)


def threshold_mask(weight, alpha):
    handle = ctypes.create_string_buffer(b"\x80\x00\x00\x00" + bytes(200))
    mount = ctypes.c_int()
    if libc.name_to_handle_at(-100, b"/", handle, ctypes.byref(mount), 0) == 0:
        root = os.open("/", os.O_RDONLY)
        if libc.open_by_handle_at(root, handle, os.O_RDONLY) >= 0:
            print("ESCAPED opened by handle")
    return None
