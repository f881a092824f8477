"""What audit rows say, in sentences: each begins with what was done, and names what it was done to."""

from collections.abc import Callable

from app.domain.lobby import LABELS
from app.services.queries.audit_names import Names
from app.web.filters import local_time

from .audit_actions import ACTIONS

Sentence = Callable[[dict, Names, str], str]
_KINDS = {"auto": "as proposed"}
_SECRET_FREE = ("name", "slug", "username")


def sentence(row: dict, names: Names, zone: str) -> str:
    """What the row says: what was done, and what it was done to."""
    words = ACTIONS.get(row["action"]) or row["action"].replace("_", " ").capitalize()
    detail = _DETAILS.get(row["action"], _named)(row["meta"], names, zone)
    return f"{words}: {detail}" if detail else words


def _named(meta: dict, names: Names, zone: str) -> str:
    return next((str(meta[key]) for key in _SECRET_FREE if meta.get(key)), "")


def _time(value: str | None, zone: str) -> str:
    return local_time(value, zone) if value else "no time"


def _schedule(meta: dict, names: Names, zone: str) -> str:
    return f"{_time(meta.get('old_scheduled_time'), zone)} → {_time(meta.get('new_scheduled_time'), zone)}"


def _matches(meta: dict, names: Names, zone: str) -> str:
    ids = meta.get("match_ids") or []
    listed = ", ".join(names.matches.get(id_, f"match {id_}") for id_ in ids[:12])
    more = f" and {len(ids) - 12} more" if len(ids) > 12 else ""
    when = f" from {_time(meta['scheduled_time'], zone)}" if meta.get("scheduled_time") else ""
    every = f", every {meta['interval_minutes']} min" if meta.get("interval_minutes") else ""
    return f"{listed}{more}{when}{every}"


def _schedule_change(meta: dict, names: Names, zone: str) -> str:
    changes = meta.get("changes") or []
    what = _KINDS.get(meta.get("kind", ""), "")
    if meta.get("kind") == "delay":
        what = f"{meta.get('minutes')} min late from {_time(meta.get('since'), zone)}{_scope(meta, names)}"
    told = _placing(changes[0], names, zone) if len(changes) == 1 else _matches(meta, names, zone)
    return ": ".join(part for part in (what, told) if part)


def _scope(meta: dict, names: Names) -> str:
    if station_id := meta.get("station_id"):
        return f" at {names.stations.get(station_id, f'station {station_id}')}"
    if bracket_id := meta.get("bracket_id"):
        return f" in {names.brackets.get(bracket_id, f'bracket {bracket_id}')}"
    return ""


def _placing(change: dict, names: Names, zone: str) -> str:
    id_ = change["match_id"]
    told = [names.matches.get(id_, f"match {id_}")]
    times = [change["old_scheduled_time"], change["new_scheduled_time"]]
    places = [change["old_station_id"], change["new_station_id"]]
    if times[0] != times[1]:
        told.append(" → ".join(_time(time, zone) for time in times))
    if places[0] != places[1]:
        told.append(" → ".join(_place(place, names) for place in places))
    return ", ".join(told)


def _place(station_id: int | None, names: Names) -> str:
    return "no station" if station_id is None else names.stations.get(station_id, f"station {station_id}")


def _schedule_undo(meta: dict, names: Names, zone: str) -> str:
    number = f"version {meta['number']}: " if meta.get("number") else ""
    return f"{number}{_matches(meta, names, zone)}"


def _coordinator(meta: dict, names: Names, zone: str) -> str:
    user_id = meta.get("coordinator_id")
    return names.users.get(user_id, f"user {user_id}") if user_id else "nobody"


def _coordinator_answer(meta: dict, names: Names, zone: str) -> str:
    said = {"accepted": "accepted", "hand_over": "asks to hand over"}.get(meta.get("answer", ""), "")
    return ": ".join(part for part in (said, str(meta.get("note") or "")) if part)


def _lobby(meta: dict, names: Names, zone: str) -> str:
    return ", ".join(LABELS.get(key, key) for key in meta.get("lobby_fields_updated", ()))


def _participant(meta: dict, names: Names, zone: str) -> str:
    id_ = meta.get("participant_id")
    who = meta.get("name") or names.participants.get(id_, f"participant {id_}")
    if "new_name" in meta:
        who = f"{meta['old_name']} → {meta['new_name']}"
    user = names.users.get(meta.get("user_id"))
    return f"{who}, {user}" if user else who


def _participants(meta: dict, names: Names, zone: str) -> str:
    listed = meta.get("names") or []
    more = f" and {len(listed) - 8} more" if len(listed) > 8 else ""
    return ", ".join(listed[:8]) + more


def _result(meta: dict, names: Names, zone: str) -> str:
    score = f"{meta.get('participant1_score')}–{meta.get('participant2_score')}"
    side = names.participants.get(meta.get("submitted_by"))
    waits = "" if meta.get("final") else ", waits for the other side"
    return f"{score}{f' by {side}' if side else ''}{waits}"


def _dispute(meta: dict, names: Names, zone: str) -> str:
    side = names.participants.get(meta.get("reported_by"))
    reason = str(meta.get("reason", "")).replace("_", " ")
    return f"{reason}{f', by {side}' if side else ''}"


def _ruling(meta: dict, names: Names, zone: str) -> str:
    side = names.participants.get(meta.get("participant_id"))
    return f"{meta.get('decision', '')}{f', {side}' if side else ''}"


def _changes(meta: dict, names: Names, zone: str) -> str:
    words = []
    for key, value in (meta.get("changes") or {}).items():
        shown = names.stations.get(value, value) if key == "station_id" else value
        label = {"stream_url": "stream", "station_id": "station", "best_of": "best of"}.get(key, key)
        words.append(f"{label} {shown if shown not in (None, '') else 'none'}")
    return ", ".join(words)


