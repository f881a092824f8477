"""What the clock does by itself: no-shows after the check-in deadline, and results that nobody confirms.

Each match is looked at again under its tournament's lock, so that several processes may run this at once,
and one that was away catches up.
"""

import logging
import time
from datetime import datetime, timedelta

from sqlalchemy import and_, or_, select

from app.domain.errors import DomainError, NotFound
from app.domain.events import EventType
from app.domain.permissions import Actor
from app.domain.states import MatchState, Move
from app.domain.tournament_settings import BOUNDS
from app.extensions import db
from app.models import Match, MatchResult, Tournament

from . import audit, progression
from .audit import AuditAction
from .match_changes import lock, tell, touch
from .unit_of_work import UnitOfWork, unit_of_work

log = logging.getLogger(__name__)

# The clock itself, as the audit knows it.
CLOCK = Actor(user_id=None, username="")
_AT_ONCE = 100
# Before its match, a check-in closes so long at most.
LONGEST_CHECK_IN = timedelta(minutes=BOUNDS["check_in_window_minutes"][1])


def run_due(now: datetime) -> int:
    """Do what is due; returns how many matches were changed."""
    changed = 0
    for match_id in (*_overdue_check_ins(now), *_overdue_confirmations(now)):
        # Requests have their turn between two matches.
        time.sleep(0)
        try:
            changed += look_at(match_id, now)
        except NotFound:
            continue
        except DomainError:
            # The rest must not wait for one match that can't be moved, such as by a blocked bracket.
            log.exception("the clock could not move match %s", match_id)
    return changed


def _overdue_check_ins(now: datetime) -> list[int]:
    is_absent = or_(~Match.participant1_checked_in, ~Match.participant2_checked_in)
    statement = (
        select(Match.id)
        .join(Tournament, Tournament.id == Match.tournament_id)
        .where(
            Match.state.in_([MatchState.SCHEDULED, MatchState.CHECK_IN]),
            Match.check_in_deadline < now,
            # Which follows from it, but an index finds it: a whole season lies ahead.
            Match.scheduled_time < now + LONGEST_CHECK_IN,
            Match.no_show_flagged_at.is_(None),
            Match.participant1_id.is_not(None),
            Match.participant2_id.is_not(None),
            is_absent,
            Tournament.enable_check_in,
            ~Match.is_deleted,
            ~Tournament.is_deleted,
            # These have a clock of their own.
            ~Tournament.is_rehearsal,
        )
        .order_by(Match.check_in_deadline, Match.id)
        .limit(_AT_ONCE)
    )
    return list(db.session.scalars(statement))


def _overdue_confirmations(now: datetime) -> list[int]:
    statement = (
        select(Match.id, MatchResult.submitted_at, Tournament.auto_confirm_minutes)
        .join(Tournament, Tournament.id == Match.tournament_id)
        .join(MatchResult, and_(MatchResult.match_id == Match.id, MatchResult.status == "pending"))
        .where(
            Match.state == MatchState.PENDING_RESULT,
            Tournament.auto_confirm_minutes.is_not(None),
            ~Match.is_deleted,
            ~Tournament.is_deleted,
        )
        .order_by(MatchResult.submitted_at)
    )
    rows = db.session.execute(statement)
    return [row.id for row in rows if row.submitted_at + timedelta(minutes=row.auto_confirm_minutes) <= now]


def look_at(match_id: int, now: datetime) -> bool:
    """Do what is due in this match; True where something was. Raises NotFound."""
    with unit_of_work(now) as uow:
        tournament_id = uow.session.scalar(select(Match.tournament_id).where(Match.id == match_id))
        tournament = uow.lock_tournament(tournament_id)
        match = lock(uow, match_id)
        if match is None:
            return False
        if match.state == MatchState.PENDING_RESULT:
            return _confirm(uow, match, tournament)
        return _no_show(uow, match, tournament)


def _confirm(uow: UnitOfWork, match: Match, tournament: Tournament) -> bool:
    pending = uow.session.scalar(
        select(MatchResult).where(MatchResult.match_id == match.id, MatchResult.status == "pending")
    )
    minutes = tournament.auto_confirm_minutes
    if pending is None or minutes is None or pending.submitted_at + timedelta(minutes=minutes) > uow.now:
        return False
    pending.confirmed_at = uow.now
    progression.complete(uow, match, tournament, pending, Move.COMPLETE)
    _record(uow, match, AuditAction.RESULT_CONFIRM, result=pending.n, final=True)
    return True


def _no_show(uow: UnitOfWork, match: Match, tournament: Tournament) -> bool:
    here = (match.participant1_checked_in, match.participant2_checked_in)
    is_due = (
        match.state in (MatchState.SCHEDULED, MatchState.CHECK_IN)
        and tournament.enable_check_in
        and match.check_in_deadline is not None
        and match.check_in_deadline < uow.now
        and match.no_show_flagged_at is None
        and None not in (match.participant1_id, match.participant2_id)
        and not all(here)
    )
    if not is_due:
        return False
    sides = (match.participant1_id, match.participant2_id)
    absent = [side for side, is_here in zip(sides, here, strict=True) if not is_here]
    if tournament.no_show_policy == "forfeit":
        loser_id = absent[0] if len(absent) == 1 else None
        progression.forfeit(uow, match, tournament, loser_id)
        _record(uow, match, AuditAction.MATCH_FORFEIT, participant_id=loser_id, reason="no-show")
    else:
        match.no_show_flagged_at = uow.now
        tell(uow, match, EventType.MATCH_UPDATED, changed=["no_show"], absent=absent)
        _record(uow, match, AuditAction.MATCH_NO_SHOW_FLAG, absent=absent)
    return True


def _record(uow: UnitOfWork, match: Match, action: AuditAction, **meta) -> None:
    touch(match, uow.now)
    audit.record_match(uow, actor=CLOCK, match=match, action=action, meta=meta)
