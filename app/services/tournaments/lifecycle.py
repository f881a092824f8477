"""A tournament's own life: made, set up, deleted."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from app.domain.errors import Conflict, InvalidInput, NotAllowed, NotSignedIn, Refused
from app.domain.permissions import Actor
from app.domain.rehearsal import require_private
from app.domain.states import MatchState
from app.domain.tournament_settings import WORDS, clean, numbered_slug, slug_of
from app.domain.words import say
from app.models import AuditLog, Match, Tournament, User
from app.services import audit
from app.services.audit import AuditAction
from app.services.bracket_end import tell_tournament_completed
from app.services.unit_of_work import UnitOfWork, unit_of_work

from .common import load, tell, unique
from .match_rules import follow_settings

_UNDER_WAY = (MatchState.LIVE, MatchState.PENDING_RESULT, MatchState.DISPUTED)
_SLUG_TAKEN = say("Another tournament has this slug.")
# So many may make the same slug at the same moment before one of them is told.
_SLUG_ATTEMPTS = 50


def create_tournament(*, actor: Actor, values: Mapping[str, object], now: datetime) -> int:
    """Make a tournament whose organizer is the actor; returns its id. Only the `name` is needed.

    Raises NotSignedIn, NotAllowed for a read-only token, and InvalidInput for a setting that is refused.
    """
    if actor.is_anonymous:
        raise NotSignedIn
    if not actor.can_write:
        raise NotAllowed(say("This token may only read."))
    settings = clean({"name": None, **values})
    with unit_of_work(now) as uow:
        tournament = insert_tournament(uow, actor, settings)
        audit.record(
            uow,
            actor=actor,
            action=AuditAction.TOURNAMENT_CREATE,
            tournament_id=tournament.id,
            meta={"tournament_id": tournament.id, "name": tournament.name, "slug": tournament.slug},
        )
        return tournament.id


def insert_tournament(uow: UnitOfWork, actor: Actor, settings: dict) -> Tournament:
    """The new row, under a slug that nobody else has, whoever makes one at the same time.

    For who makes a tournament as a part of something larger; the settings have been through `clean`.
    """
    wanted = settings.get("slug")
    for _ in range(_SLUG_ATTEMPTS):
        settings["slug"] = wanted or _free_slug(uow, slug_of(settings["name"]))
        if wanted and is_slug_taken(uow, wanted):
            raise InvalidInput.of("slug", _SLUG_TAKEN)
        tournament = Tournament(
            organizer_id=actor.user_id, created_at=uow.now, updated_at=uow.now, **settings
        )
        try:
            with uow.session.begin_nested():
                uow.session.add(tournament)
        except IntegrityError:
            continue
        return tournament
    raise Conflict(say("Somebody else just took this slug; try again."))


def _free_slug(uow: UnitOfWork, slug: str) -> str:
    number, candidate = 1, slug
    while is_slug_taken(uow, candidate):
        number += 1
        candidate = numbered_slug(slug, number)
    return candidate


def is_slug_taken(uow: UnitOfWork, slug: str, by_other_than: int | None = None) -> bool:
    """True where a tournament has the slug; a deleted one keeps it, so that old links lead nowhere new."""
    owner = uow.session.scalar(select(Tournament.id).where(Tournament.slug == slug))
    return owner is not None and owner != by_other_than


def update_tournament(
    *,
    actor: Actor,
    tournament_id: int,
    changes: Mapping[str, object],
    now: datetime,
    expected_version: int | None = None,
) -> None:
    """Change settings; what stands already is no change. Matches follow where check-in is concerned.

    Raises InvalidInput for a refused setting, and Conflict where `expected_version` is given and past.
    """
    if actor.is_anonymous:
        raise NotSignedIn
    with unit_of_work(now) as uow:
        tournament = load(uow, actor, tournament_id)
        if expected_version is not None and expected_version != tournament.version:
            raise _changed_meanwhile(uow, tournament)
        settings = clean(changes)
        changed = {field: value for field, value in settings.items() if getattr(tournament, field) != value}
        if not changed:
            return
        require_private(tournament.is_rehearsal, changed.get("is_public", tournament.is_public))
        if "slug" in changed and is_slug_taken(uow, changed["slug"], by_other_than=tournament.id):
            raise InvalidInput.of("slug", _SLUG_TAKEN)
        _apply(uow, actor, tournament, changed)


def _apply(uow: UnitOfWork, actor: Actor, tournament: Tournament, changed: dict) -> None:
    """Store the changed settings, have the matches follow, write it down and tell of it."""
    before = {field: getattr(tournament, field) for field in changed}
    _store(uow, tournament, changed)
    moved = follow_settings(uow, tournament, changed)
    tell(uow, tournament, sorted(changed))
    if changed.get("status") == "completed":
        tell_tournament_completed(uow, tournament.id, None)
    audit.record(
        uow,
        actor=actor,
        action=AuditAction.TOURNAMENT_UPDATE,
        tournament_id=tournament.id,
        meta={
            "tournament_id": tournament.id,
            "old": before,
            "new": changed,
            **({"match_ids": moved} if moved else {}),
        },
    )


def _store(uow: UnitOfWork, tournament: Tournament, changed: dict) -> None:
    # The slug is all that two tournaments can want at the same moment.
    with unique(uow, "slug", _SLUG_TAKEN):
        for field, value in changed.items():
            setattr(tournament, field, value)
        tournament.version += 1
        tournament.updated_at = uow.now


def _changed_meanwhile(uow: UnitOfWork, tournament: Tournament) -> Conflict:
    """The error that tells who changed the settings last, and which."""
    row = uow.session.execute(
        select(AuditLog.meta, User.username)
        .outerjoin(User, User.id == AuditLog.user_id)
        .where(AuditLog.tournament_id == tournament.id, AuditLog.action == AuditAction.TOURNAMENT_UPDATE)
        .order_by(AuditLog.id.desc())
        .limit(1)
    ).first()
    who = row.username if row and row.username else say("Someone else")
    new = row.meta.get("new", {}) if row else {}
    changes = [
        say("%(name)s: %(setting)s is now %(value)s", name=who, setting=WORDS.get(field, field), value=value)
        for field, value in new.items()
    ]
    return Conflict(say("%(name)s changed these settings in the meantime.", name=who), changes)


def delete_tournament(*, actor: Actor, tournament_id: int, now: datetime) -> None:
    """Take the tournament out of sight, with all that is in it; audit rows keep it on record.

    Raises Refused while a match of it is under way.
    """
    with unit_of_work(now) as uow:
        tournament = load(uow, actor, tournament_id)
        under_way = uow.session.scalar(
            select(func.count())
            .select_from(Match)
            .where(Match.tournament_id == tournament.id, Match.state.in_(_UNDER_WAY), ~Match.is_deleted)
        )
        if under_way:
            why = say(
                "%(number)s of its matches are under way; finish or cancel them first.", number=under_way
            )
            raise Refused([why])
        tournament.is_deleted = True
        tournament.version += 1
        tournament.updated_at = now
        tell(uow, tournament, ["is_deleted"])
        audit.record(
            uow,
            actor=actor,
            action=AuditAction.TOURNAMENT_DELETE,
            tournament_id=tournament.id,
            meta={"tournament_id": tournament.id, "name": tournament.name, "slug": tournament.slug},
        )
