"""What the clock does in rehearsals that are played: sides come or don't, matches begin and end.

It is done through the same verbs as in earnest, as the rehearsal's organizer, and only where nobody did it
before. Each verb looks at the match again under its tournament's lock, so that several processes may run this
at once: who comes second is refused, and that is that.
"""

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import select

from app.domain.errors import DomainError
from app.domain.permissions import Actor
from app.domain.rehearsal import PATIENCE, Fate, fate_of
from app.domain.states import CLOSED, MatchState
from app.extensions import db
from app.models import Bracket, Dispute, Match, Tournament, User

from . import check_ins, matches, outcomes, results, swiss
from .deadlines import look_at
from .rehearsals import Run, find_run

log = logging.getLogger(__name__)


def run_due(now: datetime) -> int:
    """Do what is due in all rehearsals that are played; returns how much was done."""
    rows = db.session.execute(
        select(Tournament.id, User.id.label("user_id"), User.username)
        .join(User, User.id == Tournament.organizer_id)
        .where(Tournament.is_rehearsal, ~Tournament.is_deleted)
        .order_by(Tournament.id)
    ).all()
    done = 0
    for row in rows:
        run = find_run(row.id)
        if run is not None and run.pace.is_playing:
            done += _Replay(run, Actor(row.user_id, row.username), now).step()
    return done


class _Replay:
    def __init__(self, run: Run, actor: Actor, now: datetime):
        self.run = run
        self.actor = actor
        self.now = now

    def step(self) -> int:
        """Do what is due now, a match at a time; returns how much was done."""
        places = {
            id_: place
            for place, id_ in enumerate(
                db.session.scalars(
                    select(Bracket.id)
                    .where(Bracket.tournament_id == self.run.tournament_id, ~Bracket.is_deleted)
                    .order_by(Bracket.id)
                )
            )
        }
        done = 0
        for match in self._open_matches():
            # Requests have their turn between two matches.
            time.sleep(0)
            name = ":".join(
                str(part)
                for part in (
                    places.get(match.bracket_id, ""),
                    match.section,
                    match.group_name,
                    match.round_number,
                    match.match_number,
                )
            )
            done += self._do(self._act, match, fate_of(self.run.script.seed, name, match.best_of))
        for bracket_id in self._rounds_to_pair():
            done += self._do(self._pair, bracket_id)
        return done

    def _do(self, act: Callable[..., bool], *about) -> bool:
        try:
            return act(*about)
        except DomainError as refused:
            # Somebody else was first, or it has to wait for another match.
            log.debug("rehearsal %s: %s", self.run.tournament_id, refused.detail)
            return False

    def _open_matches(self) -> list:
        columns = (
            Match.id, Match.bracket_id, Match.section, Match.group_name, Match.round_number,
            Match.match_number, Match.best_of, Match.state, Match.scheduled_time, Match.check_in_deadline,
            Match.started_at,
            Match.no_show_flagged_at, Match.participant1_id, Match.participant2_id,
            Match.participant1_checked_in, Match.participant2_checked_in, Match.version,
        )  # fmt: skip
        statement = select(*columns).where(
            Match.tournament_id == self.run.tournament_id,
            ~Match.is_deleted,
            Match.state.not_in([str(state) for state in CLOSED]),
            Match.participant1_id.is_not(None),
            Match.participant2_id.is_not(None),
        )
        order = (Match.scheduled_time.is_(None), Match.scheduled_time, Match.id)
        found = list(db.session.execute(statement.order_by(*order)))
        # The verbs begin their own reading.
        db.session.rollback()
        return found

    def _act(self, match, fate: Fate) -> bool:
        acts = {
            MatchState.SCHEDULED: self._check_in,
            MatchState.CHECK_IN: self._check_in,
            MatchState.READY: self._start,
            MatchState.LIVE: self._end,
            MatchState.PENDING_RESULT: self._confirm,
            MatchState.DISPUTED: self._rule,
        }
        return acts[MatchState(match.state)](match, fate)

    def _check_in(self, match, fate: Fate) -> bool:
        absent = fate.absent if match.check_in_deadline is not None else None
        come = [
            getattr(match, f"participant{side}_id")
            for side in (1, 2)
            if side != absent
            and not getattr(match, f"participant{side}_checked_in")
            and self._is_due(match, fate, side)
        ]
        for participant_id in come:
            check_ins.check_in(
                actor=self.actor, match_id=match.id, participant_id=participant_id, now=self.now
            )
        if come or absent is None:
            return bool(come)
        if match.no_show_flagged_at is None:
            return look_at(match.id, self.now)
        if self._has_waited(match.no_show_flagged_at):
            who = getattr(match, f"participant{absent}_id")
            outcomes.forfeit(
                actor=self.actor,
                match_id=match.id,
                participant_id=who,
                reason="no-show",
                now=self.now,
                expected_version=match.version,
            )
            return True
        return False

    def _is_due(self, match, fate: Fate, side: int) -> bool:
        if match.check_in_deadline is None:
            return True
        lead = timedelta(minutes=fate.leads[side - 1] / self.run.pace.speed)
        return self.now >= match.check_in_deadline - lead

    def _start(self, match, fate: Fate) -> bool:
        if match.scheduled_time is not None and self.now < match.scheduled_time:
            return False
        matches.start(actor=self.actor, match_id=match.id, now=self.now, expected_version=match.version)
        return True

    def _end(self, match, fate: Fate) -> bool:
        played = self.run.minutes_at(self.now) - self.run.minutes_at(match.started_at)
        if played < self.run.script.minutes["match_minutes"] * fate.share:
            return False
        results.submit_result(
            actor=self.actor,
            match_id=match.id,
            claim=results.result_claim(*fate.score),
            now=self.now,
            expected_version=match.version,
        )
        if fate.is_disputed:
            results.report_dispute(
                actor=self.actor,
                match_id=match.id,
                reason="score_dispute",
                description="The other side counts otherwise.",
                now=self.now,
            )
        return True

    def _confirm(self, match, fate: Fate) -> bool:
        results.confirm_result(
            actor=self.actor, match_id=match.id, now=self.now, expected_version=match.version
        )
        return True

    def _rule(self, match, fate: Fate) -> bool:
        since = db.session.scalar(
            select(Dispute.created_at).where(Dispute.match_id == match.id, Dispute.resolved_at.is_(None))
        )
        if since is None or not self._has_waited(since):
            return False
        results.resolve_dispute(
            actor=self.actor,
            match_id=match.id,
            decision="uphold",
            now=self.now,
            expected_version=match.version,
        )
        return True

    def _has_waited(self, since: datetime) -> bool:
        return self.run.minutes_at(self.now) - self.run.minutes_at(since) >= PATIENCE

    def _rounds_to_pair(self) -> list[int]:
        """The Swiss brackets of which nothing is open and not all rounds are paired."""
        is_open = Match.state.not_in([str(state) for state in CLOSED])
        brackets = db.session.scalars(
            select(Bracket).where(
                Bracket.tournament_id == self.run.tournament_id,
                ~Bracket.is_deleted,
                Bracket.format == "swiss",
                Bracket.status != "completed",
                ~select(Match.id).where(Match.bracket_id == Bracket.id, ~Match.is_deleted, is_open).exists(),
            )
        ).all()
        found = [bracket.id for bracket in brackets]
        db.session.rollback()
        return found

    def _pair(self, bracket_id: int) -> bool:
        swiss.next_round(
            actor=self.actor, tournament_id=self.run.tournament_id, bracket_id=bracket_id, now=self.now
        )
        return True
