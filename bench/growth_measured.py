"""The same questions and the same changes in a small season and in a large one, by turns."""

import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path

from bench.organizer import MATCHES, Organizer
from bench.requests_load import request
from bench.seeding import MAIN, seed
from bench.servers import matchdesk
from bench.table import Row, at_most, compare

# The tournament that is measured has as many matches in each season.
MAIN_MATCHES = 300
FLAT = at_most(1.25)
_numbers = count()


def measure(sizes: list[int], rounds: int, folder: Path) -> Iterator[Row]:
    """The rows: each larger season beside the smallest, everything asked for on one connection."""
    took: dict[int, dict[str, list[float]]] = {}
    with ExitStack() as running:
        seasons = [_Season(running, size, min(MAIN_MATCHES, size // 3), folder) for size in sizes]
        for number in range(rounds + 1):
            for season in seasons:
                season.ask_once(counts=number > 0)
        took = {season.size: season.took for season in seasons}
    smallest = min(sizes)
    for size in sorted(sizes)[1:]:
        for what, ours in took[size].items():
            yield compare(
                f"{what}, {size:,} matches; limit: {smallest:,}",
                "ms",
                ours,
                None,
                took[smallest][what],
                limit_target=FLAT,
            )


class _Season:
    """One server on a database of a size."""

    def __init__(self, running: ExitStack, size: int, main: int, folder: Path):
        seeded = seed(folder / f"season-{size}.db", size, main)
        self.size = size
        self.took: dict[str, list[float]] = defaultdict(list)
        self._organizer = Organizer(running.enter_context(matchdesk(seeded.path, folder)))
        self._seeded = seeded
        self._waiting = iter(seeded.ready)

    def ask_once(self, *, counts: bool) -> None:
        """Ask for everything once, and note how long it took if it counts."""
        for what, asked in self._questions():
            began = time.perf_counter()
            self._organizer.do(asked)
            if counts:
                self.took[what].append((time.perf_counter() - began) * 1000)

    def _questions(self) -> Iterator[tuple[str, bytes]]:
        match_id, new = next(self._waiting), next(_numbers)
        yield "JSON list, one tournament", request("GET", f"{MATCHES}?tournament={MAIN}&n={new}")
        yield "JSON list, all", request("GET", f"{MATCHES}?n={new}")
        yield "JSON match", request("GET", f"{MATCHES}{self._seeded.finished}/?n={new}")
        yield "HTML list", request("GET", f"/tournaments/cup-{MAIN}/matches/?n={new}")
        yield "start", self._organizer.starting(match_id)
        yield "result", self._organizer.deciding(match_id)
