"""Numbered versions of a schedule: any set of changes made at once, looked at before, taken back as one."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from sqlalchemy import func, select

from app.domain import timetable
from app.domain.errors import Conflict, InvalidInput, NotFound, NotSignedIn, Refused
from app.domain.permissions import Actor, Permission
from app.domain.states import BEGUN, MatchState, closed_reasons
from app.domain.words import say, say_all
from app.models import Match, ScheduleBatch, Station, Tournament
from app.services import access, audit
from app.services.audit import AuditAction
from app.services.match_changes import iso
from app.services.unit_of_work import UnitOfWork, unit_of_work

from . import conflicts
from .placing import follow_back, place, put_back, tell_of

MAX_CHANGES = 2000


class Keep(Enum):
    """What a placement says of that which stays as it is."""

    KEEP = "keep"


KEEP = Keep.KEEP


@dataclass(frozen=True)
class Placement:
    """When (aware, or None for no time yet) and where (or None) a match is to be played; KEEP: as it is.

    With `expected_version` the change is made only if the match is still at that version.
    """

    match_id: int
    start: datetime | Keep | None = KEEP
    station_id: int | Keep | None = KEEP
    expected_version: int | None = None


@dataclass(frozen=True)
class _Step:
    match: Match
    start: datetime | None
    station_id: int | None
    why_not: list[str]

    @property
    def changes(self) -> bool:
        return (self.start, self.station_id) != (self.match.scheduled_time, self.match.station_id)


def preview_schedule(
    *, actor: Actor, tournament_id: int, placements: Sequence[Placement], now: datetime
) -> dict:
    """What the changes would do, with nothing changed.

    Returns `{"changes": [{"match", "old", "new", "old_station", "new_station"}], "refused": [{"match",
    "why"}], "conflicts": [...]}`: times in UTC, the new conflicts as `conflicts.as_documents` has them.
    """
    tournament = access.get_tournament(actor, tournament_id, Permission.MATCH_SCHEDULE).tournament
    steps = _steps(tournament, placements, now)
    possible = [step for step in steps if step.changes and not step.why_not]
    return {
        "changes": [
            {
                "match": step.match.id,
                "old": iso(step.match.scheduled_time),
                "new": iso(step.start),
                "old_station": step.match.station_id,
                "new_station": step.station_id,
            }
            for step in possible
        ],
        "refused": [{"match": step.match.id, "why": say_all(step.why_not)} for step in steps if step.why_not],
        "conflicts": conflicts.as_documents(
            actor,
            conflicts.that_come(tournament, _moves(possible), now),
        ),
    }


def change_schedule(
    *,
    actor: Actor,
    tournament_id: int,
    placements: Sequence[Placement] | Callable[[], Sequence[Placement]],
    now: datetime,
    kind: str = "edit",
    meta: dict | None = None,
) -> dict:
    """Make all of the changes, or none, as the next version of the schedule.

    What depends on the schedule itself is given as a function, which is asked once nobody can change it. A
    `delay` keeps the time that was planned as the match's `original_time`. `meta` goes into the audit row.
    Returns `{"number", "batch_id", "match_ids", "warnings"}`; the first two are None where all stood already.
    Raises InvalidInput for what is given, Refused where a match can't be moved, or where the tournament
    refuses conflicts and there would be new ones, and Conflict where a match was changed meanwhile.
    """
    if actor.is_anonymous:
        raise NotSignedIn
    with unit_of_work(now) as uow:
        tournament = uow.lock_tournament(tournament_id)
        access.get_tournament(actor, tournament_id, Permission.MATCH_SCHEDULE)
        if callable(placements):
            placements = placements()
        steps = _steps(tournament, placements, now)
        _refuse_stale(steps, placements)
        if refused := [reason for step in steps for reason in step.why_not]:
            raise Refused(refused)
        steps = [step for step in steps if step.changes]
        if not steps:
            return {"number": None, "batch_id": None, "match_ids": [], "warnings": []}
        warnings = conflicts.weigh(actor, tournament, _moves(steps), now)
        audit_id = audit.record(
            uow,
            actor=actor,
            action=AuditAction.SCHEDULE_CHANGE,
            tournament_id=tournament_id,
            meta={
                "tournament_id": tournament_id,
                "kind": kind,
                **(meta or {}),
                "match_ids": [step.match.id for step in steps],
                "changes": [
                    {
                        "match_id": step.match.id,
                        "old_scheduled_time": iso(step.match.scheduled_time),
                        "new_scheduled_time": iso(step.start),
                        "old_station_id": step.match.station_id,
                        "new_station_id": step.station_id,
                    }
                    for step in steps
                ],
            },
        )
        batch = write_version(
            uow,
            actor,
            tournament,
            kind=kind,
            audit_id=audit_id,
            placed=[(step.match, step.start, step.station_id) for step in steps],
        )
        return {
            "number": batch.number,
            "batch_id": batch.id,
            "match_ids": [step.match.id for step in steps],
            "warnings": warnings,
        }


def write_version(
    uow: UnitOfWork,
    actor: Actor,
    tournament: Tournament,
    *,
    kind: str,
    audit_id: int,
    placed: Iterable[tuple[Match, datetime | None, int | None]],
) -> ScheduleBatch:
    """Place the matches, and write down what they were before; what stands already is left out."""
    last = uow.session.scalar(
        select(func.max(ScheduleBatch.number)).where(ScheduleBatch.tournament_id == tournament.id)
    )
    batch = ScheduleBatch(
        tournament_id=tournament.id,
        kind=kind,
        number=(last or 0) + 1,
        user_id=actor.user_id,
        created_at=uow.now,
        audit_id=audit_id,
    )
    uow.session.add(batch)
    moved = []
    for match, start, station_id in placed:
        stood = match.scheduled_time, match.station_id
        if (start, station_id) != stood:
            item = place(tournament, match, start, station_id, delayed=kind == "delay", now=uow.now)
            batch.items.append(item)
            moved.append((match, *stood))
    _tell_of_all(uow, moved)
    return batch


def _tell_of_all(uow: UnitOfWork, moved: Iterable[tuple[Match, datetime | None, int | None]]) -> None:
    """Write all changes at once, which takes a fraction of the time of one by one; then tell of each."""
    uow.session.flush()
    for match, old_time, old_station_id in moved:
        tell_of(uow, match, old_time, old_station_id)


def undo_version(
    *, actor: Actor, batch_id: int, now: datetime, tournament_id: int | None = None
) -> list[int]:
    """Take a whole version back; returns the ids of its matches.

    With `tournament_id` only one of that tournament exists. Raises Conflict, naming them, where some of its
    matches were changed since, or it is undone already.
    """
    if actor.is_anonymous:
        raise NotSignedIn
    with unit_of_work(now) as uow:
        batch = uow.session.get(ScheduleBatch, batch_id)
        if batch is None or tournament_id not in (None, batch.tournament_id):
            raise NotFound
        tournament = uow.lock_tournament(batch.tournament_id)
        access.get_tournament(actor, tournament.id, Permission.MATCH_SCHEDULE)
        uow.session.refresh(batch)
        if batch.undone_at is not None:
            raise Conflict(say("This batch is undone already."))
        matches = _unchanged_matches(uow, batch)
        _refuse_lost_stations(uow, batch)
        moved = []
        for item in batch.items:
            match = matches[item.match_id]
            moved.append((match, match.scheduled_time, match.station_id))
            put_back(match, item, now)
        batch.undone_at = now
        _tell_of_all(uow, moved)
        for item in batch.items:
            follow_back(uow, matches[item.match_id], item)
        batch.undo_audit_id = audit.record(
            uow,
            actor=actor,
            action=AuditAction.MATCH_BULK_UNDO if batch.kind == "bulk" else AuditAction.SCHEDULE_UNDO,
            tournament_id=tournament.id,
            meta={
                "tournament_id": tournament.id,
                "batch_id": batch.id,
                "number": batch.number,
                "match_ids": sorted(matches),
            },
        )
        return [item.match_id for item in batch.items]


def _moves(steps: list[_Step]) -> conflicts.Changes:
    return {step.match.id: {"start": step.start, "station_id": step.station_id} for step in steps}


def _steps(tournament: Tournament, placements: Sequence[Placement], now: datetime) -> list[_Step]:
    if not 1 <= len(placements) <= MAX_CHANGES:
        raise InvalidInput.of("changes", say("Give 1 to %(most)s matches.", most=MAX_CHANGES))
    ids = [placement.match_id for placement in placements]
    if len(set(ids)) < len(ids):
        raise InvalidInput.of("changes", say("A match may be given only once."))
    session = access.db.session
    matches = {
        match.id: match
        for match in session.scalars(
            select(Match)
            .where(Match.id.in_(ids), Match.tournament_id == tournament.id, ~Match.is_deleted)
            .order_by(Match.id)
            .execution_options(populate_existing=True)
        )
    }
    if missing := [id_ for id_ in ids if id_ not in matches]:
        reason = say("There is no match %(ids)s.", ids=", ".join(map(str, missing)))
        raise InvalidInput.of("changes", reason)
    stations = set(session.scalars(select(Station.id).where(Station.tournament_id == tournament.id)))
    steps = []
    for placement in placements:
        match = matches[placement.match_id]
        start = match.scheduled_time if placement.start is KEEP else placement.start
        station_id = match.station_id if placement.station_id is KEEP else placement.station_id
        if station_id is not None and station_id not in stations:
            raise InvalidInput.of("station_id", say("There is no such station in this tournament."))
        if start is not None and start != match.scheduled_time:
            timetable.require_future(start, now)
        steps.append(_Step(match, start, station_id, _why_not(match)))
    return steps


def _why_not(match: Match) -> list[str]:
    """Why the match stays where it is: it has begun, or is over."""
    state = MatchState(match.state)
    if state in BEGUN and not closed_reasons(state):
        return [say("M%(number)s has begun: it is %(state)s.", number=match.match_number, state=str(state))]
    return [
        say("M%(number)s: %(reason)s", number=match.match_number, reason=reason)
        for reason in closed_reasons(state)
    ]


def _refuse_stale(steps: list[_Step], placements: Sequence[Placement]) -> None:
    stale = [
        _was_changed(step.match)
        for step, placement in zip(steps, placements, strict=True)
        if placement.expected_version not in (None, step.match.version)
    ]
    if stale:
        reason = say("Some of these matches were changed meanwhile; look at them again.")
        raise Conflict(reason, stale)


def _was_changed(match: Match) -> str:
    return say("M%(number)s (match %(id)s) was changed.", number=match.match_number, id=match.id)


def _unchanged_matches(uow: UnitOfWork, batch: ScheduleBatch) -> dict[int, Match]:
    versions = {item.match_id: item.version_after for item in batch.items}
    matches = uow.session.scalars(
        select(Match)
        .where(Match.id.in_(versions))
        .order_by(Match.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    changed = [match for match in matches if match.is_deleted or match.version != versions[match.id]]
    if changed:
        raise Conflict(
            say("Some of these matches were changed since, so the batch can't be taken back."),
            [_was_changed(match) for match in changed],
        )
    return {match.id: match for match in matches}


def _refuse_lost_stations(uow: UnitOfWork, batch: ScheduleBatch) -> None:
    wanted = {item.before.get("station_id") for item in batch.items} - {None}
    standing = set(uow.session.scalars(select(Station.id).where(Station.id.in_(wanted))))
    if wanted - standing:
        raise Conflict(say("A station of before was deleted since, so the batch can't be taken back."))
