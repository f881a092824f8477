"""GET /api/tournaments/matches/: filters, orders and pages."""

from datetime import timedelta

import pytest

from tests import factories
from tests.api.around import assert_constant_queries
from tests.api.support import MATCHES, assert_problem

ROW = {
    "id", "tournament", "tournament_name", "bracket", "bracket_name", "round_number", "match_number", "state",
    "state_display", "participant1_id", "participant1_name", "participant2_id", "participant2_name",
    "participant1_score", "participant2_score", "winner_id", "scheduled_time", "started_at", "completed_at",
}  # fmt: skip


@pytest.fixture
def listed(app, api_client):
    """Ask the list, as nobody unless told otherwise."""

    def ask(user=None, **query):
        return api_client(user).get(MATCHES, query_string=query)

    return ask


def ids(response):
    assert response.status_code == 200, response.text
    return [row["id"] for row in response.json["results"]]


def test_list_has_exactly_the_published_fields(listed):
    match = factories.match(state="COMPLETED")
    (row,) = listed().json["results"]
    assert row.keys() == ROW
    assert row["state_display"] == "Completed"
    assert row["winner_id"] == match.participant1_id
    assert row["scheduled_time"].endswith("Z")
    assert "." not in row["scheduled_time"]


def test_list_shows_an_open_side_as_null_and_an_empty_name(listed):
    factories.match(state="SCHEDULED", participant2=None)
    (row,) = listed().json["results"]
    assert (row["participant2_id"], row["participant2_name"]) == (None, "")
    assert (row["participant1_score"], row["winner_id"]) == (None, None)


def test_list_filters_by_each_id(listed):
    tournament = factories.tournament()
    bracket = factories.bracket(tournament)
    station = factories.station(tournament)
    coordinator = factories.user()
    match = factories.match(
        tournament,
        bracket_id=bracket.id,
        station_id=station.id,
        coordinator_id=coordinator.id,
        round_number=3,
    )
    factories.match()
    for name, value in {
        "tournament": tournament.id,
        "bracket": bracket.id,
        "station": station.id,
        "coordinator": coordinator.id,
        "participant": match.participant2_id,
        "round_number": 3,
    }.items():
        assert ids(listed(**{name: value})) == [match.id], name


@pytest.mark.parametrize(
    "states", [["LIVE", "READY"], ["LIVE,READY"], ["live, ready"], ["Live", "ready,LIVE"]], ids=str
)
def test_list_takes_several_states_in_either_case(listed, states):
    tournament = factories.tournament()
    wanted = [factories.match(tournament, state).id for state in ("LIVE", "READY")]
    factories.match(tournament, "SCHEDULED")
    assert sorted(ids(listed(state=states))) == wanted


def test_list_filters_by_time_with_any_offset(listed):
    match = factories.match()
    time = match.scheduled_time
    in_india = (time + timedelta(hours=5, minutes=30)).strftime("%Y-%m-%dT%H:%M:%S+05:30")
    assert ids(listed(scheduled_time__gte=in_india, scheduled_time__lte=time.isoformat())) == [match.id]
    assert ids(listed(scheduled_time__gte=(time + timedelta(seconds=1)).isoformat())) == []
    assert ids(listed(scheduled_time__lte=(time - timedelta(seconds=1)).isoformat())) == []


def test_list_takes_an_unescaped_plus_in_a_time(app, api_client):
    match = factories.match()
    time = match.scheduled_time.strftime("%Y-%m-%dT%H:%M:%S+00:00")
    assert ids(api_client().get(f"{MATCHES}?scheduled_time__gte={time}")) == [match.id]


def test_list_searches_participants_by_part_of_their_name(listed):
    tournament = factories.tournament()
    falcons = factories.participant(tournament, "Night Falcons 100%")
    match = factories.match(tournament, participant2=falcons)
    factories.match(tournament)
    assert ids(listed(search="falc")) == [match.id]
    assert ids(listed(search="100%")) == [match.id]
    assert ids(listed(search="%%")) == []


def test_list_is_ordered_by_newest_first_and_ties_by_id(listed):
    made = factories.matches(factories.tournament(), 3, created_at=factories.soon(-5))
    newer = factories.match(created_at=factories.soon(-1))
    assert ids(listed()) == [newer.id, *[row.id for row in reversed(made)]]
    assert ids(listed(ordering="created_at")) == [*[row.id for row in made], newer.id]


def test_list_orders_states_by_lifecycle(listed):
    tournament = factories.tournament()
    states = ["CANCELLED", "LIVE", "SCHEDULED", "COMPLETED", "READY"]
    made = {state: factories.match(tournament, state).id for state in states}
    lifecycle = [made[state] for state in ("SCHEDULED", "READY", "LIVE", "COMPLETED", "CANCELLED")]
    assert ids(listed(ordering="state")) == lifecycle
    assert ids(listed(ordering="-state")) == lifecycle[::-1]


