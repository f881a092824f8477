"""Matches that end without a result, closed ones opened again, older results, deletion, on both databases."""

import pytest

from app.domain.errors import InvalidInput, NotAllowed, NotFound, Refused
from app.models import Bracket, Match, MatchResult
from app.services import brackets, matches, outcomes, previews, results, tournaments
from app.services.results import result_claim
from tests import factories as make

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("app_context")]


def run(verb, scene, role="organizer", **arguments):
    actor = make.actor(scene.person(role))
    return verb(actor=actor, match_id=scene.match.id, now=make.soon(0), **arguments)


def actions(scene):
    return [row.action for row in make.audit_rows(match_id=scene.match.id)]


class Cup:
    """A bracket, check-in off, played by its organizer."""

    def __init__(self, size, format="single_elimination", **options):
        self.tournament = make.tournament(enable_check_in=False)
        self.organizer = make.actor(make.staff(self.tournament))
        self.teams = make.participants(self.tournament, size)
        self.bracket_id = brackets.generate_bracket(
            actor=self.organizer,
            tournament_id=self.tournament.id,
            name="Main",
            format=format,
            now=make.soon(0),
            options=options,
        )

    def match(self, number):
        return next(m for m in make.rows(Match, bracket_id=self.bracket_id) if m.match_number == number)

    def do(self, verb, number, **arguments):
        return verb(
            actor=self.organizer, match_id=self.match(number).id, **{"now": make.soon(0), **arguments}
        )

    def preview(self, verb, number, **arguments):
        return previews.preview(
            verb, actor=self.organizer, match_id=self.match(number).id, now=make.soon(0), **arguments
        )

    def play(self, number, a=2, b=0):
        self.do(matches.start, number)
        self.do(results.submit_result, number, claim=result_claim(a, b))

    def state(self, number):
        return self.match(number).state

    @property
    def bracket(self):
        return make.rows(Bracket, id=self.bracket_id)[0]


@pytest.mark.parametrize("state", ["SCHEDULED", "CHECK_IN", "READY", "LIVE"])
def test_forfeit_of_one_side(state):
    scene = make.scene(state)
    run(outcomes.forfeit, scene, participant_id=scene.team2.id, reason="Left")
    match = make.fresh(scene.match)
    assert (match.state, match.winner_id, match.loser_id) == ("FORFEIT", scene.team1.id, scene.team2.id)
    assert actions(scene) == ["MATCH_FORFEIT"]
    [event] = make.events(match_id=match.id)
    assert event.type == "match.forfeited" and event.payload["winner_id"] == scene.team1.id


def test_forfeit_of_both_sides_has_no_winner():
    scene = make.scene("READY")
    run(outcomes.forfeit, scene, both=True)
    match = make.fresh(scene.match)
    assert (match.state, match.winner_id, match.loser_id) == ("FORFEIT", None, None)


@pytest.mark.parametrize("state", ["PENDING_RESULT", "COMPLETED", "DISPUTED", "FORFEIT", "CANCELLED"])
def test_forfeit_from_other_states_is_refused(state):
    with pytest.raises(Refused, match=state):
        run(outcomes.forfeit, make.scene(state), both=True)


def test_forfeit_names_a_side_or_both():
    scene = make.scene("READY")
    for arguments in ({}, {"both": True, "participant_id": scene.team1.id}, {"participant_id": 999_999}):
        with pytest.raises(InvalidInput):
            run(outcomes.forfeit, scene, **arguments)
        with pytest.raises(InvalidInput):
            previews.preview(
                outcomes.forfeit,
                actor=make.actor(scene.organizer),
                match_id=scene.match.id,
                now=make.soon(0),
                **arguments,
            )
    with pytest.raises(NotAllowed):
        run(outcomes.forfeit, scene, role="player1", both=True)


