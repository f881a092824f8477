"""Scheduling many matches at once: a preview, and one transaction. It is a version of the schedule."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from app.domain import timetable
from app.domain.errors import InvalidInput, NotSignedIn, Refused
from app.domain.permissions import Actor, Permission
from app.domain.states import BEGUN, MatchState, closed_reasons
from app.domain.words import say, say_all
from app.extensions import db
from app.models import Match, Tournament

from . import access, audit
from .audit import AuditAction
from .match_changes import iso
from .schedule import conflicts
from .schedule.versions import write_version
from .unit_of_work import UnitOfWork, unit_of_work

MAX_MATCHES = 100


@dataclass(frozen=True)
class _Plan:
    tournament: Tournament
    # In the order given; a match that is closed stays in, with its reasons.
    times: list[tuple[Match, datetime, list[str]]]

    def new_starts(self) -> dict[int, dict]:
        """What becomes of the matches that are moved, as the schedule's rules name it."""
        return {
            match.id: {"start": time}
            for match, time, reasons in self.times
            if not reasons and time != match.scheduled_time and match.state not in BEGUN
        }


def preview_bulk_schedule(
    *,
    actor: Actor,
    match_ids: Sequence[int],
    scheduled_time: datetime,
    now: datetime,
    interval_minutes: int = 0,
) -> dict:
    """What the bulk would do.

    Returns `{"changes": [{"match", "old", "new"}], "refused": [{"match", "why"}]}`, and the `conflicts` that
    would be new, where there are any.
    """
    plan = _plan(actor, match_ids, scheduled_time, interval_minutes, now)
    found = conflicts.as_documents(actor, conflicts.that_come(plan.tournament, plan.new_starts(), now))
    return {
        "changes": [
            {"match": match.id, "old": iso(match.scheduled_time), "new": iso(time)}
            for match, time, reasons in plan.times
            if not reasons
        ],
        "refused": [
            {"match": match.id, "why": say_all(reasons)} for match, _, reasons in plan.times if reasons
        ],
        **({"conflicts": found} if found else {}),
    }


def bulk_schedule(
    *,
    actor: Actor,
    match_ids: Sequence[int],
    scheduled_time: datetime,
    now: datetime,
    interval_minutes: int = 0,
) -> dict:
    """Schedule all of the matches, or none: the n-th starts n intervals after the first.

    Returns `{"scheduled_count", "scheduled_time", "match_ids", "batch_id"}`, and `warnings` where it makes
    conflicts. Raises InvalidInput for the list or the time, Refused where a match is closed, or for conflicts
    where the tournament refuses those.
    """
    if actor.is_anonymous:
        raise NotSignedIn
    with unit_of_work(now) as uow:
        _lock_tournament_of(uow, match_ids)
        plan = _plan(actor, match_ids, scheduled_time, interval_minutes, now)
        refused = [
            say("M%(number)s (match %(id)s): %(why)s", number=match.match_number, id=match.id, why=why)
            for match, _, why in _refusals(plan)
        ]
        if refused:
            raise Refused(refused)
        warnings = conflicts.weigh(actor, plan.tournament, plan.new_starts(), now)
        audit_id = audit.record(
            uow,
            actor=actor,
            action=AuditAction.MATCH_BULK_SCHEDULE,
            tournament_id=plan.tournament.id,
            meta={
                "tournament_id": plan.tournament.id,
                "match_ids": list(match_ids),
                "scheduled_time": iso(scheduled_time),
                "count": len(match_ids),
                **({"interval_minutes": interval_minutes} if interval_minutes else {}),
            },
        )
        batch = write_version(
            uow,
            actor,
            plan.tournament,
            kind="bulk",
            audit_id=audit_id,
            placed=[(match, time, match.station_id) for match, time, _ in plan.times],
        )
        return {
            "scheduled_count": len(match_ids),
            "scheduled_time": iso(scheduled_time),
            "match_ids": list(match_ids),
            "batch_id": batch.id,
            **({"warnings": warnings} if warnings else {}),
        }


def _refusals(plan: _Plan):
    for match, time, reasons in plan.times:
        if reasons:
            yield match, time, say_all(reasons)


def _lock_tournament_of(uow: UnitOfWork, match_ids: Sequence[int]) -> None:
    _check_ids(match_ids)
    found = uow.session.scalar(select(Match.tournament_id).where(Match.id == match_ids[0], ~Match.is_deleted))
    if found is not None:
        uow.lock_tournament(found)


def _check_ids(match_ids: Sequence[int]) -> None:
    if not 1 <= len(match_ids) <= MAX_MATCHES:
        raise InvalidInput.of("match_ids", say("Give 1 to %(most)s matches.", most=MAX_MATCHES))
    if len(set(match_ids)) < len(match_ids):
        raise InvalidInput.of("match_ids", say("A match may be given only once."))


def _plan(
    actor: Actor, match_ids: Sequence[int], scheduled_time: datetime, interval_minutes: int, now: datetime
) -> _Plan:
    """The matches with their new times; raises what is wrong with the request as a whole."""
    _check_ids(match_ids)
    matches = {
        match.id: match
        for match in db.session.scalars(
            select(Match)
            .join(Tournament)
            .where(Match.id.in_(match_ids), ~Match.is_deleted, access.visible_tournaments(actor))
            .order_by(Match.id)
            .execution_options(populate_existing=True)
        )
    }
    for tournament_id in sorted({match.tournament_id for match in matches.values()}):
        tournament = access.get_tournament(actor, tournament_id, Permission.MATCH_SCHEDULE).tournament
    missing = [match_id for match_id in match_ids if match_id not in matches]
    if missing:
        raise InvalidInput.of(
            "match_ids", say("There is no match %(numbers)s.", numbers=", ".join(map(str, missing)))
        )
    if len({match.tournament_id for match in matches.values()}) > 1:
        raise InvalidInput.of("match_ids", say("All matches must be of one tournament."))
    timetable.require_future(scheduled_time, now)
    times = timetable.staggered(scheduled_time, interval_minutes, len(match_ids))
    return _Plan(
        tournament,
        [
            (matches[match_id], time, closed_reasons(MatchState(matches[match_id].state)))
            for match_id, time in zip(match_ids, times, strict=True)
        ],
    )
