"""Python runs this file first where this folder is on PYTHONPATH: nothing but this machine answers."""

import socket

connect = socket.socket.connect


def local_only(self, address):
    if self.family != getattr(socket, "AF_UNIX", None) and address[0] not in ("127.0.0.1", "::1"):
        raise OSError(f"the test blocks the network: {address}")
    return connect(self, address)


socket.socket.connect = local_only
