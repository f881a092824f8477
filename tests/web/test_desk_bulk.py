"""Scheduling many matches from the desk: preview, apply, one undo for all, and every refusal."""

import re
from datetime import timedelta

import pytest

from app.models import ScheduleBatch
from tests import factories


@pytest.fixture
def hall(web_client):
    """A tournament with three matches to be scheduled, and its organizer's client."""
    organizer = factories.user()
    tournament = factories.tournament(organizer, time_zone="Europe/Berlin")
    matches = factories.matches(tournament, 3, "SCHEDULED")
    return web_client(organizer), tournament, matches


def _path(tournament, rest: str = "bulk-schedule") -> str:
    return f"/tournaments/{tournament.slug}/desk/{rest}"


def _form(matches, **more) -> dict:
    return {"match_ids": [match.id for match in matches], "scheduled_time": "2031-06-01T10:00", **more}


def test_the_preview_shows_what_would_change_and_changes_nothing(hall):
    client, tournament, matches = hall
    response = client.post(_path(tournament), _form(matches, interval_minutes="30", preview="1"))
    assert response.status_code == 200
    times = re.findall(r'datetime="(2031[^"]+)"', response.text)
    assert times == ["2031-06-01T08:00:00Z", "2031-06-01T08:30:00Z", "2031-06-01T09:00:00Z"]
    assert "Apply to 3 matches" in response.text
    assert [factories.fresh(match).scheduled_time for match in matches] == [m.scheduled_time for m in matches]
    assert not factories.rows(ScheduleBatch)


def test_the_desk_is_given_the_preview_as_a_part_of_itself(hall):
    client, tournament, matches = hall
    closed = factories.match(tournament, "CANCELLED")
    response = client.post(_path(tournament), _form([*matches, closed], preview="1"), htmx=True)
    assert response.status_code == 200
    assert "<html" not in response.text and "Apply to" not in response.text
    assert len(re.findall(r'datetime="2031', response.text)) == 3
    assert "CANCELLED" in response.text
    assert not factories.rows(ScheduleBatch)


def test_applied_all_are_scheduled_and_one_undo_takes_all_back(hall):
    client, tournament, matches = hall
    applied = client.post(_path(tournament), _form(matches, interval_minutes="15"))
    assert applied.status_code == 303
    batch = factories.rows(ScheduleBatch)[0]
    assert applied.location == _path(tournament, f"?batch={batch.id}")
    times = [factories.fresh(match).scheduled_time for match in matches]
    assert times[2] - times[0] == timedelta(minutes=30)
    actions = [row.action for row in factories.audit_rows(tournament_id=tournament.id)]
    assert actions == ["MATCH_BULK_SCHEDULE"]
    page = client.get(applied.location).text
    assert "3 matches scheduled" in page
    assert f"bulk-schedule/{batch.id}/undo" in page
    undone = client.post(_path(tournament, f"bulk-schedule/{batch.id}/undo"), follow_redirects=True)
    assert "3 matches are as before." in undone.text
    assert [factories.fresh(match).scheduled_time for match in matches] == [m.scheduled_time for m in matches]
    assert "matches scheduled" not in client.get(applied.location).text


def test_the_preview_sends_on_exactly_what_it_showed(hall):
    client, tournament, matches = hall
    page = client.post(_path(tournament), _form(matches, interval_minutes="20", preview="1")).text
    fields = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page)
    data = {name: [v for n, v in fields if n == name] for name, _ in fields}
    assert client.post(_path(tournament), data).status_code == 303
    assert f"{factories.fresh(matches[1]).scheduled_time:%H:%M}" == "08:20"


@pytest.mark.parametrize(("asked", "status"), [({"preview": "1"}, 200), ({}, 400)])
def test_closed_matches_are_refused_by_name_and_left_out(hall, asked, status):
    client, tournament, matches = hall
    factories.change(matches[1], state="CANCELLED")
    page = client.post(_path(tournament), _form(matches, interval_minutes="10", **asked))
    assert page.status_code == status
    assert not factories.rows(ScheduleBatch)
    assert "1 match can't be scheduled, and will be left out" in page.text
    assert "The match is CANCELLED" in page.text
    assert "Apply to 2 matches" in page.text
    times = re.findall(r'datetime="(2031[^"]+)"', page.text)
    assert times == ["2031-06-01T08:00:00Z", "2031-06-01T08:10:00Z"]


