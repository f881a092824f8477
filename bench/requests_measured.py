"""Requests for the same things again and again, to Matchdesk and to the bare server by turns."""

from dataclasses import dataclass, field
from itertools import count
from statistics import median

from bench.requests_load import Connection, Load, request, run
from bench.seeding import MAIN, Seeded
from bench.servers import Server
from bench.statements import Statements
from bench.table import Row, ratio

CONNECTIONS = (1, 32)
_numbers = count()


@dataclass(frozen=True)
class Case:
    """Something to ask for, and what the bare server is asked meanwhile.

    Matchdesk keeps answers as long as nothing changes. Only a case that `is_unchanged` lets it do so; the
    others ask with a number that nobody has asked with, so that each answer is made.
    """

    what: str
    path: str
    beside: str = "/constant"
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

    def bare_request(self) -> bytes:
        """What the bare server is asked."""
        return request("GET", self.beside)


def cases(seeded: Seeded, server: Server) -> list[Case]:
    """What is measured."""
    api = "/api/tournaments/matches/"
    match, page = f"{api}{seeded.finished}/", f"/matches/{seeded.finished}/"
    main, html = f"?tournament={MAIN}", f"/tournaments/cup-{MAIN}/matches/"
    known = {"If-None-Match": _etag(server, match)}
    return [
        Case("JSON list, one tournament", f"{api}{main}", f"/list{main}"),
        Case("JSON list, one tournament, unchanged", f"{api}{main}", f"/list{main}", is_unchanged=True),
        Case("JSON list, all", api, "/list"),
        Case("JSON list, one state", f"{api}?state=LIVE", "/list?state=LIVE"),
        Case("JSON list, by name", f"{api}?search=07+of+01", "/list?search=07+of+01"),
        Case("JSON match", match),
        Case("JSON match, unchanged", match, is_unchanged=True),
        Case("JSON match, unchanged, 304", match, is_unchanged=True, headers=known, expected=304),
        Case("HTML list", html),
        Case("HTML list, unchanged", html, is_unchanged=True),
        Case("HTML match", page),
        Case("HTML match, unchanged", page, is_unchanged=True),
    ]


def _etag(server: Server, path: str) -> str:
    connection = Connection(server.port)
    try:
        head = connection.ask(request("GET", path)).partition(b"\r\n\r\n")[0].decode()
    finally:
        connection.socket.close()
    return next(line.partition(": ")[2] for line in head.split("\r\n") if line.lower().startswith("etag"))


def measure(seeded: Seeded, matchdesk: Server, bare: Server, rounds: int, seconds: float) -> list[Row]:
    """The rows of all cases."""
    asked = cases(seeded, matchdesk)
    statements = Statements(seeded.url)
    try:
        counts = {case.what: statements.of(case.next_path, case.headers) for case in asked}
    finally:
        statements.close()
    loads: dict[tuple[str, int], list[tuple[Load, Load]]] = {}
    for _ in range(rounds):
        for case in asked:
            for connections in CONNECTIONS:
                load = {"connections": connections, "seconds": seconds}
                ours = run(matchdesk, case.next_request, expected=case.expected, **load)
                theirs = run(bare, case.bare_request, **load)
                loads.setdefault((case.what, connections), []).append((ours, theirs))
    return [_row(what, connections, pairs, counts[what]) for (what, connections), pairs in loads.items()]


def _row(what: str, connections: int, pairs: list[tuple[Load, Load]], statements: int) -> Row:
    ours, theirs = zip(*pairs, strict=True)
    our_rates, their_rates = ([load.per_second for load in loads] for loads in (ours, theirs))
    return Row(
        what=what,
        at=f"c={connections}",
        matchdesk=f"{median(our_rates):.0f}/s",
        bare=f"{median(their_rates):.0f}/s",
        ratio=ratio(our_rates, their_rates),
        median=median(load.median for load in ours) * 1000,
        p99=median(load.p99 for load in ours) * 1000,
        cpu=median(load.cpu for load in ours) * 1000,
        statements=statements,
    )
