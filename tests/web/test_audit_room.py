"""The audit as an organizer reads it: sentences, filters, pages, and addresses for admins only."""

import html
import re
from datetime import timedelta

import pytest

from app.domain.audit_chain import Chain
from app.models import AuditLog
from app.services.audit import AuditAction
from app.services.queries.audit_names import Names
from app.web.rooms.audit_actions import ACTIONS, GROUPS
from app.web.rooms.audit_diff import MOST_CHANGES, Change, changes
from app.web.rooms.audit_words import sentence
from tests import factories
from tests.support.queries import counted


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


def _entries(page: str) -> list[str]:
    return re.findall(r"timeline__what\">\s*<p>([^<]*?)\s*<", page)


def test_filters(web_client):
    scene = factories.scene("READY", time_zone="Asia/Kathmandu")
    helper = factories.staff(scene.tournament)
    web_client(helper).post(f"/matches/{scene.match.id}/start", {})
    client = web_client(scene.organizer)
    client.post(f"/matches/{scene.match.id}/undo-start", {})
    both, started = ["Start undone", "Match started"], ["Match started"]
    for query, shown in (
        ("?action=MATCH_START", started),
        ("?action=play", both),
        ("?action=results", []),
        (f"?who={helper.username.upper()}", started),
        (f"?match=M{scene.match.match_number}", both),
        ("?match=4711", []),
        ("?action=NONSENSE", both),
        ("?who=%00", both),
        ("?search=%00", both),
        ("?search=undone", ["Start undone"]),
        (f"?search=match+{scene.team1.name.replace(' ', '+')}", both),
        ("?search=zebra", []),
        (f"?participant={scene.team1.id}", both),
        ("?participant=999999", []),
        ("?since=2020-01-01T00:00&until=2999-01-01T00:00", both),
        ("?since=2999-01-01T00:00", []),
        ("?until=2020-01-01T00:00", []),
    ):
        page = client.get(_path(scene.tournament, query))
        assert (page.status_code, _entries(page.text)) == (200, shown), query


@pytest.mark.parametrize(
    "query",
    [
        "?since=yesterday",
        "?until=2027-13-01T00:00",
        "?match=x",
        "?match=1234567890",
        "?participant=x",
        "?participant=0",
        "?search=" + "x" * 101,
        "?who=" + "x" * 51,
    ],
)
def test_filters_that_mean_nothing_are_refused_with_the_reason(web_client, query):
    scene = factories.scene()
    page = web_client(scene.organizer).get(_path(scene.tournament, query))
    assert page.status_code == 400
    assert "field__error" in page.text
    assert "Nothing was looked for." in page.text


def test_pages_go_on_from_where_they_ended(web_client):
    scene = factories.scene()
    factories.save(
        *(
            AuditLog(
                action="PARTICIPANT_DELETE",
                tournament_id=scene.tournament.id,
                created_at=factories.soon(n),
                meta={"name": f"No. {n:03d}"},
            )
            for n in range(120)
        )
    )
    client = web_client(scene.organizer)

    def follow(path, direction):
        """All pages from this one on, and the last one's text."""
        found = []
        while path:
            page = client.get(path).text
            found += [re.findall(r"No\. (\d+)", " ".join(_entries(page)))]
            link = re.search(rf'rel="{direction}" href="([^"]+)"', page)
            path, last = html.unescape(link[1]) if link else "", path
        return found, last

    older, last = follow(_path(scene.tournament, "?action=participants"), "next")
    assert [len(page) for page in older] == [50, 50, 20]
    assert [int(number) for page in older for number in page] == list(range(119, -1, -1))
    assert "action=participants" in last
    newer, _ = follow(last, "prev")
    assert [len(page) for page in newer] == [20, 50, 50]
    for place in ("before=x", "after=0", "before=" + "9" * 30, "after=-1"):
        assert client.get(_path(scene.tournament, f"?{place}")).status_code == 404


def test_entries_stand_by_day_and_by_run_of_who_made_them(web_client):
    scene = factories.scene(time_zone="Asia/Tokyo")
    day = factories.soon().replace(year=2027, month=1, day=1, hour=14, minute=0)
    anna, ben = factories.user("anna"), factories.user("ben")
    plan = [(anna, 0), (anna, 1), (ben, 2), (anna, 3), (None, 60), (None, 61)]
    factories.save(
        *(
            AuditLog(
                action="MATCH_START",
                tournament_id=scene.tournament.id,
                user_id=who and who.id,
                created_at=day + timedelta(minutes=minutes),
            )
            for who, minutes in plan
        )
    )
    page = web_client(scene.organizer).get(_path(scene.tournament)).text
    # 15:00 in UTC is midnight in Tokyo.
    assert re.findall(r'timeline__(?:date">([^<]+)|who"><strong>([^<]+))', page) == [
        ("Saturday 2 January 2027", ""),
        ("", "Matchdesk"),
        ("Friday 1 January 2027", ""),
        ("", "anna"),
        ("", "ben"),
        ("", "anna"),
    ]
    assert page.count("2 entries") == 2


def test_what_changed_is_told_value_by_value(web_client):
    scene = factories.scene("READY", time_zone="Europe/Berlin")
    station = factories.station(scene.tournament, "Court <1>")
    client = web_client(scene.organizer)
    client.post(
        f"/matches/{scene.match.id}/schedule",
        {"scheduled_time": "2031-06-01T10:00", "station_id": station.id, "best_of": 3},
    )
    page = client.get(_path(scene.tournament)).text
    rows = re.findall(r'<th scope="row">(.*?)</th><td><del>(.*?)</del></td><td><ins>(.*?)</ins>', page)
    found = {label: (old, new) for label, old, new in rows}
    assert found["Scheduled time"][1] == "Sun 1 Jun 2031, 10:00"
    assert found["Station"] == ("none", "Court &lt;1&gt;")
    assert found["Best of"] == ("1", "3")


