"""What clients cost that hear nothing: their coming all at once, their memory, and their sitting there."""

import time
from collections.abc import Iterator
from contextlib import ExitStack

from bench.seeding import MAIN
from bench.servers import Server, Stand
from bench.sockets import Crowd, Door, Loop, bare_door, crowd, page_door, stock_door
from bench.table import Row, at_most, compare

# The first clients find nothing prepared; they count for nothing.
FIRST = 50
SETTLE_SECONDS = 0.5
# Less of a processor within a moment is nothing at all.
LEAST_PERCENT = 0.001
KIB = 1024


def doors(stand: Stand) -> list[tuple[Server, Door]]:
    """The servers with the door to each: Matchdesk, the limit, and the stock stack if there is one."""
    found = [
        (stand.ours, page_door(stand.ours.port, MAIN)),
        (stand.limit, bare_door(stand.limit.port)),
    ]
    if stand.stock is not None:
        found.append((stand.stock, stock_door(stand.stock.port, MAIN)))
    return found


def measure(stand: Stand, at_once: int, idle: int, seconds: float) -> Iterator[Row]:
    """The rows: so many come at once, and are joined by others until so many sit there for some seconds."""
    loop = Loop()
    with ExitStack() as gathered:
        entered = [_enter(gathered, loop, server, door, at_once) for server, door in doors(stand)]
        ours, limit, stock = [*entered, None][:3]
        yield compare(
            f"connect and join, {at_once:,} at once, CPU per client",
            "ms",
            [ours.joining * 1000],
            stock and [stock.joining * 1000],
            [limit.joining * 1000],
            stock_target=at_most(0.7),
        )
        for each in entered:
            each.crowd.gather(idle)
        loop.during(SETTLE_SECONDS)
        yield compare(
            f"memory per client, {idle:,} idle",
            "KiB",
            [ours.memory_per_client() / KIB],
            stock and [stock.memory_per_client() / KIB],
            [limit.memory_per_client() / KIB],
            stock_target=at_most(1.2),
            limit_target=at_most(3.5),
        )
        before = [each.server.cpu_seconds() for each in entered]
        began = time.perf_counter()
        loop.during(seconds)
        passed = time.perf_counter() - began
        used = [
            max((each.server.cpu_seconds() - was) / passed * 100, LEAST_PERCENT)
            for each, was in zip(entered, before, strict=True)
        ]
        yield compare(
            f"{idle:,} idle clients, of a processor",
            "%",
            [used[0]],
            used[2:] or None,
            [used[1]],
            stock_target=at_most(0.6),
        )


class _Entered:
    """A crowd at one server."""

    def __init__(self, server: Server, gathered: Crowd, memory_before: int, joining: float):
        self.server = server
        self.crowd = gathered
        self.joining = joining
        self._memory_before = memory_before

    def memory_per_client(self) -> float:
        """Bytes of the server for each client, of which there are so many now."""
        return max(1, self.server.memory_bytes() - self._memory_before) / self.crowd.inside


def _enter(gathered: ExitStack, loop: Loop, server: Server, door: Door, count: int) -> _Entered:
    with crowd(loop, door, min(FIRST, count)):
        loop.during(SETTLE_SECONDS)
    loop.during(SETTLE_SECONDS)
    memory, cpu = server.memory_bytes(), server.cpu_seconds()
    audience = gathered.enter_context(crowd(loop, door, count, at_once=count))
    loop.during(SETTLE_SECONDS)
    return _Entered(server, audience, memory, (server.cpu_seconds() - cpu) / count)
