"""Private events and secrets: only to those who hold the right at the moment of sending."""

from datetime import UTC, datetime

import pytest
import requests

from app.services import accounts, lobby, matches, results
from app.services import tokens as token_service
from tests import factories
from tests.live.listener import call, token, tokens, until

SECRET = "ALPHA-2025"


def write_lobby(desk, scene, code=SECRET):
    desk.do(
        lobby.update_lobby,
        scene.organizer,
        match_id=scene.match.id,
        changes={"room_code": code, "region": "NA"},
    )


def channel_of(scene):
    return f"match_{scene.match.id}"


@pytest.mark.parametrize("role", ["player1", "player2", "coordinator", "organizer", "admin"])
def test_those_inside_get_the_whole_lobby(live_server, desk, listen, role):
    scene = factories.scene()
    listener = listen({"token": token(live_server, scene.person(role))})
    listener.subscribe(channel_of(scene))

    write_lobby(desk, scene)

    payload = listener.wait_for("match.lobby_updated")
    assert payload.keys() == {
        "type", "match_id", "tournament_id", "changed", "lobby_info", "timestamp", "seq",
    }  # fmt: skip
    assert payload["changed"] == ["region", "room_code"]
    assert payload["lobby_info"]["room_code"] == SECRET
    assert payload["lobby_info"]["coordinator_id"] == scene.coordinator.id
    assert "updated_at" in payload["lobby_info"]


@pytest.mark.parametrize("role", ["stranger", "anonymous"])
def test_strangers_never_see_a_secret(live_server, desk, listen, role):
    scene = factories.scene()
    person = scene.person(role)
    listener = listen({"token": token(live_server, person)} if person else None)
    for channel in (channel_of(scene), f"tournament_{scene.tournament.id}"):
        assert listener.subscribe(channel)["ok"]

    write_lobby(desk, scene)
    desk.do(matches.start, scene.organizer, match_id=scene.match.id)

    listener.wait_for("match.started")
    assert listener.names() == ["match.started"]
    assert SECRET not in str(listener.heard)
    # A gap in the numbers is all that they notice.
    assert listener.seqs() == [2]


def test_private_events_come_on_the_match_channel_only(live_server, desk, listen):
    scene = factories.scene()
    listener = listen({"token": token(live_server, scene.organizer)})
    listener.subscribe(f"tournament_{scene.tournament.id}")
    write_lobby(desk, scene)
    desk.do(matches.start, scene.organizer, match_id=scene.match.id)
    listener.wait_for("match.started")
    assert listener.names() == ["match.started"]


def test_a_replay_asks_for_rights_too(live_server, desk, listen):
    scene = factories.scene()
    write_lobby(desk, scene)
    desk.do(matches.start, scene.organizer, match_id=scene.match.id)
    inside, outside = listen({"token": token(live_server, scene.player1)}), listen()

    inside.subscribe(channel_of(scene), after=0)
    outside.subscribe(channel_of(scene), after=0)

    inside.wait(2)
    outside.wait(1)
    assert inside.names() == ["match.lobby_updated", "match.started"]
    assert outside.names() == ["match.started"]


def test_stored_events_hold_no_secret_value(desk):
    scene = factories.scene()
    write_lobby(desk, scene)
    stored = factories.events(tournament_id=scene.tournament.id)
    assert [event.type for event in stored] == ["match.lobby_updated"]
    assert SECRET not in str(stored[0].payload)


def dispute(desk, scene):
    desk.do(
        results.report_dispute,
        scene.player2,
        match_id=scene.match.id,
        reason="score_dispute",
        description="We won the second map.",
    )


@pytest.mark.parametrize(
    ("role", "sees"),
    [
        ("player1", True),
        ("coordinator", True),
        ("organizer", True),
        ("stranger", False),
        ("anonymous", False),
    ],
)
@pytest.mark.parametrize("kind", ["match", "tournament"])
def test_a_dispute_is_told_to_all_and_its_text_to_those_inside(live_server, desk, listen, role, sees, kind):
    scene = factories.scene("PENDING_RESULT")
    person = scene.person(role)
    listener = listen({"token": token(live_server, person)} if person else None)
    listener.subscribe(channel_of(scene) if kind == "match" else f"tournament_{scene.tournament.id}")

    dispute(desk, scene)

    payload = listener.wait_for("dispute.created")
    said = (payload["reported_by"], payload["reason"], payload["description"])
    assert said == ((scene.team2.id, "score_dispute", "We won the second map.") if sees else (None, "", ""))


def hears_lobby(desk, scene, listener, witness):
    """True where the listener is told of the next lobby; the witness surely is."""
    before = len(listener.names()), len(witness.names())
    write_lobby(desk, scene, f"CODE-{before[1]}")
    until(lambda: len(witness.names()) > before[1])
    # Both were sent in the same breath.
    listener.ask("unsubscribe", {"channel": "tournament_999"})
    return len(listener.names()) > before[0]


