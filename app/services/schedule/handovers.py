"""Matches whose coordinators ask for somebody else, and who is free to take them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select

from app.domain.permissions import Actor
from app.domain.schedule.mends import free_helpers
from app.domain.states import CLOSED
from app.extensions import db
from app.models import Match, Tournament, TournamentStaff, User
from app.services.coordination import HANDS_OVER

from . import conflicts
from .plans import read_plan

MOST_OFFERED = 3
MOST_SHOWN = 25


@dataclass(frozen=True)
class Handover:
    """A match that its coordinator asks to hand over. `free` are some who could take it: (id, name)."""

    match_id: int
    label: str
    tournament: Tournament
    scheduled_time: datetime | None
    version: int
    coordinator: str
    note: str
    free: list[tuple[int, str]]


def list_handovers(actor: Actor, tournaments: Sequence[Tournament], now: datetime) -> list[Handover]:
    """What is asked for in these tournaments, which the actor runs; the next ones first."""
    rows = db.session.execute(
        select(Match, User.username)
        .join(User, User.id == Match.coordinator_id)
        .where(
            Match.tournament_id.in_([tournament.id for tournament in tournaments]),
            Match.coordinator_answer == HANDS_OVER,
            Match.state.not_in(CLOSED),
            ~Match.is_deleted,
        )
        .order_by(Match.scheduled_time.is_(None), Match.scheduled_time, Match.id)
        .limit(MOST_SHOWN)
    ).all()
    if not rows:
        return []
    concerned = [one for one in tournaments if one.id in {match.tournament_id for match, _ in rows}]
    helpers = {tournament.id: _helpers(tournament) for tournament in concerned}
    users = {user_id for names in helpers.values() for user_id in names}
    plan = read_plan(concerned, now=now, near=[match.id for match, _ in rows], users=users)
    labels = conflicts.labels(actor, [match.id for match, _ in rows])
    by_id = {tournament.id: tournament for tournament in concerned}
    return [
        Handover(
            match_id=match.id,
            label=labels[match.id],
            tournament=by_id[match.tournament_id],
            scheduled_time=match.scheduled_time,
            version=match.version,
            coordinator=name,
            note=match.coordinator_note,
            free=[
                (user_id, helpers[match.tournament_id][user_id])
                for user_id in free_helpers(plan, plan.by_id[match.id], helpers[match.tournament_id])
            ][:MOST_OFFERED],
        )
        for match, name in rows
    ]


def _helpers(tournament: Tournament) -> dict[int, str]:
    """Who is at hand: the organizers, and whoever coordinates a match of this tournament, by id."""
    staff = select(TournamentStaff.user_id).where(TournamentStaff.tournament_id == tournament.id)
    coordinating = select(Match.coordinator_id).where(
        Match.tournament_id == tournament.id, Match.coordinator_id.is_not(None)
    )
    query = select(User.id, User.username).where(
        or_(User.id == tournament.organizer_id, User.id.in_(staff), User.id.in_(coordinating)), User.is_active
    )
    return dict(db.session.execute(query.order_by(func.lower(User.username))).tuples().all())
