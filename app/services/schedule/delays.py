""" "+15 from here": what a delay moves, whom that concerns, and making it so."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import aliased

from app.domain.errors import InvalidInput, Refused
from app.domain.permissions import Actor, Permission
from app.domain.schedule.ripple import Scope, Shift, delay
from app.domain.words import say
from app.extensions import db
from app.models import Bracket, Match, Participant, Station, Tournament, User
from app.services import access
from app.services.match_changes import iso

from . import conflicts, days
from .plans import read_plan
from .versions import Placement, change_schedule


@dataclass(frozen=True)
class Delay:
    """What is late, by how many minutes: all that starts from `since` on, on that day of the tournament.

    With a station or a bracket only what is played there.
    """

    minutes: int
    since: datetime
    station_id: int | None = None
    bracket_id: int | None = None

    def described(self) -> dict:
        """What the audit keeps of it."""
        return {
            "minutes": self.minutes,
            "since": iso(self.since),
            "station_id": self.station_id,
            "bracket_id": self.bracket_id,
        }


def preview_delay(*, actor: Actor, tournament_id: int, late: Delay, now: datetime) -> dict:
    """What the delay would move, with nothing changed.

    Returns `{"changes": [{"match", "old", "new", "original", "because": [matches that it gives way to],
    "past_hours"}], "told": {"participants": [{"id", "name"}], "coordinators": [{"id", "username"}]},
    "conflicts": [...]}`, without what the actor may not see. Raises InvalidInput for what is given.
    """
    tournament = access.get_tournament(actor, tournament_id, Permission.MATCH_SCHEDULE).tournament
    shifts = _shifts(tournament, late, now)
    moved = {shift.match_id: {"start": shift.new} for shift in shifts}
    known = conflicts.labels(actor, {id_ for shift in shifts for id_ in shift.because})
    originals = dict(
        db.session.execute(select(Match.id, Match.original_time).where(Match.id.in_(moved))).tuples().all()
    )
    return {
        "changes": [
            {
                "match": shift.match_id,
                "old": iso(shift.old),
                "new": iso(shift.new),
                "original": iso(originals[shift.match_id] or shift.old),
                "because": [id_ for id_ in shift.because if id_ in known],
                "past_hours": shift.past_hours,
            }
            for shift in shifts
        ],
        "told": _told(moved),
        "conflicts": conflicts.as_documents(actor, conflicts.that_come(tournament, moved, now)),
    }


def delay_schedule(*, actor: Actor, tournament_id: int, late: Delay, now: datetime) -> dict:
    """Move what the delay moves, as one version of the schedule; what was planned stays visible.

    Returns and raises like `versions.change_schedule`; Refused where nothing would move.
    """
    tournament = access.get_tournament(actor, tournament_id, Permission.MATCH_SCHEDULE).tournament

    def placements() -> list[Placement]:
        shifts = _shifts(tournament, late, now)
        if not shifts:
            raise Refused([say("Nothing is planned from then on that could be moved.")])
        return [Placement(shift.match_id, shift.new) for shift in shifts]

    return change_schedule(
        actor=actor,
        tournament_id=tournament_id,
        placements=placements,
        now=now,
        kind="delay",
        meta=late.described(),
    )


def _shifts(tournament: Tournament, late: Delay, now: datetime) -> list[Shift]:
    for field, model, id_, unknown in (
        ("station_id", Station, late.station_id, say("There is no such station in this tournament.")),
        ("bracket_id", Bracket, late.bracket_id, say("There is no such bracket in this tournament.")),
    ):
        found = db.session.get(model, id_) if id_ is not None else None
        if id_ is not None and (found is None or found.tournament_id != tournament.id):
            raise InvalidInput.of(field, unknown)
    days.require_countable("since", late.since)
    if late.minutes < 1:
        raise InvalidInput.of("minutes", say("A delay is at least one minute."))
    scope = Scope(
        late.since,
        until=days.end_of_day(late.since, tournament.time_zone),
        station_id=late.station_id,
        bracket_id=late.bracket_id,
        tournament_id=tournament.id,
    )
    return delay(read_plan([tournament], now=now), scope, late.minutes, now)


def _told(match_ids) -> dict:
    """Who plays in these matches, and who coordinates them."""
    side = aliased(Participant)
    participants = db.session.execute(
        select(side.id, side.name)
        .join(Match, (Match.participant1_id == side.id) | (Match.participant2_id == side.id))
        .where(Match.id.in_(match_ids))
        .distinct()
        .order_by(side.name, side.id)
    )
    coordinators = db.session.execute(
        select(User.id, User.username)
        .join(Match, Match.coordinator_id == User.id)
        .where(Match.id.in_(match_ids))
        .distinct()
        .order_by(User.username)
    )
    return {
        "participants": [{"id": row.id, "name": row.name} for row in participants],
        "coordinators": [{"id": row.id, "username": row.username} for row in coordinators],
    }
