"""Round robin: everyone meets everyone, once or twice, in one group or several."""

from collections.abc import Iterator, Sequence

from app.domain.errors import InvalidInput
from app.domain.words import say

from .plan import PlannedMatch

MAX_GROUP = 64
MAX_ENTRANTS = 1024


def snake(entrants: int, groups: int) -> list[list[int]]:
    """The seeds of each group: dealt out forwards, then backwards, and so on, so that groups are even."""
    dealt: list[list[int]] = [[] for _ in range(groups)]
    for place in range(entrants):
        lap, column = divmod(place, groups)
        dealt[column if lap % 2 == 0 else groups - 1 - column].append(place + 1)
    return dealt


def group_names(groups: int) -> list[str]:
    """A, B, ... Z, AA, ...; a single group has no name."""
    if groups == 1:
        return [""]
    return [_letters(place) for place in range(groups)]


def _letters(place: int) -> str:
    name = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def circle(members: Sequence[int], legs: int = 1) -> Iterator[list[tuple[int, int]]]:
    """The rounds of the circle method (M. Lucas, 1883): each pair once a leg, each side once a round.

    An odd number leaves one out in each round. The second leg mirrors the first, sides exchanged.
    """
    table: list[int | None] = list(members)
    if len(table) % 2:
        table.append(None)
    half, rounds = len(table) // 2, []
    for round_number in range(len(table) - 1):
        pairs = []
        for place in range(half):
            first, second = table[place], table[-1 - place]
            if first is None or second is None:
                continue
            # The one who never moves would otherwise always stand on the same side.
            is_turned = place == 0 and round_number % 2
            pairs.append((second, first) if is_turned else (first, second))
        rounds.append(pairs)
        table.insert(1, table.pop())
    for leg in range(legs):
        for pairs in rounds:
            yield [(b, a) for a, b in pairs] if leg % 2 else list(pairs)


def plan_round_robin(entrants: int, *, groups: int = 1, legs: int = 1) -> list[PlannedMatch]:
    """All matches, round by round over all groups, M1 to Mn; raises InvalidInput for sizes that cannot be."""
    if not 2 <= entrants <= MAX_ENTRANTS:
        raise InvalidInput.of(
            "participants",
            say(
                "A round robin takes 2 to %(highest)s participants, not %(number)s.",
                highest=MAX_ENTRANTS,
                number=entrants,
            ),
        )
    if groups < 1 or entrants < 2 * groups:
        raise InvalidInput.of("options", say("Each group needs at least 2 participants."))
    if legs not in (1, 2):
        raise InvalidInput.of("options", "legs is 1 or 2.")
    dealt = snake(entrants, groups)
    if len(dealt[0]) > MAX_GROUP:
        raise InvalidInput.of(
            "options",
            say("A group has at most %(number)s participants; make more groups.", number=MAX_GROUP),
        )
    by_group = [
        (name, list(circle(members, legs))) for name, members in zip(group_names(groups), dealt, strict=True)
    ]
    planned: list[PlannedMatch] = []
    for round_number in range(max(len(rounds) for _, rounds in by_group)):
        for name, rounds in by_group:
            for first, second in rounds[round_number] if round_number < len(rounds) else ():
                planned.append(
                    PlannedMatch(len(planned) + 1, "group", round_number + 1, first, second, group=name)
                )
    return planned
