"""GET /matches/<id>/: the scoreboard for everyone, and more for the match's own people."""

import re

import pytest

from app.models import AuditLog
from tests import factories
from tests.support.queries import counted

LOBBY = {"room_code": "SECRET-77", "region": "EU", "map": "Ascent", "notes": "Ask for Sam"}


@pytest.mark.parametrize("state", ["SCHEDULED", "CHECK_IN", "READY", "LIVE", "PENDING_RESULT", "COMPLETED"])
@pytest.mark.parametrize("role", ["anonymous", "stranger", "player1", "coordinator", "organizer", "admin"])
def test_everyone_sees_the_scoreboard(web_client, state, role):
    scene = factories.scene(state)
    response = web_client(scene.person(role)).get(f"/matches/{scene.match.id}/")
    assert response.status_code == 200
    board = response.text.split('class="scoreboard"')[1].split("</section>")[0]
    assert f'data-match-id="{scene.match.id}" data-state="{state}"' in board
    assert scene.team1.name in board
    assert scene.team2.name in board


@pytest.mark.parametrize(
    ("role", "sees"),
    [
        ("anonymous", False),
        ("stranger", False),
        ("player1", True),
        ("player2", True),
        ("coordinator", True),
        ("organizer", True),
        ("admin", True),
    ],
)
def test_lobby_secrets_are_for_the_matchs_people(web_client, role, sees):
    scene = factories.scene("READY", match_columns={"lobby": LOBBY})
    text = web_client(scene.person(role)).get(f"/matches/{scene.match.id}/").text
    assert ("SECRET-77" in text) is sees
    assert ("Ask for Sam" in text) is sees
    assert "Ascent" in text


@pytest.mark.parametrize(
    ("role", "panel", "own"),
    [
        ("anonymous", False, False),
        ("stranger", False, False),
        ("player1", False, True),
        ("coordinator", False, True),
        ("organizer", True, False),
        ("admin", True, False),
    ],
)
def test_controls_are_for_those_who_have_the_right(web_client, role, panel, own):
    scene = factories.scene("READY")
    text = web_client(scene.person(role)).get(f"/matches/{scene.match.id}/").text
    assert (f'id="match-{scene.match.id}-panel"' in text) is panel
    assert (f'id="match-{scene.match.id}-side"' in text) is own


def test_a_coordinator_who_may_run_the_match_has_its_controls(web_client):
    scene = factories.scene("READY", coordinators_run_matches=True)
    text = web_client(scene.coordinator).get(f"/matches/{scene.match.id}/").text
    assert f'id="match-{scene.match.id}-panel"' in text


def test_an_organizer_who_plays_has_both_parts(web_client):
    scene = factories.scene("READY")
    factories.staff(scene.tournament, scene.player1)
    text = web_client(scene.player1).get(f"/matches/{scene.match.id}/").text
    assert f'id="match-{scene.match.id}-panel"' in text
    assert f'id="match-{scene.match.id}-side"' in text
    ids = re.findall(r'(?<![-\w])id="([^"]+)"', text)
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("button", ["Confirm result", "Submit result", "Report dispute"])
def test_a_side_need_not_unfold_anything_to_answer_a_result(web_client, button):
    scene = factories.scene("PENDING_RESULT")
    text = web_client(scene.player2).get(f"/matches/{scene.match.id}/").text
    around = []
    for tag in re.findall(r"<details[^>]*>|</details>", text.split(f">{button}</button>")[0]):
        around = around[:-1] if tag == "</details>" else [*around, tag]
    assert all(tag.endswith(" open>") for tag in around)


@pytest.mark.parametrize("role", ["player1", "organizer", "coordinator", "anonymous"])
@pytest.mark.parametrize("state", ["CHECK_IN", "LIVE", "PENDING_RESULT", "DISPUTED"])
def test_no_id_stands_twice_and_no_style_or_script_inside(web_client, role, state):
    scene = factories.scene(state)
    text = web_client(scene.person(role)).get(f"/matches/{scene.match.id}/").text
    ids = re.findall(r'(?<![-\w])id="([^"]+)"', text)
    assert len(ids) == len(set(ids)), [name for name in ids if ids.count(name) > 1]
    assert " style=" not in text
    assert not re.search(r"\son[a-z]+=", text)
    assert not re.search(r"<script(?![^>]*\bsrc=)", text)


@pytest.mark.parametrize("role", ["anonymous", "stranger"])
def test_a_match_of_a_private_tournament_is_not_there_for_others(web_client, role):
    scene = factories.scene("LIVE", is_public=False)
    there = web_client(scene.person(role)).get(f"/matches/{scene.match.id}/")
    nowhere = web_client(scene.person(role)).get("/matches/987654/")
    assert there.status_code == nowhere.status_code == 404
    assert _without_tokens(there.text) == _without_tokens(nowhere.text)


