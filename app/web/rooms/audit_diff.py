"""What an audit row's change was, value by value, in words: read from its meta alone."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.domain.words import say
from app.languages import said
from app.services.queries.audit_names import Names
from app.web.filters import local_time

from .audit_fields import field_word, value_word

# A version of a season's schedule is not all shown.
MOST_CHANGES = 60
# Their values are words of ours, written with underscores.
_WORDED = frozenset({"status", "no_show_policy", "conflict_policy", "game", "lobby_reveal"})
_TIMES = ("_time", "_at", "_deadline")


@dataclass(frozen=True)
class Change:
    """One value in the reader's words: what it was (None: not recorded) and what it is."""

    label: str
    old: str | None
    new: str


def changes(meta: Mapping[str, Any], names: Names, zone: str) -> list[Change]:
    """The values that the row's change was about, at most MOST_CHANGES."""
    found = []
    for change in _all(meta, names, zone):
        if len(found) == MOST_CHANGES:
            break
        found.append(change)
    return found


def _all(meta: Mapping[str, Any], names: Names, zone: str) -> Iterator[Change]:
    changed, old, new = meta.get("changes"), meta.get("old"), meta.get("new")
    if isinstance(changed, list):
        for move in changed:
            yield from _moved(move, names, zone)
    elif isinstance(changed, dict):
        yield from _pairs(old if isinstance(old, dict) else {}, changed, names, zone)
    elif isinstance(old, dict) and isinstance(new, dict):
        yield from _pairs(old, new, names, zone)
    before, after = (
        {key.removeprefix(prefix): value for key, value in meta.items() if key.startswith(prefix)}
        for prefix in ("old_", "new_")
    )
    yield from _pairs(before, {key: after[key] for key in after if key in before}, names, zone)


def _pairs(old: Mapping, new: Mapping, names: Names, zone: str) -> Iterator[Change]:
    for key, value in new.items():
        before = words_of(key, old[key], names, zone) if key in old else None
        yield Change(_label(key), before, words_of(key, value, names, zone))


def _moved(move: Mapping[str, Any], names: Names, zone: str) -> Iterator[Change]:
    """One match of a version of the schedule: its time and its station."""
    id_ = move.get("match_id")
    match = names.match(id_)
    place = said(say("%(match)s, station", match=match))
    for key, label in (("scheduled_time", match), ("station_id", place)):
        old, new = move.get(f"old_{key}"), move.get(f"new_{key}")
        if old != new:
            yield Change(label, words_of(key, old, names, zone), words_of(key, new, names, zone))


def _label(key: str) -> str:
    word = field_word(key)
    return word[:1].upper() + word[1:]


def words_of(key: str, value: Any, names: Names, zone: str) -> str:
    """The value of the field in the reader's words; times by the zone's clock."""
    if value is None or value == "":
        return said(say("none"))
    if isinstance(value, bool):
        return said(say("yes") if value else say("no"))
    if key.endswith(_TIMES) and isinstance(value, str):
        return _time(value, zone)
    if key == "station_id":
        return names.station(value)
    if key == "coordinator_id":
        return names.user(value)
    if isinstance(value, list):
        return ", ".join(str(part) for part in value)
    return value_word(value) if key in _WORDED else str(value)


def _time(value: str, zone: str) -> str:
    try:
        return local_time(value, zone)
    except ValueError:
        return value
