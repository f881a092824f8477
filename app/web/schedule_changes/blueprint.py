"""What the pages of schedule changes share: whom they are for, what can be chosen, how they are shown."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, request
from werkzeug.exceptions import NotFound

from app.domain.errors import Conflict, DomainError
from app.domain.permissions import Permission
from app.models import Tournament
from app.services import access
from app.services.queries import brackets
from app.services.queries import timetable as queries
from app.services.schedule.versions import Placement
from app.web.forms.base import RoomForm
from app.web.forms.schedule import placement_text
from app.web.guards import current_actor
from app.web.htmx import go_to, render

blueprint = Blueprint("schedule_changes", __name__, url_prefix="/tournaments/<slug>/schedule")
# Days outside of these have no beginning or end in every zone that a computer can count.
_FIRST_YEAR, _LAST_YEAR = 1970, 2999


@dataclass(frozen=True)
class Ground:
    """A tournament, and what a change of its schedule can be narrowed to."""

    tournament: Tournament
    stations: list[dict]
    brackets: list[dict]

    @property
    def choices(self) -> dict[str, list[dict]]:
        """What the forms offer."""
        return {"stations": self.stations, "brackets": self.brackets}

    @property
    def station_names(self) -> dict[int, str]:
        """The names of the stations, by id."""
        return {station["id"]: station["name"] for station in self.stations}

    def rows(self, match_ids: Iterable[int]) -> dict[int, dict]:
        """The rows of these matches, by id, as far as they are the tournament's."""
        return {row["id"]: row for row in queries.list_matches(self.tournament, match_ids)}


def open_ground(slug: str) -> Ground:
    """The tournament of this name, as its organizers may change it."""
    tournament = access.get_tournament(current_actor(), slug, Permission.MATCH_SCHEDULE).tournament
    return Ground(
        tournament,
        queries.list_stations(tournament.id),
        brackets.list_brackets(current_actor(), tournament.id).rows(),
    )


def asked_day() -> date | None:
    """The day that the address names, if it names one; NotFound where there is no such day."""
    text = request.args.get("day", "")
    if text in ("", "unscheduled"):
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise NotFound from None
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise NotFound
    return day


def show(name: str, ground: Ground, form: RoomForm, status: int, **values) -> Response:
    """The part for the schedule that is open; without scripts it is a page of its own."""
    return render(
        f"schedule/{name}.html",
        f"schedule/_{name}_panel.html",
        status,
        tournament=ground.tournament,
        can_manage=True,
        tab="schedule",
        form=form,
        **values,
    )


def status_of(error: DomainError) -> int:
    """409 where others were first, else 400."""
    return 409 if isinstance(error, Conflict) else 400


def move_text(row: dict, new: str, station_id: int | None) -> str:
    """The move of a shown match, as a form carries it: it holds for the version that is shown."""
    return placement_text(Placement(row["id"], datetime.fromisoformat(new), station_id, row["version"]))


def to_schedule(tournament: Tournament, done: dict, moment: datetime) -> Response:
    """On to the day of the moment, where the new version can be taken back."""
    day = moment.astimezone(ZoneInfo(tournament.time_zone)).date()
    version = f"&version={done['batch_id']}" if done["batch_id"] else ""
    return go_to(f"/tournaments/{tournament.slug}/schedule/?day={day}{version}")
