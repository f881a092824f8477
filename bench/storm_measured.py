"""Open pages watch one start: how many of them ask the server for more, and when the last shows it."""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack

from bench.fetching import Fetch
from bench.organizer import Organizer
from bench.requests_load import Connection, request
from bench.seeding import PAGES, Seeded
from bench.servers import Server, Stand
from bench.sockets import Client, Crowd, Door, Loop, page_door, stock_door
from bench.starts_measured import JOINING_SECONDS
from bench.table import Row, at_most
from bench.telling import tell

NONE = at_most(0)
# For requests that pages would put off.
LATE_SECONDS = 0.5
_COUNTED = re.compile(r'^matchdesk_requests_total\{endpoint="([^"]*)",method="GET".*\} (\S+)$', re.MULTILINE)


class Pages(Crowd):
    """Open pages: one that is told of a start without its fragment fetches that."""

    def __init__(self, loop: Loop, door: Door, fragment: str):
        super().__init__(loop, door)
        self.shown_at = 0.0
        self.fetching = 0
        self._fragment = fragment

    def told(self, client: Client, payload: bytes, now: float) -> None:
        """Show the fragment, or fetch it."""
        super().told(client, payload, now)
        if b'"html":' in payload:
            self.shown_at = now
        else:
            self.fetching += 1
            Fetch(self.loop, self.door.port, self._fragment, self._fetched)

    def _fetched(self, fetch: Fetch) -> None:
        if fetch.status != 200:
            raise RuntimeError("a page did not get its fragment")
        self.fetching -= 1
        self.shown_at = time.perf_counter()


def measure(seeded: Seeded, stand: Stand, count: int) -> Iterator[Row]:
    """The rows: requests of the spectators, and the time until the last page shows the start."""
    match_id = seeded.ready_elsewhere[PAGES][-1]
    organizer = Organizer(stand.ours)
    ours = _storm(
        stand.ours,
        page_door(stand.ours.port, PAGES),
        organizer.connection,
        organizer.starting(match_id),
        f"/matches/{match_id}/",
        count,
        _counted_by_matchdesk,
    )
    stock = (None, None)
    if stand.stock is not None:
        asker = Connection(stand.stock.port)
        start = request("POST", f"/api/matches/{match_id}/start/", b"{}")
        fragment = f"/matches/{match_id}/card/"
        stock = _storm(
            stand.stock, stock_door(stand.stock.port, PAGES), asker, start, fragment, count, _counted_by_stock
        )
    requests, shown = zip(ours, stock, strict=True)
    what = f"one start, {count:,} pages watch"
    yield Row(
        f"{what}: their requests",
        "",
        requests[0],
        stock=requests[1],
        limit=0,
        to_limit=requests[0],
        limit_target=NONE,
    )
    to_stock = shown[1] and shown[0] / shown[1]
    yield Row(f"{what}: until the last shows it", "ms", shown[0], stock=shown[1], to_stock=to_stock)


def _storm(
    server: Server,
    door: Door,
    asker: Connection,
    start: bytes,
    fragment: str,
    count: int,
    counted: Callable[[Server], int],
) -> tuple[int, float]:
    """The requests of spectators that the server counted, and the milliseconds until the last had all."""
    pages = Pages(Loop(), door, fragment)
    with ExitStack() as leaving:
        leaving.callback(lambda: [client.leave() for client in pages.clients])
        pages.gather(count)
        pages.loop.during(JOINING_SECONDS)
        before = counted(server)
        tell(server, asker, start, pages)
        pages.loop.until(lambda: not pages.fetching, "for pages to get their fragments")
        pages.loop.during(LATE_SECONDS)
        return counted(server) - before, (pages.shown_at - asker.sent_at) * 1000


def _counted_by_matchdesk(server: Server) -> int:
    """How many GETs it has answered, those for the figures themselves left out."""
    figures = Connection(server.port).ask(request("GET", "/metrics")).decode()
    return sum(
        int(float(count)) for endpoint, count in _COUNTED.findall(figures) if "metrics" not in endpoint
    )


def _counted_by_stock(server: Server) -> int:
    """How many fragments it has answered."""
    return int(Connection(server.port).ask(request("GET", "/fetched/")).partition(b"\r\n\r\n")[2])
