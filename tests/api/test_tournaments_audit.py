"""GET /api/tournaments/{id}/audit/ and /disputes/."""

import pytest

from app.domain.audit_chain import Chain
from app.models import AuditLog
from tests import factories
from tests.api.around import address, assert_constant_queries
from tests.api.support import assert_problem, client_of, url


def entry(of, action="MATCH_START", **columns):
    row = AuditLog(tournament_id=of.id, action=action, created_at=factories.soon(0), **columns)
    factories.save(row)
    return row


def test_audit_tells_who_did_what_by_id(app, api_client):
    scene = factories.scene()
    api_client(scene.organizer).post(url(scene.match, "start"))
    entry(factories.tournament())
    page = api_client(scene.organizer).get(address(scene.tournament, "audit/")).json
    (row,) = page["results"]
    assert (row["user"], row["username"]) == (scene.organizer.id, scene.organizer.username)
    assert (row["action"], row["match_id"], row["tournament_id"]) == (
        "MATCH_START",
        scene.match.id,
        scene.tournament.id,
    )
    assert row["meta"]["participant1_id"] == scene.team1.id
    assert row["created_at"].endswith("Z")


def test_addresses_are_shown_to_admins_only(app, api_client):
    scene = factories.scene()
    entry(scene.tournament, ip="10.1.2.3")
    where = address(scene.tournament, "audit/")
    assert api_client(scene.admin).get(where).json["results"][0]["ip"] == "10.1.2.3"
    organizers = api_client(scene.organizer).get(where)
    assert "ip" not in organizers.json["results"][0]
    assert "10.1.2.3" not in organizers.text


def test_audit_is_filtered_by_action_and_match(app, api_client):
    scene = factories.scene()
    other = factories.match(scene.tournament)
    started = entry(scene.tournament, match_id=scene.match.id)
    cancelled = entry(scene.tournament, "MATCH_CANCEL", match_id=scene.match.id)
    entry(scene.tournament, match_id=other.id)
    client = api_client(scene.organizer)

    def ids(**query):
        page = client.get(address(scene.tournament, "audit/"), query_string=query)
        assert page.status_code == 200, page.text
        assert page.json["count"] == len(page.json["results"])
        return [row["id"] for row in page.json["results"]]

    assert ids(match=scene.match.id) == [started.id, cancelled.id]
    assert ids(action="match_cancel") == [cancelled.id]
    assert ids(action="MATCH_START", match=str(scene.match.id), unknown="x") == [started.id]
    assert ids(match=2**31 - 1) == ids(match="9" * 30) == ids(action="NOTHING") == []
    for query, field in (
        ({"match": "x"}, "match"),
        ({"action": "A" * 41}, "action"),
        ({"page": "0"}, "page"),
    ):
        assert_problem(client.get(address(scene.tournament, "audit/"), query_string=query), 400, field)


def test_audit_is_paged(app, api_client):
    scene = factories.scene()
    made = [entry(scene.tournament).id for _ in range(3)]
    client = api_client(scene.organizer)
    query = {"page_size": 2, "action": "MATCH_START"}
    first = client.get(address(scene.tournament, "audit/"), query_string=query).json
    second = client.get(first["next"]).json
    assert [row["id"] for row in first["results"] + second["results"]] == made
    assert_problem(client.get(address(scene.tournament, "audit/"), query_string={"page": 9}), 404)


def test_audit_is_searched_and_followed(app, api_client):
    scene = factories.scene()
    started = entry(scene.tournament, match_id=scene.match.id, user_id=scene.organizer.id)
    cancelled = entry(scene.tournament, "MATCH_CANCEL", meta={"reason": "heavy rain"})
    client = api_client(scene.organizer)

    def ids(**query):
        page = client.get(address(scene.tournament, "audit/"), query_string=query)
        assert page.status_code == 200, page.text
        return [row["id"] for row in page.json["results"]]

    assert ids(participant=scene.team1.id) == [started.id]
    assert ids(username=scene.organizer.username.upper()) == [started.id]
    assert ids(search="cancel RAIN") == [cancelled.id]
    assert ids(created_at__gte="2020-01-01T00:00:00Z", created_at__lte="2020-01-02T00:00:00Z") == []
    assert ids(after=started.id) == [cancelled.id]
    assert ids(username="", search="", participant="", after="") == [started.id, cancelled.id]
    for query, field in (
        ({"created_at__gte": "yesterday"}, "created_at__gte"),
        ({"search": "x" * 101}, "search"),
        ({"after": "x"}, "after"),
    ):
        assert_problem(client.get(address(scene.tournament, "audit/"), query_string=query), 400, field)


