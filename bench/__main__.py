"""`python -m bench`: seeds a database, serves it, measures, prints one table, and leaves nothing running."""

import argparse
import gc
import signal
import sys
import tempfile
from pathlib import Path

from bench import requests_measured, servers, starts_measured
from bench.seeding import seed
from bench.table import in_markdown, machine

MATCHES = 10_000
# How much is measured, and for how long at most, in seconds.
SMALL = {"rounds": 3, "seconds": 0.4, "starts": 10, "clients": [100], "at_most": 180}
FULL = {"rounds": 5, "seconds": 1.0, "starts": 20, "clients": [100, 1000], "at_most": 600}


def main(arguments: list[str] | None = None) -> None:
    """Measure as the arguments say."""
    options = _options(arguments)
    signal.signal(signal.SIGALRM, _too_long)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))
    signal.alarm(options.at_most)
    print(f"{machine()}; {options.matches} matches.", flush=True)
    servers.prepare_machine()
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        seeded = seed(folder / "bench.db", options.matches)
        with (
            servers.matchdesk(seeded.path, folder) as matchdesk,
            servers.bare(seeded.path, folder) as bare,
        ):
            # The clients must not pause while they hold the clock.
            gc.collect()
            gc.disable()
            both = (matchdesk, bare)
            rows = requests_measured.measure(seeded, *both, options.rounds, options.seconds)
            rows += starts_measured.measure(seeded, *both, options.clients, options.starts)
    signal.alarm(0)
    print(f"\n{in_markdown(rows)}")


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--full", action="store_true", help="more rounds, and 1,000 clients too")
    parser.add_argument(
        "--matches", type=int, default=MATCHES, help="how many the database has (at least 100)"
    )
    parser.add_argument("--clients", type=int, action="append", help="how many listen (repeat for several)")
    parser.add_argument("--rounds", type=int, help="rounds of requests, of which the median counts")
    parser.add_argument("--seconds", type=float, help="how long each request is repeated in a round")
    parser.add_argument("--starts", type=int, help="starts before each crowd")
    given = parser.parse_args(arguments)
    for name, usual in (FULL if given.full else SMALL).items():
        if getattr(given, name, None) is None:
            setattr(given, name, usual)
    return given


def _too_long(*_) -> None:
    raise TimeoutError("this took too long, and was stopped")


if __name__ == "__main__":
    main()
