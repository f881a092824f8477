"""Placing one match as part of a version of the schedule, and putting it back."""

from datetime import datetime

from sqlalchemy import update

from app.domain.events import EventType
from app.models import Match, ScheduleBatchItem, Tournament
from app.services.match_changes import tell, touch
from app.services.scheduling import reschedule, tell_scheduled
from app.services.unit_of_work import UnitOfWork


def place(
    tournament: Tournament,
    match: Match,
    start: datetime | None,
    station_id: int | None,
    *,
    delayed: bool,
    now: datetime,
) -> ScheduleBatchItem:
    """Place the match, and return what the version keeps: what the match was before.

    Its events are told by `tell_of`, once all that moves together stands where it goes.
    """
    before = {
        "version": match.version,
        "scheduled_time": _text(match.scheduled_time),
        "check_in_deadline": _text(match.check_in_deadline),
        "original_time": _text(match.original_time),
        "called_at": _text(match.called_at),
        "no_show_flagged_at": _text(match.no_show_flagged_at),
        "station_id": match.station_id,
        "state": str(match.state),
        "checked_in": [match.participant1_checked_in, match.participant2_checked_in],
    }
    if start != match.scheduled_time:
        reschedule(match, tournament, start, now, delayed=delayed)
    if station_id != match.station_id:
        match.station_id, match.called_at = station_id, None
    touch(match, now)
    return ScheduleBatchItem(
        match_id=match.id,
        version_after=match.version,
        before=before,
        new_time=start,
        new_station_id=station_id,
    )


def tell_of(uow: UnitOfWork, match: Match, old_time: datetime | None, old_station_id: int | None) -> None:
    """Tell of a match that was placed or put back: of its time, of its station, or of both."""
    if match.scheduled_time != old_time:
        tell_scheduled(uow, match, old_time)
    if match.station_id != old_station_id:
        tell(uow, match, EventType.MATCH_UPDATED, changed=["station_id"], stream_url=match.stream_url)


def put_back(match: Match, item: ScheduleBatchItem, now: datetime) -> None:
    """Make the match what the version's item says that it was before."""
    before = item.before
    for name in ("scheduled_time", "check_in_deadline", "original_time", "called_at", "no_show_flagged_at"):
        # Versions of old knew only of times.
        if name in before:
            setattr(match, name, datetime.fromisoformat(before[name]) if before[name] else None)
    match.station_id = before.get("station_id", match.station_id)
    # The one way back along the table's arrow: the version itself moved the match, and nothing has since.
    match.state = before["state"]
    match.participant1_checked_in, match.participant2_checked_in = before["checked_in"]
    touch(match, now)


def follow_back(uow: UnitOfWork, match: Match, item: ScheduleBatchItem) -> None:
    """The match is again as the version before left it, which so can be taken back in its turn."""
    uow.session.execute(
        update(ScheduleBatchItem)
        .where(
            ScheduleBatchItem.match_id == match.id,
            ScheduleBatchItem.version_after == item.before.get("version"),
        )
        .values(version_after=match.version)
        # Those are items of other versions, of which none is at hand.
        .execution_options(synchronize_session=False)
    )


def _text(time: datetime | None) -> str | None:
    return time.isoformat() if time else None
