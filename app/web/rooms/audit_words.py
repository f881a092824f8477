"""What audit rows say, in sentences: each begins with what was done, and names what it was done to.

All of it is in the reader's language; parts are put together only once they are.
"""

from collections.abc import Callable, Iterable

from app.domain.lobby import LABELS
from app.domain.words import say, say_n
from app.languages import said
from app.services.queries.audit_names import Names
from app.web.filters import local_time

from .audit_actions import ACTIONS
from .audit_diff import words_of
from .audit_fields import field_word, value_word

Sentence = Callable[[dict, Names, str], str]
_KINDS = {"auto": say("as proposed")}
_ANSWERS = {"accepted": say("accepted"), "hand_over": say("asks to hand over")}
_SECRET_FREE = ("name", "slug", "username")


def sentence(row: dict, names: Names, zone: str) -> str:
    """What the row says: what was done, and what it was done to."""
    words = ACTIONS.get(row["action"]) or row["action"].replace("_", " ").capitalize()
    return _after(words, _DETAILS.get(row["action"], _named)(row["meta"], names, zone))


def _after(*parts: str) -> str:
    """The parts that there are, each telling more of the one before."""
    return ": ".join(said(part) for part in parts if part)


def _listed(parts: Iterable[str]) -> str:
    return ", ".join(map(said, parts))


def _became(old: str, new: str) -> str:
    return f"{said(old)} → {said(new)}"


def _named(meta: dict, names: Names, zone: str) -> str:
    return next((str(meta[key]) for key in _SECRET_FREE if meta.get(key)), "")


def _time(value: str | None, zone: str) -> str:
    return local_time(value, zone) if value else say("no time")


def _schedule(meta: dict, names: Names, zone: str) -> str:
    return _became(*(_time(meta.get(f"{when}_scheduled_time"), zone) for when in ("old", "new")))


def _some_of(parts: list[str], most: int) -> str:
    """The first of them, and how many more there are."""
    listed = _listed(parts[:most])
    if len(parts) <= most:
        return listed
    return say("%(listed)s and %(number)s more", listed=listed, number=len(parts) - most)


def _matches(meta: dict, names: Names, zone: str) -> str:
    told = _some_of([names.match(id_) for id_ in meta.get("match_ids") or []], 12)
    if meta.get("scheduled_time"):
        told = say("%(matches)s from %(time)s", matches=told, time=_time(meta["scheduled_time"], zone))
    if meta.get("interval_minutes"):
        told = say("%(matches)s, every %(minutes)s min", matches=told, minutes=meta["interval_minutes"])
    return told


def _schedule_change(meta: dict, names: Names, zone: str) -> str:
    changes = meta.get("changes") or []
    is_late = meta.get("kind") == "delay"
    what = _delay(meta, names, zone) if is_late else _KINDS.get(meta.get("kind", ""), "")
    return _after(
        what, _placing(changes[0], names, zone) if len(changes) == 1 else _matches(meta, names, zone)
    )


def _delay(meta: dict, names: Names, zone: str) -> str:
    told = {"minutes": meta.get("minutes"), "time": _time(meta.get("since"), zone)}
    if station_id := meta.get("station_id"):
        return say("%(minutes)s min late from %(time)s at %(place)s", place=names.station(station_id), **told)
    if bracket_id := meta.get("bracket_id"):
        return say("%(minutes)s min late from %(time)s in %(name)s", name=names.bracket(bracket_id), **told)
    return say("%(minutes)s min late from %(time)s", **told)


def _placing(change: dict, names: Names, zone: str) -> str:
    told = [names.match(change["match_id"])]
    times = [change["old_scheduled_time"], change["new_scheduled_time"]]
    places = [change["old_station_id"], change["new_station_id"]]
    if times[0] != times[1]:
        told.append(_became(*(_time(time, zone) for time in times)))
    if places[0] != places[1]:
        told.append(_became(*(_place(place, names) for place in places)))
    return _listed(told)


def _place(station_id: int | None, names: Names) -> str:
    return say("no station") if station_id is None else names.station(station_id)


def _schedule_undo(meta: dict, names: Names, zone: str) -> str:
    number = say("version %(number)s", number=meta["number"]) if meta.get("number") else ""
    return _after(number, _matches(meta, names, zone))


def _coordinator(meta: dict, names: Names, zone: str) -> str:
    user_id = meta.get("coordinator_id")
    return names.user(user_id) if user_id else say("nobody")


def _coordinator_answer(meta: dict, names: Names, zone: str) -> str:
    return _after(_ANSWERS.get(meta.get("answer", ""), ""), str(meta.get("note") or ""))


