"""A whole tournament as one document, to be kept or handed on: nothing in it is secret."""

from app.domain.permissions import Actor
from app.services import access

from .brackets import bracket_document, list_brackets
from .match_list import MatchFilters, list_matches
from .tournaments import list_participants, list_stations, tournament_document

VERSION = 1
_ALL = 1_000_000


def tournament_export(actor: Actor, id_or_slug: int | str) -> dict:
    """The tournament, its entrants, stations, brackets with their tables, and matches by id.

    Of a match it has what everyone may see of it: no lobby, no evidence, no dispute. Raises NotFound.
    """
    tournament_id = access.get_tournament(actor, id_or_slug).tournament.id
    filters = MatchFilters(tournament=tournament_id)
    matches = list_matches(actor, filters, ordering=(), page_size=_ALL, for_page=True)
    return {
        "format": "matchdesk",
        "version": VERSION,
        "tournament": tournament_document(actor, tournament_id),
        "participants": list_participants(actor, tournament_id).rows(),
        "stations": list_stations(actor, tournament_id).rows(),
        "brackets": [
            _bracket(bracket_document(actor, tournament_id, row["id"]))
            for row in list_brackets(actor, tournament_id).rows()
        ],
        "matches": matches.rows,
    }


def _bracket(document: dict) -> dict:
    """The bracket without the rows of its matches, which stand apart; only how they feed each other."""
    links = {
        match["id"]: {"winner_to": match["winner_to"], "loser_to": match["loser_to"]}
        for match in document["matches"]
        if match["winner_to"] or match["loser_to"]
    }
    return {**{key: value for key, value in document.items() if key != "matches"}, "links": links}
