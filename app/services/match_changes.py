"""What all verbs on a match share: loading it to be changed, moving it on, telling of it."""

from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import joinedload

from app.domain.errors import NotFound, NotSignedIn, StaleVersion
from app.domain.events import PRIVATE, EventType
from app.domain.lobby import SCHEMAS, Reveal, RevealFacts, RevealPolicy, reveal
from app.domain.permissions import Actor, Permission
from app.domain.states import MatchFacts, MatchState, Move, next_state
from app.domain.words import say
from app.models import AuditLog, Match, Tournament, User

from . import access
from .access import MatchAccess
from .unit_of_work import UnitOfWork

# Long ago enough that nobody decides on such a version any more; bounds the list of changes told.
_CHANGES_TOLD = 5


def load(
    uow: UnitOfWork,
    actor: Actor,
    match_id: int,
    permission: Permission,
    expected_version: int | None = None,
    *,
    deleted: bool = False,
) -> MatchAccess:
    """The match, locked with its tournament, as the actor may change it.

    Raises NotSignedIn, NotFound, NotAllowed, and StaleVersion where `expected_version` is given and past.
    A deleted match exists only for who asks for `deleted` ones.
    """
    if actor.is_anonymous:
        raise NotSignedIn
    tournament = uow.lock_tournament_of(match_id)
    match = lock(uow, match_id, deleted=deleted)
    if match is None:
        raise NotFound
    found = access.require_match(actor, match, tournament, permission)
    if expected_version is not None and expected_version != match.version:
        raise stale(uow, match)
    return found


def lock(uow: UnitOfWork, match_id: int, *, deleted: bool = False) -> Match | None:
    """The match itself, locked, with its sides and its bracket; its tournament is locked already."""
    match = uow.session.scalar(_LOCKED, {"match_id": match_id})
    return match if match is not None and (deleted or not match.is_deleted) else None


_LOCKED = (
    select(Match)
    .options(joinedload(Match.participant1), joinedload(Match.participant2), joinedload(Match.bracket))
    .where(Match.id == bindparam("match_id"))
    .with_for_update(of=Match)
    .execution_options(populate_existing=True)
)


def stale(uow: UnitOfWork, match: Match) -> StaleVersion:
    """The error that tells who changed the match last, and what was done to it lately."""
    rows = uow.session.execute(
        select(AuditLog.action, AuditLog.created_at, User.username)
        .outerjoin(User, User.id == AuditLog.user_id)
        .where(AuditLog.match_id == match.id)
        .order_by(AuditLog.id.desc())
        .limit(_CHANGES_TOLD)
    ).all()
    changes = [
        say("%(name)s: %(change)s", name=row.username or "Matchdesk", change=_in_words(row.action))
        for row in rows
    ]
    return StaleVersion(match.version, rows[0].username if rows else None, changes)


def _in_words(action: str) -> str:
    return _DONE.get(action) or action.replace("_", " ").lower()


# What is done to a match, by the name that its action has in the audit.
_DONE = {
    words.replace(" ", "_").upper(): words
    for words in (
        say("match create"),
        say("match update"),
        say("match schedule"),
        say("match call"),
        say("match coordinator assign"),
        say("match coordinator answer"),
        say("match lobby update"),
        say("match check in"),
        say("match start"),
        say("match undo start"),
        say("match cancel"),
        say("match forfeit"),
        say("match reopen"),
        say("match restore"),
        say("match delete"),
        say("match undelete"),
        say("match no show flag"),
        say("result restore"),
        say("result submit"),
        say("result confirm"),
        say("dispute create"),
        say("dispute resolve"),
    )
}


def facts(match: Match, tournament: Tournament) -> MatchFacts:
    """What the rules need to know of the match."""
    return MatchFacts(
        state=MatchState(match.state),
        side1=match.participant1.name if match.participant1 else None,
        side2=match.participant2.name if match.participant2 else None,
        checked_in1=match.participant1_checked_in,
        checked_in2=match.participant2_checked_in,
        check_in_enabled=tournament.enable_check_in,
        require_lobby=tournament.require_lobby,
        lobby_missing=SCHEMAS[tournament.game].missing(match.lobby),
    )