def test_a_double_forfeit_gives_the_next_opponent_a_walkover():
    cup = Cup(4)
    preview = cup.preview(outcomes.forfeit, 1, both=True)
    assert [entry["match"] for entry in preview["affected"]] == [cup.match(1).id, cup.match(3).id]
    cup.do(outcomes.forfeit, 1, both=True)
    assert cup.state(3) == "SCHEDULED" and cup.match(3).slot1_bye
    cup.play(2)
    final = cup.match(3)
    assert (final.state, final.winner_id) == ("COMPLETED", cup.teams[1].id)
    assert (cup.bracket.status, cup.bracket.champion_id) == ("completed", cup.teams[1].id)


def test_walkovers_go_on_through_the_lower_bracket():
    cup = Cup(4, "double_elimination")
    cup.do(outcomes.forfeit, 1, both=True)
    cup.play(2)
    lower = [m for m in make.rows(Match, bracket_id=cup.bracket_id) if m.section == "lower"]
    first = min(lower, key=lambda m: m.match_number)
    assert (first.state, first.winner_id) == ("COMPLETED", cup.match(2).loser_id)
    # Two are left, who have met once: the lower final is theirs... and so is the grand final.
    upper_final = next(
        m for m in make.rows(Match, bracket_id=cup.bracket_id) if m.round_number == 2 and m.section == "upper"
    )
    assert (upper_final.state, upper_final.winner_id) == ("COMPLETED", cup.match(2).winner_id)


def test_a_bracket_where_all_forfeit_ends_without_a_champion():
    cup = Cup(4)
    cup.do(outcomes.forfeit, 1, both=True)
    cup.do(outcomes.forfeit, 2, both=True)
    assert cup.state(3) == "COMPLETED" and cup.match(3).winner_id is None
    assert (cup.bracket.status, cup.bracket.champion_id) == ("completed", None)


def test_reopening_a_double_forfeit_takes_the_walkovers_back():
    cup = Cup(4)
    cup.do(outcomes.forfeit, 1, both=True)
    cup.play(2)
    preview = cup.preview(outcomes.reopen, 1)
    assert cup.match(3).id in [entry["match"] for entry in preview["affected"]]
    cup.do(outcomes.reopen, 1, reason="They came after all")
    final = cup.match(3)
    assert (final.state, final.slot1_bye, final.winner_id) == ("SCHEDULED", False, None)
    assert final.participant2_id == cup.teams[1].id
    assert (cup.bracket.status, cup.bracket.champion_id) == ("live", None)


@pytest.mark.parametrize("state", ["COMPLETED", "FORFEIT"])
def test_reopen_makes_it_live_and_takes_the_result_back(state):
    scene = make.scene(state)
    run(outcomes.reopen, scene, reason="Wrong map")
    match = make.fresh(scene.match)
    assert (match.state, match.winner_id, match.participant1_score) == ("LIVE", None, None)
    assert match.started_at is not None
    assert {result.status for result in make.rows(MatchResult, match_id=match.id)} <= {"withdrawn"}
    assert actions(scene) == ["MATCH_REOPEN"]
    assert [event.type for event in make.events(match_id=match.id)] == ["match.reopened"]


@pytest.mark.parametrize("state", ["SCHEDULED", "READY", "LIVE", "PENDING_RESULT", "DISPUTED", "CANCELLED"])
def test_reopen_from_other_states_is_refused(state):
    scene = make.scene(state)
    with pytest.raises(Refused, match=state):
        run(outcomes.reopen, scene)
    with pytest.raises(Refused, match=state):
        previews.preview(
            outcomes.reopen, actor=make.actor(scene.organizer), match_id=scene.match.id, now=make.soon(0)
        )


def test_reopen_is_refused_once_a_later_match_has_begun():
    cup = Cup(4)
    cup.play(1)
    cup.play(2)
    cup.do(matches.start, 3)
    preview = cup.preview(outcomes.reopen, 1)
    assert [entry["match"] for entry in preview["blocked_by"]] == [cup.match(3).id]
    with pytest.raises(Refused, match="M3"):
        cup.do(outcomes.reopen, 1)
    assert cup.state(1) == "COMPLETED" and cup.match(3).participant1_id == cup.teams[0].id


