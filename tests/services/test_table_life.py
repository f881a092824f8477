"""Groups and Swiss that feed a knockout, with everything that may happen to their matches, in any order.

After each step the tables are counted anew from the matches, and whoever stands in the knockout must be
whom the finished tables name.
"""

from contextlib import suppress

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from app.domain.errors import DomainError
from app.domain.states import CLOSED
from app.models import Bracket, Match
from app.services import matches, outcomes, results
from app.services.results import result_claim
from app.services.tables import BracketTables
from tests import factories as make
from tests.support.played import Played

GENTLY = settings(
    max_examples=10,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # to shrink a failure, take this line out
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
DEEDS = ("forfeit", "double", "cancel", "restore", "reopen", "delete", "undelete", "dispute", "withdraw")


class Stages(Played):
    """A first stage with tables, and a knockout of those who come out of it best."""

    def __init__(self, data):
        self.choose = lambda values: data.draw(st.sampled_from(list(values)))
        size, kind = self.choose(range(4, 8)), self.choose(["round_robin", "swiss"])
        options = {"groups": 2} if kind == "round_robin" else {"rounds": 2}
        super().__init__(size, kind, draws=True, **options)
        make.change(self.tournament, dispute_window_minutes=60)
        groups = ["A", "B"] if kind == "round_robin" else [""]
        slots = [{"group": group, "rank": rank} for rank in (1, 2) for group in groups]
        self.knockout_id = self.knockout(*slots)

    def everything(self):
        """All matches of both stages, deleted ones too."""
        return make.rows(Match, tournament_id=self.tournament.id)

    def snapshot(self):
        """What a refused change must leave as it is."""
        kept = [(m.id, m.version, m.state, m.participant1_id, m.participant2_id) for m in self.everything()]
        return kept, len(make.events(tournament_id=self.tournament.id))

    def step(self):
        """One thing that an organizer may try; what is refused changes nothing."""
        deed, match, side = self.choose(DEEDS), self.choose(self.everything()), self.choose([1, 2])
        before = self.snapshot()
        one = {
            "forfeit": lambda: self.do(
                outcomes.forfeit, match, participant_id=getattr(match, f"participant{side}_id")
            ),
            "double": lambda: self.do(outcomes.forfeit, match, both=True),
            "cancel": lambda: self.do(matches.cancel, match),
            "restore": lambda: self.do(outcomes.restore, match),
            "reopen": lambda: self.do(outcomes.reopen, match),
            "delete": lambda: self.do(outcomes.delete_match, match),
            "undelete": lambda: self.do(outcomes.undelete_match, match),
            "dispute": lambda: self.do(results.report_dispute, match, reason="other"),
            "withdraw": lambda: self.withdraw(self.choose(self.teams[:2])),
        }
        try:
            one[deed]()
        except DomainError:
            assert self.snapshot() == before

    def go_on(self):
        """Play, rule on or pair whatever can be; False where nothing can."""
        for match in self.everything():
            if match.is_deleted:
                continue
            if match.state in ("READY", "LIVE"):
                may_draw = match.bracket_id == self.bracket_id
                self.play(match, self.choose([1, 2, None] if may_draw else [1, 2]))
                return True
            if match.state == "DISPUTED":
                with suppress(DomainError):
                    claim = result_claim(self.choose([0, 1]), 2)
                    self.do(results.resolve_dispute, match, decision="correct", claim=claim)
                    return True
                self.do(results.resolve_dispute, match, decision="uphold")
                return True
        with suppress(DomainError):
            return bool(self.next_round())
        return False

    def check(self):
        """The tables are those of a recount; the knockout has whom they name; what is over is over."""
        tables = BracketTables(self.bracket)
        for group in tables.groups():
            for row in tables.table(group):
                assert (row.points, row.won) == self._recount(row.entrant)
        for match in self.matches(self.knockout_id):
            for slot in (1, 2):
                source = getattr(match, f"slot{slot}_source")
                if source is not None:
                    is_over = tables.is_complete(source["group"])
                    named = tables.table(source["group"])[source["rank"] - 1].entrant if is_over else None
                    assert getattr(match, f"participant{slot}_id") == named
        for bracket in make.rows(Bracket, tournament_id=self.tournament.id):
            states = {match.state for match in self.matches(bracket.id)}
            if bracket.status == "completed":
                assert states <= CLOSED | {"DISPUTED"}

    def _recount(self, entrant):
        points = won = 0
        for match in self.matches():
            counts = match.state in ("COMPLETED", "FORFEIT")
            counts |= match.state == "DISPUTED" and match.completed_at is not None
            if not counts or entrant not in (match.participant1_id, match.participant2_id):
                continue
            won += match.winner_id == entrant
            is_draw = match.winner_id is None and match.state != "FORFEIT"
            points += 3 if match.winner_id == entrant else int(is_draw)
        return points, won


@pytest.mark.usefixtures("app_context")
@GENTLY
@given(data=st.data())
def test_anything_in_any_order_on_tables_that_feed_a_knockout(data):
    stages = Stages(data)
    for _ in range(data.draw(st.integers(2, 10))):
        for _ in range(data.draw(st.integers(0, 3))):
            stages.go_on()
        stages.step()
        stages.check()
    while stages.go_on():
        pass
    stages.check()
    # Nothing waits for ever.
    assert {match.state for match in stages.everything() if not match.is_deleted} <= CLOSED
    assert {bracket.status for bracket in make.rows(Bracket, tournament_id=stages.tournament.id)} == {
        "completed"
    }
    assert make.fresh(stages.tournament).status == "completed"
