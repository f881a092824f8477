"""/api/tournaments/matches/{id}/lobby-seen/ and rotate-code/, and the settings that hide a lobby."""

import pytest

from tests import factories
from tests.api.support import assert_problem, assert_unchanged, url


@pytest.fixture
def scene(app):
    return factories.scene(
        match_columns={"lobby": {"room_code": "OLD"}, "lobby_updated_at": factories.soon(-9)}
    )


def test_a_side_says_that_it_saw_the_code_and_staff_reads_it(scene, api_client):
    player, desk = api_client(scene.player1), api_client(scene.organizer)
    updated_at = player.get(url(scene.match)).json["lobby_info"]["updated_at"]
    assert player.post(url(scene.match, "lobby-seen"), {"updated_at": updated_at}).json == {"is_news": True}
    assert player.post(url(scene.match, "lobby-seen"), {}).json == {"is_news": False}
    page = desk.get(url(scene.match, "lobby-seen")).json
    assert page["count"] == 2
    assert [(row["username"], row["participant_id"], row["seen_at"] is None) for row in page["results"]] == [
        (scene.player1.username, scene.team1.id, False),
        (scene.player2.username, scene.team2.id, True),
    ]


def test_a_code_that_is_not_shown_is_not_seen(scene, api_client):
    factories.change(scene.match, lobby={})
    assert_problem(api_client(scene.player1).post(url(scene.match, "lobby-seen"), {}), 400)


@pytest.mark.parametrize("body", [{"updated_at": 5}, {"updated_at": "x" * 41}, {"seen": True}, []])
def test_other_bodies_are_refused(scene, api_client, body):
    assert_problem(api_client(scene.player1).post(url(scene.match, "lobby-seen"), body), 400)


def test_a_stranger_says_nothing(scene, api_client):
    assert api_client(scene.stranger).post(url(scene.match, "lobby-seen"), {}).status_code == 403


def test_rotating_answers_with_another_code(scene, api_client):
    response = api_client(scene.organizer).post(url(scene.match, "rotate-code"), {})
    assert response.status_code == 200
    code = response.json["lobby_info"]["room_code"]
    assert (
        code != "OLD"
        and api_client(scene.player2).get(url(scene.match)).json["lobby_info"]["room_code"] == code
    )
    (row,) = factories.audit_rows(match_id=scene.match.id)
    assert row.action == "MATCH_LOBBY_UPDATE" and code not in str(row.meta)


def test_rotating_the_version_that_was_not_seen_is_refused(scene, api_client):
    client = api_client(scene.organizer)
    response = client.request("POST", url(scene.match, "rotate-code"), json={}, headers={"If-Match": '"7"'})
    assert response.status_code in (409, 412)
    assert_unchanged(scene.match)


def test_the_policy_is_a_setting(scene, api_client):
    address = f"/api/tournaments/{scene.tournament.id}/"
    client = api_client(scene.organizer)
    before = client.get(address).json
    assert (before["lobby_reveal"], before["lobby_reveal_minutes"]) == ("at_once", 15)
    changed = client.patch(address, {"lobby_reveal": "MINUTES_BEFORE", "lobby_reveal_minutes": 0})
    assert (changed.json["lobby_reveal"], changed.json["lobby_reveal_minutes"]) == ("minutes_before", 0)


@pytest.mark.parametrize(
    ("field", "value"),
    [("lobby_reveal", "never"), ("lobby_reveal", None), ("lobby_reveal_minutes", -1),
     ("lobby_reveal_minutes", 1441), ("lobby_reveal_minutes", "15")],
)  # fmt: skip
def test_other_policies_are_refused_by_name(scene, api_client, field, value):
    address = f"/api/tournaments/{scene.tournament.id}/"
    assert_problem(api_client(scene.organizer).patch(address, {field: value}), 400, field)
