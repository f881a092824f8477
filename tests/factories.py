"""Rows for the tests, written straight through the models, with defaults that fit together.

Each function commits what it makes and returns it detached: columns can be read, relationships not.
The database is that of the test's `app` or `live_server`. `fresh(row)` reads a row again.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count, groupby
from typing import Any, TypeVar

from argon2 import PasswordHasher
from sqlalchemy import Engine, create_engine, func, inspect, select, tuple_, update
from sqlalchemy.orm import Session

from app.database import prepare_engine
from app.domain.permissions import Actor
from app.domain.states import BEGUN, MatchState
from app.models import (
    AuditLog,
    Bracket,
    Dispute,
    Event,
    Match,
    MatchResult,
    Participant,
    ParticipantMember,
    ScheduleBatch,
    ScheduleBreak,
    Station,
    StationHours,
    Tournament,
    TournamentStaff,
    User,
)

PASSWORD = "correct horse 7"
_PASSWORD_HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
_ANEW = {"populate_existing": True}
_REVISED = update(Tournament.__table__).values(revision=Tournament.__table__.c.revision + 1)

Row = TypeVar("Row")
_numbers = count(1)
_current: list[Engine] = []
# When the test began: a time that it asks for twice is the same time, however late the second falls.
_began: list[datetime] = []
# Kept, since an engine remembers the statements that it compiled.
_engines: dict[str, Engine] = {}


def use(database_url: str) -> None:
    """Write to this database from now on."""
    done()
    if database_url not in _engines:
        _engines[database_url] = create_engine(database_url)
        prepare_engine(_engines[database_url])
    _current.append(_engines[database_url])
    _began.append(datetime.now(UTC).replace(microsecond=0))


def done() -> None:
    """Let go of the database."""
    while _current:
        _current.pop().dispose()
    _began.clear()


@contextmanager
def session(*, writes: bool = False) -> Iterator[Session]:
    """A session of its own, for what no function here does; one that writes is committed at the end."""
    connection = _current[0].connect().execution_options(writes=writes)
    with connection, Session(connection, expire_on_commit=False) as its:
        yield its
        if writes:
            # As every change of the application's does: what shows a tournament is kept until then.
            its.connection().execute(_REVISED)
            its.commit()


def save(*rows: Any) -> None:
    """Write rows, and leave them readable without a session."""
    if not rows:
        return
    with session(writes=True) as its:
        its.add_all(rows)
        its.flush()
        for model, written in groupby(rows, type):
            ids = [inspect(row).identity for row in written]
            key = tuple_(*inspect(model).primary_key)
            its.scalars(select(model).where(key.in_(ids)), execution_options=_ANEW).all()


def fresh(row: Row) -> Row:
    """The row as it now stands in the database."""
    with session() as its:
        return its.get_one(type(row), row.id)


def change(row: Row, **columns: Any) -> Row:
    """Set columns of a stored row behind the application's back; returns the fresh row."""
    with session(writes=True) as its:
        found = its.get_one(type(row), row.id)
        for name, value in columns.items():
            setattr(found, name, value)
    return fresh(row)


def rows(model: type[Row], **columns: Any) -> list[Row]:
    """All rows of a model that have these values, by id."""
    with session() as its:
        return list(its.scalars(select(model).filter_by(**columns).order_by(model.id)))


def audit_rows(**columns: Any) -> list[AuditLog]:
    """The audit rows that have these values, oldest first."""
    return rows(AuditLog, **columns)


def events(**columns: Any) -> list[Event]:
    """The events that have these values, oldest first."""
    return rows(Event, **columns)


def soon(minutes: float = 60) -> datetime:
    """A whole second so many minutes from the test's beginning, in UTC."""
    began = _began[0] if _began else datetime.now(UTC).replace(microsecond=0)
    return began + timedelta(minutes=minutes)


def actor(user: User, **fields: Any) -> Actor:
    """The user as the services know those who act."""
    return Actor(user_id=user.id, username=user.username, is_admin=user.is_admin, **fields)


def user(username: str | None = None, **columns: Any) -> User:
    """A user whose password is PASSWORD."""
    row = _user(username or f"user{next(_numbers)}", **columns)
    save(row)
    return row


def _user(username: str, **columns: Any) -> User:
    return User(username=username, **{"password_hash": _PASSWORD_HASH, **columns})


def admin(username: str | None = None, **columns: Any) -> User:
    """A user who is admin."""
    return user(username, is_admin=True, **columns)


