"""The matches of which slips are printed, and the rounds to choose from."""

from collections.abc import Collection

from app.domain.states import CLOSED
from app.domain.words import say
from app.models import Match

from . import pages
from .rows import list_rows, select_rows

# Ten sheets: whoever wants more chooses a round. A code takes some milliseconds.
MOST_SLIPS = 40


def list_slips(
    tournament_id: int, *, match_ids: Collection[int] = (), bracket_round: tuple[int, int] | None = None
) -> list[dict]:
    """The rows of these matches, or of a round (bracket, number), or else of those that can be played next.

    In the order of their times, MOST_SLIPS at most; ids of other tournaments' matches are left out.
    """
    query = select_rows().where(Match.tournament_id == tournament_id)
    if match_ids:
        query = query.where(Match.id.in_(match_ids))
    elif bracket_round:
        bracket_id, number = bracket_round
        query = query.where(Match.bracket_id == bracket_id, Match.round_number == number)
    else:
        sides_known = (Match.participant1_id.is_not(None), Match.participant2_id.is_not(None))
        query = query.where(Match.state.not_in([str(state) for state in CLOSED]), *sides_known)
    return list_rows(query.order_by(*pages.AGENDA).limit(MOST_SLIPS))


def list_rounds(tournament_id: int) -> list[tuple[str, str]]:
    """The rounds of all brackets to choose from: `bracket.number`, and in words."""
    counts = pages.count_rounds(tournament_id)
    found = []
    for bracket in pages.list_brackets(tournament_id):
        numbers = sorted({number for _, number in counts.get(bracket["id"], {})})
        found += [
            (
                f"{bracket['id']}.{number}",
                say("%(name)s, round %(number)s", name=bracket["name"], number=number),
            )
            for number in numbers
        ]
    return found
