"""POST /api/tournaments/{id}/matches/: matches made by hand."""

import pytest

from app.models import Match
from tests import factories
from tests.api.around import address, assert_untouched, only_audit
from tests.api.support import assert_problem, url


@pytest.fixture
def of(app):
    return factories.tournament()


@pytest.fixture
def organizer(api_client, of):
    return api_client(factories.staff(of))


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
