"""Pairing the rounds of a Swiss bracket, and storing what was paired."""

from datetime import datetime

from sqlalchemy import select

from app.domain.brackets.options import best_of_round
from app.domain.brackets.swiss import no_pairing
from app.domain.errors import Conflict, NotFound, NotSignedIn, Refused
from app.domain.permissions import Actor, Permission
from app.domain.states import CLOSED, MatchState
from app.domain.words import say
from app.models import Bracket, BracketEntrant, Match, Tournament

from . import access, audit
from .audit import AuditAction
from .bracket_end import reopen, tell_bracket
from .match_changes import become_ready_if_due
from .pairing import contenders_of, find_pairing, late_entrants
from .progression import fill_slots
from .tables import list_entrants
from .unit_of_work import UnitOfWork, unit_of_work


def next_round(*, actor: Actor, tournament_id: int, bracket_id: int, now: datetime) -> int:
    """Pair and store the next round; returns its number.

    Raises Conflict while a match is open, Refused where the format has no such round or nobody can be
    paired. Whoever withdrew is left out; who joined the tournament since plays, with no points so far.
    Blocked where the bracket was over, and a match that its places fill has begun.
    """
    if actor.is_anonymous:
        raise NotSignedIn
    with unit_of_work(now) as uow:
        tournament = uow.lock_tournament(tournament_id)
        access.get_tournament(actor, tournament_id, Permission.BRACKET_GENERATE)
        bracket = uow.session.get(Bracket, bracket_id)
        if bracket is None or bracket.is_deleted or bracket.tournament_id != tournament_id:
            raise NotFound
        if bracket.format != "swiss":
            raise Refused([say("Only a Swiss bracket is paired round by round.")])
        last = _last_round(uow, bracket)
        rounds = bracket.options.get("rounds", 0)
        if last >= rounds:
            raise Refused([say("All %(rounds)s rounds are paired.", rounds=rounds)])
        add_late_entrants(uow, bracket)
        round_number = pair_round(uow, tournament, bracket, last + 1)
        # It was over where nobody could be paired, until somebody joined late.
        reopen(bracket, tournament)
        tell_bracket(uow, bracket, None, fill_slots(uow, bracket, tournament))
        audit.record(
            uow,
            actor=actor,
            action=AuditAction.BRACKET_NEXT_ROUND,
            tournament_id=tournament_id,
            meta={
                "tournament_id": tournament_id,
                "bracket_id": bracket.id,
                "round_number": round_number,
            },
        )
        return round_number


def _last_round(uow: UnitOfWork, bracket: Bracket) -> int:
    rows = uow.session.execute(
        select(Match.round_number, Match.match_number, Match.state).where(
            Match.bracket_id == bracket.id, ~Match.is_deleted
        )
    ).all()
    still_open = sorted(row.match_number for row in rows if row.state not in CLOSED)
    if still_open:
        open_matches = [say("M%(number)s is still open.", number=number) for number in still_open]
        raise Conflict(say("The round is not over."), open_matches)
    return max((row.round_number for row in rows), default=0)


def add_late_entrants(uow: UnitOfWork, bracket: Bracket) -> None:
    """Whoever joined since gets the next seeds."""
    seeds = len(list_entrants(bracket.id))
    uow.session.add_all(
        BracketEntrant(bracket_id=bracket.id, participant_id=participant_id, seed=seeds + place)
        for place, participant_id in enumerate(late_entrants(bracket), start=1)
    )
    uow.session.flush()


def pair_round(uow: UnitOfWork, tournament: Tournament, bracket: Bracket, round_number: int) -> int:
    """Pair this round and store its matches, the bye as a match that is over; returns its number."""
    contenders = contenders_of(bracket)
    if len(contenders) < 2:
        raise Refused([say("A round needs at least 2 participants who have not withdrawn.")])
    found = find_pairing(contenders)
    if found is None:
        raise no_pairing()
    pairs, bye = found
    number = _highest_number(uow, bracket)
    for place, (first, second) in enumerate(pairs, start=1):
        match = _swiss_match(uow, tournament, bracket, round_number, number + place)
        match.participant1_id, match.participant2_id = first, second
        uow.session.add(match)
        uow.session.flush()
        become_ready_if_due(uow, match, tournament)
    if bye is not None:
        match = _swiss_match(uow, tournament, bracket, round_number, number + len(pairs) + 1)
        match.participant1_id, match.slot2_bye = bye, True
        match.state, match.winner_id, match.completed_at = MatchState.COMPLETED, bye, uow.now
        uow.session.add(match)
    uow.session.flush()
    return round_number


def _swiss_match(
    uow: UnitOfWork, tournament: Tournament, bracket: Bracket, round_number: int, match_number: int
) -> Match:
    return Match(
        tournament_id=tournament.id,
        bracket_id=bracket.id,
        section="swiss",
        round_number=round_number,
        match_number=match_number,
        state=MatchState.SCHEDULED,
        best_of=best_of_round(bracket.options, round_number, tournament.best_of),
        created_at=uow.now,
        updated_at=uow.now,
    )


def _highest_number(uow: UnitOfWork, bracket: Bracket) -> int:
    numbers = select(Match.match_number).where(Match.bracket_id == bracket.id, ~Match.is_deleted)
    return uow.session.scalar(numbers.order_by(Match.match_number.desc()).limit(1)) or 0
