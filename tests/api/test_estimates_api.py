"""/api/tournaments/{id}/estimates/ and .../accuracy/."""

from datetime import datetime, timedelta

import pytest

from tests import factories
from tests.api.around import address, assert_constant_queries
from tests.api.support import assert_problem
from tests.support.queries import counted
from tests.support.running import RunningLate


@pytest.fixture
def event(app) -> RunningLate:
    return RunningLate()


def written(time):
    return f"{time:%Y-%m-%dT%H:%M:%SZ}"


def test_estimates_stand_beside_the_plan(event, api_client):
    moved = event.coming[1]
    planned = written(moved.scheduled_time)
    factories.change(
        moved, original_time=moved.scheduled_time, scheduled_time=moved.scheduled_time + timedelta(minutes=15)
    )
    answer = api_client().get(address(event.tournament, "estimates/"))
    assert answer.status_code == 200
    assert list(answer.json) == ["count", "next", "previous", "results"]
    rows = answer.json["results"]
    assert [row["match"] for row in rows] == [match.id for match in event.coming]
    assert list(rows[0]) == ["match", "scheduled_time", "original_time", "low", "likely", "high"]
    assert rows[0]["scheduled_time"] == written(event.coming[0].scheduled_time)
    assert rows[0]["original_time"] is None and rows[1]["original_time"] == planned
    for row in rows:
        low, likely, high = (datetime.fromisoformat(row[name]) for name in ("low", "likely", "high"))
        assert low <= likely <= high
        assert all(row[name].endswith("Z") for name in ("low", "likely", "high"))


def test_estimates_come_in_pages(event, api_client):
    where = address(event.tournament, "estimates")
    first = api_client().get(f"{where}?page_size=3").json
    assert (first["count"], len(first["results"]), first["previous"]) == (4, 3, None)
    second = api_client().get(first["next"]).json
    assert [row["match"] for row in second["results"]] == [event.coming[3].id]
    assert_problem(api_client().get(f"{where}?page=3"), 404)
    assert_problem(api_client().get(f"{where}?page_size=0"), 400, "page_size")


@pytest.mark.parametrize("status", ["draft", "completed"])
def test_no_running_event_has_no_estimates(event, api_client, status):
    factories.change(event.tournament, status=status)
    found = api_client().get(address(event.tournament, "estimates/")).json
    assert (found["count"], found["results"]) == (0, [])


def test_those_of_a_private_tournament_are_for_its_people(api_client):
    event = RunningLate(is_public=False)
    where = address(event.tournament, "estimates/")
    assert_problem(api_client().get(where), 404)
    assert_problem(api_client(factories.user()).get(where), 404)
    assert api_client(factories.staff(event.tournament)).get(where).json["count"] == 4


def test_strangers_are_answered_once_until_something_changes(app, event, api_client):
    where = address(event.tournament, "estimates/")
    first = api_client().get(where).json
    with counted(app) as statements:
        assert api_client().get(where).json == first
    assert statements == []
    factories.change(event.coming[0], state="CANCELLED")
    assert api_client().get(where).json["count"] == 3


def test_a_list_of_many_takes_as_few_queries(app, event, api_client):
    organizer = api_client(factories.staff(event.tournament))
    assert_constant_queries(
        app, organizer, address(event.tournament, "estimates/"), lambda n: [event.match(60) for _ in range(n)]
    )


def test_the_accuracy_is_told_beside_the_plan(event, api_client):
    organizer = api_client(factories.staff(event.tournament))
    found = organizer.get(address(event.tournament, "estimates/accuracy/")).json
    assert list(found) == [
        *("count", "median_minutes", "mean_minutes"),
        *("plan_median_minutes", "plan_mean_minutes", "covered"),
    ]
    assert (found["count"], found["plan_median_minutes"], found["plan_mean_minutes"]) == (8, 20.0, 20.0)
    assert found["median_minutes"] < 20 and 0 <= found["covered"] <= 1


def test_without_a_start_there_is_no_accuracy(app, api_client):
    of = factories.tournament()
    found = api_client(factories.staff(of)).get(address(of, "estimates/accuracy/")).json
    assert found.pop("count") == 0
    assert set(found.values()) == {None}


def test_both_are_described(app, api_client):
    paths = api_client().get("/api/openapi.json").json["paths"]
    for path in ("estimates/", "estimates/accuracy/"):
        described = paths[f"/api/tournaments/{{tournament_id}}/{path}"]["get"]
        assert "200" in described["responses"]
