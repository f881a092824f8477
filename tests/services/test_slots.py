"""Places of tables that fill the slots of a knockout: when, by whom, and what is refused."""

import pytest

from app.domain.errors import Blocked, InvalidInput
from app.models import Bracket, Match
from app.services import brackets, matches, outcomes, previews, results
from app.services.results import result_claim
from tests import factories as make
from tests.support.played import Played

pytestmark = pytest.mark.usefixtures("app_context")


def first_of(*groups):
    return [{"group": group, "rank": 1} for group in groups]


def sides(played, knockout, number=1):
    match = played.match(number, knockout)
    return match.participant1_id, match.participant2_id


def dispute(played, match):
    played.do(results.report_dispute, match, reason="other")


def test_each_group_fills_its_slot_when_it_is_over():
    played = Played(4, "round_robin", groups=2)
    knockout = played.knockout(*first_of("A", "B"))
    assert [m.slot1_label for m in played.matches(knockout)] == ["1st of group A"]
    played.play(played.match(1))
    assert sides(played, knockout) == (played.teams[0].id, None)
    played.play(played.match(2))
    assert sides(played, knockout) == (played.teams[0].id, played.teams[1].id)
    assert played.match(1, knockout).state == "READY"
    assert make.fresh(played.tournament).status == "live"


def test_a_knockout_made_after_the_groups_goes_on_with_the_tournament():
    played = Played(4, "round_robin", groups=2)
    played.play_all()
    assert make.fresh(played.tournament).status == "completed"
    knockout = played.knockout(*first_of("A", "B"))
    assert make.fresh(played.tournament).status == "live"
    played.play(played.match(1, knockout))
    assert make.fresh(played.tournament).status == "completed"
    told = [e for e in make.events(tournament_id=played.tournament.id) if e.type == "tournament.completed"]
    assert [event.payload["champion_id"] for event in told] == [None, played.teams[0].id]


def test_swiss_fills_no_slot_before_its_last_round():
    played = Played(4, "swiss", rounds=2)
    knockout = played.knockout({"rank": 1}, {"rank": 2})
    assert played.match(1, knockout).slot1_label == "1st of the table"
    played.play_all()
    assert sides(played, knockout) == (None, None)
    played.next_round()
    played.play_all()
    assert played.bracket.status == "completed" and None not in sides(played, knockout)
    played.do(outcomes.reopen, played.match(4))
    assert sides(played, knockout) == (None, None)


def test_a_group_match_opened_again_before_the_knockout_empties_its_slot_and_fills_it_anew():
    played = Played(4, "round_robin", groups=2)
    knockout = played.knockout(*first_of("A", "B"))
    played.play_all()
    match = played.match(1)
    played.do(outcomes.reopen, match)
    assert sides(played, knockout) == (None, played.teams[1].id)
    assert played.match(1, knockout).state == "SCHEDULED"
    played.play(match, 2)
    assert sides(played, knockout) == (match.participant2_id, played.teams[1].id)


def test_once_the_knockout_has_begun_the_group_stays_and_what_forbids_it_is_named():
    played = Played(4, "round_robin", groups=2)
    knockout = played.knockout(*first_of("A", "B"))
    played.play_all()
    played.start(played.match(1, knockout))
    before = sides(played, knockout)
    with pytest.raises(Blocked, match="M1, which the 1st of group A plays, is LIVE already") as raised:
        played.do(outcomes.reopen, played.match(1))
    assert [blocker["match"] for blocker in raised.value.blocked_by] == [played.match(1, knockout).id]
    assert sides(played, knockout) == before and played.match(1).state == "COMPLETED"


def test_a_deleted_group_match_that_is_brought_back_is_waited_for():
    played = Played(4, "round_robin", groups=2)
    knockout = played.knockout(*first_of("A", "B"))
    match = played.match(1)
    played.play(played.match(2))
    played.do(outcomes.delete_match, match)
    assert None not in sides(played, knockout)
    played.do(outcomes.undelete_match, match)
    assert sides(played, knockout) == (None, played.teams[1].id)


def test_another_result_that_moves_nobody_is_no_change_for_a_knockout_that_has_begun():
    played = Played(4, "round_robin", groups=2)
    knockout = played.knockout(*first_of("A", "B"))
    match = played.match(1)
    played.play(match, score=(3, 0))
    played.do(outcomes.reopen, match)
    played.play(match, score=(1, 0))
    played.play(played.match(2))
    played.start(played.match(1, knockout))
    played.do(outcomes.restore_result, match, n=1)
    assert played.match(1).participant1_score == 3