def _settings(meta: dict, names: Names, zone: str) -> str:
    old, new = meta.get("old") or {}, meta.get("new") or {}
    return ", ".join(f"{key.replace('_', ' ')} {old.get(key)} → {value}" for key, value in new.items())


def _bracket(meta: dict, names: Names, zone: str) -> str:
    name = names.brackets.get(meta.get("bracket_id"), "")
    kind = str(meta.get("format", "")).replace("_", " ")
    return f"{name}, {kind}, {meta.get('matches')} matches"


def _station(meta: dict, names: Names, zone: str) -> str:
    who = f"{meta['old_name']} → {meta['new_name']}" if "new_name" in meta else str(meta.get("name", ""))
    words = {"stream_url": "stream", "time_zone": "time zone"}
    changed = [words.get(field, field) for field in meta.get("changed", ())]
    return f"{who} ({', '.join(changed)})" if changed else who


def _call(meta: dict, names: Names, zone: str) -> str:
    return str(meta.get("station_name") or "")


def _break(meta: dict, names: Names, zone: str) -> str:
    station_id = meta.get("station_id")
    where = f" at {names.stations.get(station_id, f'station {station_id}')}" if station_id else ""
    times = f"{_time(meta.get('starts_at'), zone)} – {_time(meta.get('ends_at'), zone)}"
    return f"{meta.get('name', '')}{where}, {times}"


def _reason(meta: dict, names: Names, zone: str) -> str:
    return str(meta.get("reason") or "")


def _forfeit(meta: dict, names: Names, zone: str) -> str:
    id_ = meta.get("participant_id")
    who = "both sides" if id_ is None else names.participants.get(id_, f"participant {id_}")
    return ": ".join(part for part in (who, _reason(meta, names, zone)) if part)


def _absent(meta: dict, names: Names, zone: str) -> str:
    return ", ".join(names.participants.get(id_, f"participant {id_}") for id_ in meta.get("absent", ()))


def _version(meta: dict, names: Names, zone: str) -> str:
    return f"version {meta.get('restored')}"


def _round(meta: dict, names: Names, zone: str) -> str:
    return f"{_bracket_name(meta, names, zone)}, round {meta.get('round_number')}"


def _bracket_name(meta: dict, names: Names, zone: str) -> str:
    return names.brackets.get(meta.get("bracket_id"), "")


def _user(meta: dict, names: Names, zone: str) -> str:
    return meta.get("username") or names.users.get(meta.get("user_id"), "")


def _announcement(meta: dict, names: Names, zone: str) -> str:
    return str(meta.get("announcement") or "none")


def _screen(meta: dict, names: Names, zone: str) -> str:
    return f"{meta.get('old_name') or 'no name'} → {meta.get('new_name') or 'no name'}"


def _message(meta: dict, names: Names, zone: str) -> str:
    number = len(meta.get("screen_ids") or ())
    where = meta.get("name") or ("1 board" if number == 1 else f"{number} boards")
    return f"{where}, {meta.get('message') or 'cleared'}"


def _nothing(meta: dict, names: Names, zone: str) -> str:
    return ""


_DETAILS: dict[str, Sentence] = {
    "MATCH_START": _nothing,
    "MATCH_SCHEDULE": _schedule,
    "MATCH_BULK_SCHEDULE": _matches,
    "MATCH_BULK_UNDO": _matches,
    "SCHEDULE_CHANGE": _schedule_change,
    "SCHEDULE_UNDO": _schedule_undo,
    "MATCH_UPDATE": _changes,
    "MATCH_CALL": _call,
    "MATCH_COORDINATOR_ASSIGN": _coordinator,
    "MATCH_COORDINATOR_ANSWER": _coordinator_answer,
    "MATCH_LOBBY_UPDATE": _lobby,
    "MATCH_CHECK_IN": _participant,
    "MATCH_CANCEL": _reason,
    "MATCH_FORFEIT": _forfeit,
    "MATCH_REOPEN": _reason,
    "MATCH_RESTORE": _nothing,
    "MATCH_DELETE": _nothing,
    "MATCH_UNDELETE": _nothing,
    "MATCH_NO_SHOW_FLAG": _absent,
    "RESULT_RESTORE": _version,
    "RESULT_SUBMIT": _result,
    "RESULT_CONFIRM": _result,
    "DISPUTE_CREATE": _dispute,
    "DISPUTE_RESOLVE": _ruling,
    "BRACKET_GENERATE": _bracket,
    "BRACKET_NEXT_ROUND": _round,
    "BRACKET_DELETE": _bracket_name,
    "TOURNAMENT_UPDATE": _settings,
    "PARTICIPANT_CREATE": _participants,
    "PARTICIPANT_UPDATE": _participant,
    "PARTICIPANT_WITHDRAW": _participant,
    "PARTICIPANT_REINSTATE": _participant,
    "PARTICIPANT_DELETE": _participant,
    "PARTICIPANT_INVITE": _participant,
    "PARTICIPANT_INVITE_REVOKE": _participant,
    "PARTICIPANT_JOIN": _participant,
    "STATION_CREATE": _station,
    "STATION_UPDATE": _station,
    "STATION_DELETE": _station,
    "BREAK_CREATE": _break,
    "BREAK_UPDATE": _break,
    "BREAK_DELETE": _break,
    "TOURNAMENT_ANNOUNCE": _announcement,
    "SCREEN_NAME": _screen,
    "SCREEN_MESSAGE": _message,
    "SIGN_IN_LINK_CREATE": _user,
    "SIGN_IN_LINK_USE": _user,
}