def tournament(organizer: User | None = None, **columns: Any) -> Tournament:
    """A public tournament with check-in, of its organizer."""
    number = next(_numbers)
    organizer = organizer or user(f"organizer{number}")
    defaults = {"name": f"Tournament {number}", "slug": f"tournament-{number}", "status": "live"}
    row = Tournament(organizer_id=organizer.id, **{**defaults, **columns})
    save(row)
    return row


def staff(of: Tournament, who: User | None = None) -> User:
    """A further organizer of the tournament."""
    who = who or user()
    save(TournamentStaff(tournament_id=of.id, user_id=who.id, role="organizer"))
    return who


def participant(of: Tournament, name: str | None = None, *, members: Sequence[User] = (), **columns: Any):
    """A participant of the tournament, with its members."""
    row = Participant(tournament_id=of.id, name=name or f"Team {next(_numbers)}", **columns)
    save(row)
    if members:
        save(*(ParticipantMember(participant_id=row.id, user_id=member.id) for member in members))
    return row


def participants(of: Tournament, number: int) -> list[Participant]:
    """So many participants, seeded from 1."""
    made = [
        Participant(tournament_id=of.id, name=f"Team {next(_numbers)}", seed=place + 1)
        for place in range(number)
    ]
    save(*made)
    return made


def station(
    of: Tournament,
    name: str | None = None,
    *,
    hours: Sequence[tuple[datetime, datetime]] = (),
    **columns: Any,
) -> Station:
    """A place where matches of the tournament are played; `hours` are when it can be used, always without."""
    row = Station(tournament_id=of.id, name=name or f"Station {next(_numbers)}", **columns)
    save(row)
    save(*(StationHours(station_id=row.id, starts_at=start, ends_at=end) for start, end in hours))
    return row


def pause(of: Tournament, name: str = "Lunch", *, at: Station | None = None, **columns: Any) -> ScheduleBreak:
    """A break of the tournament, in two days, of an hour; at one station, or at all."""
    times = {"starts_at": soon(2880), "ends_at": soon(2940)}
    row = ScheduleBreak(
        tournament_id=of.id, name=name, station_id=at.id if at else None, **{**times, **columns}
    )
    save(row)
    return row


def bracket(of: Tournament, **columns: Any) -> Bracket:
    """A bracket without matches."""
    defaults = {"name": f"Bracket {next(_numbers)}", "format": "single_elimination", "status": "live"}
    row = Bracket(tournament_id=of.id, **{**defaults, **columns})
    save(row)
    return row


def version(of: Tournament, number: int = 1, **columns: Any) -> ScheduleBatch:
    """A version of the tournament's schedule, of no match."""
    row = AuditLog(action="SCHEDULE_CHANGE", meta={}, created_at=soon(0))
    save(row)
    defaults = {"kind": "edit", "created_at": soon(0), "audit_id": row.id}
    batch = ScheduleBatch(tournament_id=of.id, number=number, **{**defaults, **columns})
    save(batch)
    return batch


_NEW = object()


def match(
    of: Tournament | None = None,
    state: str = "READY",
    *,
    participant1: Participant | object | None = _NEW,
    participant2: Participant | object | None = _NEW,
    **columns: Any,
) -> Match:
    """A match whose columns fit its state; a side given as None is open."""
    of = of or tournament()
    given = (participant1, participant2)
    new = [Participant(tournament_id=of.id, name=f"Team {next(_numbers)}") for side in given if side is _NEW]
    save(*new)
    sides = [new.pop(0) if side is _NEW else side for side in given]
    columns.setdefault("match_number", _next_match_number(of.id, columns.get("bracket_id")))
    row = Match(tournament_id=of.id, **{**_match_columns(of, MatchState(state), sides), **columns})
    save(row)
    return row


def matches(of: Tournament, number: int, state: str = "SCHEDULED", **columns: Any) -> list[Match]:
    """So many matches between the same two participants, an hour apart, in few statements."""
    sides = participants(of, 2)
    common = _match_columns(of, MatchState(state), sides)
    first = common["scheduled_time"]
    made = [
        Match(
            tournament_id=of.id,
            **{
                **common,
                "match_number": place + 1,
                "scheduled_time": first + timedelta(hours=place),
                **columns,
            },
        )
        for place in range(number)
    ]
    save(*made)
    return made


