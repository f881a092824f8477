"""The audit as an organizer reads it: sentences, filters, pages, and addresses for admins only."""

import pytest

from app.models import AuditLog
from app.services.queries.audit_names import Names
from app.web.rooms.audit_words import ACTIONS, sentence
from tests import factories


def _path(tournament, query: str = "") -> str:
    return f"/tournaments/{tournament.slug}/audit/{query}"


def test_what_was_done_is_told_in_sentences(web_client):
    scene = factories.scene("READY")
    client = web_client(scene.organizer)
    match = f"/matches/{scene.match.id}"
    client.post(f"{match}/schedule", {"scheduled_time": "2031-06-01T10:00"})
    client.post(f"{match}/lobby", {"room_code": "SECRET-77", "region": "EU"})
    client.post(f"{match}/assign-coordinator", {"coordinator_id": scene.stranger.id})
    client.post(f"{match}/start", {})
    client.post(f"{match}/submit-result", {"participant1_score": 3, "participant2_score": 1})
    page = client.get(_path(scene.tournament)).text
    for words in (
        "→ Sun 1 Jun 2031, 10:00",
        "Lobby changed: Region, Room code",
        f"Coordinator assigned: {scene.stranger.username}",
        "Match started",
        "Result entered: 3–1",
    ):
        assert words in page, words
    assert "SECRET-77" not in page
    assert f'href="/matches/{scene.match.id}/">M{scene.match.match_number}<' in page
    # Newest first.
    assert page.index("Result entered: 3") < page.index("→ Sun 1 Jun 2031")


def test_filters_and_pages(web_client):
    scene = factories.scene("READY")
    helper = factories.staff(scene.tournament)
    web_client(helper).post(f"/matches/{scene.match.id}/start", {})
    client = web_client(scene.organizer)
    client.post(f"/matches/{scene.match.id}/undo-start", {})
    number = scene.match.match_number
    for query, shown in (
        ("?action=MATCH_START", {"Match started"}),
        (f"?who={helper.username.upper()}", {"Match started"}),
        (f"?match=M{number}", {"Match started", "Start undone"}),
        ("?match=4711", set()),
        ("?action=NONSENSE", {"Match started", "Start undone"}),
        ("?who=%00", {"Match started", "Start undone"}),
    ):
        page = client.get(_path(scene.tournament, query)).text
        cells = {words for words in ("Match started", "Start undone") if f"<td>{words}</td>" in page}
        assert cells == shown, query
    factories.save(
        *(
            AuditLog(action="MATCH_START", tournament_id=scene.tournament.id, created_at=factories.soon())
            for _ in range(60)
        )
    )
    assert "Page 2 of 2" in client.get(_path(scene.tournament, "?page=2")).text
    for page in ("3", "0", "x", "9" * 30):
        assert client.get(_path(scene.tournament, f"?page={page}")).status_code == 404


def test_addresses_are_for_admins_only(web_client):
    scene = factories.scene("READY")
    web_client(scene.organizer).post(f"/matches/{scene.match.id}/start", {})
    assert "127.0.0.1" in web_client(scene.admin).get(_path(scene.tournament)).text
    assert "127.0.0.1" not in web_client(scene.organizer).get(_path(scene.tournament)).text


def test_who_may_read_it(web_client):
    scene = factories.scene()
    for role, status in (
        ("admin", 200),
        ("organizer", 200),
        ("coordinator", 403),
        ("player1", 403),
        ("stranger", 403),
    ):
        assert web_client(scene.person(role)).get(_path(scene.tournament)).status_code == status


