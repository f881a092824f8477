"""Who goes on from groups into a knockout, as slots in seed order: "the best two of each group"."""

from collections.abc import Iterable, Sequence
from itertools import permutations

from .single_elimination import rounds_of, seed_fold

# All orders of so few groups are tried; of more, only the rotations.
_FEW = 6
_MOST_TURNS = 32


def slots_of_best(groups: Sequence[str], best: int, extra: int = 0) -> list[dict]:
    """The slots for the best so many of each group, in seed order, winners first.

    `extra` are the best of those placed next, over all groups; they come last. Those of one group are put
    as far from each other in the knockout as an order of the groups for each place can put them.
    """
    size = 1 << rounds_of(max(2, len(groups) * best + extra))
    position = {seed: place for place, seed in enumerate(seed_fold(size))}
    seeded: list[str] = []
    for rank in range(best):
        orders = _orders(groups) if rank else [tuple(groups)]
        seeded += max(orders, key=lambda order: _distance([*seeded, *order], position))
    slots = [{"group": group, "rank": 1 + seed // len(groups)} for seed, group in enumerate(seeded)]
    return slots + [{"rank": best + 1, "best": place} for place in range(1, extra + 1)]


def _orders(groups: Sequence[str]) -> Iterable[tuple[str, ...]]:
    if len(groups) <= _FEW:
        return permutations(groups)
    turned = [(*groups[start:], *groups[:start]) for start in range(min(len(groups), _MOST_TURNS))]
    return [*turned, *(order[::-1] for order in turned)]


def _distance(seeded: Sequence[str], position: dict[int, int]) -> tuple[int, int]:
    """The first round in which two of one group can meet, and (negative) how many pairs can meet then."""
    places: dict[str, list[int]] = {}
    for seed, group in enumerate(seeded, start=1):
        places.setdefault(group, []).append(position[seed])
    rounds = [
        (first ^ second).bit_length()
        for own in places.values()
        for number, first in enumerate(own)
        for second in own[:number]
    ]
    earliest = min(rounds, default=0)
    return earliest, -rounds.count(earliest)
