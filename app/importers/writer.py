"""Writes what a reader read into the database: one transaction, all or nothing, again and again.

A match remembers what the file said of it when it was written (`source_values`). A newer file changes
what it says otherwise than then, unless somebody changed that by hand since: then it is named, and
stays as it is. So the same file a second time changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select

from app.domain.errors import InvalidInput
from app.domain.permissions import Actor
from app.domain.tournament_settings import clean
from app.domain.words import say
from app.importers.neutral import Problem, SourceTournament
from app.importers.store import Store
from app.importers.updates import Update
from app.models import Tournament
from app.services import audit
from app.services.audit import AuditAction
from app.services.tournaments.lifecycle import insert_tournament
from app.services.unit_of_work import UnitOfWork, unit_of_work

# A football match with its breaks; extra time and penalties come on top.
FOOTBALL_MINUTES = 120


@dataclass
class Written:
    """What an import did. `conflicts` names what was changed by hand and so was left as it is."""

    tournament_id: int
    slug: str
    is_new: bool = False
    created: list[int] = field(default_factory=list)
    updated: list[int] = field(default_factory=list)
    unchanged: int = 0
    conflicts: list[Problem] = field(default_factory=list)

    @property
    def changed_nothing(self) -> bool:
        """True where the database said all of it already."""
        return not (self.is_new or self.created or self.updated)


def require_organizer(actor: Actor) -> None:
    """Raise InvalidInput where nobody would own what is imported."""
    if actor.user_id is None:
        raise InvalidInput.of("organizer", say("An import needs the user whose tournament it becomes."))


def write(
    source: SourceTournament,
    *,
    actor: Actor,
    now: datetime,
    is_public: bool = True,
    settings: dict[str, object] | None = None,
) -> Written:
    """Write the tournament as the actor's own: a new one, or what changed in the one of the last import.

    `settings` are those of a new tournament beside name, time zone and visibility. Raises InvalidInput
    for one that is refused.
    """
    require_organizer(actor)
    with unit_of_work(now) as uow:
        tournament_id = _find(uow, source, actor)
        if tournament_id is None:
            return _create(uow, source, actor, {"is_public": is_public, **(settings or {})})
        tournament = uow.lock_tournament(tournament_id)
        written = Written(tournament.id, tournament.slug)
        changes = Update(Store(uow, tournament, actor))
        changes.apply(source)
        written.created, written.updated = changes.created, changes.updated
        written.unchanged, written.conflicts = changes.unchanged, changes.conflicts
        if not written.changed_nothing:
            _record(uow, source, actor, written)
        return written


def _find(uow: UnitOfWork, source: SourceTournament, actor: Actor) -> int | None:
    """The tournament that the actor made of an earlier version of the file."""
    return uow.session.scalar(
        select(Tournament.id)
        .where(
            Tournament.source_key == source.key,
            Tournament.organizer_id == actor.user_id,
            ~Tournament.is_deleted,
        )
        .order_by(Tournament.id)
        .limit(1)
    )


def _create(uow: UnitOfWork, source: SourceTournament, actor: Actor, settings: dict[str, object]) -> Written:
    values = {
        "name": source.name,
        "time_zone": source.time_zone,
        # Teams of a file have no members who could check in.
        "enable_check_in": False,
        "match_minutes": FOOTBALL_MINUTES,
        **settings,
    }
    tournament = insert_tournament(uow, actor, clean(values))
    tournament.source_key = source.key
    written = Written(tournament.id, tournament.slug, is_new=True)
    store = Store(uow, tournament, actor)
    matches = [match for bracket in source.brackets for match in store.add_bracket(bracket)]
    store.settle(matches)
    written.created = [match.id for match in matches]
    _record(uow, source, actor, written)
    return written


def _record(uow: UnitOfWork, source: SourceTournament, actor: Actor, written: Written) -> None:
    audit.record(
        uow,
        actor=actor,
        action=AuditAction.TOURNAMENT_IMPORT,
        tournament_id=written.tournament_id,
        meta={
            "tournament_id": written.tournament_id,
            "source": source.key,
            "is_new": written.is_new,
            "matches_created": len(written.created),
            "matches_updated": written.updated,
            "conflicts": len(written.conflicts),
        },
    )
