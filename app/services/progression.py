"""What the end of a match does to its bracket: sides move on, walk over, or are taken back."""

from collections.abc import Sequence

from sqlalchemy import select, update

from app.domain.errors import Blocked
from app.domain.events import EventType
from app.domain.permissions import Actor
from app.domain.states import CLOSED, MatchState, Move, can_move
from app.models import Bracket, BracketEntrant, Dispute, Match, MatchResult, Participant, Tournament

from . import slots
from .bracket_end import (
    champion_id,
    has_open_match,
    is_over,
    reopen,
    tell_bracket,
    tell_tournament_completed,
)
from .effects import begun_blocker, effects_of_taking_back
from .match_changes import become_ready_if_due, gather_anew, lock, move, tell, touch
from .paths import holds, is_decided, is_walkover, outcomes_of, slot_of
from .tables import BracketTables
from .unit_of_work import UnitOfWork


def mark_live(match: Match, tournament: Tournament) -> bool:
    """A match has started: so have its bracket and its tournament; True where one of them had not yet."""
    begun = [tournament] if tournament.status in ("draft", "upcoming") else []
    if match.bracket is not None and match.bracket.status == "ready":
        begun.append(match.bracket)
    for each in begun:
        each.status = "live"
    return bool(begun)


def complete(uow: UnitOfWork, match: Match, tournament: Tournament, result: MatchResult, step: Move) -> None:
    """Close the match with the result, and move its sides on. The caller touches the match."""
    result.status = "final"
    set_scores(match, result)
    _close(uow, match, step, result.winner_id)
    tell(uow, match, EventType.MATCH_COMPLETED)
    advance(uow, match, tournament)


def set_scores(match: Match, result: MatchResult) -> None:
    """Show the result's scores on the match."""
    match.participant1_score, match.participant2_score = result.participant1_score, result.participant2_score
    match.game_scores, match.tiebreak = result.game_scores, result.tiebreak


def forfeit(
    uow: UnitOfWork, match: Match, tournament: Tournament, loser_id: int | None, step: Move = Move.FORFEIT
) -> None:
    """Close the match against the side that forfeits, None for both; who is left moves on.

    The caller touches the match.
    """
    withdraw_results(uow, match)
    sides = (match.participant1_id, match.participant2_id)
    winner_id = next((side for side in sides if side != loser_id), None) if loser_id is not None else None
    clear_outcome(match)
    _close(uow, match, step, winner_id)
    tell(uow, match, EventType.MATCH_FORFEITED, participant_id=loser_id, winner_id=winner_id)
    advance(uow, match, tournament)


def void(uow: UnitOfWork, match: Match, tournament: Tournament, actor: Actor) -> None:
    """After a match was cancelled: its results and an open dispute are over, and nobody moves on."""
    withdraw_results(uow, match)
    clear_outcome(match)
    uow.session.execute(
        update(Dispute)
        .where(Dispute.match_id == match.id, Dispute.resolved_at.is_(None))
        .values(decision="void", resolved_at=uow.now, resolved_by_user_id=actor.user_id)
    )
    advance(uow, match, tournament)


def restart(uow: UnitOfWork, match: Match, tournament: Tournament) -> None:
    """Take back all that the match decided, so that it can be played again."""
    take_back(uow, match, tournament)
    withdraw_results(uow, match)
    clear_outcome(match)


def _close(uow: UnitOfWork, match: Match, step: Move, winner_id: int | None) -> None:
    # The winner is set before the state, since the database refuses a completed match without one.
    _decide(match, winner_id)
    match.completed_at = match.completed_at or uow.now
    move(match, step)


def _decide(match: Match, winner_id: int | None) -> None:
    sides = (match.participant1_id, match.participant2_id)
    match.winner_id = winner_id
    match.loser_id = next((side for side in sides if side != winner_id), None) if winner_id else None


def withdraw_results(uow: UnitOfWork, match: Match) -> None:
    """None of the versions of the match's result counts any more."""
    uow.session.execute(
        update(MatchResult)
        .where(MatchResult.match_id == match.id, MatchResult.status.in_(["pending", "final", "counter"]))
        .values(status="withdrawn")
    )


def clear_outcome(match: Match) -> None:
    """Nothing is decided in the match."""
    match.participant1_score = match.participant2_score = None
    match.game_scores, match.tiebreak = [], None
    match.winner_id = match.loser_id = match.completed_at = None


