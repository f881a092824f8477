"""What happened to a match, in sentences."""

from collections.abc import Iterable

from markupsafe import Markup

from app.domain.lobby import LABELS

from .filters import local_time, utc
from .timeline import MATCHDESK, Day, days_of

_PLAIN = {
    "MATCH_CREATE": "Match created",
    "MATCH_UPDATE": "Details changed",
    "MATCH_COORDINATOR_ASSIGN": "Coordinator assigned",
    "MATCH_COORDINATOR_ANSWER": "Coordinator answered",
    "MATCH_START": "Match started",
    "MATCH_UNDO_START": "Start undone",
    "MATCH_CANCEL": "Match cancelled",
    "MATCH_REOPEN": "Match reopened",
    "MATCH_RESTORE": "Match restored",
    "MATCH_DELETE": "Match deleted",
    "MATCH_UNDELETE": "Match brought back",
    "MATCH_NO_SHOW_FLAG": "A side did not check in in time",
    "DISPUTE_CREATE": "Result disputed",
    "RESULT_RESTORE": "An earlier result was made valid again",
}
_DECISIONS = {
    "uphold": "the result stands",
    "correct": "the score was corrected",
    "replay": "the match is played again",
    "void": "the match is void",
    "forfeit": "one side forfeits",
}


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
        return f"{names.get(meta.get('participant_id'), 'A side')} checked in"
    if action == "MATCH_CALL":
        return f"Called to {meta['station_name']}" if meta.get("station_name") else "Called"
    if action == "MATCH_FORFEIT":
        who = meta.get("participant_id")
        return f"{names.get(who, 'A side')} forfeited" if who is not None else "Both sides forfeited"
    if action == "MATCH_LOBBY_UPDATE":
        keys = ", ".join(LABELS.get(key, key) for key in meta.get("lobby_fields_updated", ()))
        return f"Lobby changed: {keys}" if keys else "Lobby changed"
    if action in ("RESULT_SUBMIT", "RESULT_CONFIRM"):
        return _result(action, meta, names)
    if action == "DISPUTE_RESOLVE":
        return f"Dispute resolved: {_DECISIONS.get(meta.get('decision'), 'an organizer ruled')}"
    return _PLAIN.get(action) or action.replace("_", " ").capitalize()


def _result(action: str, meta: dict, names: dict[int, str]) -> str:
    score = f"{meta.get('participant1_score')}–{meta.get('participant2_score')}"
    if action == "RESULT_CONFIRM":
        return f"Result {score} confirmed"
    if meta.get("final"):
        return f"Result {score} entered"
    return f"{names.get(meta.get('submitted_by'), 'A side')} submitted {score}"


def _placed(action: str, meta: dict, zone: str) -> str | Markup:
    """Another time, another station, or both; of a delay, and of one that is taken back, it is said so."""
    old, new = meta["old_scheduled_time"], meta["new_scheduled_time"]
    parts = []
    if old != new or "new_station_name" not in meta:
        is_delay = meta.get("kind") == "delay" and action == "SCHEDULE_CHANGE"
        parts.append(_moved(old, new, zone, "Delayed" if is_delay else "Moved"))
    if "new_station_name" in meta:
        station = meta["new_station_name"]
        words = f"placed at {station}" if station else "taken off its station"
        parts.append(words if parts else words[0].upper() + words[1:])
    return Markup(", ").join(parts)


def _moved(old: str | None, new: str | None, zone: str, verb: str) -> str | Markup:
    if new is None:
        return "Taken off the schedule"
    time = Markup('<time datetime="{}" data-fmt="datetime" data-zone="{}">{}</time>')
    shown = time.format(utc(new), zone, local_time(new, zone))
    if old is None:
        return Markup("Scheduled for {}").format(shown)
    return Markup("{} from {} to {}").format(verb, time.format(utc(old), zone, local_time(old, zone)), shown)
