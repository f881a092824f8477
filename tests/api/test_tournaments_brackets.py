"""/api/tournaments/{id}/brackets/."""

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from app.models import Bracket, Match
from tests import factories
from tests.api.around import (
    address,
    assert_constant_queries,
    assert_untouched,
    counted_statements,
    only_audit,
)
from tests.api.support import assert_problem

ROW_KEYS = {
    "id", "tournament", "tournament_name", "bracket", "bracket_name", "round_number", "match_number", "state",
    "state_display", "participant1_id", "participant1_name", "participant2_id", "participant2_name",
    "participant1_score", "participant2_score", "winner_id", "scheduled_time", "started_at", "completed_at",
}  # fmt: skip
STANDING_KEYS = {
    "rank", "participant_id", "participant_name", "played", "won", "drawn", "lost", "score_for", "score_against",
    "points", "tiebreaks",
}  # fmt: skip


@pytest.fixture
def of(app):
    return factories.tournament()


@pytest.fixture
def organizer(api_client, of):
    return api_client(factories.staff(of))


def generate(client, of, **body):
    return client.post(address(of, "brackets/"), {"name": "Main", "format": "single_elimination", **body})


def test_generate_makes_a_bracket_with_all_its_matches(of, organizer):
    teams = factories.participants(of, 4)
    response = generate(organizer, of)
    assert response.status_code == 201, response.text
    bracket = response.json
    assert response.headers["Location"] == address(of, f"brackets/{bracket['id']}/")
    assert (bracket["name"], bracket["format"], bracket["status"]) == ("Main", "single_elimination", "ready")
    assert (bracket["champion_id"], bracket["groups"], bracket["options"]) == (None, [], {})
    first, second, final = bracket["matches"]
    assert set(final) == ROW_KEYS | {"section", "group", "winner_to", "loser_to"}
    sides = [(match["participant1_id"], match["participant2_id"]) for match in bracket["matches"]]
    assert sides == [(teams[0].id, teams[3].id), (teams[1].id, teams[2].id), (None, None)]
    assert [match["match_number"] for match in bracket["matches"]] == [1, 2, 3]
    assert first["winner_to"] == {"match": final["id"], "slot": 1}
    assert second["winner_to"] == {"match": final["id"], "slot": 2}
    assert (final["winner_to"], first["loser_to"]) == (None, None)
    assert (first["section"], final["section"], final["group"]) == ("upper", "final", "")
    assert only_audit(of, "BRACKET_GENERATE").meta["bracket_id"] == bracket["id"]
    assert organizer.get(response.headers["Location"]).json == bracket


def test_generate_takes_third_place_lengths_and_the_participants_in_seed_order(of, organizer):
    teams = factories.participants(of, 6)
    chosen = [teams[place].id for place in (5, 4, 3, 2)]
    options = {"third_place": True, "best_of": {"1": 3, "2": 5}, "seeding": "given"}
    bracket = generate(organizer, of, participants=chosen, options=options).json
    assert bracket["options"] == options
    assert bracket["matches"][0]["participant1_id"] == chosen[0]
    third = next(match for match in bracket["matches"] if match["section"] == "third_place")
    assert bracket["matches"][0]["loser_to"] == {"match": third["id"], "slot": 1}
    lengths = {row.round_number: row.best_of for row in factories.rows(Match)}
    assert lengths == {1: 3, 2: 5}


def test_generate_leaves_out_who_withdrew(of, organizer):
    factories.participants(of, 2)
    factories.participant(of, withdrawn_at=factories.soon(-5))
    assert len(generate(organizer, of).json["matches"]) == 1


@pytest.mark.parametrize(
    ("format", "entrants", "matches", "sections", "tables"),
    [
        ("single_elimination", 6, 5, {"upper", "final"}, 0),
        ("double_elimination", 4, 6, {"upper", "lower", "final"}, 0),
        ("round_robin", 4, 6, {"group"}, 1),
        ("swiss", 4, 2, {"swiss"}, 1),
    ],
)
def test_generate_knows_every_format(of, organizer, format, entrants, matches, sections, tables):
    teams = factories.participants(of, entrants)
    response = generate(organizer, of, format=format)
    assert response.status_code == 201, response.text
    bracket = response.json
    assert bracket["format"] == format
    assert len(bracket["matches"]) == matches
    assert {match["section"] for match in bracket["matches"]} == sections
    assert [group["name"] for group in bracket["groups"]] == [""] * tables
    for group in bracket["groups"]:
        assert [row["participant_id"] for row in group["standings"]] == [team.id for team in teams]


def test_generate_takes_the_options_of_groups(of, organizer):
    factories.participants(of, 8)
    options = {
        "groups": 2,
        "legs": 2,
        "draws": True,
        "points": {"win": 2, "draw": 0.5, "loss": 0},
        "tiebreaks": ["wins", "head_to_head"],
    }
    bracket = generate(organizer, of, format="round_robin", options=options).json
    assert bracket["options"] == options
    assert [group["name"] for group in bracket["groups"]] == sorted({m["group"] for m in bracket["matches"]})
    assert set(bracket["groups"][0]["standings"][0]["tiebreaks"]) == {"wins", "head_to_head"}


