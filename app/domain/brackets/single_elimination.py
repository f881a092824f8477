"""Single elimination for a power of two of entrants, with an optional match for third place."""

from app.domain.errors import InvalidInput

from .plan import Feed, PlannedMatch

MAX_ENTRANTS = 1024


def seed_fold(size: int) -> list[int]:
    """The seeds in bracket order: seed s meets size + 1 - s, and the best seeds meet last."""
    order = [1]
    while len(order) < size:
        total = 2 * len(order) + 1
        order = [seed for best in order for seed in (best, total - best)]
    return order


def plan_single_elimination(entrants: int, *, third_place: bool = False) -> list[PlannedMatch]:
    """All matches in playing order, M1 to Mn; raises InvalidInput where the size is no power of two."""
    if not 2 <= entrants <= MAX_ENTRANTS or entrants & (entrants - 1):
        raise InvalidInput.of(
            "participants",
            f"Single elimination takes 2, 4, 8, 16, ... up to {MAX_ENTRANTS} participants, not {entrants}.",
        )
    if third_place and entrants < 4:
        raise InvalidInput.of("options", "A match for third place needs at least 4 participants.")
    seeds = seed_fold(entrants)
    rounds = entrants.bit_length() - 1
    total = entrants - 1 + third_place
    matches, first = [], 1
    for round_number in range(1, rounds + 1):
        size = entrants >> round_number
        for place in range(size):
            is_final = round_number == rounds
            matches.append(
                PlannedMatch(
                    match_number=total if is_final else first + place,
                    section="final" if is_final else "upper",
                    round_number=round_number,
                    seed1=seeds[2 * place] if round_number == 1 else None,
                    seed2=seeds[2 * place + 1] if round_number == 1 else None,
                    winner_to=_winner_feed(first, size, place, total),
                    loser_to=Feed(total - 1, place % 2 + 1) if third_place and size == 2 else None,
                )
            )
        first += size
    if third_place:
        matches.insert(-1, PlannedMatch(total - 1, "third_place", rounds))
    return matches


def _winner_feed(first: int, size: int, place: int, total: int) -> Feed | None:
    """The next round's match that the winner goes to; the final is the last number, after third place."""
    if size == 1:
        return None
    return Feed(total if size == 2 else first + size + place // 2, place % 2 + 1)
