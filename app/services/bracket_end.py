"""How a bracket ends, and how its changes are told."""

from sqlalchemy import select

from app.domain.events import EventType
from app.domain.states import CLOSED
from app.models import Bracket, Match

from .tables import leader_of
from .unit_of_work import UnitOfWork


def is_over(uow: UnitOfWork, bracket: Bracket) -> bool:
    """True where no match of the bracket is open or still to be paired."""
    if has_open_match(uow, Match.bracket_id == bracket.id):
        return False
    if bracket.format != "swiss":
        return True
    last = select(Match.round_number).where(Match.bracket_id == bracket.id, ~Match.is_deleted)
    played = uow.session.scalar(last.order_by(Match.round_number.desc()).limit(1)) or 0
    return played >= bracket.options.get("rounds", 0)


def has_open_match(uow: UnitOfWork, condition) -> bool:
    """True where one of the matches that fit the condition is not closed."""
    open_match = select(Match.id).where(condition, ~Match.is_deleted, Match.state.not_in(sorted(CLOSED)))
    return uow.session.scalar(open_match.limit(1)) is not None


def champion_id(uow: UnitOfWork, bracket: Bracket) -> int | None:
    """Who won the bracket: the last final that was played, or the top of its only table; else None."""
    if bracket.format in ("round_robin", "swiss"):
        return leader_of(bracket)
    finals = uow.session.execute(
        select(Match.winner_id, Match.section, Match.winner_to_match_id)
        .where(
            Match.bracket_id == bracket.id,
            Match.section.in_(["final", "upper"]),
            ~Match.is_deleted,
        )
        # Without a grand final, the last upper match decides.
        .order_by(Match.section, Match.match_number.desc())
    ).all()
    return next((final.winner_id for final in finals if final.winner_id is not None), None)


def tell_bracket(uow: UnitOfWork, bracket: Bracket, match: Match | None, changed: list[int]) -> None:
    """Write the event of a bracket: the match that changed it, if any, and the matches changed by that."""
    uow.emit(
        tournament_id=bracket.tournament_id,
        type=EventType.BRACKET_UPDATED,
        payload={
            "type": str(EventType.BRACKET_UPDATED),
            "tournament_id": bracket.tournament_id,
            "bracket_id": bracket.id,
            "match_id": match.id if match else None,
            "changed": changed,
            "status": bracket.status,
            "champion_id": bracket.champion_id,
            "timestamp": uow.now.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        },
    )