def test_generate_fills_slots_from_the_tables_of_another_bracket(of, organizer):
    factories.participants(of, 4)
    groups = generate(organizer, of, format="round_robin", options={"groups": 2}).json
    names = [group["name"] for group in groups["groups"]]
    slots = [{"group": name, "rank": 1} for name in names]
    bracket = generate(organizer, of, options={"from": groups["id"], "slots": slots})
    assert bracket.status_code == 201, bracket.text
    (final,) = bracket.json["matches"]
    assert (final["participant1_id"], final["participant2_id"]) == (None, None)
    unknown = [{"group": "Nowhere", "rank": 1}, *slots]
    response = generate(organizer, of, options={"from": groups["id"], "slots": unknown})
    assert_problem(response, 400, "options")


@pytest.mark.parametrize("entrants", [0, 1])
def test_generate_needs_two_participants(of, organizer, entrants):
    factories.participants(of, entrants)
    for name in ("single_elimination", "double_elimination", "round_robin", "swiss"):
        assert_problem(generate(organizer, of, format=name), 400)
    assert factories.rows(Bracket) == []
    assert_untouched(of)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": None}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"format": "ladder"}, "format"),
        ({"format": 1}, "format"),
        ({"participants": [1, "2"]}, "participants.1"),
        ({"participants": [0]}, "participants.0"),
        ({"participants": 4}, "participants"),
        ({"participants": [2**31 - 2, 2**31 - 1]}, "participants"),
        ({"participants": None}, "participants"),
        ({"options": 1}, "options.non_field_errors"),
        ({"options": {"colour": "red"}}, "options.colour"),
        ({"options": {"best_of": 2}}, "options.best_of"),
        ({"options": {"best_of": True}}, "options.best_of"),
        ({"options": {"best_of": {"final": 3}}}, "options.best_of"),
        ({"options": {"best_of": {"1": 4}}}, "options.best_of"),
        ({"options": {"third_place": "yes"}}, "options.third_place"),
        ({"options": {"seeding": "magic"}}, "options.seeding"),
        ({"options": {"points": {"win": -1}}}, "options.points.win"),
        ({"options": {"points": {"win": "3"}}}, "options.points.win"),
        ({"options": {"points": {"loss": True}}}, "options.points.loss"),
        ({"options": {"tiebreaks": ["coin"]}}, "options.tiebreaks.0"),
        ({"options": {"tiebreaks": ["wins", "wins"]}}, "options"),
        ({"options": {"from": 1}}, "options"),
        ({"options": {"slots": []}}, "options.slots"),
        ({"options": {"slots": [{"rank": 1}, {"rank": 0}]}}, "options.slots.1.rank"),
        ({"options": {"from": 2**31 - 1, "slots": [{"rank": 1}, {"rank": 2}]}}, "options"),
        ({"options": {"groups": 0}}, "options.groups"),
        ({"options": {"draws": True}}, "options"),
        ({"rounds": 3}, "rounds"),
    ],
)
def test_generate_refuses_bad_input_by_field(of, organizer, body, field):
    factories.participants(of, 4)
    assert_problem(generate(organizer, of, **body), 400, field)
    assert factories.rows(Bracket) == []
    assert_untouched(of)


def test_generate_refuses_strangers_to_the_tournament_and_doubles(of, organizer):
    one, two = factories.participants(of, 2)
    foreign = factories.participant(factories.tournament())
    assert_problem(generate(organizer, of, participants=[one.id, foreign.id]), 400, "participants")
    assert_problem(
        generate(organizer, of, participants=[one.id, two.id, two.id, one.id]), 400, "participants"
    )


def test_list_goes_by_id_and_hides_deleted_ones(of, api_client):
    brackets = [factories.bracket(of) for _ in range(3)]
    factories.bracket(of, is_deleted=True)
    factories.bracket(factories.tournament())
    page = api_client().get(address(of, "brackets/"), query_string={"page_size": 2}).json
    assert (page["count"], [row["id"] for row in page["results"]]) == (3, [row.id for row in brackets[:2]])
    assert "matches" not in page["results"][0]
    assert_problem(api_client().get(address(of, "brackets/"), query_string={"page": 3}), 404)


def test_list_takes_as_many_queries_for_30_rows_as_for_1(app, of, api_client):
    assert_constant_queries(
        app, api_client(), address(of, "brackets/"), lambda n: [factories.bracket(of) for _ in range(n)]
    )


def test_a_bracket_shows_neither_deleted_matches_nor_ways_to_them(of, api_client):
    bracket = factories.bracket(of)
    final = factories.match(of, bracket_id=bracket.id, is_deleted=True)
    factories.match(of, bracket_id=bracket.id, winner_to_match_id=final.id, winner_to_slot=1)
    (match,) = api_client().get(address(of, f"brackets/{bracket.id}/")).json["matches"]
    assert match["winner_to"] is None
    deleted = factories.bracket(of, is_deleted=True)
    assert_problem(api_client().get(address(of, f"brackets/{deleted.id}/")), 404)


