"""A database as a busy season leaves it: thousands of matches in many tournaments, written in a second."""

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from argon2 import PasswordHasher
from sqlalchemy import Connection, create_engine, insert

from app.database import prepare_engine
from app.models import AuditLog, Bracket, Match, MatchResult, Participant, Tournament, User
from bench.multiplying import multiply

PASSWORD = "measured, not guarded"
ORGANIZER = "organizer"
MATCHES_PER_TOURNAMENT = 250
# More matches than these are copies of them.
WRITTEN = 10_000
PARTICIPANTS = 32
# The tournament with the clients: its matches wait to be started. It is a tenth of all, if not more.
MAIN = 1
LEAST_READY = 100
# Two more with clients, so that several crowds can be told by turns: of pages, and aside from the others.
PAGES, ASIDE = 2, 3
LEAST_READY_ELSEWHERE = 20
STATES = ("SCHEDULED", "CHECK_IN", "READY", "LIVE", "PENDING_RESULT", "COMPLETED")
DECIDED = ("PENDING_RESULT", "COMPLETED")
# So far ahead that no deadline passes, and nothing changes by itself, while it is measured.
NOON = datetime(2099, 11, 24, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Seeded:
    """What the measurements need to know of the database."""

    path: Path
    matches: int
    tournaments: int
    ready: list[int]
    finished: int
    ready_elsewhere: dict[int, list[int]]

    @property
    def url(self) -> str:
        """The address of the database."""
        return f"sqlite:///{self.path}"


def seed(path: Path, matches: int, main: int | None = None) -> Seeded:
    """Make the database; the same numbers give the same rows. `main` is how many the main tournament has.

    More than some thousand matches are copies of the first, so that a million takes less than a minute.
    """
    written = min(matches, WRITTEN)
    chance = random.Random(written)
    ready = _ready_rows(main or max(matches // 10, LEAST_READY), max(written // 50, LEAST_READY_ELSEWHERE))
    others = max(1, (written - len(ready)) // MATCHES_PER_TOURNAMENT)
    engine = create_engine(f"sqlite:///{path}")
    prepare_engine(engine)
    User.metadata.create_all(engine)
    rows = [*ready]
    rows += [_any(n, ASIDE + 1 + n % others, chance) for n in range(len(ready) + 1, written + 1)]
    with engine.begin() as connection:
        _add_tournaments(connection, others + ASIDE)
        connection.execute(insert(Match), rows)
        _add_past(connection, rows)
        copies = -(-(matches - len(rows)) // (len(rows) - len(ready))) if matches > len(rows) else 0
        if copies:
            multiply(connection, copies, ASIDE, len(ready))
    engine.dispose()
    finished = next((row["id"] for row in rows if row["state"] == "COMPLETED"), 1)
    waiting: dict[int, list[int]] = {}
    for row in ready:
        waiting.setdefault(row["tournament_id"], []).append(row["id"])
    total = len(rows) + copies * (len(rows) - len(ready))
    return Seeded(path, total, others * (copies + 1) + ASIDE, waiting.pop(MAIN), finished, waiting)


def _ready_rows(main: int, elsewhere: int) -> list[dict]:
    tournaments = [MAIN] * main + [PAGES] * elsewhere + [ASIDE] * elsewhere
    return [_ready(n, tournament) for n, tournament in enumerate(tournaments, start=1)]


def _add_tournaments(connection: Connection, count: int) -> None:
    organizer = {"id": 1, "username": ORGANIZER, "password_hash": PasswordHasher().hash(PASSWORD)}
    connection.execute(insert(User), [organizer])
    numbers = range(1, count + 1)
    tournaments = [
        {"id": n, "name": f"Autumn Cup {n:02d}", "slug": f"cup-{n}", "status": "live", "organizer_id": 1}
        for n in numbers
    ]
    connection.execute(insert(Tournament), tournaments)
    brackets = [
        {"id": n, "tournament_id": n, "name": "Main bracket", "format": "single_elimination"} for n in numbers
    ]
    connection.execute(insert(Bracket), brackets)
    entrants = [
        {"id": _entrant(n, place), "tournament_id": n, "name": f"Team {place + 1:02d} of {n:02d}"}
        for n in numbers
        for place in range(PARTICIPANTS)
    ]
    connection.execute(insert(Participant), entrants)


def _entrant(tournament: int, place: int) -> int:
    return (tournament - 1) * PARTICIPANTS + place + 1


def _any(number: int, tournament: int, chance: random.Random) -> dict:
    state = chance.choice(STATES)
    first, second = chance.sample(range(PARTICIPANTS), 2)
    planned = NOON + timedelta(minutes=chance.randrange(-10_000, 10_000))
    row = _match(
        number, tournament, state, _entrant(tournament, first), _entrant(tournament, second), planned
    )
    if state not in ("SCHEDULED", "CHECK_IN", "READY"):
        row["started_at"] = planned
    if state in DECIDED:
        row |= {"participant1_score": 2, "participant2_score": chance.randrange(2)}
    if state == "COMPLETED":
        row |= {
            "winner_id": row["participant1_id"],
            "loser_id": row["participant2_id"],
            "completed_at": planned + timedelta(minutes=45),
        }
    return row


def _ready(number: int, tournament: int) -> dict:
    first, second = (_entrant(tournament, (number + side) % PARTICIPANTS) for side in range(2))
    return _match(number, tournament, "READY", first, second, NOON + timedelta(minutes=number))


def _match(number: int, tournament: int, state: str, first: int, second: int, planned: datetime) -> dict:
    is_past_check_in = state not in ("SCHEDULED", "CHECK_IN")
    created = NOON - timedelta(days=14) + timedelta(seconds=number)
    return {
        "id": number,
        "tournament_id": tournament,
        "bracket_id": tournament,
        "round_number": number % 5 + 1,
        "match_number": number,
        "state": state,
        "participant1_id": first,
        "participant2_id": second,
        "participant1_checked_in": is_past_check_in,
        "participant2_checked_in": is_past_check_in,
        "participant1_score": None,
        "participant2_score": None,
        "winner_id": None,
        "loser_id": None,
        "best_of": 3,
        "lobby": {"room_code": f"R{number}", "region": "eu", "map": "canyon"},
        "stream_url": f"https://stream.example/{number}",
        "scheduled_time": planned,
        "check_in_deadline": planned - timedelta(minutes=30),
        "started_at": None,
        "completed_at": None,
        "created_at": created,
        "updated_at": created,
    }


def _add_past(connection: Connection, rows: list[dict]) -> None:
    """What was done to each match so far, and the results."""
    done = []
    for row in rows:
        times = {
            "MATCH_SCHEDULE": row["created_at"],
            "MATCH_START": row["started_at"],
            "RESULT_SUBMIT": row["completed_at"],
        }
        about = {"user_id": 1, "tournament_id": row["tournament_id"], "match_id": row["id"], "meta": {}}
        done += [{**about, "action": action, "created_at": at} for action, at in times.items() if at]
    connection.execute(insert(AuditLog), done)
    results = [
        {
            "match_id": row["id"],
            "n": 1,
            "status": "final" if row["state"] == "COMPLETED" else "pending",
            "participant1_score": row["participant1_score"],
            "participant2_score": row["participant2_score"],
            "winner_id": row["participant1_id"],
            "submitted_by_id": row["participant1_id"],
            "submitted_at": row["started_at"] + timedelta(minutes=45),
        }
        for row in rows
        if row["state"] in DECIDED
    ]
    if results:
        connection.execute(insert(MatchResult), results)
