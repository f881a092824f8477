"""Brackets, and matches made by hand."""

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
from tests.api.support import assert_problem, url

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


@pytest.mark.parametrize("format", ["double_elimination", "round_robin", "swiss"])
def test_generate_says_which_format_it_knows(of, organizer, format):
    factories.participants(of, 4)
    assert_problem(generate(organizer, of, format=format), 400, "format", says="single_elimination")
    assert factories.rows(Bracket) == []


@pytest.mark.parametrize("entrants", [0, 1, 3, 6])
def test_generate_takes_powers_of_two_only(of, organizer, entrants):
    factories.participants(of, entrants)
    assert_problem(generate(organizer, of), 400, "participants")
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
        ({"options": {"tiebreaks": ["coin"]}}, "options.tiebreaks.0"),
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
    late, *_ = teams
    factories.change(late, seed=9)

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
        (2, teams[1].id, 1),
        (2, teams[0].id, 1),
        (4, teams[3].id, 0),
    ]
    assert group["standings"][0]["tiebreaks"] == {"score_difference": 2, "score_for": 2}


def test_a_table_counts_points_as_the_bracket_says(of, api_client):
    bracket = factories.bracket(of, format="swiss", options={"points": {"win": 2, "loss": 1}})
    factories.match(of, "COMPLETED", bracket_id=bracket.id, section="swiss")
    (group,) = api_client().get(address(of, f"brackets/{bracket.id}/")).json["groups"]
    assert group["name"] == ""
    assert [row["points"] for row in group["standings"]] == [2, 1]


def test_next_round_is_for_swiss_brackets_without_open_matches(of, organizer):
    knockout = factories.bracket(of)
    response = organizer.post(address(of, f"brackets/{knockout.id}/next-round/"))
    assert_problem(response, 400, says="swiss")
    swiss = factories.bracket(of, format="swiss")
    factories.match(of, "LIVE", bracket_id=swiss.id, section="swiss", match_number=7)
    problem = assert_problem(organizer.post(address(of, f"brackets/{swiss.id}/next-round/")), 409)
    assert problem["changes"] == ["M7 is LIVE."]
    done = factories.bracket(of, format="swiss")
    factories.match(of, "COMPLETED", bracket_id=done.id, section="swiss")
    assert_problem(organizer.post(address(of, f"brackets/{done.id}/next-round/")), 400, says="by hand")
    assert_problem(organizer.post(address(of, f"brackets/{done.id}/next-round/"), {"x": 1}), 400, "x")
    assert_untouched(of)


def test_a_match_is_made_by_hand(of, organizer):
    one, two = factories.participants(of, 2)
    bracket = factories.bracket(of)
    time = factories.soon(90)
    response = organizer.post(
        address(of, "matches/"),
        {
            "round_number": 2,
            "match_number": 7,
            "participant1_id": one.id,
            "participant2_id": two.id,
            "scheduled_time": time.isoformat(),
            "bracket": bracket.id,
        },
    )
    assert response.status_code == 201, response.text
    match = response.json
    assert response.headers["Location"] == f"/api/tournaments/matches/{match['id']}/"
    assert (match["round_number"], match["match_number"], match["bracket"]) == (2, 7, bracket.id)
    assert (match["state"], match["version"], match["tournament_slug"]) == ("SCHEDULED", 1, of.slug)
    assert match["scheduled_time"] == time.strftime("%Y-%m-%dT%H:%M:%SZ")
    audit = only_audit(of, "MATCH_CREATE")
    assert audit.match_id == match["id"]
    assert [event.type for event in factories.events(tournament_id=of.id)] == ["match.created"]
    assert organizer.get(response.headers["Location"]).json == match


def test_a_match_made_by_hand_needs_nothing(of, organizer):
    numbers = [organizer.post(address(of, "matches/")).json["match_number"] for _ in range(2)]
    assert numbers == [1, 2]


def test_a_match_made_by_hand_without_check_in_is_ready(api_client):
    of = factories.tournament(enable_check_in=False)
    one, two = factories.participants(of, 2)
    body = {"participant1_id": one.id, "participant2_id": two.id}
    assert api_client(factories.staff(of)).post(address(of, "matches/"), body).json["state"] == "READY"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"round_number": 0}, "round_number"),
        ({"round_number": "1"}, "round_number"),
        ({"match_number": -1}, "match_number"),
        ({"match_number": 2**31}, "match_number"),
        ({"match_number": None}, "match_number"),
        ({"participant1_id": 2**31 - 1}, "participant1_id"),
        ({"participant2_id": "x"}, "participant2_id"),
        ({"scheduled_time": "2020-01-01T00:00:00Z"}, "scheduled_time"),
        ({"scheduled_time": "2030-01-01T00:00:00"}, "scheduled_time"),
        ({"scheduled_time": "tomorrow"}, "scheduled_time"),
        ({"scheduled_time": 1}, "scheduled_time"),
        ({"bracket": 2**31 - 1}, "bracket"),
        ({"state": "LIVE"}, "state"),
    ],
)
def test_a_match_made_by_hand_refuses_bad_input_by_field(of, organizer, body, field):
    assert_problem(organizer.post(address(of, "matches/"), body), 400, field)
    assert factories.rows(Match) == []
    assert_untouched(of)


def test_a_match_made_by_hand_takes_only_what_is_of_its_tournament(of, organizer):
    other = factories.tournament()
    team, bracket = factories.participant(other), factories.bracket(other)
    own = factories.participant(of)
    where = address(of, "matches/")
    assert_problem(organizer.post(where, {"participant1_id": team.id}), 400, "participant1_id")
    assert_problem(organizer.post(where, {"bracket": bracket.id}), 400, "bracket")
    twice = {"participant1_id": own.id, "participant2_id": own.id}
    assert_problem(organizer.post(where, twice), 400, "participant2_id")


def test_match_numbers_are_unique_in_a_bracket(of, organizer):
    bracket = factories.bracket(of)
    match = factories.match(of, bracket_id=bracket.id)
    body = {"bracket": bracket.id, "match_number": match.match_number}
    assert_problem(organizer.post(address(of, "matches/"), body), 400, "match_number")
    assert organizer.get(url(match)).status_code == 200


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
    max_leaves=4,
)
OPTIONS = ["third_place", "best_of", "seeding", "points", "tiebreaks", "groups", "x"]


@examples(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    options=st.dictionaries(st.sampled_from(OPTIONS), JSON, max_size=3) | JSON,
    participants=st.lists(st.integers(), max_size=4) | JSON,
)
def test_no_options_break_anything(app, api_client, options, participants):
    of = factories.tournament()
    client = api_client(factories.staff(of))
    factories.participants(of, 2)
    assert generate(client, of, options=options).status_code in (201, 400)
    assert generate(client, of, participants=participants).status_code in (201, 400)
