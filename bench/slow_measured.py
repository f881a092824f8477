"""One of many pages stops reading: what is kept for it, when it is let go, and what the others notice."""

import json
import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from bench.organizer import Organizer
from bench.requests_load import percentile_99
from bench.seeding import MAIN, Seeded
from bench.servers import Server
from bench.sockets import CLOSE, PING, TEXT, Client, Crowd, Loop, crowd, page_door
from bench.starts_measured import JOINING_SECONDS
from bench.table import Row, at_most
from bench.telling import tell

MOST_KIB, CUT_SECONDS = 256, 45.0
OTHERS = 100
STARTS_BEFORE = 100
STARTS_A_SECOND = 10
GIVE_UP_SECONDS = 60.0
SMALL_BUFFER = 4096
FRAME_HEAD = 4
KIB = 1024
WITHIN, NONE, UNCHANGED = at_most(1), at_most(0), at_most(1.2)
# As the system writes them in /proc/net/tcp.
_ESTABLISHED = "01"


def measure(seeded: Seeded, server: Server) -> Iterator[Row]:
    """The rows; it takes about a minute."""
    organizer, loop = Organizer(server), Loop()
    asked = organizer.starts(seeded.ready[-STARTS_BEFORE - int(GIVE_UP_SECONDS * STARTS_A_SECOND) :])
    with crowd(loop, page_door(server.port, MAIN), OTHERS) as others:
        loop.during(JOINING_SECONDS)

        def start() -> list[float]:
            began = time.perf_counter()
            took = tell(server, organizer.connection, next(asked), others).took
            loop.during(1 / STARTS_A_SECOND - (time.perf_counter() - began))
            return took

        before = [took for _ in range(STARTS_BEFORE) for took in start()]
        stopped = _Stopped(loop, server)
        meanwhile = []
        while not stopped.is_cut() and stopped.seconds() < GIVE_UP_SECONDS:
            meanwhile += start()
            stopped.note_told(others.size + FRAME_HEAD)
        yield from stopped.rows()
        quiet, loud = (percentile_99(each) * 1000 for each in (before, meanwhile))
        yield Row(
            "… the others' p99 until they hear; limit: before",
            "ms",
            loud,
            limit=quiet,
            to_limit=loud / quiet,
            limit_target=UNCHANGED,
        )


class _Stopped:
    """A page that has joined, and reads no more."""

    def __init__(self, loop: Loop, server: Server):
        reading = Crowd(loop, page_door(server.port, MAIN))
        reading.gather(1)
        loop.during(JOINING_SECONDS)
        self._client: Client = reading.clients[0]
        self._client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_BUFFER)
        loop.leave(self._client.socket)
        self._ports = (self._client.socket.getsockname()[1], server.port)
        self._began = time.monotonic()
        self._told = 0
        self._most_kept = 0

    def seconds(self) -> float:
        """For how long it has not read."""
        return time.monotonic() - self._began

    def note_told(self, size: int) -> None:
        """So many bytes more were for it; what has not reached its own side is kept at the server's."""
        self._told += size
        arrived = connections().get(self._ports, ("", 0))[1]
        self._most_kept = max(self._most_kept, self._told - arrived)

    def is_cut(self) -> bool:
        """True once the server's side of the connection has ended."""
        state, _ = connections().get(self._ports[::-1], ("", 0))
        return state != _ESTABLISHED

    def rows(self) -> Iterator[Row]:
        """When it was let go, how much was kept for it, and whether what it reads in the end is whole."""
        seconds = self.seconds()
        yield Row(
            "a page stops reading: let go; limit: 45 s",
            "s",
            seconds,
            limit=CUT_SECONDS,
            to_limit=seconds / CUT_SECONDS,
            limit_target=WITHIN,
        )
        kept = self._most_kept / KIB
        yield Row(
            "… kept for it, the system's buffers included; limit: 256 KiB",
            "KiB",
            kept,
            limit=MOST_KIB,
            to_limit=kept / MOST_KIB,
            limit_target=WITHIN,
        )
        torn = self._torn_frames()
        yield Row("… torn frames", "", torn, limit=0, to_limit=torn, limit_target=NONE)

    def _torn_frames(self) -> int:
        """Read all that has come, and count what no server sends."""
        self._client.socket.settimeout(1.0)
        received = b""
        # The end of the connection may be any kind of end.
        with suppress(OSError), self._client.socket as connection:
            while piece := connection.recv(1_048_576):
                received += piece
        return sum(not is_whole(kind, payload) for kind, payload in self._client.frames(received))


def is_whole(kind: int, payload: bytes) -> bool:
    """True for a close, a ping, and for an event whose text is JSON."""
    if kind in (CLOSE, PING):
        return True
    with suppress(ValueError):
        return kind == TEXT and (payload == b"2" or bool(json.loads(payload.lstrip(b"0123456789"))))
    return False


def connections() -> dict[tuple[int, int], tuple[str, int]]:
    """Each TCP connection's state, and the bytes that wait to be read, by its own port and the other's."""
    found = {}
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        _, own, other, state, queues = line.split()[:5]
        ports = tuple(int(address.rpartition(":")[2], 16) for address in (own, other))
        found[ports] = (state, int(queues.rpartition(":")[2], 16))
    return found
