# class: network
# wants: the network set up anew from inside
# expect: held
# kind: wrong|PermissionError|OSError
import fcntl
import socket
import struct


def threshold_mask(weight, alpha):
    control = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        fcntl.ioctl(control, 0x8914, struct.pack("16sh", b"lo", 1))  # SIOCSIFFLAGS: lo up
        print("ESCAPED changed an interface")
    except OSError:
        pass
    print([name for _, name in socket.if_nameindex()])
    return None