def result(of: Match, score1: int = 2, score2: int = 1, **columns: Any) -> MatchResult:
    """A version of the match's result, pending and submitted by its first side."""
    defaults = {
        "n": len(rows(MatchResult, match_id=of.id)) + 1,
        "status": "pending",
        "winner_id": of.participant1_id
        if score1 > score2
        else of.participant2_id
        if score2 > score1
        else None,
        "submitted_by_id": of.participant1_id,
        "submitted_at": soon(0),
    }
    row = MatchResult(
        match_id=of.id, participant1_score=score1, participant2_score=score2, **{**defaults, **columns}
    )
    save(row)
    return row


def dispute(of: Match, **columns: Any) -> Dispute:
    """An open dispute of the match's second side."""
    defaults = {
        "reported_by_id": of.participant2_id,
        "reason": "score_dispute",
        "description": "We won the second map.",
        "created_at": soon(0),
    }
    row = Dispute(tournament_id=of.tournament_id, match_id=of.id, **{**defaults, **columns})
    save(row)
    return row


@dataclass(frozen=True)
class Scene:
    """One match, and everybody who may have something to do with it."""

    admin: User
    organizer: User
    coordinator: User
    player1: User
    player2: User
    stranger: User
    tournament: Tournament
    team1: Participant
    team2: Participant
    match: Match

    def person(self, role: str) -> User | None:
        """The user in a role: a field's name, or None for `anonymous`."""
        return None if role == "anonymous" else getattr(self, role)


def scene(state: str = "READY", *, match_columns: dict[str, Any] | None = None, **columns: Any) -> Scene:
    """A match in the state with all roles around it; `columns` are the tournament's.

    PENDING_RESULT and COMPLETED come with their result row, DISPUTED with its dispute too.
    """
    people = {name: _user(f"{name}{next(_numbers)}") for name in ("organizer", "coordinator", "stranger")}
    players = [_user(f"player{side}-{next(_numbers)}") for side in (1, 2)]
    admin = _user(f"admin{next(_numbers)}", is_admin=True)
    save(*people.values(), *players, admin)
    of = tournament(people["organizer"], **columns)
    teams = participants(of, 2)
    save(
        *(
            ParticipantMember(participant_id=team.id, user_id=player.id)
            for team, player in zip(teams, players, strict=True)
        )
    )
    row = match(
        of,
        state,
        participant1=teams[0],
        participant2=teams[1],
        coordinator_id=people["coordinator"].id,
        **(match_columns or {}),
    )
    by = {"submitted_by_user_id": players[0].id}
    if state in ("PENDING_RESULT", "DISPUTED"):
        result(row, **by)
    if state == "COMPLETED":
        result(row, status="final", confirmed_at=soon(0), **by)
    if state == "DISPUTED":
        dispute(row, reported_by_user_id=players[1].id)
    return Scene(
        admin,
        **people,
        player1=players[0],
        player2=players[1],
        tournament=of,
        team1=teams[0],
        team2=teams[1],
        match=row,
    )


def _next_match_number(tournament_id: int, bracket_id: int | None) -> int:
    same = (Match.tournament_id == tournament_id, Match.bracket_id.is_not_distinct_from(bracket_id))
    with session() as its:
        return (its.scalar(select(func.max(Match.match_number)).where(*same)) or 0) + 1


def _match_columns(of: Tournament, state: MatchState, sides: Sequence[Any]) -> dict[str, Any]:
    ids = [side.id if side is not None else None for side in sides]
    has_begun = state in BEGUN
    scheduled = soon(-30 if has_begun else 60)
    is_checked_in = of.enable_check_in and (has_begun or state is MatchState.READY)
    columns: dict[str, Any] = {
        "state": state,
        "participant1_id": ids[0],
        "participant2_id": ids[1],
        "scheduled_time": scheduled,
        "check_in_deadline": _deadline(of, scheduled),
        "participant1_checked_in": is_checked_in or state is MatchState.CHECK_IN,
        "participant2_checked_in": is_checked_in,
    }
    if has_begun and state is not MatchState.FORFEIT:
        columns["started_at"] = scheduled
    if state in (MatchState.PENDING_RESULT, MatchState.DISPUTED, MatchState.COMPLETED):
        columns |= {"participant1_score": 2, "participant2_score": 1}
    if state in (MatchState.COMPLETED, MatchState.FORFEIT):
        columns |= {"winner_id": ids[0], "loser_id": ids[1], "completed_at": soon(-1)}
    return columns


def _deadline(of: Tournament, scheduled: datetime) -> datetime | None:
    if not of.enable_check_in:
        return None
    return scheduled - timedelta(minutes=of.check_in_window_minutes)
