"""Generating brackets, on both databases."""

import pytest

from app.domain.errors import InvalidInput, NotAllowed, NotSignedIn
from app.domain.permissions import ANONYMOUS
from app.models import Bracket, Match
from app.services.brackets import generate_bracket
from tests import factories as make

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("app_context")]


def generate(tournament, actor=None, **changes):
    arguments = {
        "actor": actor or make.actor(make.staff(tournament)),
        "tournament_id": tournament.id,
        "name": "Main",
        "format": "single_elimination",
        "now": make.soon(0),
    }
    return generate_bracket(**{**arguments, **changes})


def stored(bracket_id):
    return sorted(make.rows(Match, bracket_id=bracket_id), key=lambda match: match.match_number)


def test_eight_in_seed_order():
    tournament = make.tournament(best_of=3)
    teams = make.participants(tournament, 8)
    bracket_id = generate(tournament)
    matches = stored(bracket_id)
    seeds = {team.id: team.seed for team in teams}
    assert [(seeds[m.participant1_id], seeds[m.participant2_id]) for m in matches[:4]] == [
        (1, 8), (4, 5), (2, 7), (3, 6),
    ]  # fmt: skip
    assert [m.match_number for m in matches] == list(range(1, 8))
    assert {m.best_of for m in matches} == {3} and {m.state for m in matches} == {"SCHEDULED"}
    assert [(m.winner_to_match_id, m.winner_to_slot) for m in matches[:2]] == [
        (matches[4].id, 1),
        (matches[4].id, 2),
    ]
    [row] = make.audit_rows(tournament_id=tournament.id)
    assert row.action == "BRACKET_GENERATE" and row.meta["matches"] == 7
    assert [event.type for event in make.events(tournament_id=tournament.id)] == ["bracket.updated"]


def test_participants_in_the_order_given():
    tournament = make.tournament(enable_check_in=False)
    teams = make.participants(tournament, 5)
    bracket_id = generate(tournament, participants=[teams[4].id, teams[2].id])
    [final] = stored(bracket_id)
    assert (final.participant1_id, final.participant2_id, final.section) == (
        teams[4].id,
        teams[2].id,
        "final",
    )
    assert final.state == "READY"


def test_best_of_by_round():
    tournament = make.tournament()
    make.participants(tournament, 4)
    bracket_id = generate(tournament, options={"best_of": {"2": 5}})
    assert [match.best_of for match in stored(bracket_id)] == [1, 1, 5]


def test_a_random_draw_keeps_its_seed():
    tournament = make.tournament()
    make.participants(tournament, 8)
    first = generate(tournament, options={"seeding": "random"})
    [bracket] = make.rows(Bracket, id=first)
    again = generate(tournament, options=bracket.options)
    assert [m.participant1_id for m in stored(first)] == [m.participant1_id for m in stored(again)]


def test_by_rank_whatever_the_order_given():
    tournament = make.tournament()
    teams = make.participants(tournament, 4)
    bracket_id = generate(
        tournament, participants=[team.id for team in teams[::-1]], options={"seeding": "rank"}
    )
    assert stored(bracket_id)[0].participant1_id == teams[0].id


def test_those_who_withdrew_are_left_out():
    tournament = make.tournament()
    teams = make.participants(tournament, 5)
    make.change(teams[1], withdrawn_at=make.soon(-5))
    assert len(stored(generate(tournament))) == 3
    with pytest.raises(InvalidInput, match="withdrew"):
        generate(tournament, participants=[teams[0].id, teams[1].id])


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "  "},
        {"name": "x" * 121},
        {"format": "ladder"},
        {"participants": [1, 1]},
        {"participants": [999_999, 999_998]},
        {"participants": []},
        {"options": {"best_of": 4}},
        {"options": {"best_of": {"1": 2}}},
        {"options": {"seeding": "alphabet"}},
    ],
)
def test_what_cannot_be_generated_leaves_nothing(wrong):
    tournament = make.tournament()
    make.participants(tournament, 4)
    with pytest.raises(InvalidInput):
        generate(tournament, **wrong)
    assert make.rows(Bracket) == [] and make.rows(Match) == [] and make.audit_rows() == []


@pytest.mark.parametrize("format", ["single_elimination", "double_elimination", "round_robin", "swiss"])
@pytest.mark.parametrize("size", [1, 1025])
def test_brackets_of_one_and_of_far_too_many_leave_nothing(format, size):
    tournament = make.tournament()
    make.participants(tournament, size)
    with pytest.raises(InvalidInput, match=f"2 to 1024 participants, not {size}"):
        generate(tournament, format=format)
    assert make.rows(Bracket) == [] and make.rows(Match) == [] and make.audit_rows() == []


def test_only_the_organizer_may():
    tournament = make.tournament()
    make.participants(tournament, 4)
    with pytest.raises(NotSignedIn):
        generate(tournament, ANONYMOUS)
    with pytest.raises(NotAllowed):
        generate(tournament, make.actor(make.user()))