def _lobby(meta: dict, names: Names, zone: str) -> str:
    return _listed(LABELS.get(key, key) for key in meta.get("lobby_fields_updated", ()))


def _participant(meta: dict, names: Names, zone: str) -> str:
    who = meta.get("name") or names.participant(meta.get("participant_id"))
    if "new_name" in meta:
        who = _became(meta["old_name"], meta["new_name"])
    user = names.users.get(meta.get("user_id"))
    return _listed([who, user]) if user else who


def _participants(meta: dict, names: Names, zone: str) -> str:
    return _some_of(meta.get("names") or [], 8)


def _result(meta: dict, names: Names, zone: str) -> str:
    told = f"{meta.get('participant1_score')}–{meta.get('participant2_score')}"
    if side := names.participants.get(meta.get("submitted_by")):
        told = say("%(score)s by %(side)s", score=told, side=side)
    return told if meta.get("final") else say("%(result)s, waits for the other side", result=told)


def _dispute(meta: dict, names: Names, zone: str) -> str:
    reason, side = value_word(meta.get("reason", "")), names.participants.get(meta.get("reported_by"))
    return say("%(reason)s, by %(side)s", reason=reason, side=side) if side else reason


def _ruling(meta: dict, names: Names, zone: str) -> str:
    decision, side = value_word(meta.get("decision", "")), names.participants.get(meta.get("participant_id"))
    return _listed([decision, side]) if side else decision


def _changes(meta: dict, names: Names, zone: str) -> str:
    changes = (meta.get("changes") or {}).items()
    return _listed(f"{field_word(key)} {words_of(key, value, names, zone)}" for key, value in changes)


def _settings(meta: dict, names: Names, zone: str) -> str:
    old, new = meta.get("old") or {}, meta.get("new") or {}
    changes = {
        key: _became(words_of(key, old.get(key), names, zone), words_of(key, value, names, zone))
        for key, value in new.items()
    }
    return _listed(f"{field_word(key)} {change}" for key, change in changes.items())


def _bracket(meta: dict, names: Names, zone: str) -> str:
    return say_n(
        meta.get("matches") or 0,
        "%(name)s, %(format)s, %(num)s match",
        "%(name)s, %(format)s, %(num)s matches",
        name=_bracket_name(meta, names, zone),
        format=value_word(meta.get("format", "")),
    )


def _station(meta: dict, names: Names, zone: str) -> str:
    who = _became(meta["old_name"], meta["new_name"]) if "new_name" in meta else str(meta.get("name", ""))
    changed = _listed(map(field_word, meta.get("changed", ())))
    return f"{who} ({changed})" if changed else who


def _call(meta: dict, names: Names, zone: str) -> str:
    return str(meta.get("station_name") or "")


def _break(meta: dict, names: Names, zone: str) -> str:
    where, station_id = meta.get("name", ""), meta.get("station_id")
    if station_id:
        where = say("%(what)s at %(place)s", what=where, place=names.station(station_id))
    times = (said(_time(meta.get(key), zone)) for key in ("starts_at", "ends_at"))
    return _listed([where, " – ".join(times)])


def _reason(meta: dict, names: Names, zone: str) -> str:
    return str(meta.get("reason") or "")


def _forfeit(meta: dict, names: Names, zone: str) -> str:
    id_ = meta.get("participant_id")
    return _after(say("both sides") if id_ is None else names.participant(id_), _reason(meta, names, zone))


def _absent(meta: dict, names: Names, zone: str) -> str:
    return _listed(map(names.participant, meta.get("absent", ())))


def _version(meta: dict, names: Names, zone: str) -> str:
    return say("version %(number)s", number=meta.get("restored"))


def _round(meta: dict, names: Names, zone: str) -> str:
    name, number = _bracket_name(meta, names, zone), meta.get("round_number")
    return say("%(name)s, round %(number)s", name=name, number=number)


def _bracket_name(meta: dict, names: Names, zone: str) -> str:
    return names.brackets.get(meta.get("bracket_id"), "")


def _user(meta: dict, names: Names, zone: str) -> str:
    return meta.get("username") or names.users.get(meta.get("user_id"), "")


def _announcement(meta: dict, names: Names, zone: str) -> str:
    return str(meta.get("announcement") or "") or say("none")


def _screen(meta: dict, names: Names, zone: str) -> str:
    return _became(*(meta.get(key) or say("no name") for key in ("old_name", "new_name")))


def _message(meta: dict, names: Names, zone: str) -> str:
    number = len(meta.get("screen_ids") or ())
    where = meta.get("name") or say_n(number, "%(num)s board", "%(num)s boards")
    return _listed([where, meta.get("message") or say("cleared")])


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
