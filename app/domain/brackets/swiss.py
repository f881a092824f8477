"""Swiss: everyone plays each round, against whoever has about as many points and was not met yet.

The pairing is a maximum-weight matching over all pairs that may still meet (the idea is that of FIDE's
"Dutch" systems, whose rules need not be followed step by step to be kept). This module says which pairs
may meet and how much each is wanted; the matching itself is a graph library's.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from app.domain.errors import InvalidInput, Refused
from app.domain.words import say

MAX_ENTRANTS = 1024
# A vertex that is nobody: whoever is matched with it has the bye.
BYE = 0
# Pairs further apart in the table than this are tried only where nearer ones leave somebody alone.
NEAR = 24


@dataclass(frozen=True)
class Contender:
    """An entrant in the order of the standings, who plays the next round.

    `had_bye` is true of whoever won without playing, by a bye or because the opponent did not come.
    """

    entrant: int
    points: float
    met: frozenset[int] = field(default_factory=frozenset)
    had_bye: bool = False


def check_entrants(entrants: int) -> None:
    """Raise InvalidInput unless a Swiss bracket of this size can be made."""
    if not 2 <= entrants <= MAX_ENTRANTS:
        raise InvalidInput.of(
            "participants",
            say(
                "A Swiss bracket takes 2 to %(highest)s participants, not %(number)s.",
                highest=MAX_ENTRANTS,
                number=entrants,
            ),
        )


def can_be_paired_surely(contenders: Sequence[Contender]) -> bool:
    """True where each still has half of the others to meet, which is enough (G. A. Dirac, 1952).

    False says nothing: then the matching itself must be tried.
    """
    present = {one.entrant for one in contenders}
    count = len(contenders)
    byes = [one for one in contenders if not one.had_bye] if count % 2 else []
    vertices = count + count % 2
    if count % 2 and 2 * len(byes) < vertices:
        return False
    return all(
        2 * (count - 1 - len(one.met & present) + (count % 2 and not one.had_bye)) >= vertices
        for one in contenders
    )


def edges(contenders: Sequence[Contender], reach: int | None = NEAR) -> list[tuple[int, int, int]]:
    """The pairs that may meet, as (entrant, entrant, weight); with an odd number, BYE is one more.

    Within a score group the top half is wanted against the bottom half; leaving the score group costs
    far more, the square of the difference, so that it is spread. The bye goes to the lowest who had none.
    """
    count = len(contenders)
    group_of = _score_groups(contenders)
    found = []
    for place, first in enumerate(contenders):
        for other in _others(place, group_of[place], count, reach):
            second = contenders[other]
            if second.entrant not in first.met:
                cost = _cost(place, other, group_of, contenders)
                found.append((first.entrant, second.entrant, -cost))
    if count % 2:
        # The bye outweighs all pairs together: it is decided first.
        byes = [(place, one) for place, one in enumerate(contenders) if not one.had_bye]
        heavier = 1 + count * max((-weight for _, _, weight in found), default=0)
        found += [(BYE, one.entrant, -(count - place) * heavier) for place, one in byes[-(reach or count) :]]
    lightest = min((weight for _, _, weight in found), default=0)
    return [(first, second, weight - lightest + 1) for first, second, weight in found]


def _others(place: int, group: range, count: int, reach: int | None) -> Iterable[int]:
    """The places after this one that it may be paired with: all of them, or those near to what is wanted."""
    if reach is None:
        return range(place + 1, count)
    near = range(place + 1, min(count, place + 1 + reach))
    wanted = place + len(group) // 2
    opposite = range(max(place + 1, wanted - reach // 2), min(group.stop, wanted + reach // 2 + 1))
    return sorted({*near, *opposite})


# One step out of a score group outweighs every wish within groups.
_GROUP = 100_000


def _score_groups(contenders: Sequence[Contender]) -> list[range]:
    """For each place, the places of those with as many points."""
    groups: list[range] = []
    start = 0
    while start < len(contenders):
        end = start
        while end < len(contenders) and contenders[end].points == contenders[start].points:
            end += 1
        groups += [range(start, end)] * (end - start)
        start = end
    return groups


def _cost(place: int, other: int, group_of: list[range], contenders: Sequence[Contender]) -> int:
    group = group_of[place]
    if other in group:
        return abs((other - place) - len(group) // 2)
    steps = contenders[place].points - contenders[other].points
    return int(steps * steps * _GROUP) + other - place


def read_matching(
    contenders: Sequence[Contender], matching: Iterable[tuple[int, int]]
) -> tuple[list[tuple[int, int]], int | None] | None:
    """The pairs in the order of the standings, and who has the bye; None where somebody is left alone."""
    partner = {a: b for pair in matching for a, b in (pair, pair[::-1])}
    if any(one.entrant not in partner for one in contenders):
        return None
    seen: set[int] = set()
    pairs = []
    for one in contenders:
        other = partner[one.entrant]
        if one.entrant not in seen and other != BYE:
            pairs.append((one.entrant, other))
            seen |= {one.entrant, other}
    return pairs, partner.get(BYE)


def no_pairing() -> Refused:
    """The error where everyone has met everyone who is left."""
    return Refused([say("No further round can be paired without a rematch or a second bye.")])
