"""Brackets that live: everything that may happen to their matches, in any order, breaks no rule.

Each example is one bracket in one database, to which hypothesis does what organizers do. After each step
the whole bracket is compared with what its results say.
"""

from contextlib import suppress

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from app.domain.errors import DomainError, Refused
from app.domain.states import BEGUN, CLOSED
from app.services import matches, outcomes
from tests import factories as make
from tests.support.played import Played

GENTLY = settings(
    max_examples=12,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # to shrink a failure, take this line out
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


class Life(Played):
    """A bracket whose every rule can be checked."""

    def check(self):
        """What must hold whatever happened."""
        found = {match.id: match for match in self.matches()}
        gone = self.gone
        for match in found.values():
            self._check_feeders(match, found)
            sides = {match.participant1_id, match.participant2_id}
            if match.state == "SCHEDULED":
                arrived = [
                    match.slot1_bye or match.participant1_id is not None,
                    match.slot2_bye or match.participant2_id is not None,
                ]
                assert not all(arrived), f"M{match.match_number} waits for nothing"
            if match.state in ("READY", "LIVE"):
                assert None not in sides and sides.isdisjoint(gone)
        is_over = all(match.state in CLOSED for match in found.values())
        bracket = self.bracket
        if bracket.format != "swiss":
            assert (bracket.status == "completed") == is_over
        seqs = [event.seq for event in make.events(tournament_id=self.tournament.id)]
        assert seqs == list(range(1, len(seqs) + 1))

    def _check_feeders(self, match, found):
        """Each slot that is fed holds exactly whom its feeder sends."""
        for feeder in found.values():
            for target, slot, who in (
                (feeder.winner_to_match_id, feeder.winner_to_slot, feeder.winner_id),
                (feeder.loser_to_match_id, feeder.loser_to_slot, feeder.loser_id),
            ):
                if target != match.id:
                    continue
                holds = (
                    (match.participant1_id, match.slot1_bye)
                    if slot == 1
                    else (
                        match.participant2_id,
                        match.slot2_bye,
                    )
                )
                if feeder.state in ("COMPLETED", "FORFEIT"):
                    spared = (
                        feeder.section == "final"
                        and feeder.winner_to_match_id == feeder.loser_to_match_id
                        and feeder.winner_id == feeder.participant1_id
                    )
                    expected = (None, True) if who is None or spared else (who, False)
                elif feeder.state == "CANCELLED":
                    expected = (None, True)
                elif feeder.state == "DISPUTED" and feeder.winner_id is not None:
                    continue
                else:
                    expected = (None, False)
                assert holds == expected, f"M{feeder.match_number} -> M{match.match_number}: {holds}"


def one_step(life, data):
    """One thing that an organizer may try; what is refused changes nothing."""

    def choose(values):
        return data.draw(st.sampled_from(values))

    match = choose(life.matches())
    before = [(m.id, m.version, m.state) for m in life.matches()]
    deed = choose(
        ["play", "play", "play", "forfeit", "double", "cancel", "restore", "reopen", "undo", "delete"]
    )
    side = choose([1, 2])
    verbs = {
        "play": lambda: life.play(match, side),
        "forfeit": lambda: life.do(
            outcomes.forfeit, match, participant_id=getattr(match, f"participant{side}_id")
        ),
        "double": lambda: life.do(outcomes.forfeit, match, both=True),
        "cancel": lambda: life.do(matches.cancel, match),
        "restore": lambda: life.do(outcomes.restore, match),
        "reopen": lambda: life.do(outcomes.reopen, match),
        "undo": lambda: life.do(matches.undo_start, match),
        "delete": lambda: _delete_and_bring_back(life, match),
    }
    try:
        verbs[deed]()
    except DomainError:
        assert [(m.id, m.version, m.state) for m in life.matches()] == before or deed in ("play", "delete")


def _delete_and_bring_back(life, match):
    life.do(outcomes.delete_match, match)
    with suppress(Refused):
        life.do(outcomes.undelete_match, match)


@pytest.mark.usefixtures("app_context")
@GENTLY
@given(data=st.data())
def test_anything_in_any_order_on_elimination(data):
    size = data.draw(st.integers(2, 9))
    kind = data.draw(st.sampled_from(["single_elimination", "double_elimination"]))
    options = {"third_place": True} if kind == "single_elimination" and size >= 4 else {}
    if kind == "double_elimination":
        options = {"grand_final": data.draw(st.sampled_from(["none", "single", "double"]))}
    life = Life(size, kind, **options)
    life.check()
    for _ in range(data.draw(st.integers(1, 12))):
        one_step(life, data)
        life.check()
    # From wherever it is, it can be played to its end, and is then over.
    for match in life.in_state("CANCELLED"):
        with suppress(Refused):
            life.do(outcomes.restore, match)
    life.play_all(lambda values: data.draw(st.sampled_from(values)))
    life.check()
    assert life.bracket.status == "completed"


@pytest.mark.usefixtures("app_context")
@GENTLY
@given(data=st.data())
def test_withdrawals_in_mid_bracket_leave_nobody_waiting(data):
    life = Life(
        data.draw(st.integers(2, 9)), data.draw(st.sampled_from(["single_elimination", "double_elimination"]))
    )
    for _ in range(data.draw(st.integers(1, 4))):
        if data.draw(st.booleans()) and (ready := life.in_state("READY")):
            life.play(data.draw(st.sampled_from(ready)), data.draw(st.sampled_from([1, 2])))
        life.withdraw(data.draw(st.sampled_from(life.teams)))
        life.check()
    life.play_all(lambda values: data.draw(st.sampled_from(values)))
    life.check()
    bracket = life.bracket
    assert bracket.status == "completed"
    if bracket.champion_id in life.gone:
        final = max(life.in_state("COMPLETED", "FORFEIT"), key=lambda match: match.match_number)
        assert final.winner_id == bracket.champion_id


@pytest.mark.usefixtures("app_context")
@GENTLY
@given(data=st.data())
def test_reopening_one_after_the_other_undoes_a_whole_bracket(data):
    life = Life(data.draw(st.integers(2, 8)), "double_elimination", grand_final="double")
    empty = [(m.id, m.participant1_id, m.participant2_id, m.slot1_bye, m.slot2_bye) for m in life.matches()]
    life.play_all(lambda values: data.draw(st.sampled_from(values)))
    for match in reversed(life.matches()):
        fresh = make.fresh(match)
        if fresh.state == "COMPLETED" and fresh.participant1_id and fresh.participant2_id:
            life.do(outcomes.reopen, fresh)
            life.do(matches.undo_start, fresh)
        life.check()
    after = [(m.id, m.participant1_id, m.participant2_id, m.slot1_bye, m.slot2_bye) for m in life.matches()]
    assert after == empty
    assert not [match for match in life.matches() if match.state in BEGUN]


@pytest.mark.usefixtures("app_context")
@GENTLY
@given(data=st.data())
def test_swiss_from_the_first_round_to_the_last(data):
    size, rounds = data.draw(st.integers(4, 9)), 3
    life = Life(size, "swiss", rounds=rounds)
    met = set()
    for round_number in range(1, rounds + 1):
        current = [match for match in life.matches() if match.round_number == round_number]
        playing = [s for m in current for s in (m.participant1_id, m.participant2_id) if s]
        assert sorted(playing) == sorted(set(playing))
        for match in current:
            pair = frozenset((match.participant1_id, match.participant2_id))
            assert pair not in met
            met.add(pair)
        life.play_all(lambda values: data.draw(st.sampled_from(values)))
        life.check()
        if round_number == 1 and data.draw(st.booleans()):
            make.participant(life.tournament)
        if round_number < rounds:
            life.next_round()
    assert life.bracket.status == "completed"


@pytest.mark.usefixtures("app_context")
@pytest.mark.parametrize("side", [1, 2])
@pytest.mark.parametrize("grand_final", ["single", "double"])
def test_two_in_a_double_elimination_meet_again_in_the_grand_final(grand_final, side):
    life = Life(2, "double_elimination", grand_final=grand_final)
    first = life.in_state("READY")[0]
    life.play(first, side)
    final = life.in_state("READY")[0]
    assert final.section == "final"
    sides = [first.participant1_id, first.participant2_id]
    assert [final.participant1_id, final.participant2_id] == (sides if side == 1 else sides[::-1])
    life.check()
