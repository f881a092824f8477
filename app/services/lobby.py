"""The verb on a match's lobby."""

from collections.abc import Mapping
from datetime import datetime

from app.domain import lobby as rules
from app.domain.errors import Refused
from app.domain.events import EventType
from app.domain.permissions import Actor, Permission
from app.domain.states import MatchState, closed_reasons

from . import audit
from .audit import AuditAction
from .match_changes import load, tell, touch
from .unit_of_work import unit_of_work


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
        match = found.match
        if reasons := closed_reasons(MatchState(match.state)):
            raise Refused(reasons)
        merged = rules.merge(match.lobby, changes)
        changed = rules.changed_keys(match.lobby, merged)
        if not changed:
            return
        match.lobby = merged
        match.lobby_updated_at = now
        touch(match, now)
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
