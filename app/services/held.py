"""A match for a verb that changes nothing but some of its columns: one statement reads it, one writes it.

What rules, events and the log look at has the names that it has on the objects (`match.participant1.name`),
so they take either. But nothing is loaded later: a column that was not read is an AttributeError. Whoever
changes more than the match itself, or follows it through its bracket, loads the objects
(`match_changes.load`), which takes five times as long.
"""

from dataclasses import dataclass
from functools import lru_cache
from types import SimpleNamespace

from sqlalchemy import Integer, String, bindparam, select, update
from sqlalchemy.orm import aliased

from app.domain.errors import NotSignedIn
from app.domain.permissions import Actor, Permission
from app.models import Bracket, Match, Participant, Station, Tournament

from . import access
from .match_changes import stale
from .prepared import Prepared
from .unit_of_work import UnitOfWork


class Columns(SimpleNamespace):
    """Some columns of a row, by the names of its object."""


@dataclass(frozen=True)
class Held:
    """A match and its tournament as the actor may change them, and the state that the match was in."""

    match: Columns
    tournament: Columns
    state: str


def hold(
    uow: UnitOfWork, actor: Actor, match_id: int, permission: Permission, expected_version: int | None = None
) -> Held:
    """The match, its tournament locked; raises like `match_changes.load`."""
    if actor.is_anonymous:
        raise NotSignedIn
    uow.hold_tournament_of(match_id)
    [row] = uow.run(_HELD, {"match_id": match_id, "user_id": actor.user_id})
    access.check_subject(actor, row, permission)
    tournament = Columns(id=row["tournament_id"], **{name: row.pop(f"tournament_{name}") for name in _OF_ALL})
    for name, column in _RELATED.items():
        value = row.pop(f"{name}_{column.key}")
        row[name] = None if value is None else Columns(**{column.key: value})
    match = Columns(**row)
    if expected_version is not None and expected_version != match.version:
        raise stale(uow, match)
    return Held(match, tournament, match.state)


def save(uow: UnitOfWork, held: Held, *names: str) -> None:
    """Write these columns of the match, which is touched; StaleVersion where it is not as it was held."""
    match = held.match
    changed = {f"new_{name}": getattr(match, name) for name in (*names, *_TOUCHED)}
    was = {"match_id": match.id, "was_in": held.state, "was_at": match.version - 1}
    if not uow.run(_saving(names), was | changed):
        raise stale(uow, match)


@lru_cache
def _saving(names: tuple[str, ...]) -> Prepared:
    columns = Match.__table__.c
    changes = {name: bindparam(f"new_{name}", type_=columns[name].type) for name in (*names, *_TOUCHED)}
    return Prepared(
        update(Match.__table__)
        .where(
            columns.id == bindparam("match_id", type_=Integer),
            columns.state == bindparam("was_in", type_=String),
            columns.version == bindparam("was_at", type_=Integer),
        )
        .values(changes)
        .returning(columns.id)
    )


_TOUCHED = ("version", "updated_at")
_SIDE1, _SIDE2 = aliased(Participant), aliased(Participant)
_RELATED = {
    "participant1": _SIDE1.name,
    "participant2": _SIDE2.name,
    "bracket": Bracket.status,
    "station": Station.name,
}
_OF_ALL = ("game", "status", "enable_check_in", "require_lobby", "conflict_policy")
_HELD = Prepared(
    select(
        Match.id,
        Match.tournament_id,
        Match.bracket_id,
        Match.round_number,
        Match.match_number,
        Match.state,
        Match.participant1_id,
        Match.participant2_id,
        Match.participant1_checked_in,
        Match.participant2_checked_in,
        Match.station_id,
        Match.stream_url,
        Match.lobby,
        Match.version,
        *(column.label(f"{name}_{column.key}") for name, column in _RELATED.items()),
        *(getattr(Tournament, name).label(f"tournament_{name}") for name in _OF_ALL),
        *access.SUBJECT,
    )
    .select_from(Match)
    .join(Tournament, Tournament.id == Match.tournament_id)
    .outerjoin(_SIDE1, _SIDE1.id == Match.participant1_id)
    .outerjoin(_SIDE2, _SIDE2.id == Match.participant2_id)
    .outerjoin(Bracket, Bracket.id == Match.bracket_id)
    .outerjoin(Station, Station.id == Match.station_id)
    .where(Match.id == bindparam("match_id", type_=Integer))
)