def test_a_cancelled_match_gives_a_walkover_until_it_is_restored():
    cup = Cup(4)
    cup.play(2)
    preview = cup.preview(matches.cancel, 1)
    assert cup.match(3).id in [entry["match"] for entry in preview["affected"]]
    cup.do(matches.cancel, 1)
    assert cup.state(3) == "COMPLETED"
    assert cup.preview(outcomes.restore, 1)["blocked_by"] == []
    cup.do(outcomes.restore, 1)
    assert (cup.state(1), cup.state(3)) == ("READY", "SCHEDULED")


def test_a_restored_match_whose_other_side_will_not_come_is_a_walkover():
    cup = Cup(4)
    cup.play(1)
    cup.do(matches.cancel, 3)
    cup.do(outcomes.forfeit, 2, both=True)
    cup.do(outcomes.restore, 3)
    assert (cup.state(3), cup.match(3).winner_id) == ("COMPLETED", cup.teams[0].id)


def test_restore_is_scheduled_where_check_in_is_on():
    scene = make.scene("CANCELLED")
    run(outcomes.restore, scene)
    match = make.fresh(scene.match)
    assert (match.state, match.participant1_checked_in) == ("SCHEDULED", False)
    assert actions(scene) == ["MATCH_RESTORE"]
    with pytest.raises(Refused, match="SCHEDULED"):
        run(outcomes.restore, scene)
    with pytest.raises(Refused, match="SCHEDULED"):
        previews.preview(
            outcomes.restore, actor=make.actor(scene.organizer), match_id=scene.match.id, now=make.soon(0)
        )


def test_an_older_result_is_made_the_result_again():
    cup = Cup(4)
    cup.do(matches.start, 1)
    cup.do(results.submit_result, 1, claim=result_claim(2, 0))
    cup.do(outcomes.reopen, 1)
    cup.do(results.submit_result, 1, claim=result_claim(0, 2))
    assert cup.match(3).participant1_id == cup.teams[3].id
    cup.do(outcomes.restore_result, 1, n=1)
    match = cup.match(1)
    assert (match.state, match.winner_id, match.participant1_score) == ("COMPLETED", cup.teams[0].id, 2)
    assert cup.match(3).participant1_id == cup.teams[0].id
    versions = make.rows(MatchResult, match_id=match.id)
    assert [(v.n, v.status) for v in versions] == [(1, "withdrawn"), (2, "superseded"), (3, "final")]
    with pytest.raises(NotFound):
        cup.do(outcomes.restore_result, 1, n=9)


def test_an_older_result_of_a_live_match_completes_it():
    scene = make.scene("COMPLETED")
    run(outcomes.reopen, scene)
    run(outcomes.restore_result, scene, n=1)
    assert make.fresh(scene.match).state == "COMPLETED"
    with pytest.raises(Refused, match="DISPUTED"):
        run(outcomes.restore_result, make.scene("DISPUTED"), n=1)


@pytest.mark.parametrize("state", ["SCHEDULED", "CHECK_IN", "READY", "CANCELLED"])
def test_delete_and_undelete(state):
    scene = make.scene(state)
    run(outcomes.delete_match, scene)
    assert make.fresh(scene.match).is_deleted
    with pytest.raises(NotFound):
        run(matches.cancel, scene)
    with pytest.raises(NotFound):
        run(outcomes.undelete_match, scene, role="stranger")
    run(outcomes.undelete_match, scene)
    match = make.fresh(scene.match)
    assert (match.is_deleted, match.state) == (False, state)
    run(outcomes.undelete_match, scene)
    assert actions(scene) == ["MATCH_DELETE", "MATCH_UNDELETE"]


@pytest.mark.parametrize("state", ["LIVE", "PENDING_RESULT", "COMPLETED", "DISPUTED", "FORFEIT"])
def test_delete_is_refused_once_begun(state):
    with pytest.raises(Refused, match=state):
        run(outcomes.delete_match, make.scene(state))


