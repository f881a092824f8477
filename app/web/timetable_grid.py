"""The timetable of a day as a grid: a column for each station, time downwards.

Matches that overlap stand side by side.
All places are told as `HH:MM` from the grid's upper edge, in time that really passes, so that a day on which
the clocks change has 23 or 25 hours.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from app.domain.schedule.plan import Interval, StationHours
from app.domain.words import say
from app.services.queries.timetable import Pause, interval_of

_HOUR = timedelta(hours=1)
# A grid with little in it still looks like a day.
_SHORTEST = 4 * _HOUR
_OFFICE_HOURS = 9, 18
# The stylesheet knows so many places side by side; what is beyond shares them.
MOST_LANES = 40
# So many places side by side can be read on a sheet of paper.
MOST_PRINTED = 10
# How long a tournament's usual match is decides how much room a minute gets.
_PACES = ((20, "short"), (40, "medium"), (75, "long"))


@dataclass(frozen=True)
class Mark:
    """A full hour of the grid. `name` is that of the clock where it shows the hour twice."""

    moment: datetime
    at: str
    name: str


@dataclass(frozen=True)
class Band:
    """A stretch of the grid in which nothing is played."""

    at: str
    lasts: str
    name: str = ""


@dataclass
class Column:
    """A station of the grid (`id` None: no station), with its matches by time."""

    id: int | None
    name: str
    zone: str
    # How the station's clock differs from the tournament's, in words; empty where it does not.
    zone_note: str = ""
    matches: list[dict] = field(default_factory=list)
    closed: list[Band] = field(default_factory=list)
    breaks: list[Band] = field(default_factory=list)
    lanes: int = 1


@dataclass(frozen=True)
class Grid:
    """A day, ready to be drawn."""

    start: datetime
    end: datetime
    day: Interval
    lasts: str
    marks: list[Mark]
    columns: list[Column]
    now_at: str | None
    pace: str

    @property
    def prints_as(self) -> str:
        """`grid`, or `list` where a sheet of paper is too narrow for it."""
        return "grid" if sum(column.lanes for column in self.columns) <= MOST_PRINTED else "list"

    @property
    def hours(self) -> int:
        """How many hours the day has."""
        return round((self.day.end - self.day.start) / _HOUR)


@dataclass(frozen=True)
class Scope:
    """Who looks: whoever plans sees all stations and free time around; `whole` is all of the day."""

    plans: bool
    whole: bool = False


def draw_grid(
    rows: Sequence[dict],
    stations: Sequence[dict],
    breaks: Sequence[Pause],
    *,
    day: Interval,
    zone: str,
    match_minutes: int,
    now: datetime,
    scope: Scope,
) -> Grid:
    """The grid of the day with these rows, which get `at`, `lasts`, `lane` and `lanes`."""
    extent = day if scope.whole else _extent(rows, stations, breaks, day=day, zone=zone, scope=scope)
    columns = _columns(rows, stations, zone, day, scope)
    for column in columns:
        column.matches = [_placed(row, extent) for row in column.matches]
        column.lanes = _give_lanes(column.matches)
        _shade(column, stations, breaks, extent)
    return Grid(
        start=extent.start,
        end=extent.end,
        day=day,
        lasts=_hours_minutes(extent.end - extent.start),
        marks=_marks(extent, zone),
        columns=columns,
        now_at=_hours_minutes(now - extent.start) if extent.start <= now < extent.end else None,
        pace=next((name for most, name in _PACES if match_minutes <= most), "endless"),
    )


def _extent(
    rows: Sequence[dict],
    stations: Sequence[dict],
    breaks: Sequence[Pause],
    *,
    day: Interval,
    zone: str,
    scope: Scope,
) -> Interval:
    """From full hour to full hour, around all that is on that day."""
    taken = [interval_of(row) for row in rows]
    if scope.plans:
        taken += [hours for station in stations for hours in station["hours"] if hours.overlaps(day)]
        taken += [pause.interval for pause in breaks]
    room = _HOUR if scope.plans and rows else timedelta()
    if taken:
        start = min(one.start for one in taken) - room
        end = max(one.end for one in taken) + room
    else:
        midnight = day.start.astimezone(ZoneInfo(zone))
        start, end = (midnight.replace(hour=hour).astimezone(day.start.tzinfo) for hour in _OFFICE_HOURS)
    start = max(day.start, _full_hour(max(start, day.start), zone))
    end = min(day.end, max(_full_hour(end + _HOUR - timedelta(microseconds=1), zone), start + _SHORTEST))
    return Interval(start, end)


def _full_hour(moment: datetime, zone: str) -> datetime:
    local = moment.astimezone(ZoneInfo(zone))
    return moment - timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)


def _columns(
    rows: Sequence[dict], stations: Sequence[dict], zone: str, day: Interval, scope: Scope
) -> list[Column]:
    by_station: dict[int | None, list[dict]] = {}
    for row in rows:
        by_station.setdefault(row["station_id"], []).append(row)
    columns = [
        Column(
            station["id"],
            station["name"],
            station["time_zone"] or zone,
            zone_note(station["time_zone"], zone, day.start + (day.end - day.start) / 2),
            by_station.get(station["id"], []),
        )
        for station in stations
        if scope.plans or station["id"] in by_station
    ]
    if None in by_station or scope.plans:
        columns.append(
            Column(
                None, say("No station") if stations else say("Matches"), zone, "", by_station.get(None, [])
            )
        )
    return columns


def zone_note(zone: str | None, own: str, moment: datetime) -> str:
    """`Tokyo, 7 h ahead`: how a station's clock differs from the tournament's then; or empty."""
    if zone is None or zone == own:
        return ""
    offsets = [moment.astimezone(ZoneInfo(one)).utcoffset() or timedelta() for one in (zone, own)]
    difference = offsets[0] - offsets[1]
    if not difference:
        return ""
    place = {
        "town": zone.rsplit("/", 1)[-1].replace("_", " "),
        "hours": f"{abs(difference) / _HOUR:g}",
    }
    if difference > timedelta():
        return say("%(town)s, %(hours)s h ahead", **place)
    return say("%(town)s, %(hours)s h behind", **place)


def _placed(row: dict, extent: Interval) -> dict:
    own = interval_of(row)
    at, lasts = _clipped(own, extent)
    return row | {"at": at, "lasts": lasts, "began_before": own.start < extent.start}


def _give_lanes(rows: list[dict]) -> int:
    """Put matches that overlap side by side; returns how many there are at most."""
    most, cluster, ends = 1, [], []
    until = None
    for row in rows:
        own = interval_of(row)
        if until is None or own.start >= until:
            most, cluster, ends = max(most, _close(cluster, ends)), [], []
        lane = next((place for place, end in enumerate(ends) if end <= own.start), len(ends))
        ends[lane : lane + 1] = [own.end]
        row["lane"] = lane % MOST_LANES
        cluster.append(row)
        until = own.end if len(cluster) == 1 else max(until or own.end, own.end)
    return max(most, _close(cluster, ends))


def _close(cluster: Iterable[dict], ends: list[datetime]) -> int:
    lanes = min(len(ends), MOST_LANES)
    for row in cluster:
        row["lanes"] = lanes
    return lanes


def _shade(column: Column, stations: Iterable[dict], breaks: Sequence[Pause], extent: Interval) -> None:
    """Tell when nothing is played at the column's station: outside its hours, and in breaks."""
    hours = next((tuple(station["hours"]) for station in stations if station["id"] == column.id), ())
    closed = StationHours(column.id or 0, 0, hours).closed()
    column.closed = [_band(one, extent) for one in closed if one.overlaps(extent)]
    column.breaks = [
        _band(pause.interval, extent, pause.name)
        for pause in breaks
        if pause.station_id in (None, column.id) and pause.interval.overlaps(extent)
    ]


def _band(interval: Interval, extent: Interval, name: str = "") -> Band:
    return Band(*_clipped(interval, extent), name)


def _clipped(interval: Interval, extent: Interval) -> tuple[str, str]:
    start, end = max(interval.start, extent.start), min(interval.end, extent.end)
    return _hours_minutes(start - extent.start), _hours_minutes(max(end - start, timedelta()))


def _marks(extent: Interval, zone: str) -> list[Mark]:
    marks = []
    moment = extent.start
    while moment < extent.end:
        local = moment.astimezone(ZoneInfo(zone))
        is_shown_twice = local.utcoffset() != local.replace(fold=1 - local.fold).utcoffset()
        name = local.strftime("%Z") if is_shown_twice else ""
        marks.append(Mark(moment, _hours_minutes(moment - extent.start), name))
        moment += _HOUR
    return marks


def _hours_minutes(length: timedelta) -> str:
    minutes = int(length / timedelta(minutes=1))
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
