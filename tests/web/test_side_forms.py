"""What the two sides of a match do from its page and from their own list."""

import re

from tests import factories


def _page(scene) -> str:
    return f"/matches/{scene.match.id}/"


def test_a_side_checks_itself_in_without_naming_itself(web_client):
    scene = factories.scene("SCHEDULED")
    response = web_client(scene.player2).post(_page(scene) + "check-in", {"view": "me"})
    assert response.status_code == 303
    assert response.location == f"/me/#match-{scene.match.id}"
    assert factories.fresh(scene.match).participant2_checked_in


def test_a_side_may_not_check_the_other_in(web_client):
    scene = factories.scene("SCHEDULED")
    response = web_client(scene.player1).post(_page(scene) + "check-in", {"participant_id": scene.team2.id})
    assert response.status_code == 403
    assert not factories.fresh(scene.match).participant2_checked_in


def test_after_the_deadline_a_side_reads_why_its_button_is_off(web_client):
    scene = factories.scene("SCHEDULED", match_columns={"check_in_deadline": factories.soon(-5)})
    html = web_client(scene.player1).get(_page(scene)).text
    assert re.search(
        r"<button[^>]* disabled title=\"Check-in has closed; ask an organizer.\"[^>]*>Check in<", html
    )
    refused = web_client(scene.player1).post(_page(scene) + "check-in", {}, htmx=True)
    assert refused.status_code == 400
    assert "Check-in has closed" in refused.text
    # The desk still can.
    desk = web_client(scene.organizer).post(_page(scene) + "check-in", {"participant_id": scene.team1.id})
    assert desk.status_code == 303


def test_a_submitted_result_waits_for_the_other_side(web_client):
    scene = factories.scene("LIVE")
    scores = {"participant1_score": 13, "participant2_score": 9, "notes": "Good game", "view": "side"}
    first = web_client(scene.player1).post(_page(scene) + "submit-result", scores, htmx=True)
    assert "has yet to confirm your result" in first.text
    assert "Confirm result" not in first.text
    other = web_client(scene.player2)
    html = other.get(_page(scene)).text
    assert "Confirm result" in html
    assert "Good game" in html
    assert "13–9" in html
    assert other.post(_page(scene) + "confirm-result", {}).status_code == 303
    assert factories.fresh(scene.match).winner_id == scene.team1.id


def test_another_score_opens_a_dispute(web_client):
    scene = factories.scene("PENDING_RESULT")
    scores = {"participant1_score": 0, "participant2_score": 2}
    response = web_client(scene.player2).post(_page(scene) + "submit-result", scores, htmx=True)
    assert factories.fresh(scene.match).state == "DISPUTED"
    assert "An organizer will rule on it." in response.text


def test_nobody_confirms_their_own_result(web_client):
    scene = factories.scene("PENDING_RESULT")
    assert web_client(scene.player1).post(_page(scene) + "confirm-result", {}).status_code == 403
    assert factories.fresh(scene.match).state == "PENDING_RESULT"


def test_games_and_a_tie_break_are_sent_along(web_client):
    scene = factories.scene("LIVE", match_columns={"best_of": 3})
    data = {
        "participant1_score": 2,
        "participant2_score": 0,
        "game_scores-0-participant1_score": 13,
        "game_scores-0-participant2_score": 5,
        "game_scores-1-participant1_score": 13,
        "game_scores-1-participant2_score": 11,
        "game_scores-2-participant1_score": "",
        "game_scores-2-participant2_score": "",
    }
    client = web_client(scene.organizer)
    assert "Game 3, " in client.get(_page(scene)).text
    assert client.post(_page(scene) + "submit-result", data).status_code == 303
    match = factories.fresh(scene.match)
    assert match.game_scores == [
        {"participant1_score": 13, "participant2_score": 5},
        {"participant1_score": 13, "participant2_score": 11},
    ]
    half = data | {"game_scores-2-participant1_score": 1}
    scene = factories.scene("LIVE", match_columns={"best_of": 3})
    refused = web_client(scene.organizer).post(_page(scene) + "submit-result", half)
    assert refused.status_code == 400
    assert "Enter both scores, or neither." in refused.text


def test_a_level_score_is_decided_by_a_tie_break(web_client):
    scene = factories.scene("LIVE")
    data = {"participant1_score": 1, "participant2_score": 1, "tiebreak1": 3, "tiebreak2": 4}
    assert web_client(scene.organizer).post(_page(scene) + "submit-result", data).status_code == 303
    assert factories.fresh(scene.match).winner_id == scene.team2.id


def test_a_finished_match_can_be_disputed_within_the_window_only(web_client):
    inside = factories.scene("COMPLETED", dispute_window_minutes=30)
    client = web_client(inside.player2)
    assert "Report dispute" in client.get(_page(inside)).text
    assert client.post(_page(inside) + "report-dispute", {"reason": "cheating"}).status_code == 303
    outside = factories.scene("COMPLETED", dispute_window_minutes=0)
    client = web_client(outside.player2)
    assert "Report dispute" not in client.get(_page(outside)).text
    refused = client.post(_page(outside) + "report-dispute", {"reason": "cheating"}, htmx=True)
    assert refused.status_code == 400
    assert "is over" in refused.text