def advance(uow: UnitOfWork, match: Match, tournament: Tournament) -> None:
    """Move the sides of a closed match on, in this transaction; end the bracket where it was the last."""
    changed: list[int] = []
    for outcome in outcomes_of(match):
        target = lock(uow, outcome.target_id)
        if target is None or holds(target, outcome):
            continue
        _fill(uow, target, outcome.slot, outcome.participant_id)
        touch(target, uow.now)
        changed.append(target.id)
        if target.state == MatchState.SCHEDULED and not settle(uow, target, tournament):
            tell(uow, target, EventType.MATCH_UPDATED, changed=[f"participant{outcome.slot}_id"])
    close_bracket_if_over(uow, match, tournament, changed)


def advance_feeders(uow: UnitOfWork, match: Match, tournament: Tournament) -> None:
    """Have those who moved on towards the match while it was deleted arrive."""
    feeders = uow.session.scalars(
        select(Match)
        .where(
            (Match.winner_to_match_id == match.id) | (Match.loser_to_match_id == match.id),
            ~Match.is_deleted,
        )
        .order_by(Match.id)
    ).all()
    for feeder in feeders:
        if feeder.state in CLOSED:
            advance(uow, feeder, tournament)


def settle(uow: UnitOfWork, match: Match, tournament: Tournament) -> bool:
    """Do what a SCHEDULED match is due: become READY, or end where a side has a bye or withdrew.

    True where it was moved. The caller touches the match.
    """
    sides = (
        (match.participant1_id, match.slot1_bye, match.participant1),
        (match.participant2_id, match.slot2_bye, match.participant2),
    )
    if any(participant_id is None and not is_bye for participant_id, is_bye, _ in sides):
        return False
    gone = [is_bye or participant.withdrawn_at is not None for _, is_bye, participant in sides]
    if not any(gone):
        return become_ready_if_due(uow, match, tournament)
    if None not in (match.participant1_id, match.participant2_id):
        loser_id = None if all(gone) else sides[gone.index(True)][0]
        forfeit(uow, match, tournament, loser_id)
        return True
    winner_id = None if all(gone) else sides[gone.index(False)][0]
    match.winner_id, match.completed_at = winner_id, uow.now
    move(match, Move.WALK_OVER)
    tell(uow, match, EventType.MATCH_COMPLETED)
    advance(uow, match, tournament)
    return True


def withdraw(uow: UnitOfWork, participant: Participant, tournament: Tournament) -> list[int]:
    """A participant has withdrawn: it forfeits its open matches; returns their ids.

    A match whose opponent is not known yet is forfeited when that one is. What awaits a result or a
    ruling stays as it is.
    """
    open_matches = uow.session.scalars(
        select(Match)
        .where(
            Match.tournament_id == tournament.id,
            (Match.participant1_id == participant.id) | (Match.participant2_id == participant.id),
            Match.state.in_([str(state) for state in MatchState if can_move(state, Move.FORFEIT)]),
            ~Match.is_deleted,
        )
        .order_by(Match.id)
        .execution_options(populate_existing=True)
    ).all()
    ended = []
    for match in open_matches:
        if match.state in CLOSED:
            # An earlier one of them has brought this one to its end already.
            ended.append(match.id)
            continue
        if match.state == MatchState.SCHEDULED:
            has_ended = settle(uow, match, tournament)
        else:
            forfeit(uow, match, tournament, participant.id)
            has_ended = True
        if has_ended:
            touch(match, uow.now)
            ended.append(match.id)
    _close_unpairable(uow, participant, tournament)
    return ended


def _close_unpairable(uow: UnitOfWork, participant: Participant, tournament: Tournament) -> None:
    """Without the participant nobody may be left to pair in a Swiss bracket between two rounds."""
    swiss = uow.session.scalars(
        select(Bracket)
        .join(BracketEntrant, BracketEntrant.bracket_id == Bracket.id)
        .where(
            BracketEntrant.participant_id == participant.id,
            Bracket.format == "swiss",
            Bracket.status != "completed",
            ~Bracket.is_deleted,
        )
        .order_by(Bracket.id)
    ).all()
    for bracket in swiss:
        if is_over(uow, bracket):
            _close_if_over(uow, bracket, tournament, None)


def _fill(uow: UnitOfWork, match: Match, slot: int, participant_id: int | None) -> None:
    _set_slot(uow, match, slot, participant_id, is_bye=participant_id is None)


def _set_slot(
    uow: UnitOfWork, match: Match, slot: int, participant_id: int | None, *, is_bye: bool = False
) -> None:
    setattr(match, f"participant{slot}_id", participant_id)
    setattr(match, f"slot{slot}_bye", is_bye)
    uow.session.flush()
    uow.session.expire(match, [f"participant{slot}"])


