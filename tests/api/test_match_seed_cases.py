"""The 25 cases of the document that the product grew from, in its eight categories, by name."""

import pytest

from app.models import AuditLog
from tests import factories
from tests.api.support import MATCHES, assert_problem, url


@pytest.fixture
def scene(app):
    return factories.scene("READY")


class TestListAndRetrieve:
    def test_list_matches_success(self, scene, api_client):
        response = api_client().get(MATCHES)
        assert response.status_code == 200
        assert response.json["count"] == 1
        assert response.json["results"][0]["id"] == scene.match.id

    def test_filter_by_tournament(self, scene, api_client):
        other = factories.match()
        response = api_client().get(MATCHES, query_string={"tournament": scene.tournament.id})
        assert [row["id"] for row in response.json["results"]] == [scene.match.id]
        assert other.id != scene.match.id

    def test_filter_by_state(self, scene, api_client):
        live = factories.match(scene.tournament, "LIVE")
        response = api_client().get(MATCHES, query_string={"state": "LIVE"})
        assert [row["id"] for row in response.json["results"]] == [live.id]

    def test_retrieve_match_detail(self, scene, api_client):
        response = api_client(scene.player1).get(url(scene.match))
        assert response.status_code == 200
        assert response.json["id"] == scene.match.id
        assert response.json["participant1_name"] == scene.team1.name
        assert "lobby_info" in response.json


class TestUpdateMatch:
    def test_update_scheduled_time_success(self, scene, api_client):
        new_time = factories.soon(180)
        response = api_client(scene.organizer).patch(
            url(scene.match), {"scheduled_time": new_time.isoformat()}
        )
        assert response.status_code == 200
        assert factories.fresh(scene.match).scheduled_time == new_time

    def test_update_stream_url_success(self, scene, api_client):
        response = api_client(scene.organizer).patch(
            url(scene.match), {"stream_url": "https://twitch.tv/finals"}
        )
        assert response.status_code == 200
        assert factories.fresh(scene.match).stream_url == "https://twitch.tv/finals"

    def test_update_forbidden_for_non_organizer(self, scene, api_client):
        response = api_client(scene.stranger).patch(url(scene.match), {"stream_url": "https://twitch.tv/me"})
        assert_problem(response, 403)


class TestStartMatch:
    def test_start_match_success(self, scene, api_client):
        response = api_client(scene.organizer).post(url(scene.match, "start"))
        assert response.status_code == 200
        assert response.json["state"] == "LIVE"
        assert response.json["started_at"]
        assert response.json["message"] == "Match started successfully"

    def test_start_match_invalid_state_scheduled(self, app, api_client):
        scene = factories.scene("SCHEDULED")
        response = api_client(scene.organizer).post(url(scene.match, "start"))
        problem = assert_problem(response, 400, says="SCHEDULED")
        assert "READY" in problem["detail"]

    def test_start_match_invalid_state_completed(self, app, api_client):
        scene = factories.scene("COMPLETED")
        response = api_client(scene.organizer).post(url(scene.match, "start"))
        problem = assert_problem(response, 400, says="COMPLETED")
        assert "READY" in problem["detail"]

    def test_start_match_forbidden_for_participant(self, scene, api_client):
        assert_problem(api_client(scene.player1).post(url(scene.match, "start")), 403)


class TestBulkSchedule:
    def test_bulk_schedule_success(self, scene, api_client):
        ids = [scene.match.id, *(row.id for row in factories.matches(scene.tournament, 3, match_number=9))]
        response = api_client(scene.organizer).post(
            f"{MATCHES}bulk-schedule/",
            {"match_ids": ids, "scheduled_time": factories.soon(600).isoformat()},
        )
        assert response.status_code == 200
        assert response.json["scheduled_count"] == 4
        assert response.json["match_ids"] == ids

    def test_bulk_schedule_past_time_rejected(self, scene, api_client):
        response = api_client(scene.organizer).post(
            f"{MATCHES}bulk-schedule/",
            {"match_ids": [scene.match.id], "scheduled_time": factories.soon(-5).isoformat()},
        )
        assert_problem(response, 400, "scheduled_time")

    def test_bulk_schedule_duplicate_ids_rejected(self, scene, api_client):
        response = api_client(scene.organizer).post(
            f"{MATCHES}bulk-schedule/",
            {"match_ids": [scene.match.id] * 2, "scheduled_time": factories.soon(5).isoformat()},
        )
        assert_problem(response, 400, "match_ids")

    def test_bulk_schedule_forbidden_for_non_organizer(self, scene, api_client):
        response = api_client(scene.stranger).post(
            f"{MATCHES}bulk-schedule/",
            {"match_ids": [scene.match.id], "scheduled_time": factories.soon(5).isoformat()},
        )
        assert_problem(response, 403)