@pytest.fixture
def inside(live_server, listen):
    """A scene, a player's client on the match, and the organizer's as a witness."""
    scene = factories.scene()
    pair = tokens(live_server, scene.player1)
    listener = listen({"token": pair["access"]})
    witness = listen({"token": token(live_server, scene.organizer)})
    listener.subscribe(channel_of(scene))
    witness.subscribe(channel_of(scene))
    return scene, pair, listener, witness


def test_signing_out_ends_private_events(live_server, desk, inside):
    scene, pair, listener, witness = inside
    assert hears_lobby(desk, scene, listener, witness)
    answer = requests.post(
        f"{live_server.url}/api/auth/logout/", json={"refresh": pair["refresh"]}, timeout=5
    )
    assert answer.status_code == 204
    assert not hears_lobby(desk, scene, listener, witness)
    assert listener.subscribe(channel_of(scene)) == {"ok": False, "error": "unauthorized"}


def test_a_deactivation_ends_private_events(desk, inside):
    scene, _, listener, witness = inside
    assert hears_lobby(desk, scene, listener, witness)
    with desk.app.app_context():
        accounts.deactivate_user(username=scene.player1.username, now=datetime.now(UTC))
    assert not hears_lobby(desk, scene, listener, witness)


def test_a_lost_role_ends_private_events(desk, inside):
    scene, _, listener, witness = inside
    assert hears_lobby(desk, scene, listener, witness)
    factories.change(scene.match, participant1_id=factories.participant(scene.tournament).id)
    assert not hears_lobby(desk, scene, listener, witness)


def test_an_expired_token_ends_private_events(desk, listen, inside, monkeypatch):
    from datetime import timedelta

    scene, _, _, witness = inside
    monkeypatch.setattr(token_service, "ACCESS_LIFETIME", timedelta(seconds=2))
    with desk.app.app_context():
        user = accounts.find_user(scene.player2.username)
        short = token_service.issue_tokens(user=user, now=datetime.now(UTC))["access"]
    listener = listen({"token": short})
    listener.subscribe(channel_of(scene))
    assert hears_lobby(desk, scene, listener, witness)
    end = datetime.now(UTC) + timedelta(seconds=2.1)
    until(lambda: datetime.now(UTC) > end)
    assert not hears_lobby(desk, scene, listener, witness)


def test_a_new_role_brings_private_events_without_another_word(live_server, desk, listen, inside):
    scene, _, _, witness = inside
    listener = listen({"token": token(live_server, scene.stranger)})
    listener.subscribe(channel_of(scene))
    assert not hears_lobby(desk, scene, listener, witness)
    desk.do(
        matches.assign_coordinator, scene.organizer, match_id=scene.match.id, coordinator_id=scene.stranger.id
    )
    witness.wait_for("match.coordinator_assigned")
    listener.wait_for("match.coordinator_assigned")
    assert hears_lobby(desk, scene, listener, witness)


def test_a_tournament_made_private_is_told_to_its_people_only(live_server, desk, listen, inside):
    scene, _, listener, witness = inside
    stranger = listen()
    stranger.subscribe(channel_of(scene))
    stranger.subscribe(f"tournament_{scene.tournament.id}")

    factories.change(scene.tournament, is_public=False)
    desk.do(matches.start, scene.organizer, match_id=scene.match.id)

    witness.wait_for("match.started")
    listener.wait_for("match.started")
    stranger.ask("unsubscribe", {"channel": "tournament_999"})
    assert stranger.heard == []


def test_a_private_tournament_is_open_to_its_own_people(live_server, desk, listen):
    scene = factories.scene(is_public=False)
    for role in ("player1", "coordinator", "organizer", "admin"):
        listener = listen({"token": token(live_server, scene.person(role))})
        assert listener.subscribe(f"tournament_{scene.tournament.id}")["ok"], role
    stranger = listen({"token": token(live_server, scene.stranger)})
    assert not stranger.subscribe(f"tournament_{scene.tournament.id}")["ok"]


def test_a_personal_token_listens_until_it_is_revoked(desk, listen, inside):
    scene, _, _, witness = inside
    text = desk.do(token_service.create_personal_token, scene.player2, name="scripts", scope="read")
    listener = listen({"token": text})
    listener.subscribe(channel_of(scene))
    assert hears_lobby(desk, scene, listener, witness)
    with desk.app.app_context():
        number = token_service.list_personal_tokens(actor=factories.actor(scene.player2))[0]["id"]
    desk.do(token_service.revoke_personal_token, scene.player2, token_id=number)
    assert not hears_lobby(desk, scene, listener, witness)


def test_the_start_through_the_api_tells_nothing_private(live_server, listen):
    scene = factories.scene()
    listener = listen()
    listener.subscribe(channel_of(scene))
    call(
        live_server,
        token(live_server, scene.organizer),
        "PATCH",
        f"matches/{scene.match.id}/lobby/",
        {"room_code": SECRET},
    )
    call(live_server, token(live_server, scene.organizer), "POST", f"matches/{scene.match.id}/start/")
    listener.wait_for("match.started")
    assert SECRET not in str(listener.heard)
