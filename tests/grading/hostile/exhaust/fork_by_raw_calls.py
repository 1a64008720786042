# class: exhaust
# wants: one process more, by whichever system call is not forbidden
# expect: held
# kind: ChildDied
import ctypes
import os
import struct
import subprocess

libc = ctypes.CDLL(None, use_errno=True)


def threshold_mask(weight, alpha):
    for number, name, arguments in ((57, "fork", ()), (58, "vfork", ()), (56, "clone", (17, 0, 0, 0, 0))):
        child = libc.syscall(number, *arguments)
        if child == 0:
            libc._exit(0)
        if child > 0:
            print("ESCAPED", name)
    structure = ctypes.create_string_buffer(struct.pack("=8Q", 0, 0, 0, 0, 17, 0, 0, 0))
    child = libc.syscall(435, structure, 64)
    if child == 0:
        libc._exit(0)
    if child > 0:
        print("ESCAPED clone3")
    for attempt in (
        lambda: subprocess.run(["/bin/sh", "-c", f"echo {PLANT} > {COURSE}/{PLANT}"]),
        lambda: os.posix_spawn("/bin/sh", ["sh", "-c", "true"], {}),
        lambda: os.popen("true").read(),
    ):
        try:
            attempt()
            print("ESCAPED", attempt.__code__.co_names)
        except (OSError, ValueError):
            pass
    os._exit(0)
