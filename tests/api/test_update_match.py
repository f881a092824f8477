"""PATCH /api/tournaments/matches/{id}/: time, stream, station, length."""

from datetime import timedelta

import pytest

from tests import factories
from tests.api.support import assert_problem, assert_unchanged, client_of, url


@pytest.fixture
def scene(app):
    return factories.scene("READY")


def test_update_answers_the_full_match_and_writes_one_row(scene, api_client):
    old, new = scene.match.scheduled_time, factories.soon(240)
    response = api_client(scene.organizer).patch(url(scene.match), {"scheduled_time": new.isoformat()})
    assert response.status_code == 200
    assert response.json["scheduled_time"] == new.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert response.json["check_in_deadline"] == (new - timedelta(minutes=30)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert response.json["version"] == scene.match.version + 1
    (row,) = factories.audit_rows(match_id=scene.match.id)
    assert (row.action, row.user_id) == ("MATCH_SCHEDULE", scene.organizer.id)
    assert row.meta == {
        "match_id": scene.match.id,
        "tournament_id": scene.tournament.id,
        "old_scheduled_time": old.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "new_scheduled_time": new.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }


def test_update_takes_any_offset_and_drops_fractions(scene, api_client):
    new = factories.soon(240)
    text = (new + timedelta(hours=9)).strftime("%Y-%m-%dT%H:%M:%S.987+09:00")
    response = api_client(scene.organizer).patch(url(scene.match), {"scheduled_time": text})
    assert response.status_code == 200
    assert factories.fresh(scene.match).scheduled_time == new


def test_a_time_may_be_far_ahead(scene, api_client):
    time = "2099-01-01T00:00:00Z"
    response = api_client(scene.organizer).patch(url(scene.match), {"scheduled_time": time})
    assert (response.status_code, response.json["scheduled_time"]) == (200, time)


def test_update_clears_a_time(scene, api_client):
    response = api_client(scene.organizer).patch(url(scene.match), {"scheduled_time": None})
    assert response.status_code == 200
    assert (response.json["scheduled_time"], response.json["check_in_deadline"]) == (None, None)


def test_update_in_check_in_clears_both_check_ins(app, api_client):
    scene = factories.scene("CHECK_IN")
    response = api_client(scene.organizer).patch(
        url(scene.match), {"scheduled_time": factories.soon(300).isoformat()}
    )
    assert response.json["state"] == "SCHEDULED"
    assert (response.json["participant1_checked_in"], response.json["participant2_checked_in"]) == (
        False,
    ) * 2


def test_update_of_everything_else(scene, api_client):
    station = factories.station(scene.tournament)
    body = {"stream_url": "https://twitch.tv/finals", "station_id": station.id, "best_of": 3}
    response = api_client(scene.organizer).patch(url(scene.match), body)
    assert response.status_code == 200
    assert body.items() <= response.json.items()
    cleared = api_client(scene.organizer).patch(url(scene.match), {"stream_url": "", "station_id": None})
    assert (cleared.json["stream_url"], cleared.json["station_id"]) == ("", None)


def test_update_to_what_stands_already_is_a_no_op(scene, api_client):
    body = {"scheduled_time": scene.match.scheduled_time.isoformat(), "best_of": 1, "stream_url": ""}
    for sent in (body, {}):
        response = api_client(scene.organizer).patch(url(scene.match), sent)
        assert response.status_code == 200
    assert_unchanged(scene.match)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("scheduled_time", "2020-01-01T00:00:00Z"), ("scheduled_time", "2099-01-01T00:00:00"),
        ("scheduled_time", "tomorrow"), ("scheduled_time", 1765000000), ("scheduled_time", True),
        ("scheduled_time", ""), ("scheduled_time", "9999-12-31T23:59:59-14:00"), ("scheduled_time", "2099-W01-1"),
        ("stream_url", "ftp://example.org/x"), ("stream_url", "javascript:alert(1)"), ("stream_url", "https://"),
        ("stream_url", "https://x.org/" + "a" * 200), ("stream_url", "https://x.org/a b"), ("stream_url", 5),
        ("stream_url", "http://[::1"), ("stream_url", "https://x.org/\u0007"), ("stream_url", "twitch.tv/me"),
        ("station_id", "1"), ("station_id", 999999), ("station_id", 2**31), ("station_id", 1.0),
        ("station_id", True), ("best_of", 2), ("best_of", "3"), ("best_of", None), ("best_of", -1),
        ("state", "LIVE"), ("winner_id", 1), ("version", 9),
    ],
)  # fmt: skip
def test_update_refuses_a_wrong_value_by_its_field(scene, api_client, field, value):
    assert_problem(api_client(scene.organizer).patch(url(scene.match), {field: value}), 400, field)
    assert_unchanged(scene.match)


def test_update_refuses_a_station_of_another_tournament(scene, api_client):
    elsewhere = factories.station(factories.tournament())
    response = api_client(scene.organizer).patch(url(scene.match), {"station_id": elsewhere.id})
    assert_problem(response, 400, "station_id")


@pytest.mark.parametrize("state", ["COMPLETED", "FORFEIT", "CANCELLED"])
def test_update_refuses_a_closed_match(app, api_client, state):
    scene = factories.scene(state)
    response = api_client(scene.organizer).patch(url(scene.match), {"stream_url": "https://twitch.tv/x"})
    assert_problem(response, 400, says=state)
    assert_unchanged(scene.match)


def test_update_refuses_another_length_once_live(app, api_client):
    scene = factories.scene("LIVE")
    assert_problem(api_client(scene.organizer).patch(url(scene.match), {"best_of": 3}), 400, says="LIVE")


@pytest.mark.parametrize(
    ("role", "status"),
    [("admin", 200), ("coordinator", 403), ("player1", 403), ("player2", 403), ("stranger", 403),
     ("other_organizer", 403), ("anonymous", 401)],
)  # fmt: skip
def test_update_by_each_role(scene, api_client, role, status):
    response = client_of(api_client, scene, role).patch(
        url(scene.match), {"stream_url": "https://twitch.tv/finals"}
    )
    assert response.status_code == status
    if status != 200:
        assert_problem(response, status)
        assert_unchanged(scene.match)


def test_update_tells_no_outsider_what_is_wrong_with_the_body(scene, api_client):
    assert_problem(api_client(scene.player1).patch(url(scene.match), {"nonsense": 1}), 403)
    assert_problem(api_client().patch(url(scene.match), {"nonsense": 1}), 401)
    assert_problem(api_client().patch(f"/api/tournaments/matches/{'9' * 50}/", {}), 401)


def test_update_refuses_other_verbs(scene, api_client):
    response = api_client(scene.organizer).request("PUT", url(scene.match), json={})
    assert_problem(response, 405)
    assert {"GET", "PATCH"} <= set(response.headers["Allow"].split(", "))