def test_the_matches_of_a_bulk_are_linked(web_client):
    scene = factories.scene("SCHEDULED")
    other = factories.match(scene.tournament, "SCHEDULED")
    factories.save(
        AuditLog(
            action="MATCH_BULK_SCHEDULE",
            tournament_id=scene.tournament.id,
            meta={"match_ids": [scene.match.id, other.id, 999_999], "scheduled_time": "2031-01-01T10:00:00Z"},
            created_at=factories.soon(0),
        )
    )
    page = web_client(scene.organizer).get(_path(scene.tournament)).text
    assert "2 matches" in page
    for match in (scene.match, other):
        assert f'href="/matches/{match.id}/">M{match.match_number}</a>' in page


def test_the_page_takes_as_many_queries_for_30_rows_as_for_1(app, web_client):
    scene = factories.scene()
    client = web_client(scene.organizer)

    def asked() -> int:
        client.get(_path(scene.tournament))
        with counted(app) as statements:
            client.get(_path(scene.tournament))
        return len(statements)

    def fill(number):
        for _ in range(number):
            match = factories.match(scene.tournament)
            meta = {"participant_id": match.participant1_id, "user_id": scene.stranger.id}
            columns = {"user_id": factories.user().id, "match_id": match.id, "created_at": factories.soon(0)}
            factories.save(
                AuditLog(action="MATCH_CHECK_IN", tournament_id=scene.tournament.id, meta=meta, **columns)
            )

    fill(1)
    few = asked()
    fill(29)
    assert asked() == few


def test_an_empty_audit_says_what_will_stand_there(web_client):
    scene = factories.scene()
    client = web_client(scene.organizer)
    assert "Nothing was done yet." in client.get(_path(scene.tournament)).text
    assert "Nothing found." in client.get(_path(scene.tournament, "?before=1")).text


def test_the_export_is_a_file_of_chained_lines(web_client):
    scene = factories.scene("READY")
    client = web_client(scene.organizer)
    client.post(f"/matches/{scene.match.id}/start", {})
    response = client.get(_path(scene.tournament, "export.jsonl"))
    assert response.content_type == "application/jsonl"
    assert response.headers["Content-Disposition"] == (
        f'attachment; filename="{scene.tournament.slug}-audit.jsonl"'
    )
    chain = Chain(response.data.splitlines(keepends=True))
    assert [row["action"] for row in chain.rows()] == ["MATCH_START"]
    assert "127.0.0.1" not in response.text
    assert "127.0.0.1" in web_client(scene.admin).get(_path(scene.tournament, "export.jsonl")).text
    assert 'export.jsonl"' in client.get(_path(scene.tournament)).text


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


def test_each_action_of_a_tournament_stands_in_one_group():
    listed = [action for group in GROUPS.values() for action in group.actions]
    assert len(listed) == len(set(listed))
    beside = {name for name in AuditAction if name.startswith(("USER_", "ACCESS_TOKEN_", "CALENDAR_FEED_"))}
    assert set(listed) == set(AuditAction) - beside


@pytest.mark.parametrize(
    ("meta", "told"),
    [
        ({}, []),
        ({"old": "text", "changes": None}, []),
        (
            {"old_scheduled_time": None, "new_scheduled_time": "2031-06-01T08:00:00Z"},
            [Change("Scheduled time", "none", "Sun 1 Jun 2031, 10:00")],
        ),
        ({"old_name": "Foxes", "new_name": "Wolves"}, [Change("Name", "Foxes", "Wolves")]),
        ({"old_seed": None, "new_seed": 0}, [Change("Seed", "none", "0")]),
        ({"new_thing": 1}, []),
        ({"changes": {"station_id": 4}}, [Change("Station", None, "Court")]),
        (
            {"old": {"station_id": None}, "changes": {"station_id": 9}},
            [Change("Station", "none", "station 9")],
        ),
        (
            {
                "old": {"is_public": False, "no_show_policy": "flag"},
                "new": {"is_public": True, "no_show_policy": "x_y"},
            },
            [Change("Public", "no", "yes"), Change("No show policy", "flag", "x y")],
        ),
        ({"old": {"tags": []}, "new": {"tags": ["a_b", 2]}}, [Change("Tags", "", "a_b, 2")]),
        ({"old_called_at": "never", "new_called_at": ""}, [Change("Called at", "never", "none")]),
        (
            {
                "changes": [
                    {"match_id": 1, "old_scheduled_time": None, "new_scheduled_time": "2031-06-01T08:00:00Z"},
                    {"match_id": 2, "old_station_id": 4, "new_station_id": None},
                ]
            },
            [Change("M1", "none", "Sun 1 Jun 2031, 10:00"), Change("match 2, station", "Court", "none")],
        ),
    ],
)
def test_changes_are_told_in_words(meta, told):
    names = Names({1: "M1"}, {7: "Foxes"}, {5: "anna"}, {4: "Court"}, {3: "Cup"})
    assert changes(meta, names, "Europe/Berlin") == told


def test_a_version_of_a_whole_season_is_not_all_shown():
    moves = [{"match_id": n, "old_station_id": 1, "new_station_id": 2} for n in range(500)]
    assert len(changes({"changes": moves}, Names(), "UTC")) == MOST_CHANGES
