"""Reads for whoever knows where they want to go: what in a tournament has this name or number."""

from sqlalchemy import and_, case, or_, select
from sqlalchemy.orm import aliased

from app.domain.states import CLOSED, MatchState
from app.extensions import db
from app.models import (
    Match,
    Participant,
    ParticipantMember,
    Station,
    Tournament,
    TournamentStaff,
    User,
)

# So many of a kind are offered; who looks for others types on.
MOST_MATCHES = 8
MOST_OTHERS = 5
_MOST_DIGITS = 6
_SIDE1, _SIDE2, _COORDINATOR = aliased(Participant), aliased(Participant), aliased(User)


def find_matches(tournament_id: int, text: str) -> list[dict]:
    """The matches of this number ("12", "M12"), or whose sides, station or coordinator are called so.

    That of the number first, then those still to be played, by time. Each is `{"id", "number", "state",
    "state_display", "side1", "side2", "station", "scheduled_time"}`; a side that is open is None.
    """
    number = text.lstrip("Mm#")
    is_number = number.isascii() and number.isdigit() and len(number) <= _MOST_DIGITS
    names = (_SIDE1.name, _SIDE2.name, Station.name, _COORDINATOR.username)
    fits = [name.icontains(text, autoescape=True) for name in names]
    order = [case((Match.state.in_([str(state) for state in CLOSED]), 1), else_=0)]
    if is_number:
        fits.append(Match.match_number == int(number))
        order.insert(0, case((Match.match_number == int(number), 0), else_=1))
    found = db.session.execute(
        select(
            Match.id,
            Match.match_number.label("number"),
            Match.state,
            _SIDE1.name.label("side1"),
            _SIDE2.name.label("side2"),
            Station.name.label("station"),
            Match.scheduled_time,
        )
        .outerjoin(_SIDE1, _SIDE1.id == Match.participant1_id)
        .outerjoin(_SIDE2, _SIDE2.id == Match.participant2_id)
        .outerjoin(Station, Station.id == Match.station_id)
        .outerjoin(_COORDINATOR, _COORDINATOR.id == Match.coordinator_id)
        .where(Match.tournament_id == tournament_id, ~Match.is_deleted, or_(*fits))
        .order_by(*order, Match.scheduled_time.is_(None), Match.scheduled_time, Match.id)
        .limit(MOST_MATCHES)
    )
    return [{**row, "state_display": MatchState(row["state"]).label} for row in found.mappings()]


def find_participants(tournament_id: int, text: str) -> list[dict]:
    """The participants called so, or with a member called so, by name: `{"id", "name", "member"}`.

    `member` is the user who fits where the participant's own name does not, else None.
    """
    own = Participant.name.icontains(text, autoescape=True)
    member = (
        select(User.username)
        .join(ParticipantMember, ParticipantMember.user_id == User.id)
        .where(
            ParticipantMember.participant_id == Participant.id,
            User.username.icontains(text, autoescape=True),
        )
        .order_by(User.username)
        .limit(1)
        .scalar_subquery()
    )
    found = db.session.execute(
        select(Participant.id, Participant.name, case((own, None), else_=member).label("member"))
        .where(Participant.tournament_id == tournament_id, or_(own, member.is_not(None)))
        .order_by(Participant.name)
        .limit(MOST_OTHERS)
    )
    return [dict(row) for row in found.mappings()]


def find_staff(tournament: Tournament, text: str) -> list[str]:
    """The user names of the organizers called so, in their order."""
    helps = and_(TournamentStaff.user_id == User.id, TournamentStaff.tournament_id == tournament.id)
    found = db.session.scalars(
        select(User.username)
        .outerjoin(TournamentStaff, helps)
        .where(
            or_(User.id == tournament.organizer_id, TournamentStaff.user_id.is_not(None)),
            User.username.icontains(text, autoescape=True),
        )
        .order_by(User.username)
        .limit(MOST_OTHERS)
    )
    return list(found)