@pytest.mark.parametrize(
    ("action", "meta", "words"),
    [
        (
            "MATCH_SCHEDULE",
            {"old_scheduled_time": None, "new_scheduled_time": None},
            "Match scheduled: no time → no time",
        ),
        ("MATCH_BULK_SCHEDULE", {"match_ids": [1, 2], "interval_minutes": 5}, "M1, match 2, every 5 min"),
        ("MATCH_BULK_SCHEDULE", {"match_ids": list(range(20))}, "and 8 more"),
        (
            "MATCH_UPDATE",
            {"changes": {"stream_url": "", "station_id": 4, "best_of": 3}},
            "stream none, station Court",
        ),
        (
            "SCHEDULE_CHANGE",
            {
                "kind": "delay",
                "minutes": 15,
                "since": "2027-01-01T10:00:00Z",
                "station_id": 4,
                "match_ids": [1, 2],
                "changes": [{}, {}],
            },
            "Schedule changed: 15 min late from Fri 1 Jan 2027, 10:00 at Court: M1, match 2",
        ),
        (
            "SCHEDULE_CHANGE",
            {"kind": "delay", "minutes": 5, "since": "2027-01-01T10:00:00Z", "bracket_id": 3},
            "5 min late from Fri 1 Jan 2027, 10:00 in Cup",
        ),
        (
            "SCHEDULE_CHANGE",
            {
                "kind": "edit",
                "match_ids": [1],
                "changes": [
                    {
                        "match_id": 1,
                        "old_scheduled_time": None,
                        "new_scheduled_time": "2027-01-01T10:00:00Z",
                        "old_station_id": None,
                        "new_station_id": 4,
                    }
                ],
            },
            "Schedule changed: M1, no time → Fri 1 Jan 2027, 10:00, no station → Court",
        ),
        ("SCHEDULE_CHANGE", {"kind": "auto", "match_ids": [1, 2]}, "as proposed: M1, match 2"),
        ("SCHEDULE_UNDO", {"number": 3, "match_ids": [1]}, "Schedule change undone: version 3: M1"),
        ("MATCH_COORDINATOR_ASSIGN", {"coordinator_id": None}, "Coordinator assigned: nobody"),
        ("MATCH_COORDINATOR_ASSIGN", {"coordinator_id": 9}, "user 9"),
        ("MATCH_CANCEL", {"reason": "rain"}, "Match cancelled: rain"),
        (
            "RESULT_SUBMIT",
            {"participant1_score": 2, "participant2_score": 0, "submitted_by": 7},
            "2–0 by Foxes, waits",
        ),
        ("DISPUTE_CREATE", {"reason": "no_show", "reported_by": 7}, "no show, by Foxes"),
        ("DISPUTE_RESOLVE", {"decision": "forfeit", "participant_id": 7}, "forfeit, Foxes"),
        ("TOURNAMENT_UPDATE", {"old": {"best_of": 1}, "new": {"best_of": 3}}, "best of 1 → 3"),
        ("PARTICIPANT_CREATE", {"names": [str(n) for n in range(10)]}, "and 2 more"),
        (
            "PARTICIPANT_UPDATE",
            {"participant_id": 7, "old_name": "Foxes", "new_name": "Wolves"},
            "Foxes → Wolves",
        ),
        ("PARTICIPANT_JOIN", {"participant_id": 7, "user_id": 5}, "Foxes, anna"),
        ("STATION_UPDATE", {"old_name": "A", "new_name": "B"}, "Station changed: A → B"),
        ("STATION_CREATE", {"name": "A"}, "Station added: A"),
        ("SIGN_IN_LINK_CREATE", {"user_id": 5}, "anna"),
        ("STAFF_ADD", {"username": "anna"}, "Organizer added: anna"),
        (
            "BRACKET_GENERATE",
            {"bracket_id": 3, "format": "single_elimination", "matches": 7},
            "Cup, single elimination",
        ),
        ("SOMETHING_NEW", {}, "Something new"),
    ],
)
def test_each_action_has_its_words(action, meta, words):
    names = Names({1: "M1"}, {7: "Foxes"}, {5: "anna"}, {4: "Court"}, {3: "Cup"})
    assert words in sentence({"action": action, "meta": meta}, names, "UTC")


def test_no_two_actions_read_the_same():
    assert len(set(ACTIONS.values())) == len(ACTIONS)