def test_a_dispute_leaves_the_table_and_the_other_groups_as_they_are():
    played = Played(6, "round_robin", groups=3)
    make.change(played.tournament, dispute_window_minutes=60)
    knockout = played.knockout(*first_of("A", "B", "C"))
    a, b, c = played.matches()
    played.play(a)
    played.play(b)
    semi = next(m for m in played.matches(knockout) if m.slot1_source and m.slot2_source)
    # The groups of the one semi-final are over, and it is played; a third group is not over yet.
    others = {semi.slot1_source["group"], semi.slot2_source["group"]}
    by_group = {match.group_name: match for match in (a, b, c)}
    for group in others:
        if make.fresh(by_group[group]).state == "READY":
            played.play(by_group[group])
    played.start(semi)
    dispute(played, by_group[min(others)])
    for match in played.in_state("READY"):
        played.play(match)
    disputed = by_group[min(others)]
    assert make.fresh(semi).state == "LIVE"
    foreseen = previews.preview(
        results.resolve_dispute,
        actor=played.organizer,
        match_id=disputed.id,
        now=make.soon(0),
        decision="replay",
    )
    assert [blocker["match"] for blocker in foreseen["blocked_by"]] == [semi.id]
    played.do(results.resolve_dispute, disputed, decision="uphold")
    assert played.bracket.status == "completed"


@pytest.mark.parametrize(
    ("slots", "why"),
    [
        ([{"group": "A", "rank": 3}, {"group": "B", "rank": 1}], "nobody who could be 3rd of group A"),
        ([{"group": "Z", "rank": 1}, {"group": "B", "rank": 1}], "no group 'Z'"),
        ([{"group": "A", "rank": 1}, {"group": "A", "rank": 1}], "two slots"),
        ([{"rank": 2, "best": 1}, {"rank": 2, "best": 3}], "only 2"),
        ([{"rank": 2, "best": 1}, {"group": "A", "rank": 2}], "2nd of group A may be among the best"),
    ],
)
def test_places_that_nobody_can_have_are_refused(slots, why):
    played = Played(4, "round_robin", groups=2)
    with pytest.raises(InvalidInput, match=why):
        played.knockout(*slots)
    assert len(make.rows(Bracket)) == 1 and len(make.rows(Match)) == 2


def test_a_deleted_bracket_fills_nothing():
    played = Played(4, "round_robin", groups=2)
    brackets.delete_bracket(
        actor=played.organizer,
        tournament_id=played.tournament.id,
        bracket_id=played.bracket_id,
        now=make.soon(0),
    )
    with pytest.raises(InvalidInput, match="from names"):
        played.knockout(*first_of("A", "B"))


def test_the_best_of_those_placed_third_by_points_then_scores():
    played = Played(9, "round_robin", groups=3, tiebreaks=["score_difference", "score_for"])
    knockout = played.knockout(*first_of("A", "B", "C"), {"rank": 3, "best": 1})
    for match in played.matches():
        # The better seed wins; the third of B loses by less than the others.
        score = (2, 1) if match.group_name == "B" else (5, 0)
        played.play(match, score=score if match.participant1_id < match.participant2_id else score[::-1])
    third_of_b = played.teams[7].id
    assert third_of_b in {side for match in played.matches(knockout) for side in
                          (match.participant1_id, match.participant2_id)}  # fmt: skip


def test_a_cancelled_group_match_counts_for_nobody_and_holds_nothing_up():
    played = Played(4, "round_robin", groups=2)
    knockout = played.knockout(*first_of("A", "B"))
    played.do(matches.cancel, played.match(1))
    assert sides(played, knockout)[0] == played.teams[0].id
    played.do(outcomes.restore, played.match(1))
    assert sides(played, knockout)[0] is None


def test_a_correction_that_moves_somebody_changes_who_goes_through():
    played = Played(4, "round_robin", groups=2)
    make.change(played.tournament, dispute_window_minutes=60)
    knockout = played.knockout(*first_of("A", "B"))
    played.play_all()
    match = played.match(1)
    dispute(played, match)
    played.do(results.resolve_dispute, match, decision="correct", claim=result_claim(0, 1))
    assert sides(played, knockout)[0] == match.participant2_id


def test_a_match_made_by_hand_between_groups_makes_no_group_of_its_own():
    played = Played(6, "round_robin", groups=2)
    ids = [team.id for team in played.teams]
    made, _ = matches.create_match(
        actor=played.organizer,
        tournament_id=played.tournament.id,
        now=make.soon(0),
        bracket_id=played.bracket_id,
        participant1_id=ids[0],
        participant2_id=ids[1],
    )
    knockout = played.knockout({"rank": 1, "best": 1}, {"rank": 1, "best": 2})
    with pytest.raises(InvalidInput, match="only 2"):
        played.knockout({"rank": 2, "best": 1}, {"rank": 2, "best": 3})
    played.play_all()
    assert make.fresh(next(m for m in played.matches() if m.id == made)).state == "COMPLETED"
    through = sides(played, knockout)
    assert None not in through and through[0] != through[1]
