# class: network
# wants: a way out: loopback, the internet, unix sockets
# expect: held
# kind: wrong
import socket


def threshold_mask(weight, alpha):
    try:
        socket.create_connection(("127.0.0.1", LOOP_PORT), timeout=1).sendall(b"hello")
        print("ESCAPED loopback")
    except OSError:
        pass
    try:
        # connect() on a datagram socket only looks up a route. 192.0.2.1 is TEST-NET-1.
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM).connect(("192.0.2.1", 9))
        print("ESCAPED route to outside")
    except OSError:
        pass
    for address in ("\0" + ABSTRACT, UNIX_PATH):
        try:
            stream = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            stream.settimeout(1)
            stream.connect(address)
            stream.sendall(b"hello")
            print("ESCAPED unix socket")
        except OSError:
            pass
    return None