def test_a_bracket_takes_as_many_queries_for_30_matches_as_for_1(app, of, api_client):
    bracket = factories.bracket(of, format="round_robin")
    where = address(of, f"brackets/{bracket.id}/")
    numbers = iter(range(1, 100))

    def fill(count):
        for _ in range(count):
            factories.match(of, bracket_id=bracket.id, section="group", match_number=next(numbers))

    counts = []
    for more in (1, 29):
        fill(more)
        with counted_statements(app) as statements:
            assert len(api_client().get(where).json["matches"]) in (1, 30)
        counts.append(len(statements))
    assert counts[0] == counts[1]


def test_groups_have_tables_with_shared_ranks_in_seed_order(of, api_client):
    bracket = factories.bracket(of, format="round_robin")
    teams = factories.participants(of, 4)

    def played(one, two, score, **columns):
        winner = one if score[0] > score[1] else two if score[1] > score[0] else None
        loser = None if winner is None else two if winner is one else one
        factories.match(
            of,
            "COMPLETED",
            participant1=one,
            participant2=two,
            participant1_score=score[0],
            participant2_score=score[1],
            winner_id=winner and winner.id,
            loser_id=loser and loser.id,
            bracket_id=bracket.id,
            section="group",
            group_name="Group A",
            **columns,
        )

    played(teams[0], teams[1], (1, 1))
    played(teams[2], teams[3], (2, 0))
    document = api_client().get(address(of, f"brackets/{bracket.id}/")).json
    assert {match["group"] for match in document["matches"]} == {"Group A"}
    (group,) = document["groups"]
    assert group["name"] == "Group A"
    assert all(set(row) == STANDING_KEYS for row in group["standings"])
    ranks = [(row["rank"], row["participant_id"], row["points"]) for row in group["standings"]]
    assert ranks == [
        (1, teams[2].id, 3),
        (2, teams[0].id, 1),
        (2, teams[1].id, 1),
        (4, teams[3].id, 0),
    ]
    first = group["standings"][0]["tiebreaks"]
    assert (first["score_difference"], first["score_for"], first["wins"]) == (2, 2, 1)


def test_a_table_counts_points_as_the_bracket_says(of, api_client):
    bracket = factories.bracket(of, format="swiss", options={"points": {"win": 2, "loss": 1}})
    factories.match(of, "COMPLETED", bracket_id=bracket.id, section="swiss")
    (group,) = api_client().get(address(of, f"brackets/{bracket.id}/")).json["groups"]
    assert group["name"] == ""
    assert [row["points"] for row in group["standings"]] == [2, 1]


def test_next_round_pairs_a_swiss_bracket_once_its_matches_are_over(api_client):
    of = factories.tournament(enable_check_in=False)
    organizer = api_client(factories.staff(of))
    factories.participants(of, 4)
    bracket = generate(organizer, of, format="swiss").json
    where = address(of, f"brackets/{bracket['id']}/next-round/")
    problem = assert_problem(organizer.post(where), 409)
    assert problem["changes"] == ["M1 is still open.", "M2 is still open."]
    for match in bracket["matches"]:
        verbs = f"/api/tournaments/matches/{match['id']}/"
        organizer.post(f"{verbs}start/")
        score = {"participant1_score": 2, "participant2_score": 0}
        assert organizer.post(f"{verbs}submit-result/", score).status_code == 200
    response = organizer.post(where, {})
    assert response.status_code == 201, response.text
    assert response.headers["Location"] == address(of, f"brackets/{bracket['id']}/")
    assert [match["round_number"] for match in response.json["matches"]] == [1, 1, 2, 2]
    assert factories.audit_rows(action="BRACKET_NEXT_ROUND")[0].tournament_id == of.id


def test_next_round_is_for_swiss_brackets_only_and_takes_no_body(of, organizer):
    factories.participants(of, 4)
    knockout = factories.bracket(of)
    assert_problem(organizer.post(address(of, f"brackets/{knockout.id}/next-round/")), 400, says="swiss")
    assert_problem(organizer.post(address(of, f"brackets/{knockout.id}/next-round/"), {"x": 1}), 400, "x")
    assert_untouched(of)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
    max_leaves=4,
)
OPTIONS = [
    "third_place", "best_of", "seeding", "points", "tiebreaks", "groups", "legs", "rounds", "draws",
    "grand_final", "from", "slots", "x",
]  # fmt: skip


@examples(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    options=st.dictionaries(st.sampled_from(OPTIONS), JSON, max_size=3) | JSON,
    participants=st.lists(st.integers(), max_size=4) | JSON,
    format=st.sampled_from(["single_elimination", "double_elimination", "round_robin", "swiss"]),
)
def test_no_options_break_anything(app, api_client, options, participants, format):
    of = factories.tournament()
    client = api_client(factories.staff(of))
    factories.participants(of, 2)
    assert generate(client, of, options=options, format=format).status_code in (201, 400)
    assert generate(client, of, participants=participants, format=format).status_code in (201, 400)
