"""The words of football files: rounds and stand-ins for teams that nobody knows yet."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from app.importers.neutral import Side

GROUP, KNOCKOUT, THIRD_PLACE = "group", "knockout", "third_place"
LARGEST_ROUND = 1024


@dataclass(frozen=True, slots=True)
class Round:
    """A round by kind. `size` counts the teams still in it (32, 16, 8, 4, 2); 0 in the group stage."""

    kind: str
    name: str
    size: int = 0
    matchday: int | None = None


@dataclass(frozen=True, slots=True)
class Feeder:
    """An open side that names another match: its winner, or its loser."""

    number: int
    takes_winner: bool


_KNOCKOUT_NAMES = {"quarterfinal": 8, "semifinal": 4, "final": 2, "grandfinal": 2}
_SIZE_NAMES = {8: "Quarter-finals", 4: "Semi-finals", 2: "Final"}
_ROUND_OF = re.compile(r"(?:round|last) (?:of )?(?:the )?(\d{1,4})")
_FRACTION = re.compile(r"1/(\d{1,3})(?: |-)?finals?")
_MATCHDAY = re.compile(r"(?:match ?day|match ?week|round|week|day|gameweek) (\d{1,3})")
_THIRD = re.compile(r"\b(?:third|3rd|bronze)\b")


def read_round(text: str) -> Round | None:
    """The round that a name such as `Quarter-finals` or `Match for third place` means, or None."""
    words = re.sub(r"[\s_\-\u2010-\u2015]+", " ", text.casefold()).strip()
    if _THIRD.search(words):
        return Round(THIRD_PLACE, "Third place", 2)
    size = _knockout_size(words)
    if size and size <= LARGEST_ROUND and size & (size - 1) == 0:
        return Round(KNOCKOUT, _SIZE_NAMES.get(size, f"Round of {size}"), size)
    matchday = _MATCHDAY.fullmatch(words)
    if matchday:
        return Round(GROUP, text.strip(), matchday=int(matchday[1]))
    if words in ("group stage", "group", "groups", "league", "regular season"):
        return Round(GROUP, text.strip())
    return None


def _knockout_size(words: str) -> int:
    round_of = _ROUND_OF.fullmatch(words)
    if round_of and words.startswith(("round of", "last")):
        return int(round_of[1])
    fraction = _FRACTION.fullmatch(words)
    if fraction:
        return int(fraction[1]) * 2
    name = words.replace(" ", "")
    return _KNOCKOUT_NAMES.get(name.removesuffix("s"), 0)


_FEEDER = re.compile(
    r"(?:(?P<short>[WL]) ?|(?P<long>winner|loser)(?: of)?(?: match| game)? )#?(?P<number>\d{1,4})",
    re.ASCII | re.IGNORECASE,
)
_PLACE = re.compile(r"(?P<place>[1-4])(?P<groups>[A-Z](?:/[A-Z])*)", re.ASCII)
_PLACE_WORDS = re.compile(
    r"(?P<place>winners?|1st|runners?.?up|2nd|3rd|third|4th)(?: of| place)?,? groups? "
    r"(?P<groups>[A-Z](?: ?/ ?[A-Z])*)",
    re.IGNORECASE,
)
UNDECIDED = {"tbd", "tba", "tbc", "?", "??", "???", "-", "n.n.", "to be determined", "to be announced"}
_PLACES = {"1": "Winner", "2": "Runner-up", "3": "Third", "4": "Fourth"}
_PLACE_DIGITS = {"w": "1", "1": "1", "r": "2", "2": "2", "3": "3", "t": "3", "4": "4"}


def read_feeder(text: str) -> Feeder | None:
    """`W74`, `L101`, `Winner Match 74`: the match that this side comes from, or None."""
    found = _FEEDER.fullmatch(text)
    if not found:
        return None
    kind = (found["short"] or found["long"])[0].upper()
    return Feeder(int(found["number"]), kind == "W")


def read_group_place(text: str) -> tuple[str, tuple[str, ...]] | None:
    """`1A`, `3A/B/C/D/F`, `Winner Group A`: the place and the letters of the groups, or None."""
    found = _PLACE.fullmatch(text)
    if found:
        return found["place"], tuple(found["groups"].split("/"))
    found = _PLACE_WORDS.fullmatch(text)
    if not found:
        return None
    letters = tuple(letter.strip().upper() for letter in found["groups"].split("/"))
    return _PLACE_DIGITS[found["place"][0].lower()], letters


def read_side(text: str, groups: Mapping[str, str] | None = None) -> Side:
    """The side that a knockout match names: a team, or an open side with its label.

    `groups` has the names of the file's groups by their letters; a place in one of them is noted.
    """
    feeder = read_feeder(text)
    if feeder:
        return Side(label=f"{'Winner' if feeder.takes_winner else 'Loser'} of match {feeder.number}")
    place = read_group_place(text)
    if place:
        rank, letters = place
        noun = "group" if len(letters) == 1 else "groups"
        label = f"{_PLACES[rank]} of {noun} {'/'.join(letters)}"
        if len(letters) == 1 and letters[0] in (groups or {}):
            return Side(label=label, group=groups[letters[0]], rank=int(rank))
        return Side(label=label)
    if text.casefold() in UNDECIDED:
        return Side(label="To be decided")
    return Side(name=text)
