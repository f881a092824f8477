"""`python -m bench`: seeds databases, serves them, measures, prints one table, and leaves nothing running."""

import argparse
import gc
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench import (
    crowds_measured,
    growth_measured,
    requests_measured,
    restarts_measured,
    servers,
    slow_measured,
    starts_measured,
    stock_environment,
    storm_measured,
)
from bench.seeding import Seeded, seed
from bench.table import Row, in_markdown, machine

MATCHES = 10_000
LAST_LINES = 30
# How much is measured, and for how long at most, in seconds.
SMALL = {
    "rounds": 3,
    "seconds": 0.3,
    "clients": [100, 1_000],
    "starts": 8,
    "at_once": 2_000,
    "idle": 2_000,
    "idle_seconds": 25.0,
    "watching": 500,
    "season": [1_000, 100_000],
    "questions": 10,
    "returning": 1_000,
    "at_most": 300,
}
FULL = {
    "rounds": 5,
    "seconds": 2.0,
    "clients": [100, 1_000, 5_000],
    "starts": 15,
    "at_once": 2_000,
    "idle": 5_000,
    "idle_seconds": 75.0,
    "watching": 5_000,
    "season": [1_000, 100_000, 1_000_000],
    "questions": 60,
    "returning": 5_000,
    "at_most": 1_800,
}
NUMBERS = {
    "rounds": "rounds of requests, of which the median counts",
    "seconds": "how long each request is repeated in a round",
    "clients": "how many listen to starts (repeat for several)",
    "starts": "starts before each crowd",
    "at_once": "how many connect at once",
    "idle": "how many sit idle",
    "idle_seconds": "for how long",
    "watching": "how many pages watch one start",
    "season": "how many matches a season has that is compared with the smallest (repeat for several)",
    "questions": "how often each season is asked",
    "returning": "how many pages come back after a restart",
    "at_most": "seconds after which all this is stopped",
}


@dataclass(frozen=True)
class Run:
    """What one run has to measure with."""

    options: argparse.Namespace
    seeded: Seeded
    stand: servers.Stand
    folder: Path


def _requests(run: Run) -> Iterator[Row]:
    return requests_measured.measure(run.seeded, run.stand, run.options.rounds, run.options.seconds)


def _crowds(run: Run) -> Iterator[Row]:
    given = run.options
    return crowds_measured.measure(run.stand, given.at_once, given.idle, given.idle_seconds)


def _starts(run: Run) -> Iterator[Row]:
    return starts_measured.measure(run.seeded, run.stand, run.options.clients, run.options.starts)


def _storm(run: Run) -> Iterator[Row]:
    return storm_measured.measure(run.seeded, run.stand, run.options.watching)


def _growth(run: Run) -> Iterator[Row]:
    return growth_measured.measure(run.options.season, run.options.questions, run.folder)


def _slow(run: Run) -> Iterator[Row]:
    return slow_measured.measure(run.seeded, run.stand.ours)


def _restarts(run: Run) -> Iterator[Row]:
    return restarts_measured.measure(run.seeded, run.stand.ours, run.options.returning)


PARTS: dict[str, Callable[[Run], Iterator[Row]]] = {
    # First, since a server that has done other things has memory to spare.
    "crowds": _crowds,
    "requests": _requests,
    "starts": _starts,
    "storm": _storm,
    "growth": _growth,
    "slow": _slow,
    "restarts": _restarts,
}
# It takes a minute by itself.
ONLY_FULL = {"slow"}


def main(arguments: list[str] | None = None) -> None:
    """Measure as the arguments say."""
    options = _options(arguments)
    stock_python = None if options.without_stock else stock_environment.python()
    signal.signal(signal.SIGALRM, _too_long)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))
    signal.alarm(options.at_most)
    print(f"{machine()}; {options.matches} matches.", flush=True)
    servers.prepare_machine()
    rows: list[Row] = []
    try:
        with tempfile.TemporaryDirectory(prefix="bench-") as name, _logs_of_failures(Path(name)):
            _measure(options, Path(name), stock_python, rows)
    finally:
        signal.alarm(0)
        print(f"\n{in_markdown(rows)}")


@contextmanager
def _logs_of_failures(folder: Path) -> Iterator[None]:
    """Where this goes wrong, show what the servers said last."""
    try:
        yield
    except Exception:
        for log in sorted(folder.glob("*.log")):
            last = log.read_text(errors="replace").splitlines()[-LAST_LINES:]
            print(f"{log.name}:", *last, sep="\n  ", file=sys.stderr)
        raise


def _measure(options: argparse.Namespace, folder: Path, stock_python: Path | None, rows: list[Row]) -> None:
    """Add the rows as they are found, so that a run that is stopped has those before."""
    seeded = seed(folder / "bench.db", options.matches)
    with servers.stand(seeded.path, folder, stock_python) as stand:
        # The clients must not pause while they hold the clock.
        gc.collect()
        gc.disable()
        for part in options.parts:
            began = time.monotonic()
            rows.extend(PARTS[part](Run(options, seeded, stand, folder)))
            print(f"{part}: {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
            gc.collect()


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--full", action="store_true", help="more of everything: about 15 minutes")
    parser.add_argument("--without-stock", action="store_true", help="beside the limit alone")
    parser.add_argument(
        "--part", action="append", dest="parts", choices=PARTS, help="only this (repeat for several)"
    )
    parser.add_argument(
        "--matches", type=int, default=MATCHES, help="how many the database has (at least 150)"
    )
    for name, words in NUMBERS.items():
        usual = SMALL[name]
        is_list = isinstance(usual, list)
        parser.add_argument(
            f"--{name.replace('_', '-')}",
            type=type(usual[0] if is_list else usual),
            action="append" if is_list else "store",
            help=words,
        )
    given = parser.parse_args(arguments)
    for name, usual in (FULL if given.full else SMALL).items():
        if getattr(given, name) is None:
            setattr(given, name, usual)
    given.parts = given.parts or [part for part in PARTS if given.full or part not in ONLY_FULL]
    return given


def _too_long(*_) -> None:
    raise TimeoutError("this took too long, and was stopped")


if __name__ == "__main__":
    main()