def _without_tokens(text: str) -> str:
    return re.sub(r'name="csrf_token" value="[^"]+"', "", text)


@pytest.mark.parametrize("number", ["0", "99999999999", "9" * 40, "x", "-1"])
def test_what_is_no_match_is_not_found(client, number):
    assert client.get(f"/matches/{number}/").status_code == 404


def test_a_deleted_match_is_not_found(web_client):
    scene = factories.scene(match_columns={"is_deleted": True})
    assert web_client(scene.organizer).get(f"/matches/{scene.match.id}/").status_code == 404


def test_the_page_works_without_its_slash(client):
    match = factories.match()
    assert client.get(f"/matches/{match.id}").status_code == 200


def test_public_part_of_the_history_names_nobody(web_client):
    scene = factories.scene("LIVE")
    factories.save(
        *(
            AuditLog(
                user_id=scene.organizer.id,
                action=action,
                tournament_id=scene.tournament.id,
                match_id=scene.match.id,
                meta=meta,
                created_at=factories.soon(0),
            )
            for action, meta in (
                ("MATCH_START", {}),
                ("MATCH_CHECK_IN", {"participant_id": scene.team1.id}),
                ("MATCH_LOBBY_UPDATE", {"lobby_fields_updated": ["room_code"]}),
                (
                    "MATCH_SCHEDULE",
                    {"old_scheduled_time": None, "new_scheduled_time": "2027-01-01T10:00:00Z"},
                ),
            )
        )
    )
    path = f"/matches/{scene.match.id}/"
    public, full = (web_client(scene.person(role)).get(path).text for role in ("anonymous", "organizer"))
    for text in (public, full):
        assert "Match started" in text
        assert f"{scene.team1.name} checked in" in text
        assert 'datetime="2027-01-01T10:00:00Z"' in text
    assert "Lobby changed" not in public
    assert scene.organizer.username not in public
    assert "Lobby changed: Room code" in full
    assert f"<strong>{scene.organizer.username}</strong>" in full
    assert "timeline__who" not in public


def test_times_are_utc_in_the_attribute_and_the_tournaments_in_the_text(client):
    scene = factories.scene(
        "READY",
        time_zone="Asia/Kathmandu",
        match_columns={
            "scheduled_time": factories.soon().replace(year=2027, month=1, day=5, hour=10, minute=0, second=0)
        },
    )
    text = client.get(f"/matches/{scene.match.id}/").text
    assert (
        'datetime="2027-01-05T10:00:00Z" data-fmt="datetime" data-zone="Asia/Kathmandu">Tue 5 Jan 2027, 15:45<'
        in text
    )


def test_an_open_side_says_what_it_waits_for(client):
    tournament = factories.tournament()
    bracket = factories.bracket(tournament)
    final = factories.match(
        tournament, "SCHEDULED", participant1=None, participant2=None, bracket_id=bracket.id, match_number=9
    )
    for slot, number in ((1, 4), (2, 5)):
        factories.match(
            tournament,
            "READY",
            bracket_id=bracket.id,
            match_number=number,
            winner_to_match_id=final.id,
            winner_to_slot=slot,
        )
    text = client.get(f"/matches/{final.id}/").text
    assert "Winner of M4" in text
    assert "Winner of M5" in text


def test_a_finished_series_shows_winner_games_and_tie_break(client):
    scene = factories.scene(
        "COMPLETED",
        match_columns={
            "best_of": 3,
            "game_scores": [
                {"participant1_score": 13, "participant2_score": 7},
                {"participant1_score": 9, "participant2_score": 13},
            ],
            "tiebreak": {"participant1_score": 5, "participant2_score": 4},
        },
    )
    text = client.get(f"/matches/{scene.match.id}/").text
    for part in ("(winner)", "13–7", "9–13", "Decided by tie-break, 5–4", "Best of 3"):
        assert part in text


@pytest.mark.parametrize("role", ["anonymous", "player1", "organizer"])
def test_the_page_asks_a_bounded_number_of_times(app, web_client, role):
    scene = factories.scene("PENDING_RESULT")
    client = web_client(scene.person(role))
    client.get(f"/matches/{scene.match.id}/")
    factories.matches(scene.tournament, 1)
    with counted(app) as before:
        client.get(f"/matches/{scene.match.id}/")
    factories.matches(scene.tournament, 30)
    with counted(app) as after:
        client.get(f"/matches/{scene.match.id}/")
    assert len(after) == len(before) <= 20