def test_where_all_are_refused_nothing_can_be_applied(hall):
    client, tournament, matches = hall
    for match in matches:
        factories.change(match, state="CANCELLED")
    page = client.post(_path(tournament), _form(matches, preview="1")).text
    assert "Apply to" not in page
    # Closed in the meantime: what was previewed is refused as a whole.
    refused = client.post(_path(tournament), _form(matches))
    assert refused.status_code == 400
    assert "CANCELLED" in refused.text
    assert not factories.rows(ScheduleBatch)


def test_an_undo_names_what_was_changed_since(hall):
    client, tournament, matches = hall
    client.post(_path(tournament), _form(matches))
    batch = factories.rows(ScheduleBatch)[0]
    client.post(f"/matches/{matches[0].id}/schedule", {"stream_url": "https://stream.example"})
    response = client.post(_path(tournament, f"bulk-schedule/{batch.id}/undo"))
    assert response.status_code == 409
    assert f"M{matches[0].match_number}" in response.text
    assert "Nothing was taken back." in response.text
    assert f"{factories.fresh(matches[1]).scheduled_time:%Y}" == "2031"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"match_ids": []}, "Select at least one match."),
        ({"match_ids": ["x"]}, "Invalid"),
        ({"match_ids": ["99999999999999999999"]}, "Invalid"),
        ({"match_ids": ["4711"]}, "not in this tournament"),
        ({"match_ids": [str(n) for n in range(1, 102)]}, "at most 100"),
        ({"scheduled_time": ""}, "Enter a date and a time."),
        ({"scheduled_time": "noon"}, "Enter a date and a time, such as"),
        ({"scheduled_time": "2001-01-01T10:00"}, "future"),
        ({"scheduled_time": "2031-03-30T02:30"}, "never show 02:30"),
        ({"scheduled_time": "2031-10-26T02:30"}, "Which one?"),
        ({"interval_minutes": "-5"}, "From 0 to"),
        ({"interval_minutes": "soon"}, "Not a valid integer"),
        ({"interval_minutes": "9" * 40}, "From 0 to"),
    ],
)
def test_bad_input_shows_the_desk_again_with_what_was_typed(hall, change, why):
    client, tournament, matches = hall
    data = _form(matches, interval_minutes="5") | change
    response = client.post(_path(tournament), data)
    assert response.status_code == 400
    assert why in response.text.replace("&#39;", "'")
    if "match_ids" not in change:
        assert response.text.count(" checked>") == 3
        assert data["scheduled_time"] in response.text
    assert not factories.rows(ScheduleBatch)


def test_the_same_match_twice_is_refused(hall):
    client, tournament, matches = hall
    response = client.post(_path(tournament), _form([matches[0], matches[0]]))
    assert response.status_code == 400
    assert "only once" in response.text


def test_a_time_that_the_clock_shows_twice_is_asked_about(hall):
    client, tournament, matches = hall
    data = _form(matches, scheduled_time="2031-10-26T02:30", scheduled_time_offset="+01:00", preview="1")
    page = client.post(_path(tournament), data).text
    assert "2031-10-26T01:30:00Z" in page


def test_matches_of_another_tournament_are_not_for_this_desk(hall):
    client, tournament, matches = hall
    foreign = factories.match(state="SCHEDULED")
    response = client.post(_path(tournament), _form([*matches, foreign]))
    assert response.status_code == 400
    assert "not in this tournament" in response.text


def test_who_may(web_client):
    scene = factories.scene("SCHEDULED")
    organizer = web_client(scene.organizer)
    organizer.post(_path(scene.tournament), _form([scene.match]))
    batch = factories.rows(ScheduleBatch)[0]
    undo = _path(scene.tournament, f"bulk-schedule/{batch.id}/undo")
    for role in ("coordinator", "player1", "stranger"):
        client = web_client(scene.person(role))
        assert client.post(_path(scene.tournament), _form([scene.match])).status_code == 403
        assert client.post(undo).status_code == 403
    anonymous = web_client()
    for path in (_path(scene.tournament), undo):
        assert anonymous.post(path, _form([scene.match])).location.startswith("/login")
        assert organizer.post(path, _form([scene.match]), csrf=False).status_code == 400
    other = factories.scene()
    # A batch of one tournament is not undone through the desk of another.
    foreign = _path(other.tournament, f"bulk-schedule/{batch.id}/undo")
    assert web_client(other.organizer).post(foreign).status_code in (403, 404)
    assert factories.rows(ScheduleBatch)[0].undone_at is None
