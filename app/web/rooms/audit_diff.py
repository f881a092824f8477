"""What an audit row's change was, value by value, in words: read from its meta alone."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.services.queries.audit_names import Names
from app.web.filters import local_time

# A version of a season's schedule is not all shown.
MOST_CHANGES = 60
_LABELS = {
    "station_id": "Station",
    "stream_url": "Stream",
    "coordinator_id": "Coordinator",
    "is_public": "Public",
    "slug": "Address",
}
# Their values are words of ours, written with underscores.
_WORDED = frozenset({"status", "no_show_policy", "conflict_policy", "game", "lobby_reveal"})
_TIMES = ("_time", "_at", "_deadline")


@dataclass(frozen=True)
class Change:
    """One value: what it was (None: not recorded) and what it is."""

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
        before = _words(key, old[key], names, zone) if key in old else None
        yield Change(_label(key), before, _words(key, value, names, zone))


def _moved(move: Mapping[str, Any], names: Names, zone: str) -> Iterator[Change]:
    """One match of a version of the schedule: its time and its station."""
    id_ = move.get("match_id")
    match = names.matches.get(id_, f"match {id_}")
    for key, label in (("scheduled_time", match), ("station_id", f"{match}, station")):
        old, new = move.get(f"old_{key}"), move.get(f"new_{key}")
        if old != new:
            yield Change(label, _words(key, old, names, zone), _words(key, new, names, zone))


def _label(key: str) -> str:
    return _LABELS.get(key) or key.replace("_", " ").capitalize()


def _words(key: str, value: Any, names: Names, zone: str) -> str:
    if value is None or value == "":
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if key.endswith(_TIMES) and isinstance(value, str):
        return _time(value, zone)
    if key == "station_id":
        return names.stations.get(value, f"station {value}")
    if key == "coordinator_id":
        return names.users.get(value, f"user {value}")
    if isinstance(value, list):
        return ", ".join(str(part) for part in value)
    return str(value).replace("_", " ") if key in _WORDED else str(value)


def _time(value: str, zone: str) -> str:
    try:
        return local_time(value, zone)
    except ValueError:
        return value
