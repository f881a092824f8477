"""How a bracket ends, and how its changes are told."""

from sqlalchemy import select

from app.domain.events import EventType
from app.domain.states import CLOSED
from app.models import Bracket, Match, Tournament

from .match_changes import iso
from .pairing import has_next_round
from .tables import TABLE_FORMATS, leader_of
from .unit_of_work import UnitOfWork


def is_over(uow: UnitOfWork, bracket: Bracket) -> bool:
    """True where no match of the bracket is open or can still be paired."""
    if has_open_match(uow, Match.bracket_id == bracket.id):
        return False
    return bracket.format != "swiss" or not has_next_round(bracket)


def has_open_match(uow: UnitOfWork, condition) -> bool:
    """True where one of the matches that fit the condition is not closed."""
    open_match = select(Match.id).where(condition, ~Match.is_deleted, Match.state.not_in(sorted(CLOSED)))
    return uow.session.scalar(open_match.limit(1)) is not None


def champion_id(uow: UnitOfWork, bracket: Bracket) -> int | None:
    """Who won the bracket: the last final that was played, or the top of its only table; else None."""
    if bracket.format in TABLE_FORMATS:
        return leader_of(bracket)
    matches = uow.session.execute(
        select(Match.section, Match.winner_id, Match.slot1_bye, Match.slot2_bye)
        .where(
            Match.bracket_id == bracket.id,
            Match.section.in_(["final", "upper"]),
            ~Match.is_deleted,
        )
        .order_by(Match.round_number.desc(), Match.match_number.desc())
    ).all()
    # Without a grand final, the last upper match decides.
    finals = [match for match in matches if match.section == "final"] or matches[:1]
    # A second grand final that nobody had to play leaves it to the first.
    is_spared = len(finals) > 1 and finals[0].slot1_bye and finals[0].slot2_bye
    last = finals[1 if is_spared else 0 :]
    return last[0].winner_id if last else None


def reopen(bracket: Bracket | None, tournament: Tournament) -> None:
    """There is something to play again: neither the bracket, if any, nor the tournament is over."""
    if bracket is not None and bracket.status == "completed":
        bracket.status, bracket.champion_id = "live", None
    if tournament.status == "completed":
        tournament.status = "live"


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


def tell_tournament_completed(uow: UnitOfWork, tournament_id: int, bracket: Bracket | None) -> None:
    """Write the event that the tournament is over, with the champion of the bracket that was the last.

    Without one it is the organizer who calls it over.
    """
    uow.emit(
        tournament_id=tournament_id,
        type=EventType.TOURNAMENT_COMPLETED,
        payload={
            "type": str(EventType.TOURNAMENT_COMPLETED),
            "tournament_id": tournament_id,
            "bracket_id": bracket.id if bracket else None,
            "champion_id": bracket.champion_id if bracket else None,
            "completed_at": iso(uow.now),
            "timestamp": uow.now.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        },
    )