def reveal_of(match: Match, tournament: Tournament, now: datetime) -> Reveal:
    """Whether the match's sides see its lobby now."""
    return reveal(
        RevealFacts(
            policy=RevealPolicy(tournament.lobby_reveal),
            minutes=tournament.lobby_reveal_minutes,
            state=MatchState(match.state),
            sides_known=None not in (match.participant1_id, match.participant2_id),
            check_in_enabled=tournament.enable_check_in,
            both_checked_in=match.participant1_checked_in and match.participant2_checked_in,
            scheduled_time=match.scheduled_time,
        ),
        now,
    )


def move(match: Match, step: Move) -> None:
    """Move the match on; Refused where the table has no such move."""
    match.state = next_state(MatchState(match.state), step)


def gather_anew(match: Match) -> None:
    """Nobody of the match is at hand any more: no side is checked in, or called."""
    match.participant1_checked_in = match.participant2_checked_in = False
    match.called_at = None


def touch(match: Match, now: datetime) -> None:
    """Mark the match as changed: whoever decided on the older version is told."""
    match.version += 1
    match.updated_at = now


def become_ready_if_due(uow: UnitOfWork, match: Match, tournament: Tournament) -> bool:
    """Move the match to READY where nothing is missing for that any more; True where it was moved."""
    present = facts(match, tournament)
    if present.state not in (MatchState.SCHEDULED, MatchState.CHECK_IN) or not present.is_ready:
        return False
    move(match, Move.BECOME_READY)
    tell(uow, match, EventType.MATCH_READY)
    return True


def iso(value: datetime | None) -> str | None:
    """The time as events write it: UTC, whole seconds, `Z`."""
    return f"{value.isoformat()[:19]}Z" if value else None


def tell(uow: UnitOfWork, match: Match, type: EventType, **extra) -> None:
    """Write the event of a match: the fields that its type has, and the `extra` ones.

    Call it when the match is as it will be committed.
    """
    # Relationships must show the sides as they are now, not as they were loaded.
    uow.session.flush()
    payload = {"type": str(type), "match_id": match.id, "tournament_id": match.tournament_id}
    payload |= _fields(match, type) | extra
    payload["timestamp"] = uow.now.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    uow.emit(
        tournament_id=match.tournament_id,
        type=type,
        match_id=match.id,
        payload=payload,
        private=type in PRIVATE,
    )


_PLACE_AND_SIDES = {
    EventType.MATCH_CREATED,
    EventType.MATCH_READY,
    EventType.MATCH_CALLED,
    EventType.MATCH_STARTED,
    EventType.MATCH_SCHEDULED,
    EventType.MATCH_UPDATED,
    EventType.MATCH_REOPENED,
}
_SCORES = {EventType.MATCH_SCORE_UPDATED, EventType.MATCH_COMPLETED}
_WITHOUT_STATE = {EventType.MATCH_LOBBY_UPDATED}


def _fields(match: Match, type: EventType) -> dict:
    """The fields that an event of this type takes from the match, in the order of the published ones."""
    fields: dict = {}
    if type in _PLACE_AND_SIDES:
        fields |= {
            "bracket_id": match.bracket_id,
            "round_number": match.round_number,
            "match_number": match.match_number,
        }
    if type not in _WITHOUT_STATE:
        fields["state"] = str(match.state)
    if type in _PLACE_AND_SIDES:
        fields |= {
            "participant1_id": match.participant1_id,
            "participant1_name": match.participant1.name if match.participant1 else "",
            "participant2_id": match.participant2_id,
            "participant2_name": match.participant2.name if match.participant2 else "",
        }
    if type == EventType.MATCH_STARTED:
        fields |= {"started_at": iso(match.started_at), "stream_url": match.stream_url}
    elif type in (EventType.MATCH_SCHEDULED, EventType.MATCH_READY, EventType.MATCH_CREATED):
        fields["scheduled_time"] = iso(match.scheduled_time)
    elif type == EventType.MATCH_COMPLETED:
        winner = {match.participant1_id: match.participant1, match.participant2_id: match.participant2}
        fields |= {
            "winner_id": match.winner_id,
            "winner_name": winner[match.winner_id].name if match.winner_id else "",
        }
    if type in _SCORES:
        fields |= {
            "participant1_score": match.participant1_score,
            "participant2_score": match.participant2_score,
        }
    if type == EventType.MATCH_COMPLETED:
        fields |= {"completed_at": iso(match.completed_at), "next_match_id": match.winner_to_match_id}
    return fields
