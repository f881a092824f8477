"""Requests for the same things again and again, to each server by turns."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from statistics import median

from bench.requests_load import Connection, Load, percentile_99, request, run
from bench.seeding import MAIN, Seeded
from bench.servers import Server, Stand
from bench.statements import Statements
from bench.table import Row, Target, at_least, at_most, compare

CONNECTIONS = 32
CONSTANT = "/constant"
API, STOCK_API = "/api/tournaments/matches/", "/api/matches/"
P99_TO_STOCK, P99_TO_LIMIT = at_most(0.3), at_most(3)
_numbers = count()


@dataclass(frozen=True)
class Case:
    """Something to ask for, and what the others are asked meanwhile.

    Matchdesk keeps answers as long as nothing changes. Only a case that `is_unchanged` lets it do so; the
    others ask with a number that nobody has asked with, so that each answer is made.
    """

    what: str
    path: str
    stock_path: str
    limit_path: str = CONSTANT
    to_stock: Target | None = None
    to_limit: Target | None = None
    is_unchanged: bool = False
    headers: dict[str, str] = field(default_factory=dict)
    expected: int = 200

    def next_path(self) -> str:
        """The address to ask for next."""
        if self.is_unchanged:
            return self.path
        return f"{self.path}{'&' if '?' in self.path else '?'}n={next(_numbers)}"

    def next_request(self) -> bytes:
        """The next request."""
        return request("GET", self.next_path(), **self.headers)


def cases(seeded: Seeded, server: Server) -> list[Case]:
    """What is measured."""
    main, named = f"?tournament={MAIN}", "?search=07+of+01"
    match, stock_match = f"{API}{seeded.finished}/", f"{STOCK_API}{seeded.finished}/"
    page = f"/matches/{seeded.finished}/"
    known = {"If-None-Match": _etag(server, match)}
    listed = (f"{API}{main}", f"{STOCK_API}{main}", f"/list{main}")
    kept = {"is_unchanged": True}
    return [
        Case("JSON list, one tournament", *listed, at_least(8), at_least(0.45)),
        Case("JSON list, one tournament, unchanged", *listed, at_least(20), **kept),
        Case("JSON list, all", API, STOCK_API, "/list", at_least(6), at_least(0.6)),
        Case("JSON list, by name", f"{API}{named}", f"{STOCK_API}{named}", f"/list{named}"),
        Case("JSON match", match, stock_match, to_stock=at_least(2.5)),
        Case("JSON match, unchanged", match, stock_match, to_stock=at_least(6), **kept),
        Case("JSON match, unchanged, 304", match, stock_match, **kept, headers=known, expected=304),
        Case("HTML match", page, page, to_stock=at_least(2.5)),
        Case("HTML match, unchanged", page, page, to_stock=at_least(6), **kept),
        Case("HTML list", *_html_list(listed[1])),
        Case(
            "HTML list, unchanged; stock: JSON list",
            *_html_list(listed[1]),
            CONSTANT,
            at_least(8),
            at_least(0.3),
            **kept,
        ),
    ]


def _html_list(stock_list: str) -> tuple[str, str]:
    return f"/tournaments/cup-{MAIN}/matches/", stock_list


def _etag(server: Server, path: str) -> str:
    connection = Connection(server.port)
    try:
        head = connection.ask(request("GET", path)).partition(b"\r\n\r\n")[0].decode()
    finally:
        connection.socket.close()
    return next(line.partition(": ")[2] for line in head.split("\r\n") if line.lower().startswith("etag"))


def measure(seeded: Seeded, stand: Stand, rounds: int, seconds: float) -> Iterator[Row]:
    """The rows of all cases, then the worst latencies."""
    asked = cases(seeded, stand.ours)
    statements = _statements(seeded, asked)
    ours, stock, limit = (defaultdict(list) for _ in range(3))
    for _ in range(rounds):
        _round(stand, asked, seconds, (ours, stock, limit))
    for case in asked:
        yield compare(
            case.what,
            "/s",
            _rates(ours[case.what]),
            _rates(stock[case.stock_path]),
            _rates(limit[case.limit_path]),
            stock_target=case.to_stock,
            limit_target=case.to_limit,
            cpu=median(load.cpu for load in ours[case.what]) * 1000,
            statements=statements[case.what],
        )
    yield from _worst(asked, ours, stock)


def _statements(seeded: Seeded, asked: list[Case]) -> dict[str, int]:
    """How much SQL each case takes; RuntimeError where an answer that should be made anew was not."""
    counted = Statements(seeded.url)
    try:
        counts = {case.what: counted.of(case.next_path, case.headers) for case in asked}
    finally:
        counted.close()
    for case in asked:
        if not case.is_unchanged and not counts[case.what]:
            raise RuntimeError(f"{case.what}: this was to be asked so that it is not found kept")
    return counts


def _round(stand: Stand, asked: list[Case], seconds: float, loads: tuple[dict, dict, dict]) -> None:
    """Ask once for each case; what several cases compare themselves with is asked for once."""
    done: set[tuple[int, str]] = set()
    for case in asked:
        ours = run(
            stand.ours,
            case.next_request,
            connections=CONNECTIONS,
            seconds=seconds,
            expected=case.expected,
        )
        loads[0][case.what].append(ours)
        for place, (server, path) in enumerate(
            ((stand.stock, case.stock_path), (stand.limit, case.limit_path)), start=1
        ):
            if server is not None and (place, path) not in done:
                done.add((place, path))
                sent = request("GET", path)
                load = run(server, lambda sent=sent: sent, connections=CONNECTIONS, seconds=seconds)
                loads[place][path].append(load)


def _rates(loads: list[Load]) -> list[float]:
    return [load.per_second for load in loads]


def _worst(asked: list[Case], ours: dict, stock: dict) -> Iterator[Row]:
    """The case whose p99 is worst beside the stock stack's, and that which is worst beside a fair turn.

    With fair turns everybody waits for as long as all connections' requests take.
    """
    beside_stock, beside_turns = [], []
    for case in asked:
        mine = _p99(ours[case.what])
        turn = CONNECTIONS / median(_rates(ours[case.what])) * 1000
        what = f"p99 at c={CONNECTIONS}, the worst: {case.what.partition(';')[0]}"
        beside_turns.append(
            Row(what, "ms", mine, limit=turn, to_limit=mine / turn, limit_target=P99_TO_LIMIT)
        )
        if measured := stock.get(case.stock_path):
            theirs = _p99(measured)
            beside_stock.append(
                Row(what, "ms", mine, stock=theirs, to_stock=mine / theirs, stock_target=P99_TO_STOCK)
            )
    if beside_stock:
        yield max(beside_stock, key=lambda row: row.to_stock)
    yield max(beside_turns, key=lambda row: row.to_limit)


def _p99(loads: list[Load]) -> float:
    return percentile_99([took for load in loads for took in load.took]) * 1000
