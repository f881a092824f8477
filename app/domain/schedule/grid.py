"""Starts on a grid: each is a number of slots from an origin, a set of starts the bits of an integer."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from .plan import Interval

NO_TIME = timedelta()


@dataclass(frozen=True, slots=True)
class Grid:
    """The moments `origin`, `origin + slot`, `origin + 2 * slot`, ... before `end`."""

    origin: datetime
    slot: timedelta
    end: datetime

    def moment(self, place: int) -> datetime:
        """When the slot begins."""
        return self.origin + place * self.slot

    def first_from(self, moment: datetime) -> int:
        """The first slot that does not begin before the moment; after the last, where all of them do."""
        return self.slots(min(max(moment, self.origin), self.end) - self.origin)

    def slots(self, length: timedelta) -> int:
        """How many slots it takes to let this much time pass."""
        return -(-length // self.slot)

    def within(self, interval: Interval, length: timedelta) -> int:
        """The starts from which something of this length is over before the interval is."""
        return self._between(interval.start, interval.end - length + timedelta(microseconds=1))

    def meeting(self, interval: Interval, length: timedelta, gap: timedelta = NO_TIME) -> int:
        """The starts from which something of this length would come closer to the interval than the gap."""
        return self._between(interval.start - gap - length + timedelta(microseconds=1), interval.end + gap)

    def before(self, moment: datetime) -> int:
        """The starts before this moment."""
        return _below(self.first_from(moment))

    def _between(self, start: datetime, end: datetime) -> int:
        """The starts in `[start, end)`."""
        return _below(self.first_from(end)) & ~_below(self.first_from(start))


def first_of(starts: int) -> int:
    """The earliest of a set that is not empty."""
    return (starts & -starts).bit_length() - 1


def runs_of(starts: int) -> list[tuple[int, int]]:
    """The set as its unbroken runs in order, each with its first and its last start."""
    runs, place = [], 0
    while starts:
        skipped = first_of(starts)
        starts >>= skipped
        length = first_of(~starts)
        starts >>= length
        runs.append((place + skipped, place + skipped + length - 1))
        place += skipped + length
    return runs


def _below(place: int) -> int:
    return (1 << place) - 1