class TestCoordinatorAssignment:
    def test_assign_coordinator_success(self, scene, api_client):
        helper = factories.user()
        response = api_client(scene.organizer).post(
            url(scene.match, "assign-coordinator"), {"coordinator_id": helper.id}
        )
        assert response.status_code == 200
        assert response.json["lobby_info"]["coordinator_id"] == helper.id

    def test_assign_coordinator_nonexistent_user_rejected(self, scene, api_client):
        response = api_client(scene.organizer).post(
            url(scene.match, "assign-coordinator"), {"coordinator_id": 999999}
        )
        assert_problem(response, 400, "coordinator_id")

    def test_assign_coordinator_forbidden_for_participant(self, scene, api_client):
        response = api_client(scene.player1).post(
            url(scene.match, "assign-coordinator"), {"coordinator_id": scene.player1.id}
        )
        assert_problem(response, 403)


class TestLobbyInfo:
    def test_update_lobby_info_success(self, scene, api_client):
        lobby = {"room_code": "ALPHA2025", "region": "NA", "map": "Ascent"}
        response = api_client(scene.organizer).patch(url(scene.match, "lobby"), lobby)
        assert response.status_code == 200
        assert lobby.items() <= response.json["lobby_info"].items()

    def test_update_lobby_info_merges_with_existing_data(self, scene, api_client):
        client = api_client(scene.organizer)
        client.patch(url(scene.match, "lobby"), {"room_code": "ALPHA2025", "region": "NA"})
        response = client.patch(url(scene.match, "lobby"), {"map": "Ascent"})
        assert {"room_code": "ALPHA2025", "region": "NA", "map": "Ascent"}.items() <= response.json[
            "lobby_info"
        ].items()

    def test_update_lobby_info_without_identifier_rejected(self, scene, api_client):
        response = api_client(scene.organizer).patch(url(scene.match, "lobby"), {"map": "Ascent"})
        assert_problem(response, 400, says="room_code")

    def test_update_lobby_info_forbidden_for_participant(self, scene, api_client):
        response = api_client(scene.player1).patch(url(scene.match, "lobby"), {"room_code": "MINE"})
        assert_problem(response, 403)


class TestPermissions:
    def test_admin_has_full_access(self, scene, api_client):
        client = api_client(scene.admin)
        helper = factories.user()
        calls = [
            client.patch(url(scene.match), {"stream_url": "https://twitch.tv/finals"}),
            client.patch(url(scene.match, "lobby"), {"room_code": "ALPHA"}),
            client.post(url(scene.match, "assign-coordinator"), {"coordinator_id": helper.id}),
            client.post(url(scene.match, "start")),
        ]
        assert [call.status_code for call in calls] == [200] * 4

    def test_participant_has_read_only_access(self, scene, api_client):
        client = api_client(scene.player1)
        assert client.get(url(scene.match)).status_code == 200
        calls = [
            client.patch(url(scene.match), {"stream_url": "https://twitch.tv/finals"}),
            client.patch(url(scene.match, "lobby"), {"room_code": "ALPHA"}),
            client.post(url(scene.match, "assign-coordinator"), {"coordinator_id": scene.player1.id}),
            client.post(url(scene.match, "start")),
        ]
        assert [call.status_code for call in calls] == [403] * 4


class TestAuditLogging:
    def test_match_start_creates_audit_log(self, scene, api_client):
        api_client(scene.organizer).post(url(scene.match, "start"))
        (row,) = factories.rows(AuditLog, action="MATCH_START")
        assert row.user_id == scene.organizer.id
        assert row.match_id == scene.match.id
        assert row.meta == {
            "match_id": scene.match.id,
            "tournament_id": scene.tournament.id,
            "round_number": scene.match.round_number,
            "match_number": scene.match.match_number,
            "participant1_id": scene.team1.id,
            "participant2_id": scene.team2.id,
        }
