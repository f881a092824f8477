"""Rounds that are paired while a bracket is played."""

from sqlalchemy import select

from app.domain.errors import Conflict, NotFound, Refused
from app.domain.permissions import Actor, Permission
from app.domain.states import CLOSED
from app.extensions import db
from app.models import Bracket, Match
from app.services import access

_NAMED = 5


def pair_next_round(*, actor: Actor, tournament_id: int, bracket_id: int) -> None:
    """Pair the next round of a Swiss bracket.

    Raises Refused for a bracket that is not paired round by round, and Conflict while a match is open.
    """
    access.get_tournament(actor, tournament_id, Permission.BRACKET_GENERATE)
    bracket = db.session.scalar(
        select(Bracket).where(
            Bracket.id == bracket_id, Bracket.tournament_id == tournament_id, ~Bracket.is_deleted
        )
    )
    if bracket is None:
        raise NotFound
    if bracket.format != "swiss":
        raise Refused([f"Only a swiss bracket is paired round by round; this one is {bracket.format}."])
    open_matches = db.session.execute(
        select(Match.match_number, Match.state)
        .where(
            Match.bracket_id == bracket_id, ~Match.is_deleted, Match.state.not_in([str(s) for s in CLOSED])
        )
        .order_by(Match.match_number)
        .limit(_NAMED)
    ).all()
    if open_matches:
        still_open = [f"M{match.match_number} is {match.state}." for match in open_matches]
        raise Conflict("The round is not over yet: a match of it is open.", still_open)
    raise Refused(["Swiss rounds can't be paired by Matchdesk so far; make the matches by hand."])
