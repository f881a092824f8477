"""POST /api/tournaments/matches/bulk-schedule/, its preview, and its undo."""

from datetime import timedelta

import pytest

from tests import factories
from tests.api.support import MATCHES, assert_problem, client_of

BULK = f"{MATCHES}bulk-schedule/"


@pytest.fixture
def scene(app):
    return factories.scene("SCHEDULED")


@pytest.fixture
def matches(scene):
    return factories.matches(scene.tournament, 3)


def body(matches, minutes=600, **more):
    return {
        "match_ids": [match.id for match in matches],
        "scheduled_time": factories.soon(minutes).isoformat(),
        **more,
    }


def written(time):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")


def test_bulk_schedules_all_and_writes_one_row(scene, matches, api_client):
    time = factories.soon(600)
    response = api_client(scene.organizer).post(BULK, body(matches))
    assert response.status_code == 200
    ids = [match.id for match in matches]
    # The same two teams in three matches at once: allowed, and told.
    assert len(response.json["warnings"]) == 6
    assert {name: value for name, value in response.json.items() if name != "warnings"} == {
        "scheduled_count": 3,
        "scheduled_time": written(time),
        "match_ids": ids,
        "batch_id": response.json["batch_id"],
    }
    assert {factories.fresh(match).scheduled_time for match in matches} == {time}
    (row,) = factories.audit_rows(tournament_id=scene.tournament.id)
    assert row.action == "MATCH_BULK_SCHEDULE"
    expected = {
        "tournament_id": scene.tournament.id, "match_ids": ids, "scheduled_time": written(time), "count": 3,
    }  # fmt: skip
    assert row.meta == expected


def test_bulk_with_an_interval_goes_in_the_order_given(scene, matches, api_client):
    first = factories.soon(600)
    order = [matches[2], matches[0], matches[1]]
    api_client(scene.organizer).post(BULK, body(order, interval_minutes=25))
    times = [factories.fresh(match).scheduled_time for match in order]
    assert times == [first + timedelta(minutes=25 * place) for place in range(3)]


def test_bulk_preview_changes_nothing(scene, matches, api_client):
    closed = factories.match(scene.tournament, "COMPLETED")
    request = body([*matches[:2], closed], interval_minutes=10)
    response = api_client(scene.organizer).post(f"{BULK}?preview=true", request)
    assert response.status_code == 200
    first = factories.soon(600)
    assert response.json["changes"] == [
        {
            "match": match.id,
            "old": written(match.scheduled_time),
            "new": written(first + timedelta(minutes=10 * place)),
        }
        for place, match in enumerate(matches[:2])
    ]
    (refused,) = response.json["refused"]
    assert refused["match"] == closed.id
    assert "COMPLETED" in refused["why"]
    assert factories.audit_rows() == []
    assert factories.fresh(matches[0]).version == 1


def test_bulk_is_all_or_nothing(scene, matches, api_client):
    closed = factories.match(scene.tournament, "CANCELLED")
    response = api_client(scene.organizer).post(BULK, body([*matches, closed]))
    assert_problem(response, 400, says="CANCELLED")
    assert [factories.fresh(match).version for match in matches] == [1, 1, 1]
    assert factories.audit_rows() == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("match_ids", []), ("match_ids", "1,2"), ("match_ids", 1), ("match_ids", None), ("match_ids", [None]),
        ("match_ids", [1.5]), ("match_ids", ["1"]), ("match_ids", [True]), ("match_ids", [0]),
        ("match_ids", [2**63]), ("match_ids", [2**31]), ("match_ids", [[1]]), ("match_ids", [999999]),
        ("match_ids", list(range(1, 102))), ("scheduled_time", None), ("scheduled_time", "2020-01-01T00:00:00Z"),
        ("scheduled_time", "2099-01-01"), ("interval_minutes", -1), ("interval_minutes", "5"),
        ("interval_minutes", 10**9), ("interval_minutes", 1.5), ("surprise", 1),
    ],
)  # fmt: skip
def test_bulk_refuses_a_wrong_value_by_its_field(scene, matches, api_client, field, value):
    problem = assert_problem(api_client(scene.organizer).post(BULK, body(matches, **{field: value})), 400)
    too_large = isinstance(value, list) and 2**63 in value
    assert too_large or any(name.split(".")[0] == field for name in problem["errors"]), problem
    assert factories.audit_rows() == []


def test_bulk_names_the_match_that_stands_twice(scene, matches, api_client):
    response = api_client(scene.organizer).post(BULK, body([matches[0], matches[0]]))
    assert_problem(response, 400, "match_ids")


