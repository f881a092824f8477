"""How brackets end when nobody comes: double forfeits, withdrawals and deletions up to the final."""

import pytest

from app.domain.errors import Refused
from app.services import matches, outcomes, results
from tests import factories as make
from tests.support.played import Played

pytestmark = pytest.mark.usefixtures("app_context")


def test_nobody_is_champion_of_a_final_that_both_forfeit():
    played = Played(4)
    played.play(played.match(1))
    played.play(played.match(2))
    played.do(outcomes.forfeit, played.match(3), both=True)
    assert (played.bracket.status, played.bracket.champion_id) == ("completed", None)


@pytest.mark.parametrize("grand_final", ["single", "double"])
def test_nobody_is_champion_where_both_finalists_withdraw(grand_final):
    played = Played(4, "double_elimination", grand_final=grand_final)
    while len(played.in_state("READY")) and played.in_state("READY")[0].section != "final":
        played.play(played.in_state("READY")[0])
    final = next(match for match in played.matches() if match.section == "final")
    finalists = [team for team in played.teams if team.id in (final.participant1_id, final.participant2_id)]
    played.withdraw(finalists[0])
    if grand_final == "double" and finalists[0].id == final.participant2_id:
        assert played.bracket.status == "completed"
    played.withdraw(finalists[1])
    assert played.bracket.status == "completed" and not played.in_state("SCHEDULED", "READY")
    assert played.bracket.champion_id in (None, final.participant1_id, final.participant2_id)


def test_two_finalists_who_both_withdrew_before_they_met_leave_no_champion():
    played = Played(4)
    played.play(played.match(1))
    played.withdraw(next(t for t in played.teams if t.id == played.match(1).winner_id))
    second = played.match(2)
    played.start(second)
    winner = next(t for t in played.teams if t.id == second.participant1_id)
    played.play(second)
    assert played.bracket.champion_id == winner.id
    # Had it withdrawn as well before the final was known, nobody would have won it.
    other = Played(4)
    first, second = other.match(1), other.match(2)
    other.start(first)
    other.start(second)
    other.do(outcomes.forfeit, first, both=True)
    other.do(outcomes.forfeit, second, both=True)
    assert (other.match(3).state, other.bracket.champion_id) == ("COMPLETED", None)


@pytest.mark.parametrize("empty", [1, 2])
def test_a_grand_final_with_one_side_empty_is_a_walkover_and_its_second_is_not_played(empty):
    played = Played(4, "double_elimination", grand_final="double")
    m1, m2 = played.match(1), played.match(2)
    if empty == 1:
        # Nobody comes out of the upper bracket's final, so both go out without a place below.
        played.play(m1)
        played.play(m2)
        upper_final = next(m for m in played.matches() if m.section == "upper" and m.round_number == 2)
        played.do(outcomes.forfeit, upper_final, both=True)
    else:
        played.do(outcomes.forfeit, m1, both=True)
        played.play(m2)
        for match in played.matches():
            if match.section == "lower" and match.state == "READY":
                played.do(outcomes.forfeit, match, both=True)
    played.play_all()
    final, second = (match for match in played.matches() if match.section == "final")
    assert final.state == second.state == "COMPLETED"
    assert final.slot1_bye == (empty == 1) and final.winner_id is not None
    assert played.bracket.champion_id == final.winner_id
    assert played.bracket.status == "completed"


def test_a_double_forfeit_goes_on_through_the_lower_bracket_with_byes():
    played = Played(6, "double_elimination", grand_final="single")
    first, second = (m for m in played.matches() if m.section == "upper" and m.round_number == 1)
    played.do(outcomes.forfeit, first, both=True)
    played.do(outcomes.forfeit, second, both=True)
    assert not [m for m in played.matches() if m.state == "SCHEDULED" and m.section == "lower" and
                (m.slot1_bye and m.slot2_bye)]  # fmt: skip
    played.play_all()
    assert played.bracket.status == "completed" and played.bracket.champion_id is not None
    assert not played.in_state("SCHEDULED", "READY")


def test_the_match_for_third_place_after_a_double_forfeit_in_a_semi_final():
    played = Played(4, third_place=True)
    played.do(outcomes.forfeit, played.match(1), both=True)
    played.play(played.match(2))
    third = next(match for match in played.matches() if match.section == "third_place")
    assert (third.state, third.winner_id) == ("COMPLETED", played.match(2).loser_id)
    assert played.bracket.champion_id == played.match(2).winner_id


def test_a_better_result_of_the_same_winner_may_change_who_won_a_round_robin():
    played = Played(3, "round_robin", tiebreaks=["score_difference"])
    # Each beats one of the others.
    by_pair = {frozenset((m.participant1_id, m.participant2_id)): m for m in played.matches()}
    one, two, three = (team.id for team in played.teams)

    def beat(winner, loser, difference):
        match = by_pair[frozenset((winner, loser))]
        score = (difference, 0) if match.participant1_id == winner else (0, difference)
        played.play(match, score=score)
        return match

    corrected = beat(one, two, 9)
    beat(two, three, 3)
    beat(three, one, 4)
    assert played.bracket.champion_id == one
    played.do(outcomes.reopen, corrected)
    beat(one, two, 1)
    assert played.bracket.champion_id == two
    played.do(outcomes.restore_result, corrected, n=1)
    assert played.bracket.champion_id == one
    told = [e for e in make.events(tournament_id=played.tournament.id) if e.type == "tournament.completed"]
    assert [event.payload["champion_id"] for event in told] == [one, two, one]


def test_a_cancelled_match_that_was_deleted_and_comes_back_holds_nobody_up():
    played = Played(4)
    played.do(matches.cancel, played.match(1))
    played.do(outcomes.delete_match, played.match(1))
    deleted = next(m for m in make.rows(type(played.match(2)), bracket_id=played.bracket_id) if m.is_deleted)
    played.do(outcomes.undelete_match, deleted)
    played.play(played.match(2))
    assert played.match(3).state == "COMPLETED" and played.bracket.status == "completed"


def test_a_walkover_cannot_be_disputed():
    played = Played(4)
    played.do(outcomes.forfeit, played.match(1), both=True)
    played.play(played.match(2))
    final = played.match(3)
    assert final.state == "COMPLETED"
    with pytest.raises(Refused, match="Nobody played"):
        played.do(results.report_dispute, final, reason="other")


def test_a_match_made_by_hand_in_a_bracket_that_is_over_opens_it_again():
    played = Played(2, "round_robin")
    played.play_all()
    assert played.bracket.champion_id == played.teams[0].id
    made, _ = matches.create_match(
        actor=played.organizer,
        tournament_id=played.tournament.id,
        now=make.soon(0),
        bracket_id=played.bracket_id,
        participant1_id=played.teams[0].id,
        participant2_id=played.teams[1].id,
    )
    assert (played.bracket.status, played.bracket.champion_id) == ("live", None)
    assert make.fresh(played.tournament).status == "live"
    played.play(next(match for match in played.matches() if match.id == made))
    assert played.bracket.champion_id == played.teams[0].id
    assert make.fresh(played.tournament).status == "completed"
