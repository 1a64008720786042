# class: read
# wants: a system call from machine code of its own, by the 32-bit gate
# expect: held
# kind: wrong|ChildDied
import ctypes
import mmap

# mov eax, 2 (fork, in the 32-bit table); int 0x80; ret
CODE = bytes.fromhex("b802000000cd80c3")


def threshold_mask(weight, alpha):
    page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    page.write(CODE)
    run = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)))
    child = run()
    if child == 0:
        ctypes.CDLL(None)._exit(0)
    if child > 0:
        print("ESCAPED forked by the 32-bit gate")
    return None
