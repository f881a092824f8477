"""What happened to a match, in sentences."""

from collections.abc import Iterable

from markupsafe import Markup

from app.domain.lobby import LABELS
from app.domain.words import Words, say, say_list
from app.languages import in_template as _

from .filters import local_time, utc
from .timeline import MATCHDESK, Day, days_of

_PLAIN = {
    "MATCH_CREATE": say("Match created"),
    "MATCH_UPDATE": say("Details changed"),
    "MATCH_COORDINATOR_ASSIGN": say("Coordinator assigned"),
    "MATCH_COORDINATOR_ANSWER": say("Coordinator answered"),
    "MATCH_START": say("Match started"),
    "MATCH_UNDO_START": say("Start undone"),
    "MATCH_CANCEL": say("Match cancelled"),
    "MATCH_REOPEN": say("Match reopened"),
    "MATCH_RESTORE": say("Match restored"),
    "MATCH_DELETE": say("Match deleted"),
    "MATCH_UNDELETE": say("Match brought back"),
    "MATCH_NO_SHOW_FLAG": say("A side did not check in in time"),
    "DISPUTE_CREATE": say("Result disputed"),
    "RESULT_RESTORE": say("An earlier result was made valid again"),
}
_DECISIONS = {
    "uphold": say("the result stands"),
    "correct": say("the score was corrected"),
    "replay": say("the match is played again"),
    "void": say("the match is void"),
    "forfeit": say("one side forfeits"),
}
_A_SIDE = say("A side")


def history_days(entries: Iterable[dict], row: dict, sides: Iterable, *, tells_who: bool) -> list[Day]:
    """The entries of a match's history as a timeline, newest first; what nobody did, the clock did."""
    told = sentences(entries, row, sides)
    if tells_who:
        told = [entry | {"by": entry["by"] or MATCHDESK} for entry in told]
    return days_of(reversed(told), row["time_zone"])


def sentences(entries: Iterable[dict], row: dict, sides: Iterable) -> list[dict]:
    """`[{"at", "text", "by"}]` of the entries of a match's history, in their order; `by` where it is told."""
    names = {side.id: side.name for side in sides if side.id is not None}
    return [
        {
            "at": entry["created_at"],
            "text": _sentence(entry["action"], entry["meta"], row["time_zone"], names),
            "by": entry["username"],
        }
        for entry in entries
    ]


def _sentence(action: str, meta: dict, zone: str, names: dict[int, str]) -> str | Markup:
    if "new_scheduled_time" in meta:
        return _placed(action, meta, zone)
    if action == "MATCH_CHECK_IN":
        return say("%(name)s checked in", name=names.get(meta.get("participant_id"), _A_SIDE))
    if action == "MATCH_CALL":
        station = meta.get("station_name")
        return say("Called to %(station)s", station=station) if station else say("Called")
    if action == "MATCH_FORFEIT":
        who = meta.get("participant_id")
        if who is None:
            return say("Both sides forfeited")
        return say("%(name)s forfeited", name=names.get(who, _A_SIDE))
    if action == "MATCH_LOBBY_UPDATE":
        keys = [LABELS.get(key, key) for key in meta.get("lobby_fields_updated", ())]
        return say("Lobby changed: %(keys)s", keys=say_list(keys)) if keys else say("Lobby changed")
    if action in ("RESULT_SUBMIT", "RESULT_CONFIRM"):
        return _result(action, meta, names)
    if action == "DISPUTE_RESOLVE":
        decision = _DECISIONS.get(meta.get("decision", ""), say("an organizer ruled"))
        return say("Dispute resolved: %(decision)s", decision=decision)
    return _PLAIN.get(action) or action.replace("_", " ").capitalize()


def _result(action: str, meta: dict, names: dict[int, str]) -> Words:
    score = f"{meta.get('participant1_score')}–{meta.get('participant2_score')}"
    if action == "RESULT_CONFIRM":
        return say("Result %(score)s confirmed", score=score)
    if meta.get("final"):
        return say("Result %(score)s entered", score=score)
    return say("%(name)s submitted %(score)s", name=names.get(meta.get("submitted_by"), _A_SIDE), score=score)


def _placed(action: str, meta: dict, zone: str) -> str | Markup:
    """Another time, another station, or both; of a delay, and of one that is taken back, it is said so."""
    old, new = meta["old_scheduled_time"], meta["new_scheduled_time"]
    is_moved, is_placed = old != new or "new_station_name" not in meta, "new_station_name" in meta
    station = meta.get("new_station_name")
    if not is_moved:
        return say("Placed at %(station)s", station=station) if station else say("Taken off its station")
    moved = _moved(old, new, zone, meta.get("kind") == "delay" and action == "SCHEDULE_CHANGE")
    if not is_placed:
        return moved
    if station:
        return _("%(moved)s, placed at %(station)s", moved=moved, station=station)
    return _("%(moved)s, taken off its station", moved=moved)


def _moved(old: str | None, new: str | None, zone: str, is_delay: bool) -> Markup:
    """The sentence in the reader's language: its times are elements, which scripts turn into the reader's."""
    if new is None:
        return _("Taken off the schedule")
    if old is None:
        return _("Scheduled for %(time)s", time=_time(new, zone))
    times = {"old": _time(old, zone), "new": _time(new, zone)}
    if is_delay:
        return _("Delayed from %(old)s to %(new)s", **times)
    return _("Moved from %(old)s to %(new)s", **times)


def _time(moment: str, zone: str) -> Markup:
    time = Markup('<time datetime="{}" data-fmt="datetime" data-zone="{}">{}</time>')
    return time.format(utc(moment), zone, local_time(moment, zone))