def test_the_export_is_chained_lines_of_the_listed_rows(app, api_client):
    scene = factories.scene()
    for _ in range(3):
        entry(scene.tournament, ip="10.1.2.3", meta={"n": 1})
    for who, sees_ip in ((scene.organizer, False), (scene.admin, True)):
        client = api_client(who)
        response = client.get(address(scene.tournament, "audit/export/"))
        assert response.content_type == "application/jsonl"
        chain = Chain(response.data.splitlines(keepends=True))
        listed = client.get(address(scene.tournament, "audit/")).json["results"]
        assert list(chain.rows()) == listed
        assert (chain.head["has_ip"], "10.1.2.3" in response.text) == (sees_ip, sees_ip)


def test_audit_takes_as_many_queries_for_30_rows_as_for_1(app, api_client):
    scene = factories.scene()

    def fill(count):
        for _ in range(count):
            entry(scene.tournament, user_id=factories.user().id)

    assert_constant_queries(app, api_client(scene.organizer), address(scene.tournament, "audit/"), fill)


def disputes_of(client, scene, **query):
    response = client.get(address(scene.tournament, "disputes/"), query_string=query)
    assert response.status_code == 200, response.text
    return response.json["results"]


def test_disputes_come_open_ones_first(app, api_client):
    scene = factories.scene("DISPUTED")
    resolved = factories.match(scene.tournament, "COMPLETED")
    factories.dispute(
        resolved, decision="uphold", resolved_at=factories.soon(0), resolved_by_user_id=scene.organizer.id
    )
    later = factories.match(scene.tournament, "DISPUTED")
    factories.dispute(later, description="They left.")
    rows = disputes_of(api_client(scene.organizer), scene)
    assert [row["match"] for row in rows] == [scene.match.id, later.id, resolved.id]
    assert [row["decision"] for row in rows] == [None, None, "uphold"]
    first, second, _ = rows
    assert (first["reported_by"], first["reported_by_name"]) == (scene.team2.id, scene.team2.name)
    assert (first["reason"], second["description"]) == ("score_dispute", "They left.")
    assert (first["match_number"], first["resolved_at"]) == (scene.match.match_number, None)


@pytest.mark.parametrize(
    ("role", "sees"),
    [
        ("admin", True),
        ("organizer", True),
        ("coordinator", True),
        ("player1", True),
        ("player2", True),
        ("other_organizer", False),
        ("stranger", False),
        ("anonymous", False),
    ],
)
def test_disputes_are_shown_to_those_whom_they_concern(app, api_client, role, sees):
    scene = factories.scene("DISPUTED")
    elsewhere = factories.match(scene.tournament, "DISPUTED")
    factories.dispute(elsewhere, description="Not for everybody.")
    client = client_of(api_client, scene, role)
    shown = [row["match"] for row in disputes_of(client, scene)]
    runs_it = role in ("admin", "organizer")
    assert shown == ([scene.match.id] if sees else []) + ([elsewhere.id] if runs_it else [])
    if not runs_it:
        assert "Not for everybody" not in client.get(address(scene.tournament, "disputes/")).text


def test_disputes_are_paged_and_leave_deleted_matches_out(app, api_client):
    scene = factories.scene("DISPUTED")
    deleted = factories.match(scene.tournament, "DISPUTED", is_deleted=True)
    factories.dispute(deleted)
    other = factories.match(scene.tournament, "DISPUTED")
    factories.dispute(other)
    client = api_client(scene.organizer)
    page = client.get(address(scene.tournament, "disputes/"), query_string={"page_size": 1}).json
    assert page["count"] == 2
    assert client.get(page["next"]).json["results"][0]["match"] == other.id


def test_disputes_take_as_many_queries_for_30_rows_as_for_1(app, api_client):
    scene = factories.scene()

    def fill(count):
        for _ in range(count):
            factories.dispute(factories.match(scene.tournament, "DISPUTED"))

    assert_constant_queries(app, api_client(scene.organizer), address(scene.tournament, "disputes/"), fill)
