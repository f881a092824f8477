"""An organizer starts matches while a crowd listens, at Matchdesk and at the bare server by turns."""

import json
import time
from collections.abc import Callable, Iterator
from functools import partial
from statistics import median

from bench.listeners import Told, connect_bare, connect_channel, connect_page, crowd, tell
from bench.requests_load import Connection, request
from bench.seeding import MAIN, ORGANIZER, PASSWORD, Seeded
from bench.servers import Server
from bench.table import Row, ratio

CROWDS = {"data": connect_channel, "with HTML": connect_page}
# Between two starts, so that one does not wait for what is left of the other.
PAUSE_SECONDS = 0.05


def measure(seeded: Seeded, matchdesk: Server, bare: Server, clients: list[int], starts: int) -> list[Row]:
    """The rows: the organizer's answer with nobody listening, then with each crowd the last who hears."""
    organizer, nobody = Connection(matchdesk.port), Connection(bare.port)
    asked = organizer_starts(organizer, seeded.ready)
    alone = _rounds(lambda: tell(matchdesk, organizer, next(asked), []), starts)
    rows = [_answer("nobody listening", alone)]
    for count in clients:
        for kind, connect in CROWDS.items():
            with (
                crowd(partial(connect, matchdesk.port, MAIN), count) as listeners,
                crowd(partial(connect_bare, bare.port), count) as others,
            ):
                # Pages join a moment after their connection was answered.
                time.sleep(0.5)
                rows += _with_crowd(
                    f"{count} clients, {kind}",
                    lambda here=listeners: tell(matchdesk, organizer, next(asked), here),
                    lambda told, there=others: tell(
                        bare, nobody, request("POST", "/tell", b"x" * told.size), there
                    ),
                    starts,
                )
    return rows


def organizer_starts(organizer: Connection, match_ids: list[int]) -> Iterator[bytes]:
    """The organizer's requests, each to start another match."""
    credentials = json.dumps({"username": ORGANIZER, "password": PASSWORD}).encode()
    answer = organizer.ask(request("POST", "/api/auth/login/", credentials))
    token = json.loads(answer.partition(b"\r\n\r\n")[2])["access"]
    for match_id in match_ids:
        path = f"/api/tournaments/matches/{match_id}/start/"
        yield request("POST", path, b"{}", Authorization=f"Bearer {token}")


def _rounds(start: Callable[[], Told], count: int) -> list[Told]:
    """So many starts, after one that counts for nothing: the first of all finds nothing prepared."""
    told = []
    for _ in range(count + 1):
        told.append(start())
        time.sleep(PAUSE_SECONDS)
    return told[1:]


def _with_crowd(
    at: str, start: Callable[[], Told], tell_bare: Callable[[Told], Told], starts: int
) -> list[Row]:
    theirs: list[Told] = []

    def both() -> Told:
        told = start()
        theirs.append(tell_bare(told))
        return told

    ours = _rounds(both, starts)
    our_last, their_last = ([told.last for told in each] for each in (ours, theirs[1:]))
    last = Row(
        what="start, until the last has heard",
        at=at,
        matchdesk=f"{median(our_last) * 1000:.1f} ms",
        bare=f"{median(their_last) * 1000:.1f} ms",
        ratio=ratio(our_last, their_last),
        median=median(told.median for told in ours) * 1000,
        p99=median(told.p99 for told in ours) * 1000,
        cpu=median(told.cpu for told in ours) * 1000,
    )
    return [last, _answer(at, ours)]


def _answer(at: str, told: list[Told]) -> Row:
    answers = median(each.answer for each in told) * 1000
    return Row("start, the organizer's own answer", at, f"{answers:.1f} ms")
