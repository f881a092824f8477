"""An organizer starts matches while crowds listen, at each server by turns."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from statistics import median

from bench.organizer import Organizer
from bench.requests_load import Connection, request
from bench.seeding import ASIDE, MAIN, PAGES, Seeded
from bench.servers import Stand
from bench.sockets import Crowd, Loop, bare_door, channel_door, crowd, page_door, stock_door
from bench.table import Row, at_most, compare
from bench.telling import Told, tell

# By the number of clients: the time until the last has heard, and the organizer's own answer.
LAST_TO_STOCK = {100: at_most(1 / 4), 1_000: at_most(1 / 10), 5_000: at_most(1 / 20)}
LAST_TO_LIMIT = {100: at_most(4), 1_000: at_most(1.6), 5_000: at_most(1.3)}
ANSWER_TO_STOCK = {1_000: at_most(1 / 50), 5_000: at_most(1 / 500)}
ANSWER_MAY_GROW_SECONDS = 0.002
HTML_TO_DATA = at_most(1.1)
ELSEWHERE_TO_ALONE = at_most(1.2)
NO_MORE = at_most(1)
# Between two starts, so that one does not wait for what is left of the other.
PAUSE_SECONDS = 0.05
# Pages join a moment after their connection was answered.
JOINING_SECONDS = 0.5
Start = Callable[[], Told]


def measure(seeded: Seeded, stand: Stand, crowds: list[int], starts: int) -> Iterator[Row]:
    """The rows of all crowds, the smallest first."""
    theatre = Theatre(seeded, stand)
    few: dict[int, float] = {}
    for count in sorted(crowds):
        told = theatre.play(count, starts)
        yield from _rows(count, told)
        few[count] = _median_cpu(told["data"])
        if count != min(few):
            yield _linear(min(few), count, few)
        if "aside" in told:
            yield _elsewhere(min(few), 2 * count, told["aside"], few[min(few)])


class Theatre:
    """The servers, and who may start matches there."""

    def __init__(self, seeded: Seeded, stand: Stand):
        self._stand = stand
        self._organizer = Organizer(stand.ours)
        ready = {MAIN: seeded.ready, **seeded.ready_elsewhere}
        self._ours = {tournament: self._organizer.starts(ids) for tournament, ids in ready.items()}
        self._stock_ids = iter(seeded.ready)
        self._limit_connection = Connection(stand.limit.port)
        self._stock_connection = Connection(stand.stock.port) if stand.stock else None
        self._smallest = 0

    def play(self, count: int, starts: int) -> dict[str, list[Told]]:
        """What came of the starts before so many, by who was told.

        In two acts, so that no more than three crowds are there at a time: each client is an open file.
        """
        self._smallest = self._smallest or count
        loop, port = Loop(), self._stand.ours.port
        with crowd(loop, channel_door(port, MAIN), count) as programs:
            data = self._at_ours(MAIN, programs)
            first = self._beside_others(loop, data, count, starts)
            second = self._beside_pages(loop, data, count, starts)
        return first | second

    def _beside_others(self, loop: Loop, data: Start, count: int, starts: int) -> dict[str, list[Told]]:
        with ExitStack() as gathered:
            limit = gathered.enter_context(crowd(loop, bare_door(self._stand.limit.port), count))
            nobody = Crowd(loop, channel_door(self._stand.ours.port, ASIDE))
            by_turns = {
                "data": data,
                "nobody": self._at_ours(ASIDE, nobody),
                "limit": self._at_limit(limit),
            }
            if self._stand.stock is not None:
                audience = gathered.enter_context(
                    crowd(loop, stock_door(self._stand.stock.port, MAIN), count)
                )
                by_turns["stock"] = self._at_stock(audience)
            self._renew()
            return _by_turns(loop, by_turns, starts)

    def _beside_pages(self, loop: Loop, data: Start, count: int, starts: int) -> dict[str, list[Told]]:
        port = self._stand.ours.port
        with crowd(loop, page_door(port, PAGES), count) as pages:
            loop.during(JOINING_SECONDS)
            self._renew()
            told = _by_turns(loop, {"data beside HTML": data, "HTML": self._at_ours(PAGES, pages)}, starts)
            if count != self._smallest:
                with crowd(loop, channel_door(port, ASIDE), self._smallest) as aside:
                    told |= _by_turns(loop, {"aside": self._at_ours(ASIDE, aside)}, starts)
        return told

    def _renew(self) -> None:
        """Who asks connects anew, after a crowd has come, which takes its time."""
        for connection in (self._organizer.connection, self._limit_connection, self._stock_connection):
            if connection is not None:
                connection.renew()

    def _at_ours(self, tournament: int, audience: Crowd) -> Start:
        asked, server, asker = self._ours[tournament], self._stand.ours, self._organizer.connection

        def start() -> Told:
            told = tell(server, asker, next(asked), audience)
            if tournament == MAIN:
                self._size = told.size
            return told

        return start

    def _at_limit(self, audience: Crowd) -> Start:
        server, asker = self._stand.limit, self._limit_connection
        return lambda: tell(server, asker, request("POST", "/tell", b"x" * self._size), audience)

    def _at_stock(self, audience: Crowd) -> Start:
        server, asker = self._stand.stock, self._stock_connection

        def start() -> Told:
            path = f"/api/matches/{next(self._stock_ids)}/start/"
            return tell(server, asker, request("POST", path, b"{}"), audience)

        return start


def _by_turns(loop: Loop, by_turns: dict[str, Start], count: int) -> dict[str, list[Told]]:
    """So many of each, after one that counts for nothing: the first of all finds nothing prepared."""
    told: dict[str, list[Told]] = {name: [] for name in by_turns}
    for _ in range(count + 1):
        for name, start in by_turns.items():
            told[name].append(start())
            loop.during(PAUSE_SECONDS)
    return {name: each[1:] for name, each in told.items()}


def _rows(count: int, told: dict[str, list[Told]]) -> Iterator[Row]:
    last = {name: [each.last * 1000 for each in of] for name, of in told.items()}
    answer = {name: [each.answer * 1000 for each in of] for name, of in told.items()}
    allowed = [each + ANSWER_MAY_GROW_SECONDS * 1000 for each in answer["nobody"]]
    yield compare(
        f"start → the last of {count:,}",
        "ms",
        last["data"],
        last.get("stock"),
        last["limit"],
        stock_target=LAST_TO_STOCK.get(count),
        limit_target=LAST_TO_LIMIT.get(count),
        cpu=_median_cpu(told["data"]),
    )
    yield compare(
        f"start, the organizer's answer, {count:,} told; limit: nobody told + 2 ms",
        "ms",
        answer["data"],
        answer.get("stock"),
        allowed,
        stock_target=ANSWER_TO_STOCK.get(count),
        limit_target=NO_MORE,
    )
    yield compare(
        f"start → the last of {count:,} pages, with HTML; limit: data alone",
        "ms",
        last["HTML"],
        None,
        last["data beside HTML"],
        limit_target=HTML_TO_DATA,
        cpu=_median_cpu(told["HTML"]),
    )


def _linear(few: int, many: int, cpu: dict[int, float]) -> Row:
    """A start before many against one before few, which is taken for as many more as there are clients."""
    most = cpu[few] * many / few
    what = f"CPU of a start, {many:,} told; limit: {many / few:g} times that for {few:,}"
    return Row(what, "ms", cpu[many], limit=most, to_limit=cpu[many] / most, limit_target=NO_MORE)


def _elsewhere(count: int, others: int, told: list[Told], alone: float) -> Row:
    """The same start, once with nobody at other tournaments."""
    what = f"CPU of a start, {count:,} told, {others:,} at other tournaments; limit: at none"
    cpu = _median_cpu(told)
    return Row(what, "ms", cpu, limit=alone, to_limit=cpu / alone, limit_target=ELSEWHERE_TO_ALONE)


def _median_cpu(told: list[Told]) -> float:
    return median(each.cpu for each in told) * 1000
