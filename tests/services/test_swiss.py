"""Rounds of a Swiss bracket: who is paired, who has the bye, and when it is over."""

import pytest

from app.domain.errors import Conflict, InvalidInput, Refused
from app.services import matches, outcomes
from app.services.pairing import contenders_of
from app.services.tables import BracketTables
from tests import factories as make
from tests.support.played import Played

pytestmark = pytest.mark.usefixtures("app_context")


def contenders(played):
    return {contender.entrant: contender for contender in contenders_of(played.bracket)}


def points(played):
    return {row.entrant: row.points for row in BracketTables(played.bracket).table("")}


def test_a_game_that_was_forfeited_before_its_start_is_no_meeting_and_won_like_a_bye():
    played = Played(4, "swiss")
    forfeited, begun = played.matches()
    played.do(outcomes.forfeit, forfeited, participant_id=forfeited.participant2_id)
    played.start(begun)
    played.do(outcomes.forfeit, begun, participant_id=begun.participant2_id)
    found = contenders(played)
    assert found[forfeited.participant1_id].met == found[forfeited.participant2_id].met == frozenset()
    assert found[forfeited.participant1_id].had_bye and not found[forfeited.participant2_id].had_bye
    assert found[begun.participant1_id].met == {begun.participant2_id}
    assert not found[begun.participant1_id].had_bye


def test_a_double_forfeit_is_neither_a_meeting_nor_won():
    played = Played(4, "swiss")
    [match, _] = played.matches()
    played.do(outcomes.forfeit, match, both=True)
    found = contenders(played)
    for one in (match.participant1_id, match.participant2_id):
        assert found[one].met == frozenset() and not found[one].had_bye and found[one].points == 0


def test_whoever_won_by_a_no_show_does_not_get_the_bye():
    played = Played(5, "swiss")
    first, second, bye = played.matches()
    played.play(first)
    # The one with the bye and the one whose opponent did not come lose from now on.
    played.do(outcomes.forfeit, second, participant_id=second.participant1_id)
    spared = {bye.participant1_id, second.participant2_id}
    for _ in range(2):
        number = played.next_round()
        paired = [match for match in played.matches() if match.round_number == number]
        [free] = [match for match in paired if match.slot2_bye]
        assert free.participant1_id not in spared
        spared.add(free.participant1_id)
        for match in played.in_state("READY"):
            played.play(match, 2 if match.participant1_id in spared else 1)


def test_two_who_forfeited_may_be_paired_again():
    played = Played(2, "swiss", rounds=2)
    [match] = played.matches()
    played.do(outcomes.forfeit, match, participant_id=match.participant1_id)
    assert played.bracket.status != "completed"
    assert played.next_round() == 2
    assert len(played.matches()) == 2


def test_no_round_while_a_match_is_open():
    played = Played(4, "swiss")
    played.play(played.match(1))
    with pytest.raises(Conflict, match="not over") as raised:
        played.next_round()
    assert raised.value.changes == ["M2 is still open."]


def test_it_is_over_when_nobody_can_be_paired_any_more():
    played = Played(4, "swiss", rounds=9)
    for number in range(2, 4):
        played.play_all()
        assert played.bracket.status == "live" and played.next_round() == number
    played.play_all()
    assert played.bracket.status == "completed" and make.fresh(played.tournament).status == "completed"
    before = [(match.id, match.version) for match in played.matches()]
    with pytest.raises(Refused, match="without a rematch or a second bye"):
        played.next_round()
    assert [(match.id, match.version) for match in played.matches()] == before


def test_whoever_joins_after_that_opens_it_again_with_no_points_for_what_was_missed():
    played = Played(2, "swiss", rounds=3)
    played.play_all()
    assert played.bracket.status == "completed"
    late = make.participant(played.tournament)
    assert played.next_round() == 2
    assert (played.bracket.status, played.bracket.champion_id) == ("live", None)
    assert make.fresh(played.tournament).status == "live"
    # Two of the three have met, so that the late one plays; of the others the lower one has the bye.
    [free] = [match.participant1_id for match in played.matches() if match.slot2_bye]
    assert free == played.teams[1].id
    assert points(played) == {played.teams[0].id: 3, free: 3, late.id: 0}


def test_it_is_not_over_while_somebody_who_joined_can_be_paired():
    played = Played(2, "swiss", rounds=3)
    make.participant(played.tournament)
    played.play_all()
    assert (played.bracket.status, make.fresh(played.tournament).status) == ("live", "live")
    assert played.next_round() == 2


def test_a_withdrawal_between_two_rounds_ends_what_cannot_be_paired_then():
    played = Played(4, "swiss", rounds=3)
    played.play_all()
    for team in played.teams[1:]:
        assert played.bracket.status == "live"
        played.withdraw(team)
    bracket = played.bracket
    assert bracket.status == "completed" and make.fresh(played.tournament).status == "completed"
    with pytest.raises(Refused, match="at least 2"):
        played.next_round()


def test_whoever_withdrew_stays_out_and_in_the_table():
    played = Played(6, "swiss")
    played.withdraw(played.teams[0])
    played.play_all()
    played.next_round()
    second = [match for match in played.matches() if match.round_number == 2]
    assert played.teams[0].id not in {m.participant1_id for m in second} | {m.participant2_id for m in second}
    assert points(played)[played.teams[0].id] == 0


def test_all_rounds_are_all_rounds():
    played = Played(8, "swiss", rounds=1)
    played.play_all()
    with pytest.raises(Refused, match="All 1 rounds are paired"):
        played.next_round()


@pytest.mark.parametrize("size", [0, 1, 1025])
def test_sizes_that_cannot_be(size):
    with pytest.raises(InvalidInput, match=f"2 to 1024 participants, not {size}"):
        Played(size, "swiss")


def test_a_cancelled_match_was_never_paired():
    played = Played(4, "swiss")
    [match, other] = played.matches()
    played.do(matches.cancel, match)
    played.play(other)
    assert contenders(played)[match.participant1_id].met == frozenset()
    assert points(played)[match.participant1_id] == 0
    assert played.next_round() == 2
