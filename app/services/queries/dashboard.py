"""Reads for an organizer's dashboard: the tournaments that one runs, and what needs attention in each."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, case, func, select
from sqlalchemy.orm import aliased

from app.domain.desk import DeskFacts, Section, place
from app.domain.lobby import LABELS, SCHEMAS
from app.domain.permissions import Actor
from app.domain.states import CLOSED, MatchFacts, MatchState
from app.domain.words import say, say_all
from app.extensions import db
from app.models import Dispute, Match, MatchResult, Participant, Tournament, User
from app.services.access import organized_tournaments
from app.services.coordination import HANDS_OVER

# The dashboard is a way in, not the desk: so many of the urgent matches are named for each tournament.
MOST_NAMED = 3
MOST_TOURNAMENTS = 60
_OVER = ("completed", "cancelled")


@dataclass(frozen=True)
class DashboardEntry:
    """A tournament on the dashboard: how many open matches stand in each section of its desk."""

    tournament: Tournament
    counts: dict[Section, int]
    urgent: list[dict]
    next_time: datetime | None
    finished: int
    entrants: int

    @property
    def is_over(self) -> bool:
        """True where nothing is expected of the organizer any more."""
        return self.tournament.status in _OVER


def list_dashboard(actor: Actor, now: datetime) -> list[DashboardEntry]:
    """The actor's tournaments, those under way first; four queries, however many there are."""
    order = case({"live": 0, "upcoming": 1, "draft": 2}, value=Tournament.status, else_=3)
    tournaments = list(
        db.session.scalars(
            select(Tournament)
            .where(organized_tournaments(actor), ~Tournament.is_rehearsal)
            .order_by(order, Tournament.id.desc())
            .limit(MOST_TOURNAMENTS)
        )
    )
    ids = [tournament.id for tournament in tournaments]
    rows: dict[int, list] = {id_: [] for id_ in ids}
    for row in db.session.execute(_open_matches(ids)):
        rows[row.tournament_id].append(row)
    finished = _counts(Match, ids, ~Match.is_deleted, Match.state.in_([str(state) for state in CLOSED]))
    entrants = _counts(Participant, ids, Participant.withdrawn_at.is_(None))
    return [
        _entry(
            tournament,
            rows[tournament.id],
            finished.get(tournament.id, 0),
            entrants.get(tournament.id, 0),
            now,
        )
        for tournament in tournaments
    ]


def _open_matches(tournament_ids: list[int]):
    side1, side2, coordinator = aliased(Participant), aliased(Participant), aliased(User)
    return (
        select(
            Match.id,
            Match.tournament_id,
            Match.match_number,
            Match.state,
            Match.scheduled_time,
            Match.check_in_deadline,
            Match.participant1_checked_in,
            Match.participant2_checked_in,
            Match.lobby,
            Match.coordinator_answer,
            Match.coordinator_note,
            coordinator.username.label("coordinator_name"),
            side1.name.label("name1"),
            side2.name.label("name2"),
            Dispute.reason,
            MatchResult.submitted_at,
        )
        .outerjoin(side1, side1.id == Match.participant1_id)
        .outerjoin(side2, side2.id == Match.participant2_id)
        .outerjoin(coordinator, coordinator.id == Match.coordinator_id)
        .outerjoin(Dispute, and_(Dispute.match_id == Match.id, Dispute.resolved_at.is_(None)))
        .outerjoin(MatchResult, and_(MatchResult.match_id == Match.id, MatchResult.status == "pending"))
        .where(
            Match.tournament_id.in_(tournament_ids),
            ~Match.is_deleted,
            Match.state.not_in([str(state) for state in CLOSED]),
        )
        .order_by(Match.scheduled_time, Match.id)
    )


def _counts(model, tournament_ids: list[int], *conditions) -> dict[int, int]:
    query = select(model.tournament_id, func.count()).where(
        model.tournament_id.in_(tournament_ids), *conditions
    )
    return dict(db.session.execute(query.group_by(model.tournament_id)).tuples().all())


def _entry(tournament: Tournament, rows: list, finished: int, entrants: int, now: datetime) -> DashboardEntry:
    counts = dict.fromkeys(Section, 0)
    urgent, times = [], []
    for row in rows:
        placement = place(_facts(tournament, row), now)
        counts[placement.section] += 1
        if placement.section == Section.ATTENTION:
            open_side = say("To be decided")
            sides = say("%(side1)s – %(side2)s", side1=row.name1 or open_side, side2=row.name2 or open_side)
            urgent.append(
                {
                    "id": row.id,
                    "state": row.state,
                    "match_number": row.match_number,
                    "sides": sides,
                    "reason": say_all(placement.reasons),
                }
            )
        elif row.scheduled_time is not None and row.scheduled_time > now:
            times.append(row.scheduled_time)
    return DashboardEntry(
        tournament, counts, urgent[:MOST_NAMED], min(times, default=None), finished, entrants
    )


def _facts(tournament: Tournament, row) -> DeskFacts:
    missing = SCHEMAS[tournament.game].missing(row.lobby)
    match = MatchFacts(
        state=MatchState(row.state),
        side1=row.name1,
        side2=row.name2,
        checked_in1=row.participant1_checked_in,
        checked_in2=row.participant2_checked_in,
        check_in_enabled=tournament.enable_check_in,
        require_lobby=tournament.require_lobby,
        lobby_missing=tuple(LABELS[key] for key in missing),
    )
    return DeskFacts(
        match,
        row.scheduled_time,
        row.check_in_deadline,
        row.submitted_at,
        row.reason,
        hands_over=row.coordinator_name if row.coordinator_answer == HANDS_OVER else None,
        hand_over_note=row.coordinator_note,
    )
