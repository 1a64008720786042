# class: network
# wants: packets past the firewall, and other families of sockets than those of the namespace
# expect: held
# kind: wrong
import socket


def threshold_mask(weight, alpha):
    for family, kind, protocol, name in (
        (socket.AF_INET, socket.SOCK_RAW, 1, "raw"),
        (17, socket.SOCK_RAW, 3, "packet"),
        (38, socket.SOCK_SEQPACKET, 0, "kernel crypto"),
        (31, socket.SOCK_RAW, 1, "bluetooth"),
        (29, socket.SOCK_RAW, 1, "can"),
    ):
        try:
            socket.socket(family, kind, protocol)
            print("ESCAPED", name)
        except OSError:
            pass
    return None
