"""The audit: one row per change, written in the change's own transaction."""

from enum import StrEnum

from sqlalchemy import insert

from app.domain.permissions import Actor
from app.models import AuditLog, Match

from .prepared import Prepared
from .unit_of_work import UnitOfWork


class AuditAction(StrEnum):
    """What can be done. The name of a verb on a match, upper case."""

    USER_CREATE = "USER_CREATE"
    USER_PASSWORD_CHANGE = "USER_PASSWORD_CHANGE"
    USER_DEACTIVATE = "USER_DEACTIVATE"
    USER_SESSIONS_END = "USER_SESSIONS_END"
    USER_LANGUAGE_CHANGE = "USER_LANGUAGE_CHANGE"
    ACCESS_TOKEN_CREATE = "ACCESS_TOKEN_CREATE"
    ACCESS_TOKEN_REVOKE = "ACCESS_TOKEN_REVOKE"
    SIGN_IN_LINK_CREATE = "SIGN_IN_LINK_CREATE"
    SIGN_IN_LINK_USE = "SIGN_IN_LINK_USE"
    TOURNAMENT_CREATE = "TOURNAMENT_CREATE"
    TOURNAMENT_UPDATE = "TOURNAMENT_UPDATE"
    TOURNAMENT_DELETE = "TOURNAMENT_DELETE"
    TOURNAMENT_IMPORT = "TOURNAMENT_IMPORT"
    REHEARSAL_CREATE = "REHEARSAL_CREATE"
    REHEARSAL_PACE = "REHEARSAL_PACE"
    BOARD_LINK_CREATE = "BOARD_LINK_CREATE"
    BOARD_LINK_REVOKE = "BOARD_LINK_REVOKE"
    TOURNAMENT_ANNOUNCE = "TOURNAMENT_ANNOUNCE"
    SCREEN_NAME = "SCREEN_NAME"
    SCREEN_MESSAGE = "SCREEN_MESSAGE"
    STAFF_ADD = "STAFF_ADD"
    STAFF_REMOVE = "STAFF_REMOVE"
    STATION_CREATE = "STATION_CREATE"
    STATION_UPDATE = "STATION_UPDATE"
    STATION_DELETE = "STATION_DELETE"
    BREAK_CREATE = "BREAK_CREATE"
    BREAK_UPDATE = "BREAK_UPDATE"
    BREAK_DELETE = "BREAK_DELETE"
    SCHEDULE_CHANGE = "SCHEDULE_CHANGE"
    SCHEDULE_UNDO = "SCHEDULE_UNDO"
    CALENDAR_FEED_CREATE = "CALENDAR_FEED_CREATE"
    CALENDAR_FEED_REVOKE = "CALENDAR_FEED_REVOKE"
    PARTICIPANT_CREATE = "PARTICIPANT_CREATE"
    PARTICIPANT_UPDATE = "PARTICIPANT_UPDATE"
    PARTICIPANT_WITHDRAW = "PARTICIPANT_WITHDRAW"
    PARTICIPANT_REINSTATE = "PARTICIPANT_REINSTATE"
    PARTICIPANT_DELETE = "PARTICIPANT_DELETE"
    PARTICIPANT_INVITE = "PARTICIPANT_INVITE"
    PARTICIPANT_INVITE_REVOKE = "PARTICIPANT_INVITE_REVOKE"
    PARTICIPANT_JOIN = "PARTICIPANT_JOIN"
    BRACKET_GENERATE = "BRACKET_GENERATE"
    BRACKET_DELETE = "BRACKET_DELETE"
    BRACKET_NEXT_ROUND = "BRACKET_NEXT_ROUND"
    MATCH_CREATE = "MATCH_CREATE"
    MATCH_UPDATE = "MATCH_UPDATE"
    MATCH_SCHEDULE = "MATCH_SCHEDULE"
    MATCH_BULK_SCHEDULE = "MATCH_BULK_SCHEDULE"
    MATCH_BULK_UNDO = "MATCH_BULK_UNDO"
    MATCH_CALL = "MATCH_CALL"
    MATCH_COORDINATOR_ASSIGN = "MATCH_COORDINATOR_ASSIGN"
    MATCH_COORDINATOR_ANSWER = "MATCH_COORDINATOR_ANSWER"
    MATCH_LOBBY_UPDATE = "MATCH_LOBBY_UPDATE"
    MATCH_CHECK_IN = "MATCH_CHECK_IN"
    MATCH_START = "MATCH_START"
    MATCH_UNDO_START = "MATCH_UNDO_START"
    MATCH_CANCEL = "MATCH_CANCEL"
    MATCH_FORFEIT = "MATCH_FORFEIT"
    MATCH_REOPEN = "MATCH_REOPEN"
    MATCH_RESTORE = "MATCH_RESTORE"
    MATCH_DELETE = "MATCH_DELETE"
    MATCH_UNDELETE = "MATCH_UNDELETE"
    MATCH_NO_SHOW_FLAG = "MATCH_NO_SHOW_FLAG"
    RESULT_RESTORE = "RESULT_RESTORE"
    RESULT_SUBMIT = "RESULT_SUBMIT"
    RESULT_CONFIRM = "RESULT_CONFIRM"
    DISPUTE_CREATE = "DISPUTE_CREATE"
    DISPUTE_RESOLVE = "DISPUTE_RESOLVE"


def record(
    uow: UnitOfWork,
    *,
    actor: Actor,
    action: AuditAction,
    tournament_id: int | None = None,
    match_id: int | None = None,
    meta: dict | None = None,
) -> int:
    """Write the row of a change, and return its id.

    `meta` has ids, names of keys and times, never a secret value.
    """
    written = uow.run(
        _ROW,
        {
            "user_id": actor.user_id,
            "action": str(action),
            "tournament_id": tournament_id,
            "match_id": match_id,
            "meta": meta or {},
            "created_at": uow.now,
            "ip": actor.ip,
        },
    )
    return written[0]["id"]


# Without an object: nothing is done with the row but to write it.
_ROW = Prepared(
    insert(AuditLog.__table__).returning(AuditLog.__table__.c.id),
    ("user_id", "action", "tournament_id", "match_id", "meta", "created_at", "ip"),
)


def record_match(uow: UnitOfWork, *, actor: Actor, match: Match, action: AuditAction, meta: dict) -> int:
    """Write the row of a change to one match, whose ids stand in `meta` too; returns the row's id."""
    ids = {"match_id": match.id, "tournament_id": match.tournament_id}
    return record(uow, actor=actor, action=action, **ids, meta={**ids, **meta})
