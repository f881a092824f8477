"""From the request that starts a match to the moment at which the last client has heard of it."""

import selectors
import time
from dataclasses import dataclass

from bench.requests_load import Connection, status
from bench.servers import Server
from bench.sockets import Crowd, Loop


@dataclass(frozen=True)
class Told:
    """What came of a start, counted from the request, in seconds: for each client, and for who asked."""

    took: list[float]
    answer: float
    cpu: float
    size: int

    @property
    def last(self) -> float:
        """When the last client had heard."""
        return max(self.took, default=0.0)


class Answer:
    """Waits in the loop for the answer to what was sent on a connection."""

    def __init__(self, loop: Loop, connection: Connection):
        self.at = 0.0
        self._loop = loop
        self._connection = connection
        loop.watch(connection.socket, self._read, selectors.EVENT_READ)

    def _read(self) -> None:
        answer = self._connection.receive()
        if answer is None:
            return
        self.at = time.perf_counter()
        self._loop.leave(self._connection.socket)
        if status(answer) != 200:
            raise RuntimeError(f"a start was answered:\n{answer[:2000].decode()}")


def tell(server: Server, asker: Connection, asked: bytes, audience: Crowd) -> Told:
    """Ask, and wait until everybody in the audience has heard, and the asker is answered."""
    audience.hear_anew()
    cpu_before = server.cpu_seconds()
    asker.send(asked)
    answer = Answer(audience.loop, asker)
    audience.loop.until(
        lambda: answer.at and audience.heard >= audience.inside, "for everybody to hear of a start"
    )
    return Told(
        took=[client.heard_at - asker.sent_at for client in audience.clients],
        answer=answer.at - asker.sent_at,
        cpu=server.cpu_seconds() - cpu_before,
        size=audience.size,
    )
