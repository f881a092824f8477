"""Single elimination of any size, with an optional match for third place."""

from collections.abc import Iterator

from app.domain.errors import InvalidInput
from app.domain.words import say

from .plan import Draft, LoserOf, PlannedMatch, Seed, WinnerOf, resolve

MAX_ENTRANTS = 1024


def seed_fold(size: int) -> list[int]:
    """The seeds in bracket order: seed s meets size + 1 - s, and the best seeds meet last."""
    order = [1]
    while len(order) < size:
        total = 2 * len(order) + 1
        order = [seed for best in order for seed in (best, total - best)]
    return order


def check_entrants(entrants: int) -> None:
    """Raise InvalidInput unless an elimination bracket of this size can be made."""
    if not 2 <= entrants <= MAX_ENTRANTS:
        raise InvalidInput.of(
            "participants",
            say(
                "A bracket takes 2 to %(highest)s participants, not %(number)s.",
                highest=MAX_ENTRANTS,
                number=entrants,
            ),
        )


def rounds_of(entrants: int) -> int:
    """How many rounds it takes until one is left."""
    return (entrants - 1).bit_length()


def draft_tree(entrants: int) -> Iterator[Draft]:
    """The upper rounds, keyed `("upper", round, place)`; the last one decides between two."""
    rounds = rounds_of(entrants)
    seeds = seed_fold(1 << rounds)
    for round_number in range(1, rounds + 1):
        for place in range(1 << (rounds - round_number)):
            if round_number == 1:
                sources = Seed(seeds[2 * place]), Seed(seeds[2 * place + 1])
            else:
                sources = tuple(WinnerOf(("upper", round_number - 1, 2 * place + side)) for side in (0, 1))
            yield Draft(("upper", round_number, place), "upper", round_number, *sources)


def plan_single_elimination(entrants: int, *, third_place: bool = False) -> list[PlannedMatch]:
    """All matches in playing order, M1 to Mn, the final last.

    Seeds above the number of entrants are byes: the best seeds start in the second round. Raises
    InvalidInput for a size that cannot be, or a match for third place without semi-finals.
    """
    check_entrants(entrants)
    if third_place and entrants < 4:
        raise InvalidInput.of("options", say("A match for third place needs at least 4 participants."))
    return resolve(draft_single_elimination(entrants, third_place=third_place), entrants)


def draft_single_elimination(entrants: int, *, third_place: bool = False) -> list[Draft]:
    """The matches of the full bracket in playing order, those that are byes among them."""
    rounds = rounds_of(entrants)
    *drafts, last = draft_tree(entrants)
    if third_place:
        losers = (LoserOf(("upper", rounds - 1, place)) for place in (0, 1))
        drafts.append(Draft("third place", "third_place", rounds, *losers))
    drafts.append(Draft(last.key, "final", rounds, last.source1, last.source2))
    return drafts
