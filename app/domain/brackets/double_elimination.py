"""Double elimination of any size: whoever loses twice is out."""

from collections.abc import Iterator

from .plan import Draft, LoserOf, PlannedMatch, WinnerOf, resolve
from .single_elimination import check_entrants, draft_tree, rounds_of

GRAND_FINALS = ("none", "single", "double")

# Where the losers of upper round 2, 3, ... drop: the loser of place j meets the lower side of place
# j XOR mask. The masks were searched for, so that a rematch can come no earlier than in the lower round
# that docs/brackets.md names.
DROP_MASKS: dict[int, tuple[int, ...]] = {
    2: (0,),
    3: (1, 0),
    4: (2, 0, 0),
    5: (2, 2, 0, 0),
    6: (4, 4, 1, 0, 0),
    7: (8, 8, 2, 0, 0, 0),
    8: (8, 26, 4, 3, 0, 0, 0),
    9: (32, 24, 8, 8, 2, 0, 1, 0),
    10: (128, 32, 32, 15, 12, 2, 2, 1, 0),
}


def plan_double_elimination(entrants: int, *, grand_final: str = "single") -> list[PlannedMatch]:
    """All matches in playing order, M1 to Mn.

    `grand_final` `none` ends with the two bracket finals; `single` lets their winners meet once; `double`
    has a second match, played only where the lower side wins the first. Raises InvalidInput.
    """
    check_entrants(entrants)
    return resolve(draft_double_elimination(entrants, grand_final), entrants)


def draft_double_elimination(entrants: int, grand_final: str = "single") -> Iterator[Draft]:
    """The matches of the full bracket in playing order, those that are byes among them."""
    rounds = rounds_of(entrants)
    upper: dict[int, list[Draft]] = {}
    for draft in draft_tree(entrants):
        upper.setdefault(draft.round_number, []).append(draft)
    for round_number in range(1, rounds + 1):
        yield from upper[round_number]
        yield from _lower_rounds(rounds, round_number)
    if grand_final == "none":
        return
    sides = WinnerOf(("upper", rounds, 0)), _lower_champion(rounds)
    yield Draft("final", "final", rounds + 1, *sides)
    if grand_final == "double":
        yield Draft("reset", "final", rounds + 2, WinnerOf("final"), LoserOf("final"))


def _lower_champion(rounds: int):
    """Whoever meets the upper bracket's winner; with two entrants, the loser of their match."""
    return WinnerOf(("lower", 2 * rounds - 2, 0)) if rounds > 1 else LoserOf(("upper", 1, 0))


def _lower_rounds(rounds: int, upper_round: int) -> Iterator[Draft]:
    """The lower rounds that can be played once the upper round is."""
    if rounds == 1:
        return
    if upper_round == 1:
        for place in range(1 << (rounds - 2)):
            losers = (LoserOf(("upper", 1, 2 * place + side)) for side in (0, 1))
            yield Draft(("lower", 1, place), "lower", 1, *losers)
        return
    odd, even = 2 * upper_round - 3, 2 * upper_round - 2
    if odd > 1:
        for place in range(1 << (rounds - upper_round)):
            winners = (WinnerOf(("lower", odd - 1, 2 * place + side)) for side in (0, 1))
            yield Draft(("lower", odd, place), "lower", odd, *winners)
    mask = DROP_MASKS[rounds][upper_round - 2]
    for place in range(1 << (rounds - upper_round)):
        sources = LoserOf(("upper", upper_round, place)), WinnerOf(("lower", odd, place ^ mask))
        yield Draft(("lower", even, place), "lower", even, *sources)
