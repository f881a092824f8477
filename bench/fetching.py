"""Pages that are asked for on connections of their own, while other things go on."""

import selectors
import socket
import time
from collections.abc import Callable

from bench.requests_load import request, status
from bench.servers import HOST
from bench.sockets import Loop


class Fetch:
    """One GET. When it ends, `done` is called with it: `status` is 0 where there was no answer."""

    def __init__(self, loop: Loop, port: int, path: str, done: Callable[["Fetch"], None]):
        self.sent_at = time.perf_counter()
        self.took = 0.0
        self.status = 0
        self._loop = loop
        self._done = done
        self._asked = request("GET", path, Connection="close")
        self._socket = socket.socket()
        self._socket.setblocking(False)
        self._socket.connect_ex((HOST, port))
        loop.watch(self._socket, self._ask, selectors.EVENT_WRITE)

    def _ask(self) -> None:
        if self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            self._end()
            return
        self._socket.send(self._asked)
        self._loop.watch(self._socket, self._read, selectors.EVENT_READ)

    def _read(self) -> None:
        try:
            piece = self._socket.recv(262_144)
        except BlockingIOError:
            return
        except OSError:
            piece = b""
        if piece and not self.status:
            self.status = status(piece)
        if not piece:
            self._end()

    def _end(self) -> None:
        self.took = time.perf_counter() - self.sent_at
        self._loop.leave(self._socket)
        self._socket.close()
        self._done(self)
