"""/api/feeds/: making, listing and revoking calendar addresses."""

from datetime import UTC, datetime

import pytest

from app.models import CalendarFeed
from app.services import tokens
from tests import factories
from tests.api.support import assert_problem

FEEDS = "/api/feeds/"


def make(client, kind="tournament", **more):
    return client.post(FEEDS, json={"kind": kind, **more})


def test_a_feed_is_made_listed_and_revoked(api_client, client):
    scene = factories.scene("SCHEDULED")
    mine = api_client(scene.stranger)
    made = make(mine, id=scene.tournament.id)
    assert made.status_code == 201
    url = made.json["url"]
    assert url.startswith("http://localhost/calendar/") and url.endswith(".ics")
    assert made.headers["Location"] == f"{FEEDS}{made.json['id']}/"
    listed = mine.get(FEEDS).json
    shown = {key: value for key, value in made.json.items() if key != "url"}
    assert listed == {"count": 1, "next": None, "previous": None, "results": [shown]}
    assert mine.get(made.headers["Location"]).json == shown
    assert shown["title"] == shown["name"] == scene.tournament.name
    path = url.removeprefix("http://localhost")
    assert client.get(path).status_code == 200
    assert mine.delete(made.headers["Location"]).status_code == 204
    assert client.get(path).status_code == 404
    assert mine.get(FEEDS).json["count"] == 0
    assert_problem(mine.delete(made.headers["Location"]), 404)


def test_a_coordinator_needs_no_id_and_only_the_own_one_counts(api_client):
    scene = factories.scene("SCHEDULED")
    mine = api_client(scene.coordinator)
    assert make(mine, "coordinator").status_code == 201
    assert make(mine, "coordinator", id=scene.coordinator.id).status_code == 201
    assert len(factories.rows(CalendarFeed, revoked_at=None)) == 1
    assert_problem(make(mine, "coordinator", id=scene.organizer.id), 404)


def test_nobody_sees_or_ends_the_feed_of_another(api_client):
    scene = factories.scene("SCHEDULED")
    location = make(api_client(scene.stranger), id=scene.tournament.id).headers["Location"]
    other = api_client(scene.admin)
    assert other.get(FEEDS).json["count"] == 0
    assert_problem(other.get(location), 404)
    assert_problem(other.delete(location), 404)
    assert len(factories.rows(CalendarFeed, revoked_at=None)) == 1


def test_nobody_signed_in(api_client):
    scene = factories.scene("SCHEDULED")
    assert_problem(api_client().get(FEEDS), 401)
    assert_problem(api_client().get(f"{FEEDS}1/"), 401)
    assert_problem(make(api_client(), id=scene.tournament.id), 401)
    assert_problem(api_client().delete(f"{FEEDS}1/"), 401)


def test_what_one_may_not_see_is_not_there(api_client):
    scene = factories.scene("SCHEDULED", is_public=False)
    station = factories.station(scene.tournament)
    for kind, subject in (
        ("tournament", scene.tournament), ("participant", scene.team1), ("station", station),
    ):  # fmt: skip
        assert_problem(make(api_client(scene.stranger), kind, id=subject.id), 404)
        assert make(api_client(scene.player1), kind, id=subject.id).status_code == 201


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "kind"),
        ({"kind": "board"}, "kind"),
        ({"kind": 7}, "kind"),
        ({"kind": "tournament"}, "id"),
        ({"kind": "tournament", "id": None}, "id"),
        ({"kind": "tournament", "id": "x"}, "id"),
        ({"kind": "tournament", "id": 0}, "id"),
        ({"kind": "tournament", "id": 10**30}, None),
        ({"kind": "tournament", "id": 1, "token": "mine"}, "token"),
    ],
)
def test_bad_bodies(api_client, body, field):
    response = api_client(factories.user()).post(FEEDS, json=body)
    assert_problem(response, 400, *([field] if field else []))
    assert factories.rows(CalendarFeed) == []


def test_a_token_that_may_only_read_lists_but_makes_none(app, api_client):
    scene = factories.scene("SCHEDULED")
    with app.app_context():
        token = tokens.create_personal_token(
            actor=factories.actor(scene.stranger), name="overlay", scope="read", now=datetime.now(UTC)
        )
    mine = api_client(token=token)
    assert mine.get(FEEDS).status_code == 200
    assert_problem(make(mine, id=scene.tournament.id), 403)


def test_only_the_hash_of_the_token_is_kept_and_the_audit_has_none(api_client):
    scene = factories.scene("SCHEDULED")
    url = make(api_client(scene.stranger), id=scene.tournament.id).json["url"]
    token = url.rpartition("/")[2].removesuffix(".ics")
    (row,) = factories.rows(CalendarFeed)
    assert len(token) == 22 and token != row.token_hash
    (entry,) = factories.audit_rows(action="CALENDAR_FEED_CREATE")
    assert token not in str(entry.meta)
    assert entry.meta == {"feed_id": row.id, "kind": "tournament", "subject_id": scene.tournament.id}
