"""Somebody's own matches, and what changed in them since they last looked."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, Select, case, or_, select

from app.domain.permissions import Actor
from app.domain.states import CLOSED, MatchState
from app.extensions import db
from app.models import Match, ParticipantMember, SeenMatch, Station, Tournament
from app.services.match_changes import iso

from .pages import AGENDA, ENDED, LIVE, NEXT
from .rows import list_rows, select_rows

_IS_OPEN = Match.state.not_in([str(state) for state in CLOSED])


@dataclass(frozen=True)
class OwnMatches:
    """Somebody's own matches, as a player and as a coordinator.

    Each of `coming` and `finished` has `changed`: what is otherwise than when its reader last looked, as a
    list of `{"what": "new" | "moved" | "station" | "cancelled", "old", "new"}`. Times are texts in UTC, and
    a station is named. While nothing was ever looked at (`is_first_look`), nothing is changed.
    """

    coming: list[dict]
    finished: list[dict]
    coordinated: list[dict]
    is_first_look: bool = False
    changed: list[dict] = field(init=False)

    def __post_init__(self) -> None:
        changed = [row for row in (*self.coming, *self.finished) if row["changed"]]
        object.__setattr__(self, "changed", changed)


def list_own_matches(actor: Actor, *, finished: int = 20) -> OwnMatches:
    """The actor's matches: what is live, called or to come, next first; what is over, latest first."""
    is_called = Match.called_at.is_not(None) & Match.state.in_([str(state) for state in NEXT])
    is_live = Match.state.in_([str(state) for state in LIVE])
    first = case((is_live, 0), (is_called, 1), else_=2)
    mine = _own_participants(actor)
    query = select_rows().add_columns(
        Tournament.enable_check_in,
        Match.updated_at,
        Match.participant1_id.in_(mine).label("is_side1"),
        Match.participant2_id.in_(mine).label("is_side2"),
    )
    plays = _plays(actor)
    coming = list_rows(query.where(plays, _IS_OPEN).order_by(first, *AGENDA))
    over = list_rows(
        query.where(plays, ~_IS_OPEN).order_by(ENDED.is_(None), ENDED.desc(), Match.id).limit(finished)
    )
    return OwnMatches(
        coming=coming,
        finished=over,
        coordinated=list_rows(
            query.where(Match.coordinator_id == actor.user_id, _IS_OPEN).order_by(first, *AGENDA)
        ),
        is_first_look=_mark_changes(actor, coming, over),
    )


def select_watched(actor: Actor) -> Select:
    """The matches of which the actor is told what changes: id, time and station."""
    return select(Match.id, Match.scheduled_time, Match.station_id).where(
        _plays(actor), or_(_IS_OPEN, Match.state == MatchState.CANCELLED), ~Match.is_deleted
    )


def _own_participants(actor: Actor) -> Select:
    return select(ParticipantMember.participant_id).where(ParticipantMember.user_id == actor.user_id)


def _plays(actor: Actor) -> ColumnElement[bool]:
    mine = _own_participants(actor)
    return or_(Match.participant1_id.in_(mine), Match.participant2_id.in_(mine))


def _mark_changes(actor: Actor, coming: list[dict], over: list[dict]) -> bool:
    """Say in each row what changed; returns whether the actor looks for the first time."""
    found = db.session.execute(
        select(
            SeenMatch.match_id,
            SeenMatch.scheduled_time,
            SeenMatch.station_id,
            SeenMatch.seen_at,
            Station.name.label("station_name"),
        )
        .outerjoin(Station, Station.id == SeenMatch.station_id)
        .where(SeenMatch.user_id == actor.user_id)
    )
    seen = {row.match_id: row for row in found}
    for row in (*coming, *over):
        updated_at = row.pop("updated_at")
        row["changed"] = _changes(row, updated_at, seen.get(row["id"])) if seen else []
    return not seen


def _changes(row: dict, updated_at: datetime, seen) -> list[dict]:
    if row["state"] in CLOSED:
        # What is over has no new time; that it will not be played is news, to whom it was known.
        is_news = row["state"] == MatchState.CANCELLED and seen is not None and updated_at > seen.seen_at
        return [_change("cancelled")] if is_news else []
    if seen is None:
        return [_change("new")]
    changes = []
    old_time = iso(seen.scheduled_time)
    if old_time != row["scheduled_time"]:
        changes.append(_change("moved", old_time, row["scheduled_time"]))
    if seen.station_id != row["station_id"]:
        changes.append(_change("station", seen.station_name or "", row["station_name"]))
    return changes


def _change(what: str, old: str | None = None, new: str | None = None) -> dict:
    return {"what": what, "old": old, "new": new}
