"""Lobby secrets, over everything that the API says, for every role."""

import pytest

from app.exporters import WRITERS
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


POLICIES = ("at_once", "both_checked_in", "minutes_before")
STAFF = ("admin", "organizer", "coordinator")


def hiding_scene(policy, is_time=False, **columns):
    """A match whose policy hides the lobby from its sides, or has just shown it."""
    state = "SCHEDULED"
    match_columns = {
        "lobby": {**SECRETS, **OPEN},
        "lobby_updated_at": factories.soon(-9),
        "scheduled_time": factories.soon(10),
        "participant1_checked_in": is_time,
        "participant2_checked_in": is_time,
    }
    minutes = 15 if is_time else 5
    return factories.scene(
        state, match_columns=match_columns, lobby_reveal=policy, lobby_reveal_minutes=minutes, **columns
    )


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("is_time", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("role", ROLES)
def test_who_sees_the_lobby_by_policy(app, api_client, web_client, policy, is_time, role):
    scene = hiding_scene(policy, is_time)
    sees = role in STAFF or (role in INSIDE and (is_time or policy == "at_once"))
    client = client_of(api_client, scene, role)
    answers = [
        client.get(url(scene.match)),
        client.get(MATCHES),
        client.get(f"{MATCHES}?search=XYZZY"),
        client.get(url(scene.match, "history")),
        client.get(url(scene.match, "results")),
        client.get(url(scene.match, "lobby-seen")),
        client.post(url(scene.match, "lobby-seen"), {}),
        client.get("/api/me/matches/"),
    ]
    whole, *others = answers
    assert {key: whole.json["lobby_info"].get(key) for key in OPEN} == OPEN
    assert ("XYZZY" in whole.text) is sees
    assert (whole.json["lobby_info"].keys() == OPEN.keys()) is not sees
    assert ("lobby_reveal" in whole.json) is (role in INSIDE and not sees)
    for answer in others:
        assert "XYZZY" not in answer.text, answer.request.path
    if role != "other_organizer":
        browser = web_client(scene.person(role))
        pages = [f"/matches/{scene.match.id}/", f"/matches/{scene.match.id}/panel", "/me/", "/"]
        pages += [
            f"/tournaments/{scene.tournament.slug}/{name}" for name in ("", "schedule/", "board/", "desk/")
        ]
        shown = {path: "XYZZY" in browser.get(path).text for path in pages}
        assert shown[pages[0]] is sees
        assert sees or not any(shown.values()), shown


@pytest.mark.parametrize("policy", POLICIES[1:])
def test_what_a_side_sends_and_gets_back_shows_no_more_than_it_sees(app, api_client, policy):
    scene = hiding_scene(policy)
    client = api_client(scene.player1)
    answers = [
        client.post(url(scene.match, "check-in"), {}),
        client.post(url(scene.match, "rotate-code"), {}),
        client.patch(url(scene.match, "lobby"), {"map": "Bind"}),
        client.get(url(scene.match)),
    ]
    assert [answer.status_code for answer in answers] == [200, 403, 403, 200]
    assert "XYZZY" not in "".join(answer.text for answer in answers)


def test_an_answer_that_is_kept_is_not_true_any_more_when_the_lobby_is_shown(app, api_client):
    scene = hiding_scene("minutes_before")
    client = api_client(scene.player1)
    etag = client.get(url(scene.match)).headers["ETag"]
    assert client.get(url(scene.match), headers={"If-None-Match": etag}).status_code == 304
    factories.change(scene.tournament, lobby_reveal_minutes=30)
    again = client.get(url(scene.match), headers={"If-None-Match": etag})
    assert again.status_code == 200 and "XYZZY" in again.text


def test_an_export_and_a_feed_hold_no_secret(app, api_client, web_client):
    scene = hiding_scene("at_once", is_time=True)
    feed = api_client(scene.player1).post("/api/feeds/", json={"kind": "participant", "id": scene.team1.id})
    assert feed.status_code == 201, feed.text
    calendar = web_client().get("/" + feed.json["url"].split("/", 3)[3])
    assert "BEGIN:VEVENT" in calendar.text and "XYZZY" not in calendar.text
    organizer = web_client(scene.organizer)
    exports = {
        name: organizer.get(f"/tournaments/{scene.tournament.slug}/settings/export/{name}")
        for name in WRITERS
    }
    assert exports["matchdesk"].status_code == 200 and OPEN["map"] in exports["matchdesk"].text
    for name, exported in exports.items():
        assert "XYZZY" not in exported.text, name


def test_leaving_a_side_closes_its_lobby(scene, api_client):
    from app.models import ParticipantMember

    client = api_client(scene.player1)
    assert "XYZZY" in client.get(url(scene.match)).text
    (membership,) = factories.rows(ParticipantMember, participant_id=scene.team1.id)
    with factories.session(writes=True) as its:
        its.delete(its.get_one(ParticipantMember, membership.id))
    assert "XYZZY" not in client.get(url(scene.match)).text
