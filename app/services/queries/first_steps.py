"""How far a new tournament has come: what its organizer sees until its first match has started."""

from dataclasses import dataclass

from sqlalchemy import func, select

from app.extensions import db
from app.models import Match, Participant, Tournament

# With the first match that starts, its tournament is under way.
_NOT_BEGUN = ("draft", "upcoming")


@dataclass(frozen=True)
class FirstSteps:
    """What is there so far; `next` is the step to take now: participants, bracket or start."""

    participants: int
    matches: int

    @property
    def next(self) -> str:
        """The first step that is not done."""
        if self.matches:
            return "start"
        return "bracket" if self.participants > 1 else "participants"


def find_first_steps(tournament: Tournament) -> FirstSteps | None:
    """How far the tournament has come; None once it has begun, and then without asking the database."""
    if tournament.status not in _NOT_BEGUN:
        return None
    participants = select(func.count()).where(
        Participant.tournament_id == tournament.id, Participant.withdrawn_at.is_(None)
    )
    matches = select(func.count()).where(Match.tournament_id == tournament.id, ~Match.is_deleted)
    row = db.session.execute(select(participants.scalar_subquery(), matches.scalar_subquery())).one()
    return FirstSteps(*row)
