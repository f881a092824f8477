"""`python -m bench.sizing`: what a spectator, a match and a tournament cost, for planning.

Serves a database of its own as `python -m bench` does, lets open pages watch one tournament, and starts
matches. Prints a table; takes about a minute.
"""

import argparse
import gc
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from bench import servers
from bench.organizer import Organizer
from bench.seeding import MAIN, Seeded, seed
from bench.sockets import Loop, crowd, page_door
from bench.table import machine
from bench.telling import tell

CROWDS = (500, 1500)
STARTS = 10
IDLE_SECONDS = 30.0
SIZES = (2_000, 12_000)


def main(arguments: list[str] | None = None) -> None:
    """Measure, and print what was found."""
    parser = argparse.ArgumentParser(prog="python -m bench.sizing", description=__doc__)
    parser.add_argument("--clients", type=int, nargs=2, default=CROWDS, help="a smaller and a larger crowd")
    parser.add_argument("--seconds", type=float, default=IDLE_SECONDS, help="for which they sit idle")
    options = parser.parse_args(arguments)
    print(machine(), flush=True)
    servers.prepare_machine()
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        small, large = (seed(Path(name) / f"{size}.db", size) for size in SIZES)
        print(f"a finished match, with its log and result: {_bytes_a_match(small, large):,.0f} bytes of disk")
        with servers.matchdesk(large.path, Path(name)) as server:
            gc.disable()
            organizer = Organizer(server)
            starts = organizer.starts(large.ready)
            told = {
                count: _crowd(server, organizer, starts, count, options.seconds) for count in options.clients
            }
        _compare(told)


def _bytes_a_match(small: Seeded, large: Seeded) -> float:
    return (large.path.stat().st_size - small.path.stat().st_size) / (large.matches - small.matches)


def _crowd(
    server: servers.Server, organizer: Organizer, starts: Iterator[bytes], count: int, seconds: float
) -> dict[str, float]:
    """What the crowd costs: seconds of processor, bytes of memory."""
    loop, found = Loop(), {"memory before": server.memory_bytes()}
    before, began = server.cpu_seconds(), time.perf_counter()
    with crowd(loop, page_door(server.port, MAIN), count) as pages:
        found["connects"], found["connecting"] = server.cpu_seconds() - before, time.perf_counter() - began
        loop.during(1.0)
        found["memory"] = server.memory_bytes()
        before = server.cpu_seconds()
        loop.during(seconds)
        found["idle"] = (server.cpu_seconds() - before) / seconds
        told = [tell(server, organizer.connection, next(starts), pages) for _ in range(STARTS + 1)][1:]
    found["start"] = median(each.cpu for each in told)
    found["last"] = median(each.last for each in told)
    found["size"] = told[0].size
    time.sleep(1.0)
    return found


def _compare(told: dict[int, dict[str, float]]) -> None:
    (few, small), (many, large) = told.items()

    def each(name: str) -> float:
        """By how much it grows with one more."""
        return (large[name] - small[name]) / (many - few)

    print(f"a server that nobody watches: {small['memory before'] / 1e6:.0f} MB of memory")
    print(f"a page that watches: {each('memory') / 1024:.1f} KiB of memory")
    print(
        f"its coming: {each('connects') * 1e3:.2f} ms of processor, {many / large['connecting']:.0f} a second"
    )
    print(f"its sitting there: {each('idle') * 1e6:.0f} microseconds of processor each second")
    print(f"a start: {(small['start'] - few * each('start')) * 1e3:.1f} ms of processor,")
    print(f"  and {each('start') * 1e6:.0f} microseconds and {large['size']:.0f} bytes for each page")
    print(f"  the last of {many} has heard after {large['last'] * 1e3:.0f} ms")


if __name__ == "__main__":
    main()
