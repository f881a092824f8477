"""What templates may ask for: times in a zone, words for states and games, addresses of static files.

None of it reads the request, so that fragments can be rendered for a push as well as for a page.
"""

import hashlib
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from time import monotonic
from zoneinfo import ZoneInfo

from flask import Flask
from jinja2.environment import TemplateModule
from markupsafe import Markup

from app.domain.lobby import LABELS, SCHEMAS
from app.domain.states import CLOSED, MatchState
from app.domain.words import say
from app.languages import current_language, written

# All that matches/_row.html shows.
_ROW_FIELDS = (
    "id",
    "state",
    "state_display",
    "tournament_name",
    "tournament_slug",
    "time_zone",
    "bracket_name",
    "group_name",
    "round_number",
    "match_number",
    *(f"participant{n}_{what}" for n in (1, 2) for what in ("id", "name", "score")),
    "slot1_label",
    "slot2_label",
    "winner_id",
    "scheduled_time",
    "started_at",
    "station_id",
    "original_time",
    "completed_at",
    "station_name",
    "station_time_zone",
    "called_at",
    "stream_url",
    "expected",
)
_STATUS_WORDS = {
    "draft": say("In preparation"),
    "upcoming": say("Coming up"),
    "live": say("Under way"),
    "completed": say("Over"),
    "cancelled": say("Cancelled"),
}
_LAST = 9_999_999_999
_AWAITED = (MatchState.PENDING_RESULT, MatchState.DISPUTED)
_AWAITED_AFTER = 4_000_000_000


def register_template_helpers(app: Flask) -> None:
    """Give the filters, and `asset`, to the application's templates."""
    app.jinja_env.filters.update(
        utc=utc,
        local_time=local_time,
        day_words=day_words,
        input_time=input_time,
        sort_key=sort_key,
        state_label=state_label,
        status_words=status_words,
        game_title=game_title,
        lobby_label=lobby_label,
        zone_title=zone_title,
    )
    root = Path(app.static_folder or "")

    @lru_cache(maxsize=256)
    def digest(name: str, changed_at: int) -> str:
        return hashlib.sha256((root / name).read_bytes()).hexdigest()[:10]

    @lru_cache(maxsize=256)
    def address(name: str, _second: int) -> str:
        return f"/static/{name}?v={digest(name, (root / name).stat().st_mtime_ns)}"

    def asset(name: str) -> str:
        """The address of a static file; it changes with the content, so browsers may keep it for long."""
        return address(name, int(monotonic()))

    @lru_cache(maxsize=4096)
    def rendered_row(_language: str, values: tuple) -> Markup:
        match = dict(zip(_ROW_FIELDS, values, strict=True))
        template = app.jinja_env.get_template("matches/_row.html")
        return template.make_module({"match": match}).__html__().strip()

    def match_row(match: dict) -> Markup:
        """The row of a match in a list; what looks the same is rendered once."""
        return rendered_row(current_language(), tuple(match.get(name) for name in _ROW_FIELDS))

    def macros(name: str) -> TemplateModule:
        """The macros of a file, for what is drawn all the time: `import` compares all globals each time."""
        return app.jinja_env.get_template(f"macros/{name}.html").module

    app.jinja_env.globals.update(asset=asset, match_row=match_row, macros=macros, drawn_moment=drawn_moment)


def _moment(value: datetime | str) -> datetime:
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    return value.astimezone(UTC)


def _in_zone(value: datetime | str, zone: str) -> datetime:
    moment = _moment(value)
    try:
        return moment.astimezone(ZoneInfo(zone))
    except OverflowError:
        # The last hours of the year 9999 have no time in zones to the east.
        return moment


# Much the same times are shown on every page.
@lru_cache(maxsize=4096)
def utc(value: datetime | str | None) -> str:
    """The time for a `datetime` attribute: whole seconds, UTC, `Z`; empty for None."""
    return _moment(value).strftime("%Y-%m-%dT%H:%M:%SZ") if value else ""


def local_time(value: datetime | str | None, zone: str, fmt: str = "datetime") -> str:
    """The time as the zone's clock shows it; `fmt` is time, day, short, date or datetime. Empty for None."""
    return _local_time(value, zone, fmt, current_language())


@lru_cache(maxsize=4096)
def _local_time(value: datetime | str | None, zone: str, fmt: str, language: str) -> str:
    return written(_in_zone(value, zone), fmt, language) if value else ""


def drawn_moment(value: datetime | str | None, zone: str, fmt: str = "datetime", css: str = "") -> Markup:
    """The time as an element that scripts turn into the reader's own; its class is `css`."""
    return _drawn_moment(value, zone, fmt, css, current_language())


@lru_cache(maxsize=4096)
def _drawn_moment(value: datetime | str | None, zone: str, fmt: str, css: str, language: str) -> Markup:
    named = Markup(' class="{}"').format(css) if css else ""
    element = Markup('<time{} datetime="{}" data-fmt="{}" data-zone="{}">{}</time>')
    return element.format(named, utc(value), fmt, zone, _local_time(value, zone, fmt, language))


def day_words(day: date, fmt: str = "date") -> str:
    """A day of the calendar in the reader's words; `fmt` is date, weekday or `day of month`, also short."""
    return written(day, fmt, current_language())


def input_time(value: datetime | str | None, zone: str) -> str:
    """The time as a `datetime-local` input of a form in that zone wants it; empty for None."""
    return _in_zone(value, zone).strftime("%Y-%m-%dT%H:%M") if value else ""


def sort_key(match) -> str:
    """Where a row stands in its section, to be read as a number: ascending, ties by id.

    What is still to come goes by its planned time, and last without one; what is over, latest first; what
    awaits a result stands after what is being played.
    """
    if match["state"] in CLOSED:
        ended = match["completed_at"] or match["scheduled_time"]
        place = _LAST - int(_moment(ended).timestamp()) if ended else _LAST
    else:
        planned = match["scheduled_time"]
        place = int(_moment(planned).timestamp()) if planned else _LAST
        if match["state"] in _AWAITED and planned:
            place += _AWAITED_AFTER
    return f"{place:010d}.{match['id']:09d}"


def state_label(state: str) -> str:
    """The state in words, for people."""
    return MatchState(state).label


def status_words(status: str) -> str:
    """How it stands with a tournament, in words, for people."""
    return _STATUS_WORDS[status]


def game_title(game: str) -> str:
    """The game's name as its makers write it; empty where no particular game is meant."""
    return "" if game == "generic" else SCHEMAS[game].title


def lobby_label(key: str) -> str:
    """The name of a lobby's key, for people."""
    return LABELS[key]


def zone_title(zone: str) -> str:
    """A zone's name without underscores: `America/New York`."""
    return zone.replace("_", " ")
