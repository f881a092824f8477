"""What those who run the server look at: does the database answer, and how much goes on."""

from dataclasses import dataclass

from sqlalchemy import func, inspect, select, text

from app.domain.states import MatchState
from app.extensions import db
from app.models import Event, Match, Tournament, User

# Closed and scheduled matches only grow in number; what waits for somebody is what is worth a look.
WATCHED_STATES = (MatchState.READY, MatchState.LIVE, MatchState.PENDING_RESULT, MatchState.DISPUTED)


@dataclass(frozen=True)
class Figures:
    """Counts over the whole installation."""

    tournaments: int
    events: int
    matches_by_state: dict[MatchState, int]


def find_schema_revision() -> str | None:
    """The migration that the database is at, None without any; raises SQLAlchemy's error where it is away."""
    connection = db.session.connection()
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.scalar(text("SELECT version_num FROM alembic_version"))


def is_empty() -> bool:
    """True where nobody has an account yet, and so nothing else can be there either."""
    return db.session.scalar(select(User.id).limit(1)) is None


def get_figures() -> Figures:
    """The counts as they are now."""
    tournaments, events = db.session.execute(
        select(func.count(), func.coalesce(func.sum(Tournament.event_seq), 0)).where(~Tournament.is_deleted)
    ).one()
    rows = db.session.execute(
        select(Match.state, func.count())
        .where(Match.state.in_(WATCHED_STATES), ~Match.is_deleted)
        .group_by(Match.state)
    )
    found = {MatchState(state): number for state, number in rows}
    return Figures(tournaments, events, {state: found.get(state, 0) for state in WATCHED_STATES})


def count_event_gaps() -> int:
    """How many tournaments lack events between the oldest that is kept and the last that was numbered."""
    kept = (
        select(Event.tournament_id, func.count().label("number"), func.min(Event.seq).label("first"))
        .group_by(Event.tournament_id)
        .subquery()
    )
    lacking = Tournament.event_seq != kept.c.first + kept.c.number - 1
    return db.session.scalar(
        select(func.count())
        .select_from(kept)
        .join(Tournament, Tournament.id == kept.c.tournament_id)
        .where(lacking)
    )
