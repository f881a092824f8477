"""Scheduling many matches at once: a preview, one transaction, and one way back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from app.domain import timetable
from app.domain.errors import Conflict, InvalidInput, NotFound, NotSignedIn, Refused
from app.domain.permissions import Actor, Permission
from app.domain.states import MatchState, closed_reasons
from app.extensions import db
from app.models import Match, ScheduleBatch, ScheduleBatchItem, Tournament

from . import access, audit
from .audit import AuditAction
from .match_changes import iso, touch
from .scheduling import reschedule, tell_scheduled
from .unit_of_work import UnitOfWork, unit_of_work

MAX_MATCHES = 100


@dataclass(frozen=True)
class _Plan:
    tournament: Tournament
    # In the order given; a match that is closed stays in, with its reasons.
    times: list[tuple[Match, datetime, list[str]]]


def preview_bulk_schedule(
    *,
    actor: Actor,
    match_ids: Sequence[int],
    scheduled_time: datetime,
    now: datetime,
    interval_minutes: int = 0,
) -> dict:
    """What the bulk would do: `{"changes": [{"match", "old", "new"}], "refused": [{"match", "why"}]}`."""
    plan = _plan(actor, match_ids, scheduled_time, interval_minutes, now)
    return {
        "changes": [
            {"match": match.id, "old": iso(match.scheduled_time), "new": iso(time)}
            for match, time, reasons in plan.times
            if not reasons
        ],
        "refused": [
            {"match": match.id, "why": " ".join(reasons)} for match, _, reasons in plan.times if reasons
        ],
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

    Returns `{"scheduled_count", "scheduled_time", "match_ids", "batch_id"}`. Raises InvalidInput for the
    list or the time, Refused where a match is closed.
    """
    if actor.is_anonymous:
        raise NotSignedIn
    with unit_of_work(now) as uow:
        _lock_tournament_of(uow, match_ids)
        plan = _plan(actor, match_ids, scheduled_time, interval_minutes, now)
        refused = [f"M{match.match_number} (match {match.id}): {why}" for match, _, why in _refusals(plan)]
        if refused:
            raise Refused(refused)
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
        batch = ScheduleBatch(
            tournament_id=plan.tournament.id, user_id=actor.user_id, created_at=now, audit_id=audit_id
        )
        uow.session.add(batch)
        for match, time, _ in plan.times:
            if match.scheduled_time != time:
                batch.items.append(_apply(uow, plan.tournament, match, time))
        uow.session.flush()
        return {
            "scheduled_count": len(match_ids),
            "scheduled_time": iso(scheduled_time),
            "match_ids": list(match_ids),
            "batch_id": batch.id,
        }


def _refusals(plan: _Plan):
    for match, time, reasons in plan.times:
        if reasons:
            yield match, time, " ".join(reasons)


def _apply(uow: UnitOfWork, tournament: Tournament, match: Match, time: datetime) -> ScheduleBatchItem:
    old_time = match.scheduled_time
    before = {
        "scheduled_time": old_time.isoformat() if old_time else None,
        "check_in_deadline": match.check_in_deadline.isoformat() if match.check_in_deadline else None,
        "state": str(match.state),
        "checked_in": [match.participant1_checked_in, match.participant2_checked_in],
    }
    reschedule(match, tournament, time, uow.now)
    touch(match, uow.now)
    tell_scheduled(uow, match, old_time)
    return ScheduleBatchItem(match_id=match.id, version_after=match.version, before=before, new_time=time)


def _lock_tournament_of(uow: UnitOfWork, match_ids: Sequence[int]) -> None:
    _check_ids(match_ids)
    found = uow.session.scalar(select(Match.tournament_id).where(Match.id == match_ids[0], ~Match.is_deleted))
    if found is not None:
        uow.lock_tournament(found)


def _check_ids(match_ids: Sequence[int]) -> None:
    if not 1 <= len(match_ids) <= MAX_MATCHES:
        raise InvalidInput.of("match_ids", f"Give 1 to {MAX_MATCHES} matches.")
    if len(set(match_ids)) < len(match_ids):
        raise InvalidInput.of("match_ids", "A match may be given only once.")


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
        raise InvalidInput.of("match_ids", f"There is no match {', '.join(map(str, missing))}.")
    if len({match.tournament_id for match in matches.values()}) > 1:
        raise InvalidInput.of("match_ids", "All matches must be of one tournament.")
    timetable.require_future(scheduled_time, now)
    times = timetable.staggered(scheduled_time, interval_minutes, len(match_ids))
    return _Plan(
        tournament,
        [
            (matches[match_id], time, closed_reasons(MatchState(matches[match_id].state)))
            for match_id, time in zip(match_ids, times, strict=True)
        ],
    )


def undo_bulk_schedule(*, actor: Actor, batch_id: int, now: datetime) -> list[int]:
    """Take the whole batch back; returns the ids of its matches.

    Raises Conflict, naming them, where some of its matches were changed since, or it is undone already.
    """
    if actor.is_anonymous:
        raise NotSignedIn
    with unit_of_work(now) as uow:
        batch = uow.session.get(ScheduleBatch, batch_id)
        if batch is None:
            raise NotFound
        tournament = uow.lock_tournament(batch.tournament_id)
        access.get_tournament(actor, tournament.id, Permission.MATCH_SCHEDULE)
        uow.session.refresh(batch)
        if batch.undone_at is not None:
            raise Conflict("This batch is undone already.")
        matches = _unchanged_matches(uow, batch)
        for item in batch.items:
            _put_back(uow, matches[item.match_id], item.before)
        batch.undone_at = now
        audit_id = audit.record(
            uow,
            actor=actor,
            action=AuditAction.MATCH_BULK_UNDO,
            tournament_id=tournament.id,
            meta={"tournament_id": tournament.id, "batch_id": batch.id, "match_ids": sorted(matches)},
        )
        batch.undo_audit_id = audit_id
        return [item.match_id for item in batch.items]


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
            "Some of these matches were changed since, so the batch can't be taken back.",
            [f"M{match.match_number} (match {match.id}) was changed." for match in changed],
        )
    return {match.id: match for match in matches}


def _put_back(uow: UnitOfWork, match: Match, before: dict) -> None:
    old_time = match.scheduled_time
    for name in ("scheduled_time", "check_in_deadline"):
        setattr(match, name, datetime.fromisoformat(before[name]) if before[name] else None)
    # The one way back along the table's arrow: the batch itself moved the match, and nothing has since.
    match.state = before["state"]
    match.participant1_checked_in, match.participant2_checked_in = before["checked_in"]
    touch(match, uow.now)
    tell_scheduled(uow, match, old_time)
