"""A row of the desk that is changed in its place, and what takes back what was just done."""

import re

import pytest

from app.models import Match
from tests import factories

LOBBY = {"room_code": "SECRET-77", "region": "EU"}


def _cell(client, match, cell: str):
    return client.get(f"/matches/{match.id}/panel?view=cell&cell={cell}", htmx=True)


def _send(client, match, verb: str, data: dict, *, view: str = "row"):
    return client.post(f"/matches/{match.id}/{verb}", {"view": view, **data}, htmx=True)


def _undo(html: str) -> tuple[str, dict]:
    """The form of a message that takes something back: its address, and what it sends."""
    form = re.search(r'<form method="post" action="([^"]+)"[^>]*data-undo>(.*?)</form>', html, re.DOTALL)
    assert form, html
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form[2]))
    del fields["csrf_token"]
    return form[1], fields


@pytest.mark.parametrize(
    ("cell", "field", "verb"),
    [
        ("time", "scheduled_time", "schedule"),
        ("station", "station_id", "schedule"),
        ("coordinator", "coordinator_id", "assign-coordinator"),
        ("lobby", "room_code", "lobby"),
    ],
)
def test_a_value_becomes_the_one_field_that_changes_it(web_client, cell, field, verb):
    scene = factories.scene("READY", match_columns={"lobby": LOBBY})
    factories.station(scene.tournament, "Stage 1")
    client = web_client(scene.organizer)
    assert f'data-cell="{cell}"' in client.get(f"/tournaments/{scene.tournament.slug}/desk/").text
    html = _cell(client, scene.match, cell).text
    assert f'action="/matches/{scene.match.id}/{verb}"' in html
    assert f'name="{field}"' in html
    assert f'name="version" type="hidden" value="{scene.match.version}"' in html
    assert ("stream_url" in html, "notes" in html) == (False, False)


def test_a_closed_match_has_no_such_values_and_says_why(web_client):
    scene = factories.scene("COMPLETED")
    client = web_client(scene.organizer)
    assert "data-cell" not in client.get(f"/tournaments/{scene.tournament.slug}/desk/").text
    assert "closed match can&#39;t be changed" in _cell(client, scene.match, "time").text


def test_what_is_saved_in_its_place_changes_that_alone(web_client):
    scene = factories.scene("READY", match_columns={"stream_url": "https://stream.example/1", "lobby": LOBBY})
    station = factories.station(scene.tournament, "Stage 1")
    client = web_client(scene.organizer)
    data = {"version": scene.match.version, "cell": "station", "station_id": station.id}
    response = _send(client, scene.match, "schedule", data, view="cell")
    assert (response.status_code, response.headers["HX-Reswap"]) == (200, "delete")
    assert f'hx-target="#desk-row-{scene.match.id}-line"' in response.text
    assert "Stage 1" in response.text
    match = factories.fresh(scene.match)
    assert (match.station_id, match.stream_url) == (station.id, "https://stream.example/1")
    assert match.scheduled_time == scene.match.scheduled_time
    data = {"version": match.version, "cell": "lobby", "room_code": "NEW-1", "region": "", "map": ""}
    assert _send(client, match, "lobby", data, view="cell").status_code == 200
    assert factories.fresh(match).lobby == {"room_code": "NEW-1"}


def test_who_was_too_late_is_told_by_whom_and_keeps_what_was_typed(web_client):
    scene = factories.scene("READY")
    rival = factories.staff(scene.tournament)
    web_client(rival).post(f"/matches/{scene.match.id}/schedule", {"stream_url": "https://stream.example/2"})
    data = {"version": scene.match.version, "cell": "lobby", "room_code": "MINE-1", "region": "EU", "map": ""}
    response = _send(web_client(scene.organizer), scene.match, "lobby", data, view="cell")
    assert response.status_code == 409
    assert f"{rival.username} changed this match in the meantime" in response.text
    assert 'data-cell-form="lobby"' in response.text
    assert 'value="MINE-1"' in response.text
    assert f'value="{factories.fresh(scene.match).version}"' in response.text


def test_a_time_that_is_refused_is_shown_again_in_its_place(web_client):
    scene = factories.scene("READY")
    data = {"version": scene.match.version, "cell": "time", "scheduled_time": "2020-02-02T10:00"}
    response = _send(web_client(scene.organizer), scene.match, "schedule", data, view="cell")
    assert response.status_code == 400
    assert "Choose a time in the future." in response.text
    assert 'value="2020-02-02T10:00"' in response.text
    # What makes no sense as a value of a row is answered as a time.
    assert 'data-cell-form="time"' in _cell(web_client(scene.organizer), scene.match, "nonsense").text


