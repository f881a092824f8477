"""What happens at each station: what is on, what is called, what is next, and what to call now."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from sqlalchemy import case, select

from app.domain.errors import NotFound
from app.domain.permissions import Actor, Permission
from app.domain.schedule.calling import Closure, Hall, Waiting, closure
from app.domain.states import CLOSED, MatchState
from app.extensions import db
from app.models import Match, ScheduleBreak, Station, Tournament
from app.services import access
from app.services.match_changes import iso
from app.services.schedule.plans import read_plan

from .estimates import tell
from .rows import list_rows_of

# So many of the next matches of a station are told.
NEXT_SHOWN = 5
_PLAYING = (MatchState.LIVE, MatchState.PENDING_RESULT)
_COMING = (MatchState.SCHEDULED, MatchState.CHECK_IN, MatchState.READY)


@dataclass
class StationQueue:
    """One station at this moment; matches are public rows. `next_count` counts the next ones not told too.

    `to_call` is the match that a press of the button calls, None where there is none: the suggestion where
    the station is free, else the first of the next ones that can be called.
    """

    station: dict
    now: list[dict] = field(default_factory=list)
    called: list[dict] = field(default_factory=list)
    next: list[dict] = field(default_factory=list)
    next_count: int = 0
    suggested: dict | None = None
    to_call: dict | None = None
    closure: Closure | None = None
    break_name: str = ""

    @property
    def is_free(self) -> bool:
        """True where nothing is on, and nobody is called."""
        return not (self.now or self.called)

    def document(self) -> dict:
        """The queue in plain values."""
        return {
            "station": self.station["id"],
            "station_name": self.station["name"],
            "is_free": self.is_free,
            "closed": {
                "until": iso(self.closure.until),
                "break_name": self.break_name,
            }
            if self.closure
            else None,
            "now": self.now,
            "called": self.called,
            "next": self.next,
            "next_count": self.next_count,
            "suggested": self.suggested,
            "to_call": self.to_call and self.to_call["id"],
        }


def list_queues(actor: Actor, id_or_slug: int | str, now: datetime) -> list[StationQueue]:
    """The queues of all stations of the tournament, by id; for who runs it. Raises NotFound or NotAllowed."""
    tournament = access.get_tournament(actor, id_or_slug, Permission.DESK_VIEW).tournament
    return _Queues(tournament, now).told()


def get_queue(actor: Actor, tournament_id: int, station_id: int, now: datetime) -> StationQueue:
    """The queue of one station; raises like `list_queues`."""
    tournament = access.get_tournament(actor, tournament_id, Permission.DESK_VIEW).tournament
    queues = _Queues(tournament, now, station_id).told()
    if not queues:
        raise NotFound
    return queues[0]


def find_next_call(tournament: Tournament, station_id: int, now: datetime) -> int | None:
    """The match that is to be called to the station now; None where there is none."""
    found = _Queues(tournament, now, station_id)
    return found.to_call(found.stations[0]) if found.stations else None


class _Queues:
    """The open matches of a tournament as its stations see them; ids until `told` looks the rows up."""

    def __init__(self, tournament: Tournament, now: datetime, station_id: int | None = None):
        self._now = now
        own = select(Station.id, Station.name, Station.stream_url, Station.time_zone)
        own = own.where(Station.tournament_id == tournament.id).order_by(Station.id)
        if station_id is not None:
            own = own.where(Station.id == station_id)
        self.stations = [dict(row) for row in db.session.execute(own).mappings()]
        self._matches = db.session.execute(
            select(Match.id, Match.state, Match.station_id, Match.called_at, Match.scheduled_time,
                   Match.participant1_id, Match.participant2_id)
            .where(
                Match.tournament_id == tournament.id,
                ~Match.is_deleted,
                Match.state.not_in([str(state) for state in CLOSED]),
            )
            .order_by(case((Match.scheduled_time.is_(None), 1), else_=0), Match.scheduled_time, Match.id)
        ).all()  # fmt: skip
        self._plan = read_plan([tournament], now=now)
        self._hours = {station.id: station for station in self._plan.stations}
        taken = {one.id for one in self._matches if one.state in _PLAYING or _is_called(one)}
        # In the order of their times.
        waiting = [
            Waiting(self._plan.by_id[one.id], one.state == MatchState.READY)
            for one in self._matches
            if _is_next(one) and None not in (one.participant1_id, one.participant2_id)
        ]
        self._hall = Hall(self._plan, taken, waiting, now)

    def _at(self, station: dict) -> list:
        return [one for one in self._matches if one.station_id == station["id"]]

    def _is_free(self, station: dict) -> bool:
        return not any(one.state in _PLAYING or _is_called(one) for one in self._at(station))

    def suggestion(self, station: dict) -> int | None:
        """The match to play at the station; None where it is not free, or nothing fits."""
        if not self._is_free(station):
            return None
        found = self._hall.suggest(self._hours[station["id"]])
        return found and found.id

    def to_call(self, station: dict) -> int | None:
        """The match that is called when the next one is called."""
        if self._is_free(station):
            return self.suggestion(station)
        found = self._hall.first_planned(station["id"])
        return found and found.id

    def told(self) -> list[StationQueue]:
        """The queues with the rows of their matches."""
        ids = [self._ids(station) for station in self.stations]
        wanted = dict.fromkeys(id_ for one in ids for part in one.values() for id_ in part if id_ is not None)
        rows = {row["id"]: row for row in list_rows_of(wanted)}
        tell(rows.values(), self._now)
        queues = []
        for station, of in zip(self.stations, ids, strict=True):
            parts = {name: [rows[id_] for id_ in part if id_ in rows] for name, part in of.items()}
            suggested, to_call = parts.pop("suggested"), parts.pop("to_call")
            queue = StationQueue(station, **parts, next_count=self._next_count(station))
            queue.suggested, queue.to_call = next(iter(suggested), None), next(iter(to_call), None)
            queue.closure = closure(self._hours[station["id"]], self._plan.breaks, self._now)
            if queue.closure and queue.closure.pause:
                queue.break_name = self._break_names[queue.closure.pause.id]
            queues.append(queue)
        return queues

    def _ids(self, station: dict) -> dict[str, list[int | None]]:
        own = self._at(station)
        return {
            "now": [one.id for one in own if one.state in _PLAYING],
            "called": [one.id for one in own if _is_called(one)],
            "next": [one.id for one in own if _is_next(one)][:NEXT_SHOWN],
            "suggested": [self.suggestion(station)],
            "to_call": [self.to_call(station)],
        }

    def _next_count(self, station: dict) -> int:
        return sum(map(_is_next, self._at(station)))

    @cached_property
    def _break_names(self) -> dict[int, str]:
        ids = [pause.id for pause in self._plan.breaks]
        query = select(ScheduleBreak.id, ScheduleBreak.name).where(ScheduleBreak.id.in_(ids))
        return dict(db.session.execute(query).tuples().all())


def _is_called(match) -> bool:
    return match.called_at is not None and match.state in _COMING


def _is_next(match) -> bool:
    return match.called_at is None and match.state in _COMING
