"""What feeds what in an elimination of brackets-manager, whose files do not say it: positions do. Pure.

A winner goes to the match of half its number in the next round. A loser of the upper bracket goes where its
match's number stands as `position`, or else to the place of the same number.
"""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.words import say
from app.importers.fields import Fields
from app.importers.snapshot import Key

Spot = tuple[int, int, int]  # group, round, number


@dataclass(frozen=True)
class Feed:
    """Whoever wins (or loses) the match at the spot."""

    spot: Spot
    wins: bool = True


@dataclass(frozen=True)
class Start:
    """Whoever starts in the first round at this position; `entrant` None is somebody not known yet."""

    position: int
    entrant: Key | None


Source = Feed | Start | None  # None is a bye


@dataclass
class Node:
    """A match of the file at its spot, with what comes to its two sides."""

    spot: Spot
    section: str
    row: Fields
    opponents: list[dict | None]
    sources: list[Source]


def shape_problem(rounds: dict[tuple[int, int], int], is_double: bool) -> str:
    """Why rounds of these sizes, by group and number, are no such bracket, or ""."""
    upper = _sizes(rounds, 1)
    if not upper or upper != [1 << (len(upper) - 1 - place) for place in range(len(upper))]:
        return say(
            "its first group has rounds of %(sizes)s matches, not of 2, 1 or 4, 2, 1 and so on",
            sizes=upper or say("no"),
        )
    if not is_double:
        return "" if _sizes(rounds, 2) in ([], [1]) else say("its second group is no match for third place")
    wanted = [size for half in upper[1:] for size in (half, half)]
    lower, final = _sizes(rounds, 2), _sizes(rounds, 3)
    if len(upper) == 1 and not final:
        lower, final = [], lower
    if lower != wanted:
        return say(
            "its second group has rounds of %(sizes)s matches, not of %(wanted)s",
            sizes=lower or say("no"),
            wanted=wanted,
        )
    return "" if final in ([], [1], [1, 1]) else say("its third group is no grand final")


def _sizes(rounds: dict[tuple[int, int], int], group: int) -> list[int]:
    numbers = sorted(number for of, number in rounds if of == group)
    return (
        [rounds[group, number] for number in numbers] if numbers == list(range(1, len(numbers) + 1)) else [-1]
    )


def sources_of(
    spot: Spot, opponents: list[dict | None], last: dict[int, int], is_double: bool
) -> list[Source]:
    """What comes to the sides of the match at the spot; `last` has the number of rounds by group."""
    group, number, place = spot
    if group == 1 and number == 1:
        return [_start(opponent, 2 * place - 1 + slot) for slot, opponent in enumerate(opponents)]
    if group == 1 or (is_double and group == 2 and number % 2 and number > 1 and last.get(2, 0) > 2):
        return [Feed((group, number - 1, 2 * place - 1 + slot)) for slot in (0, 1)]
    if not is_double:
        return [Feed((1, last[1] - 1, slot), wins=False) for slot in (1, 2)]
    if group == 2 and last[1] > 1:
        return _lower(number, place, opponents)
    if number == 2:
        return [Feed((group, 1, 1)), Feed((group, 1, 1), wins=False)]
    lower = Feed((2, last[2], 1)) if last[1] > 1 else Feed((1, 1, 1), wins=False)
    return [Feed((1, last[1], 1)), lower]


def _lower(number: int, place: int, opponents: list[dict | None]) -> list[Source]:
    if number == 1:
        usual = (2 * place - 1, 2 * place)
        return [Feed((1, 1, _position(o, to)), wins=False) for o, to in zip(opponents, usual, strict=True)]
    dropped = Feed((1, number // 2 + 1, _position(opponents[0], place)), wins=False)
    return [dropped, Feed((2, number - 1, place))]


def _start(opponent: dict | None, usual: int) -> Source:
    return None if opponent is None else Start(_position(opponent, usual), opponent.get("id"))


def _position(opponent: dict | None, usual: int) -> int:
    position = (opponent or {}).get("position")
    return position if type(position) is int and position > 0 else usual


def without_byes(nodes: list[Node]) -> list[Node]:
    """The matches that somebody can play, fed by each other over those that nobody can.

    `nodes` come in an order in which feeders stand before those that they feed.
    """
    outcomes: dict[Feed, Source] = {}
    played = []
    for node in nodes:
        sources = [outcomes.get(s) if isinstance(s, Feed) else s for s in node.sources]
        if None not in sources:
            node.sources = sources
            played.append(node)
            passed: tuple[Source, Source] = Feed(node.spot), Feed(node.spot, wins=False)
        else:
            passed = sources[0] or sources[1], None
        outcomes[Feed(node.spot)], outcomes[Feed(node.spot, wins=False)] = passed
    return played
