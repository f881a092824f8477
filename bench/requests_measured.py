"""Requests for the same things again and again, to Matchdesk and to the bare server by turns."""

from dataclasses import dataclass, field
from statistics import median

from bench.requests_load import Connection, Load, request, run
from bench.seeding import MAIN, Seeded
from bench.servers import Server
from bench.statements import Statements
from bench.table import Row, ratio

CONNECTIONS = (1, 32)


@dataclass(frozen=True)
class Case:
    """Something to ask for, and what the bare server is asked meanwhile."""

    what: str
    path: str
    beside: str = "/constant"
    headers: dict[str, str] = field(default_factory=dict)
    expected: int = 200


def cases(seeded: Seeded, server: Server) -> list[Case]:
    """What is measured."""
    api = "/api/tournaments/matches/"
    match = f"{api}{seeded.finished}/"
    return [
        Case("JSON list, one tournament", f"{api}?tournament={MAIN}", f"/list?tournament={MAIN}"),
        Case("JSON list, all", api, "/list"),
        Case("JSON list, one state", f"{api}?state=LIVE", "/list?state=LIVE"),
        Case("JSON list, by name", f"{api}?search=07+of+01", "/list?search=07+of+01"),
        Case("JSON match", match),
        Case("JSON match, unchanged", match, headers={"If-None-Match": _etag(server, match)}, expected=304),
        Case("HTML list", f"/tournaments/cup-{MAIN}/matches/"),
        Case("HTML match", f"/matches/{seeded.finished}/"),
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
    loads: dict[tuple[Case, int], list[tuple[Load, Load]]] = {}
    for _ in range(rounds):
        for case in asked:
            for connections in CONNECTIONS:
                pair = (
                    run(
                        matchdesk,
                        request("GET", case.path, **case.headers),
                        connections=connections,
                        seconds=seconds,
                        expected=case.expected,
                    ),
                    run(bare, request("GET", case.beside), connections=connections, seconds=seconds),
                )
                loads.setdefault((case.what, connections), []).append(pair)
    statements = Statements(seeded.url)
    try:
        counts = {case.what: statements.of(case.path, case.headers) for case in asked}
    finally:
        statements.close()
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
