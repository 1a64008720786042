# class: read
# wants: to be root in a namespace of its own, and to mount the course there
# expect: held
# kind: wrong
import ctypes

libc = ctypes.CDLL(None, use_errno=True)


def threshold_mask(weight, alpha):
    for flag in (0x10000000, 0x10000000 | 0x20000, 0x20000, 0x40000000, 0x20000000, 0x2000000):
        if libc.unshare(flag) == 0:
            print("ESCAPED new namespace", hex(flag))
    if libc.mount(b"none", b"/tmp", b"proc", 0, None) == 0:
        print("ESCAPED mounted")
    if libc.mount(b"/", b"/tmp", None, 4096, None) == 0:
        print("ESCAPED bound the root")
    if libc.umount2(b"/proc", 2) == 0 or libc.umount2(b"/tmp", 2) == 0:
        print("ESCAPED unmounted what covered something")
    if libc.syscall(155, b"/tmp", b"/tmp") == 0:
        print("ESCAPED pivot_root")
    if libc.syscall(428, -100, b"/", 1) >= 0 or libc.syscall(430, b"tmpfs", 0) >= 0:
        print("ESCAPED the new mount calls")
    return None
