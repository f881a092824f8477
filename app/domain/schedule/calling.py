"""What is played next at a station: which match to call, and which to suggest where the station is free."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from .plan import Break, Interval, Plan, PlannedMatch, StationHours

# Who is planned for later than this from now is not called yet: the sides may not be there.
SOON = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A match that could be called: it has not begun, and both sides are known. READY is `ready`."""

    match: PlannedMatch
    is_ready: bool


@dataclass(frozen=True, slots=True)
class Closure:
    """Why nothing is played at a station now: a break, or (None) its hours. `until` None: for good."""

    until: datetime | None
    pause: Break | None = None


class Hall:
    """Who is free at this moment, for all stations of a tournament.

    `taken` are the matches that are being played, or whose sides are called already; `waiting` are those that
    could be called, in the order of their times.
    """

    def __init__(self, plan: Plan, taken: Collection[int], waiting: Iterable[Waiting], now: datetime):
        self._plan = plan
        self._taken = taken
        self._now = now
        self._of_side: dict[int, list[PlannedMatch]] = {}
        self._of_person: dict[int, list[PlannedMatch]] = {}
        for match in plan.matches:
            if match.fixed or match.id in taken:
                for side in match.participants:
                    self._of_side.setdefault(side, []).append(match)
                for person in match.people:
                    self._of_person.setdefault(person, []).append(match)
        self._due = [one for one in waiting if self._is_due(one.match)]

    def _is_due(self, match: PlannedMatch) -> bool:
        return (match.start is None or match.start <= self._now + SOON) and self.is_free(match)

    def is_free(self, match: PlannedMatch) -> bool:
        """True where nobody of the match plays, is called elsewhere, or still rests."""
        others = [other for side in match.participants for other in self._of_side.get(side, ())]
        others += [other for person in match.people for other in self._of_person.get(person, ())]
        return not any(self._holds_up(other, match) for other in others if other.id != match.id)

    def _holds_up(self, other: PlannedMatch, match: PlannedMatch) -> bool:
        if other.id in self._taken:
            return True
        if other.start is None:
            return False
        rest = timedelta(minutes=max(other.rest_minutes, match.rest_minutes))
        played = self._played(match)
        return Interval(other.start, other.end + rest).overlaps(Interval(played.start, played.end + rest))

    def first_planned(self, station_id: int) -> PlannedMatch | None:
        """The first of the station's own matches that can be called."""
        return next((one.match for one in self._due if one.match.station_id == station_id), None)

    def suggest(self, station: StationHours) -> PlannedMatch | None:
        """The match to play at the station, which is free: of its own ones and those without a station.

        Those that are READY come first, then by planned time. What has no station must not take the time of
        what is planned here; all must end before the station closes and before a break.
        """
        pauses = [pause.interval for pause in self._plan.breaks if _is_kept_at(pause, station)]
        pauses = [pause for pause in pauses if pause.end > self._now]

        def fits(match: PlannedMatch) -> bool:
            played = self._played(match)
            return station.is_open(played) and not any(pause.overlaps(played) for pause in pauses)

        here = [one for one in self._due if one.match.station_id == station.id and fits(one.match)]
        loose = [one for one in self._due if one.match.station_id is None and fits(one.match)]
        own = [one.match.interval for one in here if one.match.interval is not None]
        loose = [one for one in loose if not any(self._played(one.match).overlaps(time) for time in own)]
        found = min([*here, *loose], key=_urgency, default=None)
        return found and found.match

    def _played(self, match: PlannedMatch) -> Interval:
        """When the match would be played, if it began now."""
        return Interval(self._now, self._now + timedelta(minutes=match.minutes))


def closure(station: StationHours, breaks: Iterable[Break], now: datetime) -> Closure | None:
    """Why nothing is played at the station at this moment; None where it is open."""
    for pause in breaks:
        if _is_kept_at(pause, station) and pause.interval.start <= now < pause.interval.end:
            return Closure(pause.interval.end, pause)
    if not station.open or any(hours.start <= now < hours.end for hours in station.open):
        return None
    return Closure(next((hours.start for hours in station.open if hours.start > now), None))


def _is_kept_at(pause: Break, station: StationHours) -> bool:
    return pause.tournament_id == station.tournament_id and pause.holds(station.id)


def _urgency(one: Waiting) -> tuple:
    match = one.match
    has_station = match.station_id is not None
    planned = match.start.timestamp() if match.start else float("inf")
    return (not one.is_ready, planned, not has_station, match.id)
