"""The verbs on a match's lobby."""

import secrets
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete

from app.domain import lobby as rules
from app.domain.errors import NotFound, Refused
from app.domain.events import EventType
from app.domain.permissions import Actor, Permission
from app.domain.states import MatchState, closed_reasons
from app.domain.words import say
from app.models import LobbyView

from . import access, audit
from .access import MatchAccess
from .audit import AuditAction
from .match_changes import iso, load, lock, reveal_of, tell, touch
from .unit_of_work import UnitOfWork, unit_of_work

# Without what is taken for something else when it is read out in a loud hall, or off a screen.
_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_CODE_LENGTH = 8


def update_lobby(
    *,
    actor: Actor,
    match_id: int,
    changes: Mapping[str, str | None],
    now: datetime,
    expected_version: int | None = None,
) -> None:
    """Merge the changes into the lobby; a key given as None is removed. What stands already is no change."""
    with unit_of_work(now) as uow:
        found = load(uow, actor, match_id, Permission.MATCH_LOBBY_UPDATE, expected_version)
        _require_open(found)
        _write(uow, found, actor, rules.merge(found.match.lobby, changes))


def rotate_code(*, actor: Actor, match_id: int, now: datetime, expected_version: int | None = None) -> None:
    """Give the lobby other codes after a leak, as `rules.rotated` says; nobody has seen it then.

    Raises Refused where no code stands.
    """
    with unit_of_work(now) as uow:
        found = load(uow, actor, match_id, Permission.MATCH_LOBBY_UPDATE, expected_version)
        _require_open(found)
        if not any(found.match.lobby.get(key) for key in rules.IDENTIFIERS):
            raise Refused([say("The lobby has no code yet.")])
        _write(uow, found, actor, rules.rotated(found.match.lobby, _make_code))


def mark_seen(*, actor: Actor, match_id: int, now: datetime, updated_at: str | None = None) -> bool:
    """The actor, who plays the match, has seen its lobby; returns whether that is news.

    `updated_at` names the lobby that they saw, as it was shown with it: one that changed since is not seen.
    It changes nothing of the tournament: there is no audit row and no event.
    Raises Refused where the lobby is not shown to its sides yet.
    """
    with unit_of_work(now) as uow:
        found = access.get_match(actor, match_id, Permission.MATCH_LOBBY_SEEN)
        # Two windows at once, and a change of the code meanwhile, must come one after the other.
        match = lock(uow, match_id)
        if match is None:
            raise NotFound
        shown = reveal_of(match, found.tournament, now)
        if not rules.sees_secrets(found.roles, shown):
            raise Refused([shown.reason])
        if not rules.SECRET_KEYS.intersection(match.lobby):
            raise Refused([say("The lobby is not given out yet.")])
        is_older = updated_at is not None and updated_at != iso(match.lobby_updated_at)
        if is_older or uow.session.get(LobbyView, (actor.user_id, match.id)):
            return False
        uow.session.add(LobbyView(user_id=actor.user_id, match_id=match.id, seen_at=now))
        return True


def _require_open(found: MatchAccess) -> None:
    if reasons := closed_reasons(MatchState(found.match.state)):
        raise Refused(reasons)


def _make_code() -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(_CODE_LENGTH))


def _write(uow: UnitOfWork, found: MatchAccess, actor: Actor, lobby: dict[str, str]) -> None:
    match = found.match
    changed = rules.changed_keys(match.lobby, lobby)
    if not changed:
        return
    match.lobby = lobby
    match.lobby_updated_at = uow.now
    if rules.SECRET_KEYS.intersection(changed):
        uow.session.execute(delete(LobbyView).where(LobbyView.match_id == match.id))
    touch(match, uow.now)
    tell(uow, match, EventType.MATCH_LOBBY_UPDATED, changed=changed)
    audit.record(
        uow,
        actor=actor,
        action=AuditAction.MATCH_LOBBY_UPDATE,
        tournament_id=found.tournament.id,
        match_id=match.id,
        meta={
            "match_id": match.id,
            "tournament_id": found.tournament.id,
            "lobby_fields_updated": changed,
        },
    )