def test_a_deleted_match_gives_a_walkover_and_gets_who_came_meanwhile():
    cup = Cup(8)
    cup.do(outcomes.delete_match, 5)
    assert cup.match(7).slot1_bye
    cup.play(1)
    cup.do(outcomes.undelete_match, 5)
    assert cup.match(5).participant1_id == cup.teams[0].id and not cup.match(7).slot1_bye


def test_undelete_is_refused_where_the_number_was_given_to_another():
    tournament = make.tournament()
    bracket = make.bracket(tournament)
    organizer = make.actor(make.staff(tournament))
    first = make.match(tournament, "SCHEDULED", bracket_id=bracket.id, match_number=1)
    outcomes.delete_match(actor=organizer, match_id=first.id, now=make.soon(0))
    make.match(tournament, "SCHEDULED", bracket_id=bracket.id, match_number=1)
    with pytest.raises(Refused, match="M1"):
        outcomes.undelete_match(actor=organizer, match_id=first.id, now=make.soon(0))


def test_withdrawal_forfeits_what_is_open_and_what_comes():
    cup = Cup(8)
    withdraw = {"actor": cup.organizer, "tournament_id": cup.tournament.id, "now": make.soon(0)}
    cup.play(1)
    tournaments.withdraw_participant(participant_id=cup.teams[0].id, **withdraw)
    assert cup.state(5) == "SCHEDULED"
    cup.play(2)
    assert (cup.state(5), cup.match(5).winner_id) == ("FORFEIT", cup.match(2).winner_id)
    tournaments.withdraw_participant(participant_id=cup.teams[1].id, **withdraw)
    assert cup.state(3) == "FORFEIT"


class Groups(Cup):
    """Two groups of three, whose first and second meet in a knockout of four."""

    def __init__(self):
        super().__init__(6, "round_robin", groups=2, draws=True)
        self.knockout_id = brackets.generate_bracket(
            actor=self.organizer,
            tournament_id=self.tournament.id,
            name="Knockout",
            format="single_elimination",
            now=make.soon(0),
            options={
                "from": self.bracket_id,
                "slots": [
                    {"group": "A", "rank": 1},
                    {"group": "B", "rank": 1},
                    {"group": "A", "rank": 2},
                    {"group": "B", "rank": 2},
                ],
            },
        )

    def knockout(self, number):
        return next(m for m in make.rows(Match, bracket_id=self.knockout_id) if m.match_number == number)

    def play_group(self, name):
        for match in make.rows(Match, bracket_id=self.bracket_id, group_name=name):
            # The better seed wins, so that the table is the order of seeds.
            self.play(
                match.match_number, *((1, 0) if match.participant1_id < match.participant2_id else (0, 1))
            )


def test_places_of_groups_fill_the_slots_of_the_knockout():
    cup = Groups()
    assert (cup.knockout(1).slot1_label, cup.knockout(1).slot2_label) == ("1st of group A", "2nd of group B")
    cup.play_group("A")
    assert cup.knockout(1).participant1_id == cup.teams[0].id and cup.knockout(1).state == "SCHEDULED"
    cup.play_group("B")
    # Snake: A has seeds 1, 4, 5; B has 2, 3, 6.
    assert (cup.knockout(1).participant2_id, cup.knockout(1).state) == (cup.teams[2].id, "READY")
    assert {cup.knockout(2).participant1_id, cup.knockout(2).participant2_id} == {
        cup.teams[1].id,
        cup.teams[3].id,
    }
    assert make.rows(Bracket, id=cup.bracket_id)[0].status == "completed"


def test_reopening_a_group_match_empties_its_places():
    cup = Groups()
    cup.play_group("A")
    match = make.rows(Match, bracket_id=cup.bracket_id, group_name="A")[0]
    preview = previews.preview(outcomes.reopen, actor=cup.organizer, match_id=match.id, now=make.soon(0))
    affected = [entry["match"] for entry in preview["affected"]]
    assert cup.knockout(1).id in affected and match.id in affected
    outcomes.reopen(actor=cup.organizer, match_id=match.id, now=make.soon(0))
    assert cup.knockout(1).participant1_id is None


