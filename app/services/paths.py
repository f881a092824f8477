"""Where the sides of a match go once it is closed, and what stands in the slots that they go to."""

from dataclasses import dataclass

from app.domain.states import CLOSED, MatchState
from app.models import Match


@dataclass(frozen=True)
class Outcome:
    """Who goes where after a match; `participant_id` None says that nobody will come."""

    target_id: int
    slot: int
    participant_id: int | None


def is_decided(match: Match) -> bool:
    """True where the match's sides, or nobody, have moved on from it."""
    return match.state in CLOSED or match.is_deleted or match.winner_id is not None


def outcomes_of(match: Match) -> list[Outcome]:
    """Where the sides of a closed match go, the winner's first."""
    winner_id, loser_id = match.winner_id, match.loser_id
    # Of two entrants, the only upper match sends both to the grand final, whoever won.
    is_reset_spared = (
        match.section == "final"
        and match.winner_to_match_id is not None
        and match.winner_to_match_id == match.loser_to_match_id
        and winner_id == match.participant1_id
    )
    if is_reset_spared or match.state == MatchState.CANCELLED or match.is_deleted:
        # The upper side won the grand final, so that there is no second one; or nothing was decided.
        winner_id = loser_id = None
    outcomes = (
        (match.winner_to_match_id, match.winner_to_slot, winner_id),
        (match.loser_to_match_id, match.loser_to_slot, loser_id),
    )
    return [Outcome(*outcome) for outcome in outcomes if outcome[0] is not None]


def holds(match: Match, outcome: Outcome) -> bool:
    """True where the slot has whom the outcome sends there."""
    participant_id, is_bye = slot_of(match, outcome.slot)
    if outcome.participant_id is None:
        return is_bye
    return participant_id == outcome.participant_id


def slot_of(match: Match, slot: int) -> tuple[int | None, bool]:
    """Who stands in the slot (1 or 2), and whether it is a bye."""
    if slot == 1:
        return match.participant1_id, match.slot1_bye
    return match.participant2_id, match.slot2_bye


def is_walkover(match: Match) -> bool:
    """True where the match ended because a side did not come."""
    return match.state == MatchState.COMPLETED and (match.slot1_bye or match.slot2_bye)
