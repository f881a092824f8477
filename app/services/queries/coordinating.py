"""A coordinator's matches, day by day: how much it is, and where they would have to be at two at once."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import or_

from app.domain.permissions import Actor
from app.domain.schedule.conflicts import ConflictKind, find_conflicts
from app.domain.schedule.plan import Plan, PlannedMatch, planned_minutes
from app.domain.states import BEGUN, CLOSED, MatchState
from app.models import Match, Tournament

from .pages import AGENDA
from .rows import list_rows, select_rows

# What is over is of interest for so long.
_KEPT = timedelta(days=2)


@dataclass(frozen=True)
class CoordinatedDay:
    """A day by the clock of each match's tournament; `date` None for what has no time yet."""

    date: date | None
    rows: list[dict]

    @property
    def length(self) -> timedelta:
        """How long its matches are planned to take together; those that are cancelled take no time."""
        played = (row["minutes"] for row in self.rows if row["state"] != MatchState.CANCELLED)
        return timedelta(minutes=sum(played))


def match_day(moment: datetime | str | None, zone: str) -> date | None:
    """The day on which a match is, by the clock of its tournament; None without a time."""
    if isinstance(moment, str):
        moment = datetime.fromisoformat(moment)
    return moment.astimezone(ZoneInfo(zone)).date() if moment else None


def list_coordinated(actor: Actor, now: datetime) -> list[dict]:
    """The matches that the actor coordinates, by time: those that are open, and those that ended lately.

    Beside the public row each has `coordinator_answer`, `coordinator_note`, `minutes` (its planned length),
    `ends_at`, and `clashes`: the rows of those that are planned at the same time.
    """
    query = select_rows().add_columns(
        Match.coordinator_answer,
        Match.coordinator_note,
        Tournament.match_minutes,
        Tournament.best_of.label("usual_best_of"),
    )
    is_open = Match.state.not_in([str(state) for state in CLOSED])
    rows = list_rows(
        query.where(
            Match.coordinator_id == actor.user_id, or_(is_open, Match.scheduled_time > now - _KEPT)
        ).order_by(*AGENDA)
    )
    for row in rows:
        row["minutes"] = planned_minutes(row.pop("match_minutes"), row["best_of"], row.pop("usual_best_of"))
    _mark_clashes(rows, actor, now)
    return rows


def by_day(rows: Iterable[dict]) -> list[CoordinatedDay]:
    """The rows of each day in order, what has no time last."""
    days: dict[date | None, list[dict]] = {}
    for row in rows:
        days.setdefault(match_day(row["scheduled_time"], row["time_zone"]), []).append(row)
    return [CoordinatedDay(day, days[day]) for day in sorted(days, key=lambda day: day or date.max)]


def nearest(days: list[CoordinatedDay], now: datetime) -> CoordinatedDay | None:
    """Today, or else the next day that has matches, or the last one; None without any."""
    for day in days:
        if day.date is None or any(day.date >= match_day(now, row["time_zone"]) for row in day.rows):
            return day
    return days[-1] if days else None


def _mark_clashes(rows: list[dict], actor: Actor, now: datetime) -> None:
    planned = [_planned(row, actor) for row in rows if row["state"] not in CLOSED]
    known = {row["id"]: row for row in rows}
    for row in rows:
        row["clashes"] = []
        start = row["scheduled_time"] and datetime.fromisoformat(row["scheduled_time"])
        row["ends_at"] = start and start + timedelta(minutes=row["minutes"])
    for conflict in find_conflicts(Plan(tuple(planned)), now):
        if conflict.kind == ConflictKind.COORDINATOR:
            one, other = conflict.match_ids
            known[one]["clashes"].append(known[other])
            known[other]["clashes"].append(known[one])


def _planned(row: dict, actor: Actor) -> PlannedMatch:
    """The match as far as its coordinator's time goes."""
    begun = row["state"] in BEGUN
    start = (begun and row["started_at"]) or row["scheduled_time"]
    return PlannedMatch(
        id=row["id"],
        tournament_id=row["tournament"],
        start=datetime.fromisoformat(start) if start else None,
        minutes=row["minutes"],
        coordinator_id=actor.user_id,
        fixed=begun,
    )