def test_a_group_match_stays_closed_once_the_knockout_has_begun():
    cup = Groups()
    cup.play_group("A")
    cup.play_group("B")
    matches.start(actor=cup.organizer, match_id=cup.knockout(1).id, now=make.soon(0))
    match = make.rows(Match, bracket_id=cup.bracket_id, group_name="A")[0]
    assert previews.preview(outcomes.reopen, actor=cup.organizer, match_id=match.id, now=make.soon(0))[
        "blocked_by"
    ]
    with pytest.raises(Refused, match="M1"):
        outcomes.reopen(actor=cup.organizer, match_id=match.id, now=make.soon(0))


@pytest.mark.parametrize(
    "options",
    [
        {"from": 999_999, "slots": [{"group": "A", "rank": 1}]},
        {"slots": [{"group": "A", "rank": 1}]},
        {"from": None, "slots": [{"group": "Z", "rank": 1}, {"group": "A", "rank": 1}]},
        {"from": None, "slots": [{"group": "A", "rank": 1}, {"group": "A", "rank": 1}]},
    ],
)
def test_slots_that_cannot_be_are_refused(options):
    cup = Cup(6, "round_robin", groups=2)
    if "from" in options and options["from"] is None:
        options = {**options, "from": cup.bracket_id}
    with pytest.raises(InvalidInput):
        brackets.generate_bracket(
            actor=cup.organizer,
            tournament_id=cup.tournament.id,
            name="Knockout",
            format="single_elimination",
            now=make.soon(0),
            options=options,
        )


def test_the_best_third_plays_too():
    cup = Cup(6, "round_robin", groups=2, draws=True)
    knockout = brackets.generate_bracket(
        actor=cup.organizer,
        tournament_id=cup.tournament.id,
        name="Knockout",
        format="single_elimination",
        now=make.soon(0),
        options={"from": cup.bracket_id, "slots": [{"group": "A", "rank": 1}, {"rank": 3, "best": 1}]},
    )
    [final] = make.rows(Match, bracket_id=knockout)
    assert final.slot2_label == "No. 1 of the 3rd-placed"
    for match in make.rows(Match, bracket_id=cup.bracket_id):
        goals = 3 if match.group_name == "A" else 1
        better_first = match.participant1_id < match.participant2_id
        cup.play(match.match_number, *((goals, 0) if better_first else (0, goals)))
    # Both thirds lost all; the third of B conceded less.
    assert make.fresh(final).participant2_id == cup.teams[5].id


def test_a_bracket_is_deleted_before_it_begins_and_another_made():
    cup = Cup(4)
    delete = {"actor": cup.organizer, "tournament_id": cup.tournament.id, "now": make.soon(0)}
    brackets.delete_bracket(bracket_id=cup.bracket_id, **delete)
    assert cup.bracket.is_deleted and all(m.is_deleted for m in make.rows(Match, bracket_id=cup.bracket_id))
    with pytest.raises(NotFound):
        brackets.delete_bracket(bracket_id=cup.bracket_id, **delete)
    begun = Cup(4)
    begun.do(matches.start, 1)
    with pytest.raises(Refused, match="M1 is LIVE"):
        brackets.delete_bracket(
            actor=begun.organizer,
            tournament_id=begun.tournament.id,
            bracket_id=begun.bracket_id,
            now=make.soon(0),
        )


def test_groups_that_fill_a_knockout_stay():
    cup = Groups()
    delete = {"actor": cup.organizer, "tournament_id": cup.tournament.id, "now": make.soon(0)}
    with pytest.raises(Refused, match="takes its entrants"):
        brackets.delete_bracket(bracket_id=cup.bracket_id, **delete)
    brackets.delete_bracket(bracket_id=cup.knockout_id, **delete)
    brackets.delete_bracket(bracket_id=cup.bracket_id, **delete)