def test_a_dispute_is_read_by_the_two_sides_and_the_desk_only(web_client):
    scene = factories.scene("DISPUTED")
    for role, reads in (("player1", True), ("player2", True), ("organizer", True), ("stranger", False)):
        html = web_client(scene.person(role)).get(_page(scene)).text
        assert ("We won the second map." in html) is reads, role


def test_a_correction_names_the_right_winner(web_client):
    scene = factories.scene("DISPUTED")
    data = {"decision": "correct", "participant1_score": 0, "participant2_score": 2}
    assert web_client(scene.organizer).post(_page(scene) + "resolve-dispute", data).status_code == 303
    assert factories.fresh(scene.match).winner_id == scene.team2.id


def test_a_ruling_of_forfeit_and_of_replay(web_client):
    scene = factories.scene("DISPUTED")
    data = {"decision": "forfeit", "participant_id": scene.team1.id}
    web_client(scene.organizer).post(_page(scene) + "resolve-dispute", data)
    match = factories.fresh(scene.match)
    assert (match.state, match.winner_id) == ("FORFEIT", scene.team2.id)
    scene = factories.scene("DISPUTED")
    web_client(scene.organizer).post(_page(scene) + "resolve-dispute", {"decision": "replay"})
    assert factories.fresh(scene.match).state == "LIVE"


def test_a_coordinator_is_named_by_user_name_too(web_client):
    scene = factories.scene("READY")
    name = scene.stranger.username.upper()
    client = web_client(scene.organizer)
    assert client.post(_page(scene) + "assign-coordinator", {"username": name}).status_code == 303
    assert factories.fresh(scene.match).coordinator_id == scene.stranger.id
    assert client.post(_page(scene) + "assign-coordinator", {"coordinator_id": ""}).status_code == 303
    assert factories.fresh(scene.match).coordinator_id is None


def test_what_stands_already_is_no_change(web_client):
    scene = factories.scene("READY", match_columns={"scheduled_time": factories.soon(-10)})
    client = web_client(scene.organizer)
    html = client.get(_page(scene)).text
    sent = re.search(r'name="scheduled_time"[^>]*value="([^"]+)"', html)[1]
    # A time that has passed, and that nobody touched, does not stand in the way of the stream.
    data = {
        "scheduled_time": sent,
        "stream_url": "https://stream.example/1",
        "station_id": "",
        "best_of": "1",
    }
    assert client.post(_page(scene) + "schedule", data).status_code == 303
    match = factories.fresh(scene.match)
    assert match.stream_url == "https://stream.example/1"
    assert match.scheduled_time == scene.match.scheduled_time
    client.post(_page(scene) + "schedule", data)
    assert factories.fresh(scene.match).version == match.version


def test_a_time_is_taken_off_and_a_lobby_key_removed(web_client):
    scene = factories.scene("SCHEDULED", match_columns={"lobby": {"room_code": "A", "map": "B"}})
    client = web_client(scene.organizer)
    client.post(_page(scene) + "schedule", {"scheduled_time": ""})
    client.post(_page(scene) + "lobby", {"map": ""})
    match = factories.fresh(scene.match)
    assert match.scheduled_time is None
    assert match.lobby == {"room_code": "A"}


def test_times_of_a_changed_clock_are_refused_or_asked_about(web_client):
    scene = factories.scene("SCHEDULED", time_zone="Europe/Berlin")
    client = web_client(scene.organizer)
    skipped = client.post(_page(scene) + "schedule", {"scheduled_time": "2031-03-30T02:30"}, htmx=True)
    assert skipped.status_code == 400
    assert "never show 02:30" in skipped.text
    twice = client.post(_page(scene) + "schedule", {"scheduled_time": "2031-10-26T02:30"}, htmx=True)
    assert twice.status_code == 400
    assert "Which one?" in twice.text
    data = {"scheduled_time": "2031-10-26T02:30", "scheduled_time_offset": "+02:00"}
    assert client.post(_page(scene) + "schedule", data).status_code == 303
    assert f"{factories.fresh(scene.match).scheduled_time:%H:%M}" == "00:30"


def test_lobby_forms_follow_the_game(web_client):
    for game, labels in (
        ("generic", ("Room code", "Region", "Map", "Mode")),
        ("valorant", ("Room code", "Region", "Map")),
        ("mlbb", ("Room ID", "Room password", "Draft mode")),
        ("pubgm", ("Room ID", "Room password", "Map", "Mode")),
        ("efootball", ("Match ID", "Lobby code")),
    ):
        scene = factories.scene("READY", game=game)
        html = web_client(scene.organizer).get(_page(scene)).text
        shown = re.findall(r'<label class="field__label" for="match-\d+-match-lobby-[^"]+">([^<]+)', html)
        assert tuple(label.strip() for label in shown) == (*labels, "Notes"), game
