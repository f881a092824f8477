"""When, where and how long a match is played, and where it can be watched."""

from datetime import datetime

from sqlalchemy import select

from app.domain import timetable
from app.domain.errors import InvalidInput, Refused
from app.domain.events import EventType
from app.domain.links import http_url
from app.domain.permissions import Actor, Permission
from app.domain.schedule.plan import planned_minutes
from app.domain.states import BEGUN, MatchState, Move, closed_reasons
from app.domain.tournament_settings import BEST_OF
from app.domain.words import say
from app.models import AuditLog, Match, Station, Tournament

from . import audit
from .access import MatchAccess
from .audit import AuditAction
from .match_changes import iso, load, move, tell, touch
from .schedule import conflicts
from .unit_of_work import UnitOfWork, unit_of_work


def update_match(
    *, actor: Actor, match_id: int, changes: dict, now: datetime, expected_version: int | None = None
) -> list[str]:
    """Change `scheduled_time` (aware, or None to clear), `stream_url`, `station_id` or `best_of`.

    A value that stands already is no change. Returns a warning for each conflict that this makes.
    Raises Refused for a closed match, or for a conflict where the tournament refuses those, InvalidInput for
    a value.
    """
    with unit_of_work(now) as uow:
        found = load(uow, actor, match_id, Permission.MATCH_SCHEDULE, expected_version)
        _refuse_closed(found.match)
        changes = _checked(uow, found.match, changes)
        if changes.get("scheduled_time") is not None:
            timetable.require_future(changes["scheduled_time"], now)
        return _change(uow, actor, found, changes)


def undo_update(
    *, actor: Actor, match_id: int, now: datetime, expected_version: int | None = None
) -> list[str]:
    """Put back what the last `update_match` changed, whoever did it; the time of before may be past by now.

    Sides that had checked in for it check in anew. Raises Refused where something else was done to the match
    last, and otherwise what `update_match` raises.
    """
    with unit_of_work(now) as uow:
        found = load(uow, actor, match_id, Permission.MATCH_SCHEDULE, expected_version)
        _refuse_closed(found.match)
        return _change(uow, actor, found, _checked(uow, found.match, _before_last_update(uow, found.match)))


def _refuse_closed(match: Match) -> None:
    if reasons := closed_reasons(MatchState(match.state)):
        raise Refused(reasons)


def _before_last_update(uow: UnitOfWork, match: Match) -> dict:
    """What stood before the newest change of the match, which has up to two rows in the audit.

    A change of many matches at once has its row elsewhere: a match that changed later shows that one did.
    """
    rows = uow.session.scalars(
        select(AuditLog).where(AuditLog.match_id == match.id).order_by(AuditLog.id.desc()).limit(2)
    ).all()
    before: dict = {}
    for row in rows:
        if row.created_at != match.updated_at:
            break
        if row.action == AuditAction.MATCH_UPDATE:
            before |= row.meta["old"]
        elif row.action == AuditAction.MATCH_SCHEDULE:
            old = row.meta["old_scheduled_time"]
            before["scheduled_time"] = datetime.fromisoformat(old) if old else None
    if not before:
        raise Refused([say("The last change of this match was not one of its schedule.")])
    return before


def _change(uow: UnitOfWork, actor: Actor, found: MatchAccess, changes: dict) -> list[str]:
    """Make the changes, and write down and tell what they are; returns the conflicts that come with them."""
    match, tournament, old_time = found.match, found.tournament, found.match.scheduled_time
    warnings = conflicts.weigh(actor, tournament, {match.id: _planned(match, tournament, changes)}, uow.now)
    others = [name for name in changes if name != "scheduled_time"]
    before = {name: getattr(match, name) for name in others}
    for name in others:
        setattr(match, name, changes[name])
    if "station_id" in changes:
        match.called_at = None
    if "scheduled_time" in changes:
        reschedule(match, tournament, changes["scheduled_time"], uow.now)
        touch(match, uow.now)
        tell_scheduled(uow, match, old_time)
        times = {"old_scheduled_time": iso(old_time), "new_scheduled_time": iso(match.scheduled_time)}
        audit.record_match(uow, actor=actor, match=match, action=AuditAction.MATCH_SCHEDULE, meta=times)
    if others:
        touch(match, uow.now)
        tell(uow, match, EventType.MATCH_UPDATED, changed=others, stream_url=match.stream_url)
        values = {"old": before, "changes": {name: getattr(match, name) for name in others}}
        audit.record_match(uow, actor=actor, match=match, action=AuditAction.MATCH_UPDATE, meta=values)
    return warnings


def reschedule(
    match: Match,
    tournament: Tournament,
    scheduled_time: datetime | None,
    now: datetime,
    *,
    delayed: bool = False,
) -> None:
    """Give the match another time: the deadline follows, and a check-in that has begun starts anew.

    A match that is `delayed` keeps what was planned as its original time; otherwise this is the new plan.
    """
    planned = match.original_time or match.scheduled_time
    match.original_time = planned if delayed and planned != scheduled_time else None
    match.called_at = None
    match.scheduled_time = scheduled_time
    match.check_in_deadline = timetable.check_in_deadline(
        scheduled_time, tournament.check_in_window_minutes, now
    )
    match.no_show_flagged_at = None
    if match.state == MatchState.CHECK_IN:
        move(match, Move.RESCHEDULE)
        match.participant1_checked_in = match.participant2_checked_in = False


def tell_scheduled(uow: UnitOfWork, match: Match, old_time: datetime | None) -> None:
    """Write the event of a match that got another time."""
    tell(
        uow,
        match,
        EventType.MATCH_SCHEDULED,
        old_scheduled_time=iso(old_time),
        check_in_deadline=iso(match.check_in_deadline),
        original_time=iso(match.original_time),
    )


def _checked(uow: UnitOfWork, match: Match, changes: dict) -> dict:
    """The values that differ from those of the match; raises what is wrong with one."""
    wanted = dict(changes)
    if "stream_url" in wanted:
        wanted["stream_url"] = http_url(wanted["stream_url"], "stream_url")
    wanted = {name: value for name, value in wanted.items() if value != getattr(match, name)}
    if wanted.get("station_id") is not None:
        station = uow.session.get(Station, wanted["station_id"])
        if station is None or station.tournament_id != match.tournament_id:
            raise InvalidInput.of("station_id", say("There is no such station in this tournament."))
    if "best_of" in wanted:
        if wanted["best_of"] not in BEST_OF:
            raise InvalidInput.of("best_of", say("Best of 1, 3, 5 or 7."))
        if match.state in BEGUN:
            raise Refused(
                [
                    say(
                        "The match is %(state)s; its length can't change once it is LIVE.",
                        state=MatchState(match.state).named,
                    )
                ]
            )
    return wanted


def _planned(match: Match, tournament: Tournament, changes: dict) -> dict:
    """The changes as the schedule's rules name them."""
    names = {"scheduled_time": "start", "station_id": "station_id", "stream_url": "stream"}
    planned = {names[name]: value for name, value in changes.items() if name in names}
    if match.state in BEGUN:
        # It is played already; another planned time changes nothing about when.
        planned.pop("start", None)
    if "best_of" in changes:
        planned["minutes"] = planned_minutes(tournament.match_minutes, changes["best_of"], tournament.best_of)
    return planned