@pytest.mark.parametrize(
    ("state", "verb", "data", "label"),
    [
        ("READY", "start", {}, "Undo"),
        ("LIVE", "submit-result", {"participant1_score": "2", "participant2_score": "0"}, "Undo"),
        ("PENDING_RESULT", "confirm-result", {}, "Reopen"),
        ("READY", "cancel", {}, "Restore"),
        ("READY", "schedule", {"scheduled_time": ""}, "Undo"),
        ("READY", "assign-coordinator", {"coordinator_id": ""}, "Undo"),
    ],
)
def test_what_was_done_is_taken_back_with_one_press(web_client, state, verb, data, label):
    scene = factories.scene(state)
    client = web_client(scene.organizer)
    done = _send(client, scene.match, verb, {"version": scene.match.version, **data})
    assert done.status_code == 200, done.text
    assert f">{label}</button>" in done.text
    address, fields = _undo(done.text)
    back = client.post(address, fields, htmx=True)
    assert back.status_code == 200, back.text
    assert "data-undo" not in back.text
    assert f'hx-target="#desk-row-{scene.match.id}-line"' in back.text
    match = factories.fresh(scene.match)
    if label == "Undo":
        assert match.state == state
        assert match.scheduled_time == scene.match.scheduled_time
        assert match.coordinator_id == scene.match.coordinator_id


def test_what_changed_nothing_and_what_has_no_way_back_offer_none(web_client):
    scene = factories.scene("SCHEDULED")
    client = web_client(scene.organizer)
    same = {"coordinator_id": str(scene.match.coordinator_id or "")}
    assert "data-undo" not in _send(client, scene.match, "assign-coordinator", same).text
    here = _send(client, scene.match, "check-in", {"participant_id": scene.team1.id})
    assert "Checked in." in here.text
    assert "data-undo" not in here.text


def test_what_somebody_changed_since_is_not_taken_back(web_client):
    scene = factories.scene("READY")
    client = web_client(scene.organizer)
    address, fields = _undo(_send(client, scene.match, "start", {"version": scene.match.version}).text)
    rival = factories.staff(scene.tournament)
    web_client(rival).post(f"/matches/{scene.match.id}/schedule", {"stream_url": "https://stream.example/2"})
    response = client.post(address, fields, htmx=True)
    assert response.status_code == 409
    assert "cannot be taken back any more" in response.text
    assert f"{rival.username} changed this match in the meantime" in response.text
    assert factories.fresh(scene.match).state == "LIVE"


def test_what_is_not_possible_any_more_is_said_in_the_message(web_client):
    scene = factories.scene("READY")
    client = web_client(scene.organizer)
    address, fields = _undo(_send(client, scene.match, "start", {"version": scene.match.version}).text)
    client.post(f"/matches/{scene.match.id}/undo-start", {})
    version = factories.fresh(scene.match).version
    response = client.post(address, {**fields, "version": version}, htmx=True)
    assert response.status_code == 400
    assert "only a match that is LIVE can undo the start" in response.text
    assert 'class="notice notice--bad toast"' in response.text


def test_who_asks_for_a_message_gets_the_controls(web_client):
    scene = factories.scene("READY")
    response = web_client(scene.organizer).get(f"/matches/{scene.match.id}/panel?view=toast", htmx=True)
    assert response.status_code == 200
    assert "Start match" in response.text


def test_without_scripts_taking_back_leads_to_the_desk(web_client):
    scene = factories.scene("READY")
    client = web_client(scene.organizer)
    client.post(f"/matches/{scene.match.id}/schedule", {"scheduled_time": ""})
    response = client.post(f"/matches/{scene.match.id}/undo-schedule", {"view": "toast"})
    assert response.status_code == 303
    assert response.location == f"/tournaments/{scene.tournament.slug}/desk/#desk-row-{scene.match.id}"
    assert factories.fresh(scene.match).scheduled_time == scene.match.scheduled_time


def test_the_controls_say_what_cannot_be_done_now_and_why(web_client):
    scene = factories.scene("SCHEDULED")
    html = (
        web_client(scene.organizer).get(f"/matches/{scene.match.id}/panel?view=desk&part=run", htmx=True).text
    )
    for verb, why in (
        ("start", f"{scene.team1.name} has not checked in."),
        ("submit-result", "The match is SCHEDULED"),
        ("reopen", "The match is SCHEDULED"),
    ):
        entry = re.search(rf'<div data-not="{verb}">(.*?)</div>', html, re.DOTALL)
        assert entry, verb
        assert why in entry[1]
    assert 'data-not="schedule"' not in html


def test_a_row_has_a_place_for_who_else_is_there_and_a_name(web_client):
    scene = factories.scene("READY")
    html = web_client(scene.organizer).get(f"/tournaments/{scene.tournament.slug}/desk/").text
    number = factories.rows(Match, id=scene.match.id)[0].match_number
    assert "data-presence" in html
    assert f'aria-label="M{number}: {scene.team1.name} against {scene.team2.name}"' in html