def test_bulk_needs_all_matches_to_be_of_one_tournament(scene, matches, api_client):
    other = factories.match(factories.tournament(scene.organizer), "SCHEDULED")
    assert_problem(api_client(scene.organizer).post(BULK, body([*matches, other])), 400, "match_ids")


def test_bulk_takes_100_matches(scene, api_client):
    matches = factories.matches(scene.tournament, 100)
    response = api_client(scene.organizer).post(BULK, body(matches, 6000))
    assert response.json["scheduled_count"] == 100


@pytest.mark.parametrize(
    ("role", "status"),
    [("admin", 200), ("coordinator", 403), ("player1", 403), ("stranger", 403), ("other_organizer", 403),
     ("anonymous", 401)],
)  # fmt: skip
@pytest.mark.parametrize("query", ["", "?preview=true"])
def test_bulk_by_each_role(scene, matches, api_client, role, status, query):
    response = client_of(api_client, scene, role).post(BULK + query, body(matches))
    assert response.status_code == status
    if status != 200:
        assert_problem(response, status)
        assert factories.audit_rows() == []


def test_bulk_tells_nothing_of_matches_that_one_may_not_see(scene, api_client):
    hidden = factories.scene("SCHEDULED", is_public=False)
    unknown = {**body([]), "match_ids": [hidden.match.id + 1000]}
    client = api_client(scene.stranger)
    told = [
        assert_problem(client.post(BULK, request), 400)["errors"]["match_ids"][0].rstrip("0123456789.")
        for request in (body([hidden.match]), unknown)
    ]
    assert told[0] == told[1]


def test_bulk_refuses_other_verbs(scene, api_client):
    assert_problem(api_client(scene.organizer).get(BULK), 405)


def test_bulk_refuses_a_preview_that_is_neither_true_nor_false(scene, matches, api_client):
    response = api_client(scene.organizer).post(f"{BULK}?preview=perhaps", body(matches))
    assert_problem(response, 400, "preview")
    assert factories.audit_rows() == []


def test_undo_takes_the_whole_batch_back(scene, matches, api_client):
    client = api_client(scene.organizer)
    batch = client.post(BULK, body(matches)).json["batch_id"]
    response = client.post(f"{BULK}{batch}/undo/")
    assert response.status_code == 200
    assert response.json == {"batch_id": batch, "match_ids": [match.id for match in matches]}
    assert [factories.fresh(match).scheduled_time for match in matches] == [
        match.scheduled_time for match in matches
    ]
    actions = [row.action for row in factories.audit_rows(tournament_id=scene.tournament.id)]
    assert actions == ["MATCH_BULK_SCHEDULE", "MATCH_BULK_UNDO"]
    assert_problem(client.post(f"{BULK}{batch}/undo/"), 409)


def test_undo_lists_the_matches_that_were_changed_since(scene, matches, api_client):
    client = api_client(scene.organizer)
    batch = client.post(BULK, body(matches)).json["batch_id"]
    client.patch(f"{MATCHES}{matches[1].id}/", {"stream_url": "https://twitch.tv/x"})
    problem = assert_problem(client.post(f"{BULK}{batch}/undo/"), 409)
    assert len(problem["changes"]) == 1
    assert str(matches[1].id) in problem["changes"][0]
    assert factories.fresh(matches[0]).scheduled_time != matches[0].scheduled_time


@pytest.mark.parametrize(
    ("role", "status"),
    [("admin", 200), ("coordinator", 403), ("player1", 403), ("stranger", 403), ("other_organizer", 403),
     ("anonymous", 401)],
)  # fmt: skip
def test_undo_by_each_role(scene, matches, api_client, role, status):
    batch = api_client(scene.organizer).post(BULK, body(matches)).json["batch_id"]
    response = client_of(api_client, scene, role).post(f"{BULK}{batch}/undo/")
    assert response.status_code == status


def test_undo_of_an_unknown_batch_is_not_found(scene, api_client):
    assert_problem(api_client(scene.organizer).post(f"{BULK}999999/undo/"), 404)
    assert_problem(api_client(scene.organizer).post(f"{BULK}{'9' * 30}/undo/"), 404)
    assert_problem(api_client(scene.organizer).get(f"{BULK}1/undo/"), 405)


def test_undo_of_a_batch_in_a_tournament_that_one_may_not_see_is_not_found(app, api_client):
    hidden = factories.scene("SCHEDULED", is_public=False)
    batch = api_client(hidden.organizer).post(BULK, body([hidden.match])).json["batch_id"]
    assert_problem(api_client(hidden.stranger).post(f"{BULK}{batch}/undo/"), 404)
