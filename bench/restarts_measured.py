"""A hall of open pages loses its server, and comes back to the new one as the pages' script does."""

import heapq
import json
import random
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import count

from bench.fetching import Fetch
from bench.organizer import Organizer
from bench.requests_load import Connection, request
from bench.seeding import MAIN, Seeded
from bench.servers import Server
from bench.sockets import Client, Crowd, Loop, page_door, seen_seq
from bench.starts_measured import JOINING_SECONDS
from bench.table import Row, at_most

# What static/js/live.js sets, and how the library counts with it.
FIRST_DELAY, LONGEST_DELAY, SPREAD = 1.5, 10.0, 0.9
RESTARTING = b'42["server.restarting",'
PROBES_A_SECOND = 10
ANSWERS_WITHIN = 1000.0  # ms
BACK_WITHIN = 90.0
LATE_SECONDS = 1.0
WITHIN, NONE = at_most(1), at_most(0)
PAGE = f"/tournaments/cup-{MAIN}/matches/"
_tie = count()


class Returning(Crowd):
    """Pages that come back: when the server has told them to, or else after growing delays."""

    def __init__(self, loop: Loop, port: int):
        super().__init__(loop, page_door(port, MAIN), _shown_seq(port))
        self.heard_of: Counter[int] = Counter()
        self.missing = 0
        self._places: dict[Client, int] = {}
        self._attempts: Counter[int] = Counter()
        self._due: list[tuple[float, int, int]] = []
        self._seen: dict[int, int | None] = {}

    def gather(self, count: int, at_once: int = 100) -> None:
        """Let the pages come for the first time."""
        super().gather(count, at_once)
        self._places = {client: place for place, client in enumerate(self.clients)}

    def told(self, client: Client, payload: bytes, now: float) -> None:
        """Note what a page was told; go where it is told to go."""
        if payload.startswith(RESTARTING):
            client.leave()
            self._gone(client, json.loads(payload[2:])[1]["retry_in_ms"] / 1000)
            return
        super().told(client, payload, now)
        seq = seen_seq(payload)
        if seq is not None:
            client.seq = seq
            self.heard_of[seq] += 1

    def came_in(self, client: Client) -> None:
        """A page is back."""
        super().came_in(client)
        if client in self._places:
            self._attempts[self._places[client]] = 0

    def lost(self, client: Client) -> None:
        """The connection is gone, or did not come about."""
        place = self._places[client]
        seconds = delay_before(self._attempts[place])
        self._attempts[place] += 1
        self._gone(client, seconds)

    def let_return(self) -> None:
        """Those whose moment has come try again."""
        while self._due and self._due[0][0] <= time.monotonic():
            place = heapq.heappop(self._due)[2]
            client = Client(self, self._seen[place])
            self.clients[place] = client
            self._places[client] = place

    def _gone(self, client: Client, seconds: float) -> None:
        place = self._places.pop(client)
        self._seen[place] = client.seq
        self.inside -= client.is_in
        heapq.heappush(self._due, (time.monotonic() + seconds, next(_tie), place))


def delay_before(attempt: int) -> float:
    """For how many seconds a page waits before its next attempt, from 0 on."""
    return min(FIRST_DELAY * 2**attempt * (1 + SPREAD * random.uniform(-1, 1)), LONGEST_DELAY)


def _shown_seq(port: int) -> int:
    """The seq of the last event that the page shows, as it tells its script."""
    page = Connection(port).ask(request("GET", PAGE)).decode()
    return int(re.search(r'data-live-seq="(\d+)"', page)[1])


class Probes:
    """Somebody asks for a page again and again, whatever happens."""

    def __init__(self, loop: Loop, server: Server):
        self.answered: list[Fetch] = []
        self._asked: list[Fetch] = []
        self._loop = loop
        self._server = server
        self._next = 0.0

    def ask_when_due(self) -> None:
        """Ask, if it is time."""
        now = time.monotonic()
        if now >= self._next:
            self._next = now + 1 / PROBES_A_SECOND
            self._asked.append(Fetch(self._loop, self._server.port, f"{PAGE}?n={next(_tie)}", self._note))

    def _note(self, fetch: Fetch) -> None:
        if fetch.status == 200:
            self.answered.append(fetch)

    def slowest_since(self, moment: float) -> float:
        """The longest that an answer took, of those asked for since then, or has taken so far, in ms."""
        now = time.perf_counter()
        since = [fetch for fetch in self._asked if fetch.sent_at >= moment]
        return max((fetch.took or now - fetch.sent_at for fetch in since), default=0.0) * 1000


def measure(seeded: Seeded, server: Server, count: int) -> Iterator[Row]:
    """The rows of a restart that was asked for, and of a server that was killed."""
    match_ids = iter(reversed(seeded.ready))
    yield from _restart("SIGTERM", server.ask_to_stop, server, count, next(match_ids))
    yield from _restart("kill -9", server.kill, server, count, next(match_ids))


def _restart(how: str, end: Callable[[], None], server: Server, count: int, match_id: int) -> Iterator[Row]:
    loop = Loop()
    pages, probes = Returning(loop, server.port), Probes(loop, server)
    starting = Organizer(server).starting(match_id)
    pages.gather(count)
    loop.during(JOINING_SECONDS)

    def until(is_done: Callable[[], bool], what: str) -> None:
        def turn() -> bool:
            pages.let_return()
            probes.ask_when_due()
            return is_done()

        loop.until(turn, what, BACK_WITHIN + LATE_SECONDS)

    began = time.perf_counter()
    end()
    until(server.has_stopped, "for the server to stop")
    probes.answered.clear()
    server.start()
    until(lambda: bool(probes.answered), "for the new server to answer")
    ready_at = time.perf_counter()
    # While most are away: they hear of it as they come back.
    Organizer(server).do(starting)
    # Whoever is not back by then is a client that was not told.
    given_up_at = ready_at + BACK_WITHIN
    until(lambda: pages.inside == count or time.perf_counter() > given_up_at, "")
    back_at = time.perf_counter()
    ends = time.perf_counter() + LATE_SECONDS
    until(lambda: time.perf_counter() > ends, "")
    yield from _rows(how, count, pages, ready_at - began, back_at - began, probes.slowest_since(ready_at))
    for client in pages.clients:
        client.leave()


def _rows(how: str, count: int, pages: Returning, away: float, back: float, slowest: float) -> Iterator[Row]:
    what = f"{how}, {count:,} pages come back"
    started = max(pages.heard_of, default=0)
    wrong = abs(count - pages.heard_of[started])
    yield Row(f"{what}: no page is answered for", "s", away)
    yield Row(f"{what}: until all are back, or given up", "s", back)
    yield Row(
        f"{what}: slowest page answer meanwhile; limit: 1 s",
        "ms",
        slowest,
        limit=ANSWERS_WITHIN,
        to_limit=slowest / ANSWERS_WITHIN,
        limit_target=WITHIN,
    )
    yield Row(
        f"{what}: not told once of a start meanwhile", "", wrong, limit=0, to_limit=wrong, limit_target=NONE
    )
