"""Placing one match as part of a version of the schedule, and putting it back."""

from datetime import datetime

from sqlalchemy import update

from app.domain.events import EventType
from app.models import Match, ScheduleBatchItem, Tournament
from app.services.match_changes import tell, touch
from app.services.scheduling import reschedule, tell_scheduled
from app.services.unit_of_work import UnitOfWork


def place(
    uow: UnitOfWork,
    tournament: Tournament,
    match: Match,
    start: datetime | None,
    station_id: int | None,
    *,
    delayed: bool,
) -> ScheduleBatchItem:
    """Place the match, tell of it, and return what the version keeps: what the match was before."""
    old_time = match.scheduled_time
    before = {
        "version": match.version,
        "scheduled_time": _text(old_time),
        "check_in_deadline": _text(match.check_in_deadline),
        "original_time": _text(match.original_time),
        "called_at": _text(match.called_at),
        "no_show_flagged_at": _text(match.no_show_flagged_at),
        "station_id": match.station_id,
        "state": str(match.state),
        "checked_in": [match.participant1_checked_in, match.participant2_checked_in],
    }
    if start != old_time:
        reschedule(match, tournament, start, uow.now, delayed=delayed)
    moves = station_id != match.station_id
    if moves:
        match.station_id, match.called_at = station_id, None
    touch(match, uow.now)
    _tell(uow, match, old_time, moves)
    return ScheduleBatchItem(
        match_id=match.id,
        version_after=match.version,
        before=before,
        new_time=start,
        new_station_id=station_id,
    )


def _tell(uow: UnitOfWork, match: Match, old_time: datetime | None, moved: bool) -> None:
    if match.scheduled_time != old_time:
        tell_scheduled(uow, match, old_time)
    if moved:
        tell(uow, match, EventType.MATCH_UPDATED, changed=["station_id"], stream_url=match.stream_url)


def put_back(uow: UnitOfWork, match: Match, item: ScheduleBatchItem) -> None:
    """Make the match what the version's item says that it was before, and tell of it."""
    before, old_time, old_station = item.before, match.scheduled_time, match.station_id
    for name in ("scheduled_time", "check_in_deadline", "original_time", "called_at", "no_show_flagged_at"):
        # Versions of old knew only of times.
        if name in before:
            setattr(match, name, datetime.fromisoformat(before[name]) if before[name] else None)
    match.station_id = before.get("station_id", old_station)
    # The one way back along the table's arrow: the version itself moved the match, and nothing has since.
    match.state = before["state"]
    match.participant1_checked_in, match.participant2_checked_in = before["checked_in"]
    touch(match, uow.now)
    _tell(uow, match, old_time, match.station_id != old_station)
    # The match is again as the version before left it, which so can be taken back in its turn.
    uow.session.execute(
        update(ScheduleBatchItem)
        .where(
            ScheduleBatchItem.match_id == match.id,
            ScheduleBatchItem.version_after == before.get("version"),
        )
        .values(version_after=match.version)
    )


def _text(time: datetime | None) -> str | None:
    return time.isoformat() if time else None
