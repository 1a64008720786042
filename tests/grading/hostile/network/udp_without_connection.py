# class: network
# wants: one packet with the hidden inputs
# expect: held
# kind: wrong
import socket


def threshold_mask(weight, alpha):
    for family, host in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        try:
            socket.socket(family, socket.SOCK_DGRAM).sendto(str(weight).encode(), (host, LOOP_PORT))
        except OSError:
            pass
    return None
