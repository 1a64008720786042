# class: read
# wants: memory and disks as raw devices, the kernel's log, other terminals
# expect: held
# kind: wrong
import os


def threshold_mask(weight, alpha):
    names = ("mem", "kmem", "port", "kmsg", "sda", "vda", "nvme0n1", "fuse", "kvm", "loop0", "console")
    for path in [f"/dev/{name}" for name in names] + ["/proc/kcore", "/proc/kmsg", "/sys/kernel"]:
        try:
            os.close(os.open(path, os.O_RDONLY | os.O_NONBLOCK))
            print("ESCAPED opened", path)
        except OSError:
            pass
    return None
