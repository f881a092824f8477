"""What all verbs around a tournament share: loading it to be changed, and telling that it was."""

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager

from sqlalchemy import or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import selectinload

from app.domain.errors import InvalidInput, NotSignedIn
from app.domain.events import EventType
from app.domain.permissions import Actor, Permission
from app.domain.tournament_settings import Refusal, clean_text
from app.models import Match, Tournament
from app.services import access
from app.services.match_changes import tell as tell_match
from app.services.unit_of_work import UnitOfWork


def load(
    uow: UnitOfWork, actor: Actor, tournament_id: int, permission: Permission = Permission.TOURNAMENT_EDIT
) -> Tournament:
    """The tournament, locked, as the actor may change it; raises NotSignedIn, NotFound or NotAllowed."""
    if actor.is_anonymous:
        raise NotSignedIn
    tournament = uow.lock_tournament(tournament_id)
    access.get_tournament(actor, tournament_id, permission)
    return tournament


def tell(uow: UnitOfWork, tournament: Tournament, changed: Collection[str]) -> None:
    """Write an event of the tournament itself; `changed` names what its pages may have to show anew."""
    uow.emit(
        tournament_id=tournament.id,
        type=EventType.TOURNAMENT_UPDATED,
        payload={
            "type": str(EventType.TOURNAMENT_UPDATED),
            "tournament_id": tournament.id,
            "status": tournament.status,
            "changed": list(changed),
            "timestamp": uow.now.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        },
    )


def tell_renamed(uow: UnitOfWork, matches: Iterable[Match], *changed: str) -> None:
    """Have the rows of these matches shown anew, since they show a name or the like that has changed."""
    for match in matches:
        tell_match(uow, match, EventType.MATCH_UPDATED, changed=list(changed))


def matches_of(uow: UnitOfWork, *conditions) -> list[Match]:
    """The matches that fulfil the conditions and are not deleted, with their sides, by id."""
    return list(
        uow.session.scalars(
            select(Match)
            .where(*conditions, ~Match.is_deleted)
            .options(selectinload(Match.participant1), selectinload(Match.participant2))
            .order_by(Match.id)
        )
    )


def plays(participant_id: int):
    """The condition on `Match` that the participant is one of its sides."""
    return or_(Match.participant1_id == participant_id, Match.participant2_id == participant_id)


def required_text(field: str, value: object, maximum: int) -> str:
    """The text as it is stored; raises InvalidInput naming the field."""
    try:
        return clean_text(value, maximum)
    except Refusal as refusal:
        raise InvalidInput(f"{field}: {refusal.reason}", {field: [refusal.reason]}) from None


@contextmanager
def unique(uow: UnitOfWork, field: str, reason: str) -> Iterator[None]:
    """Write what the database wants to be unique; raises InvalidInput where it is not.

    The databases fold the case of letters each in its own way, so what was free by our rules may be taken
    by theirs.
    """
    try:
        with uow.session.begin_nested():
            yield
    except IntegrityError:
        raise InvalidInput.of(field, reason) from None
