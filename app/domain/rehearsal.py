"""A rehearsal: the pace at which a copied tournament is replayed, and what its seed makes happen in a match.

A rehearsal has its own minutes, those of the tournament that it copies: at the speed 60, one passes each
second. The copy's timetable is squeezed accordingly, so that the clocks of its pages are right.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from .errors import InvalidInput
from .words import say

SPEEDS = (1, 60)
SEEDS = (0, 2**31 - 1)
# How long somebody who trains may take, in minutes of the rehearsal, before it goes on by itself.
PATIENCE = 15.0
_ABSENT, _DISPUTED = 0.1, 0.1
_LONGEST_LEAD = 12.0


@dataclass(frozen=True)
class Pace:
    """From `at` on it runs at this speed, or stands."""

    at: datetime
    speed: int
    is_playing: bool


@dataclass(frozen=True)
class Fate:
    """What happens in a match that nobody interferes with."""

    absent: int | None  # the side (1 or 2) that does not come
    leads: tuple[float, float]  # how many minutes before the deadline each side checks in
    share: float  # of the planned length that it lasts
    score: tuple[int, int]
    is_disputed: bool


def minutes_at(paces: Sequence[Pace], moment: datetime) -> float:
    """How many minutes of the rehearsal had passed at the moment; `paces` are in order of time."""
    passed = 0.0
    for place, pace in enumerate(paces):
        until = min(paces[place + 1].at, moment) if place + 1 < len(paces) else moment
        if pace.is_playing and until > pace.at:
            passed += (until - pace.at).total_seconds() / 60 * pace.speed
    return passed


def squeezed(moment: datetime, start: datetime, new_start: datetime, factor: float) -> datetime:
    """The moment in a timetable that begins at another time and takes `factor` as long, in whole seconds."""
    moved = new_start + (moment - start) * factor
    return (moved + timedelta(milliseconds=500)).replace(microsecond=0)


def squeezed_minutes(minutes: int, speed: int, lowest: int = 0) -> int:
    """A setting in minutes as it is at the speed."""
    return max(lowest, minutes // speed)


def fate_of(seed: int, match: str, best_of: int) -> Fate:
    """The fate of the match, which is named the same in every copy; the same seed makes the same of it."""
    random = Random(f"{seed}:{match}")
    absent = random.choice((1, 2)) if random.random() < _ABSENT else None
    leads = (random.uniform(1, _LONGEST_LEAD), random.uniform(1, _LONGEST_LEAD))
    share = random.uniform(0.6, 1.1)
    wins = best_of // 2 + 1 if best_of > 1 else 13
    score = (wins, random.randrange(wins))
    if random.random() < 0.5:
        score = score[::-1]
    return Fate(absent, leads, share, score, random.random() < _DISPUTED)


def require_private(is_rehearsal: bool, is_public: object) -> None:
    """Raise InvalidInput where a rehearsal would be public: nobody must take it for the tournament."""
    if is_rehearsal and is_public:
        raise InvalidInput.of("is_public", say("A rehearsal is never public."))


def check_speed(speed: int) -> None:
    """Raise InvalidInput for a speed at which nothing is replayed."""
    _check("speed", speed, *SPEEDS)


def check_seed(seed: int) -> None:
    """Raise InvalidInput for what is no seed."""
    _check("seed", seed, *SEEDS)


def _check(name: str, value: int, lowest: int, highest: int) -> None:
    if type(value) is not int or not lowest <= value <= highest:
        raise InvalidInput.of(
            name,
            say("Must be a whole number from %(lowest)s to %(highest)s.", lowest=lowest, highest=highest),
        )