def test_list_puts_matches_without_a_time_last_either_way(listed):
    tournament = factories.tournament()
    early, late = factories.matches(tournament, 2)
    unscheduled = factories.match(tournament, "SCHEDULED", scheduled_time=None, check_in_deadline=None)
    assert ids(listed(ordering="scheduled_time")) == [early.id, late.id, unscheduled.id]
    assert ids(listed(ordering="-scheduled_time")) == [late.id, early.id, unscheduled.id]


def test_list_takes_several_orders(listed):
    tournament = factories.tournament()
    first = factories.match(tournament, round_number=2, match_number=1)
    second = factories.match(tournament, round_number=1, match_number=2)
    third = factories.match(tournament, round_number=2, match_number=3)
    assert ids(listed(ordering="round_number,-created_at")) == [second.id, third.id, first.id]


def test_list_pages_link_to_their_neighbours_and_keep_the_filters(listed, api_client):
    tournament = factories.tournament()
    factories.matches(tournament, 5)
    middle = listed(tournament=tournament.id, page=2, page_size=2, ordering="created_at").json
    assert (middle["count"], len(middle["results"])) == (5, 2)
    for link, size in ((middle["next"], 1), (middle["previous"], 2)):
        assert f"tournament={tournament.id}" in link
        answer = api_client().get(link)
        assert len(answer.json["results"]) == size
    first = listed(page_size=5).json
    assert (first["next"], first["previous"]) == (None, None)


def test_list_has_20_rows_a_page_and_never_more_than_100(listed):
    factories.matches(factories.tournament(), 101)
    assert len(listed().json["results"]) == 20
    assert len(listed(page_size=100000000000000000000000).json["results"]) == 100


@pytest.mark.parametrize("page", ["2", "99999999999", "9" * 30])
def test_list_has_no_page_past_the_end(listed, page):
    factories.match()
    assert_problem(listed(page=page), 404)


def test_list_of_nothing_has_one_empty_page(listed):
    response = listed()
    assert response.json == {"count": 0, "next": None, "previous": None, "results": []}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("page", "0"), ("page", "-1"), ("page", "two"), ("page", ""), ("page_size", "0"), ("page_size", "x"),
        ("page_size", "1.5"), ("tournament", "abc"), ("tournament", "1.0"), ("bracket", "1;drop"),
        ("participant", "one"), ("coordinator", "\x00"), ("station", "١"), ("round_number", "first"),
        ("state", "STARTED"), ("state", "LIVE,NOPE"), ("scheduled_time__gte", "yesterday"),
        ("scheduled_time__gte", "2026-06-11T18:00:00"), ("scheduled_time__lte", "2026-02-30T00:00:00Z"),
        ("scheduled_time__lte", "2026-06-11"), ("scheduled_time__gte", "0001-01-01T00:00:00+14:00"),
        ("ordering", "name"), ("ordering", "--state"), ("search", "a\x00b"), ("search", "x" * 101),
    ],
)  # fmt: skip
def test_list_names_the_filter_that_is_malformed(listed, name, value):
    assert_problem(listed(**{name: value}), 400, name)


@pytest.mark.parametrize("value", ["999999", "9" * 40, "-1", "0"])
def test_list_is_empty_for_an_id_that_no_row_has(listed, value):
    factories.match()
    for name in ("tournament", "bracket", "participant", "coordinator", "station", "round_number"):
        assert ids(listed(**{name: value})) == [], name


def test_list_ignores_unknown_parameters_and_empty_filters(listed):
    match = factories.match()
    assert ids(listed(colour="blue", tournament="", state="", search="", ordering="")) == [match.id]


def test_list_hides_private_tournaments_from_those_outside(app, listed):
    scene = factories.scene(is_public=False)
    for role in ("stranger", "anonymous"):
        person = scene.person(role)
        assert ids(listed(person)) == []
        assert ids(listed(person, tournament=scene.tournament.id)) == []
        assert ids(listed(person, participant=scene.team1.id)) == []
    for role in ("organizer", "coordinator", "player1", "admin"):
        assert ids(listed(scene.person(role))) == [scene.match.id], role


def test_list_hides_deleted_matches_and_tournaments(listed):
    factories.match(is_deleted=True)
    factories.match(factories.tournament(is_deleted=True))
    assert ids(listed()) == []


def test_list_refuses_other_verbs(app, api_client):
    client = api_client(factories.user())
    for call in (client.post(MATCHES, {}), client.patch(MATCHES, {}), client.delete(MATCHES)):
        assert_problem(call, 405)
        assert "GET" in call.headers["Allow"]


@pytest.mark.parametrize("role", ["stranger", "anonymous"])
def test_list_takes_as_many_queries_for_30_rows_as_for_1(app, api_client, role):
    tournament = factories.tournament()
    client = api_client(factories.user() if role == "stranger" else None)
    assert_constant_queries(app, client, MATCHES, lambda rows: factories.matches(tournament, rows))
