"""Lobby secrets, over everything that the API says, for every role."""

import pytest

from tests import factories
from tests.api.support import MATCHES, ROLES, client_of, url

SECRETS = {
    "room_code": "CODE-XYZZY",
    "room_id": "ID-XYZZY",
    "room_password": "PASS-XYZZY",
    "lobby_code": "LOBBY-XYZZY",
    "match_id": "MATCH-XYZZY",
    "notes": "NOTES-XYZZY",
}
OPEN = {"region": "EU", "map": "Haven", "mode": "Spike", "draft_mode": "Ban"}
INSIDE = ("admin", "organizer", "coordinator", "player1", "player2")


@pytest.fixture
def scene(app):
    return factories.scene(
        match_columns={"lobby": {**SECRETS, **OPEN}, "lobby_updated_at": factories.soon(-9)}
    )


@pytest.mark.parametrize("role", ROLES)
def test_detail_shows_the_lobby_whole_to_those_inside_only(scene, api_client, role):
    lobby = client_of(api_client, scene, role).get(url(scene.match)).json["lobby_info"]
    if role in INSIDE:
        assert {**SECRETS, **OPEN}.items() <= lobby.items()
        assert {"updated_at", "coordinator_id"} <= lobby.keys()
    else:
        assert lobby == OPEN


@pytest.mark.parametrize("role", [role for role in ROLES if role not in INSIDE])
def test_nothing_else_gives_a_secret_away(scene, api_client, role):
    api_client(scene.organizer).patch(url(scene.match, "lobby"), {"room_code": "NEWER-XYZZY"})
    client = client_of(api_client, scene, role)
    answers = [
        client.get(MATCHES),
        client.get(f"{MATCHES}?search=XYZZY"),
        client.get(url(scene.match)),
        client.get(url(scene.match, "history")),
        client.get(url(scene.match, "results")),
        client.patch(url(scene.match, "lobby"), {"map": "Bind"}),
        client.post(url(scene.match, "start")),
    ]
    for answer in answers:
        assert "XYZZY" not in answer.text, answer.request.path


def test_the_whole_history_holds_no_secret_value_either(scene, api_client):
    client = api_client(scene.organizer)
    client.patch(url(scene.match, "lobby"), {"room_code": "NEWER-XYZZY"})
    history = client.get(url(scene.match, "history"))
    assert "MATCH_LOBBY_UPDATE" in history.text
    assert "XYZZY" not in history.text


@pytest.mark.parametrize("role", ["player1", "coordinator"])
def test_a_role_in_one_match_opens_no_other(scene, api_client, role):
    other = factories.match(scene.tournament, lobby=SECRETS)
    response = client_of(api_client, scene, role).get(url(other))
    assert response.json["lobby_info"] == {}
    assert "XYZZY" not in response.text


def test_leaving_a_side_closes_its_lobby(scene, api_client):
    from app.models import ParticipantMember

    client = api_client(scene.player1)
    assert "XYZZY" in client.get(url(scene.match)).text
    (membership,) = factories.rows(ParticipantMember, participant_id=scene.team1.id)
    with factories.session(writes=True) as its:
        its.delete(its.get_one(ParticipantMember, membership.id))
    assert "XYZZY" not in client.get(url(scene.match)).text