def exchange_result(uow: UnitOfWork, match: Match, tournament: Tournament, result: MatchResult) -> None:
    """Give a COMPLETED match another result; Blocked where a later match that has begun would change."""
    if match.winner_id != result.winner_id and outcomes_of(match):
        take_back(uow, match, tournament)
    set_scores(match, result)
    _decide(match, result.winner_id)
    tell(uow, match, EventType.MATCH_COMPLETED)
    advance(uow, match, tournament)


def take_back(uow: UnitOfWork, match: Match, tournament: Tournament) -> None:
    """Take the match's sides out of the later matches; Refused where one of those has begun."""
    effects = effects_of_taking_back(uow, match)
    if effects.blocked_by:
        raise Blocked(effects.blocked_by, effects.affected)
    _take_back(uow, match)
    bracket = match.bracket
    if bracket is not None:
        reopen(bracket, tournament)
    if bracket is not None and effects.affected:
        tell_bracket(uow, bracket, match, [entry["match"] for entry in effects.affected])


def sync_slots(uow: UnitOfWork, match: Match, tournament: Tournament) -> None:
    """After a match of a group was opened again or changed: the places it decided are open again."""
    if match.bracket is not None:
        uow.session.flush()
        fill_slots(uow, match.bracket, tournament)


def _take_back(uow: UnitOfWork, match: Match) -> None:
    if not is_decided(match):
        return
    for outcome in outcomes_of(match):
        target = lock(uow, outcome.target_id)
        if target is None or not holds(target, outcome):
            continue
        if is_walkover(target):
            _take_back(uow, target)
            clear_outcome(target)
            move(target, Move.UNDO_WALK_OVER)
        elif can_move(MatchState(target.state), Move.SLOT_REOPENED):
            move(target, Move.SLOT_REOPENED)
        gather_anew(target)
        _set_slot(uow, target, outcome.slot, None)
        touch(target, uow.now)
        tell(uow, target, EventType.MATCH_UPDATED, changed=[f"participant{outcome.slot}_id"])


def close_bracket_if_over(
    uow: UnitOfWork, match: Match, tournament: Tournament, changed: Sequence[int] = ()
) -> None:
    """Tell of the bracket's change; where no match is open any more, it and maybe the tournament are over."""
    if match.bracket is not None:
        _close_if_over(uow, match.bracket, tournament, match, changed)


def _close_if_over(
    uow: UnitOfWork,
    bracket: Bracket,
    tournament: Tournament,
    match: Match | None,
    changed: Sequence[int] = (),
) -> None:
    uow.session.flush()
    has_new_champion = False
    if is_over(uow, bracket):
        champion = champion_id(uow, bracket)
        has_new_champion = champion != bracket.champion_id
        bracket.status, bracket.champion_id = "completed", champion
    changed = [*changed, *fill_slots(uow, bracket, tournament)]
    tell_bracket(uow, bracket, match, changed)
    is_news = bracket.status == "completed" and (has_new_champion or tournament.status != "completed")
    if is_news and not has_open_match(uow, Match.tournament_id == tournament.id):
        tournament.status = "completed"
        tell_tournament_completed(uow, bracket.tournament_id, bracket)


def fill_slots(uow: UnitOfWork, bracket: Bracket, tournament: Tournament) -> list[int]:
    """Have the places of the bracket's tables fill the slots that wait for them; ids of changed matches.

    Refused where a match that has begun would get another side.
    """
    fed = slots.fed_matches(bracket)
    if not fed:
        return []
    occupants = slots.occupants(BracketTables(bracket), [source for _, _, source in fed])
    wanted = [(m, slot, who) for (m, slot, _), who in zip(fed, occupants, strict=True)]
    wrong = [(m, slot, who) for m, slot, who in wanted if slot_of(m, slot)[0] != who]
    blocked = [m for m, _, _ in wrong if not slots.is_open_to_change(m)]
    if blocked:
        raise Blocked([begun_blocker(match) for match in blocked])
    # First all are emptied: a side that only changes its match must not stand in two.
    for match, slot, _ in wrong:
        if can_move(MatchState(match.state), Move.SLOT_REOPENED):
            move(match, Move.SLOT_REOPENED)
        gather_anew(match)
        _set_slot(uow, match, slot, None)
    for match, slot, who in wrong:
        if who is not None:
            _set_slot(uow, match, slot, who)
        touch(match, uow.now)
        if match.state != MatchState.SCHEDULED or not settle(uow, match, tournament):
            tell(uow, match, EventType.MATCH_UPDATED, changed=[f"participant{slot}_id"])
    return [match.id for match, _, _ in wrong]
