"""Brackets of a tournament: the list, and one with its matches and tables."""

from sqlalchemy import RowMapping, Select, select
from sqlalchemy.orm import aliased

from app.domain.errors import NotFound
from app.domain.permissions import Actor
from app.extensions import db
from app.models import Bracket, Match
from app.services import access
from app.services.match_changes import iso
from app.services.tables import group_documents, list_entrants

from .listing import Listing
from .match_list import row_document, row_select

# A deleted match is fed by nobody.
_WinnersNext, _LosersNext = aliased(Match), aliased(Match)
_FEEDS = (
    Match.section,
    Match.group_name.label("group"),
    _WinnersNext.id.label("winner_to_match"),
    Match.winner_to_slot,
    _LosersNext.id.label("loser_to_match"),
    Match.loser_to_slot,
)


def list_brackets(actor: Actor, tournament_id: int) -> Listing:
    """The brackets of the tournament, by id."""
    access.get_tournament(actor, tournament_id)
    statement = _brackets(tournament_id).order_by(Bracket.id)
    return Listing(statement, lambda rows: [_bracket(row) for row in rows])


def bracket_document(actor: Actor, tournament_id: int, bracket_id: int) -> dict:
    """The bracket with all its matches and, where its format has any, its tables; raises NotFound."""
    access.get_tournament(actor, tournament_id)
    row = db.session.execute(_brackets(tournament_id).where(Bracket.id == bracket_id)).mappings().first()
    if row is None:
        raise NotFound
    document = _bracket(row)
    matches = _matches(bracket_id)
    rows = [{**match, "group_name": match["group"]} for match in matches]
    groups = group_documents(document, rows, list_entrants(bracket_id))
    return {**document, "matches": matches, "groups": groups}


def _brackets(tournament_id: int) -> Select:
    return select(
        Bracket.id,
        Bracket.tournament_id.label("tournament"),
        Bracket.name,
        Bracket.format,
        Bracket.options,
        Bracket.status,
        Bracket.champion_id,
        Bracket.created_at,
    ).where(Bracket.tournament_id == tournament_id, ~Bracket.is_deleted)


def _bracket(row: RowMapping) -> dict:
    return {**row, "created_at": iso(row["created_at"])}


def _matches(bracket_id: int) -> list[dict]:
    statement = (
        row_select(*_FEEDS)
        .outerjoin(_WinnersNext, (_WinnersNext.id == Match.winner_to_match_id) & ~_WinnersNext.is_deleted)
        .outerjoin(_LosersNext, (_LosersNext.id == Match.loser_to_match_id) & ~_LosersNext.is_deleted)
        .where(Match.bracket_id == bracket_id, ~Match.is_deleted)
        .order_by(Match.round_number, Match.match_number, Match.id)
    )
    return [_match(row) for row in db.session.execute(statement).mappings()]


def _match(row: RowMapping) -> dict:
    document = row_document(row)
    for outcome in ("winner", "loser"):
        match, slot = document.pop(f"{outcome}_to_match"), document.pop(f"{outcome}_to_slot")
        document[f"{outcome}_to"] = {"match": match, "slot": slot} if match is not None else None
    return document
