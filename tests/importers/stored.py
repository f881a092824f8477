"""What an import left in the database."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from app.extensions import db
from app.models import Match, Participant

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=1)


def stored(written, **columns):
    """The one match of the import that has these values."""
    db.session.rollback()
    query = select(Match).where(Match.tournament_id == written.tournament_id).filter_by(**columns)
    return db.session.scalars(query).one()


def match_of(written, team1, team2):
    """The match between two teams."""
    db.session.rollback()
    sides = [
        db.session.scalars(select(Participant).filter_by(tournament_id=written.tournament_id, name=name))
        .one()
        .id
        for name in (team1, team2)
    ]
    return stored(written, participant1_id=sides[0], participant2_id=sides[1])
