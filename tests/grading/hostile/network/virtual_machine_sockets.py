# class: network
# wants: the host of a virtual machine, which no network namespace separates
# expect: held
# kind: wrong
import socket


def threshold_mask(weight, alpha):
    try:
        socket.socket(40, socket.SOCK_STREAM).close()
        print("ESCAPED made a socket to the host")
    except OSError:
        pass
    return None
