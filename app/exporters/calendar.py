"""Matches as a calendar that others subscribe to: iCalendar (RFC 5545).

The times are in UTC, so that no reader needs our zones. A match keeps its UID for ever, and its version is
its SEQUENCE: where it moves, the event in the reader's calendar moves.
"""

import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, vText

from app.domain.states import MatchState
from app.services.calendars import Calendar as Feed

MEDIA_TYPE = "text/calendar"
# How often a reader is asked to look again.
REFRESH = timedelta(minutes=15)
_PRODUCER = "-//Matchdesk//Matches//EN"
_END = b"END:VCALENDAR\r\n"
# So many events are written before other requests have their turn.
_AT_ONCE = 25


def write_calendar(feed: Feed, site: str) -> bytes:
    """The feed as a calendar; `site` is where our pages are, with a `/` at its end."""
    frame = Calendar()
    frame.add("prodid", _PRODUCER)
    frame.add("version", "2.0")
    frame.add("calscale", "GREGORIAN")
    for name in ("name", "x-wr-calname"):
        # Names are people's own: as a text it is escaped.
        frame.add(name, vText(feed.title))
    frame.refresh_interval = REFRESH
    frame.add("x-published-ttl", f"PT{REFRESH // timedelta(minutes=1)}M")
    parts = [frame.to_ical().removesuffix(_END)]
    for place, match in enumerate(feed.matches, start=1):
        parts.append(_event(tuple(match.items()), site))
        if place % _AT_ONCE == 0:
            time.sleep(0)
    return b"".join([*parts, _END])


# Writing one takes longer than reading it, and a calendar asks for the same ones again and again.
@lru_cache(maxsize=8192)
def _event(values: tuple[tuple[str, Any], ...], site: str) -> bytes:
    match = dict(values)
    event = Event()
    event.add("uid", f"match-{match['id']}-{match['created_at']:%Y%m%d%H%M%S}@matchdesk")
    event.add("sequence", match["version"])
    # Where there is no METHOD, this is when the event was last changed.
    event.add("dtstamp", match["updated_at"])
    event.add("last-modified", match["updated_at"])
    event.add("dtstart", match["scheduled_time"])
    event.add("dtend", match["scheduled_time"] + timedelta(minutes=match["minutes"]))
    event.add("summary", f"{_side(match, 1)} – {_side(match, 2)}")
    event.add("description", "\n".join(_description(match)))
    if match["station_name"]:
        event.add("location", match["station_name"])
    event.add("url", f"{site}matches/{match['id']}/")
    event.add("status", _status(match))
    return event.to_ical()


def _side(match: Mapping[str, Any], n: int) -> str:
    return match[f"participant{n}_name"] or match[f"slot{n}_label"] or "To be decided"


def _status(match: Mapping[str, Any]) -> str:
    if match["state"] == MatchState.CANCELLED:
        return "CANCELLED"
    is_open = None in (match["participant1_id"], match["participant2_id"])
    return "TENTATIVE" if is_open else "CONFIRMED"


def _description(match: Mapping[str, Any]) -> list[str]:
    part = match["bracket_name"] or ""
    if name := match["group_name"]:
        part = f"Group {name}" if len(name) <= 3 else name
    place = (match["tournament_name"], part, f"Round {match['round_number']}", f"M{match['match_number']}")
    lines = [" · ".join(filter(None, place))]
    if match["best_of"] > 1:
        lines.append(f"Best of {match['best_of']}")
    if match["original_time"] not in (None, match["scheduled_time"]):
        lines.append(f"Originally planned for {_local(match['original_time'], match['time_zone'])}")
    return lines


def _local(moment: datetime, zone: str) -> str:
    return f"{moment.astimezone(ZoneInfo(zone)):%a %-d %b %Y, %H:%M} ({zone.replace('_', ' ')})"
