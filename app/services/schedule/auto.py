"""Times and stations for a whole bracket or day, found by the solver: a proposal, to be made a version."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from app.domain.errors import InvalidInput
from app.domain.permissions import Actor, Permission
from app.domain.schedule.plan import Interval
from app.domain.schedule.problems import Problem
from app.domain.states import BEGUN, CLOSED
from app.domain.words import say
from app.extensions import db
from app.models import Bracket, Match, Station, Tournament
from app.services import access
from app.services.match_changes import iso

from . import days
from .plans import read_plan
from .solver import SECONDS, place_in_line, solve

MAX_MATCHES = 1000
MAX_WINDOWS = 31
SLOT_MINUTES = 5


@dataclass(frozen=True)
class Wish:
    """What is to be placed, where and when.

    `windows` are when matches may be played, such as each day's hours. Without a bracket: all brackets;
    without stations: all of the tournament's. Matches that have a time keep it unless `anew`. Those in
    `streamed` would like a station with a stream.
    """

    windows: Sequence[Interval]
    bracket_id: int | None = None
    station_ids: Sequence[int] | None = None
    streamed: Collection[int] = ()
    anew: bool = False


def propose_schedule(
    *, actor: Actor, tournament_id: int, wish: Wish, now: datetime, seconds: float = SECONDS
) -> dict:
    """The best schedule that is found within the seconds, with nothing changed.

    Returns `{"changes": [{"match", "old", "new", "old_station", "new_station", "version"}], "unplaced":
    [{"match", "why"}], "by": "solver" or "list", "ends_at", "bound", "gap"}`: the changes are what
    `versions.change_schedule` takes; nobody could end before `bound`; `gap` is that as a share of the time,
    None where nothing is proven. Raises InvalidInput for what is given, TooManyRequests where too many others
    are looking.
    """
    tournament = access.get_tournament(actor, tournament_id, Permission.MATCH_SCHEDULE).tournament
    _check_windows(wish, now)
    with place_in_line(seconds):
        return _propose(tournament, wish, now, seconds)


def _propose(tournament: Tournament, wish: Wish, now: datetime, seconds: float) -> dict:
    stations = _stations(tournament, wish)
    rows = _matches(tournament, wish)
    problem = Problem(
        plan=read_plan(
            [tournament],
            now=now,
            moments=[moment for one in wish.windows for moment in (one.start, one.end)],
        ),
        match_ids=tuple(row.id for row in rows),
        station_ids=tuple(station.id for station in stations),
        windows=tuple(sorted(wish.windows, key=lambda window: window.start)),
        now=now,
        slot_minutes=SLOT_MINUTES,
        streamed=frozenset(wish.streamed),
        stream_stations=frozenset(station.id for station in stations if station.stream_url),
    )
    # The solver takes its time: nobody waits for the connection meanwhile.
    db.session.rollback()
    found = solve(problem, seconds)
    return {
        "changes": [
            {
                "match": row.id,
                "old": iso(row.scheduled_time),
                "new": iso(found.placements[row.id].start),
                "old_station": row.station_id,
                "new_station": found.placements[row.id].station_id,
                "version": row.version,
            }
            for row in rows
            if row.id in found.placements
            and (row.scheduled_time, row.station_id) != tuple(found.placements[row.id])
        ],
        "unplaced": [{"match": id_, "why": why} for id_, why in found.unplaced.items()],
        "by": found.by,
        "ends_at": iso(found.makespan_end),
        "bound": iso(found.lower_bound),
        "gap": found.gap,
    }


def _check_windows(wish: Wish, now: datetime) -> None:
    if not 1 <= len(wish.windows) <= MAX_WINDOWS:
        raise InvalidInput.of("windows", say("Give 1 to %(most)s times of play.", most=MAX_WINDOWS))
    days.require_countable("windows", *(moment for one in wish.windows for moment in (one.start, one.end)))
    if any(window.end <= window.start for window in wish.windows):
        raise InvalidInput.of("windows", say("Play ends after it begins."))
    if all(window.end <= now for window in wish.windows):
        raise InvalidInput.of("windows", say("All of these times are past."))
    first, last = min(one.start for one in wish.windows), max(one.end for one in wish.windows)
    if (last - first).days > MAX_WINDOWS:
        raise InvalidInput.of("windows", say("All must lie within %(most)s days.", most=MAX_WINDOWS))


def _stations(tournament: Tournament, wish: Wish) -> list[Station]:
    stations = list(
        db.session.scalars(
            select(Station).where(Station.tournament_id == tournament.id).order_by(Station.name, Station.id)
        )
    )
    if wish.station_ids is None:
        return stations
    chosen = [station for station in stations if station.id in set(wish.station_ids)]
    if len(chosen) < len(set(wish.station_ids)) or not chosen:
        raise InvalidInput.of("station_ids", say("There is no such station in this tournament."))
    return chosen


def _matches(tournament: Tournament, wish: Wish) -> list:
    wanted = [Match.tournament_id == tournament.id, ~Match.is_deleted, Match.state.not_in(BEGUN | CLOSED)]
    if wish.bracket_id is not None:
        bracket = db.session.get(Bracket, wish.bracket_id)
        if bracket is None or bracket.tournament_id != tournament.id or bracket.is_deleted:
            raise InvalidInput.of("bracket_id", say("There is no such bracket in this tournament."))
        wanted.append(Match.bracket_id == bracket.id)
    if not wish.anew:
        wanted.append(Match.scheduled_time.is_(None))
    rows = db.session.execute(
        select(Match.id, Match.scheduled_time, Match.station_id, Match.version)
        .where(*wanted)
        .order_by(Match.id)
    ).all()
    if not rows:
        raise InvalidInput.of("bracket_id", say("There is no match to be placed."))
    if len(rows) > MAX_MATCHES:
        reason = say("At most %(most)s matches are placed at once.", most=MAX_MATCHES)
        raise InvalidInput.of("bracket_id", reason)
    return list(rows)
