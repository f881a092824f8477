"""The stations on a match day, their room in the settings, and where a call is shown."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from app.languages import LANGUAGES
from app.models import ScheduleBreak, Station, StationHours
from app.web.forms.stations import hours_line, read_hours
from tests import factories


@pytest.fixture
def of(app):
    return factories.tournament(factories.user("owner"), enable_check_in=False, time_zone="Europe/Berlin")


@pytest.fixture
def organizer(of, web_client):
    return web_client(factories.rows(factories.User, username="owner")[0])


def path(of, rest):
    return f"/tournaments/{of.slug}/{rest}"


def card(html, station):
    return html.split(f'id="station-{station.id}"')[1].split("</li>\n    <li class")[0].split("</form>")[0]


# -- the match day ----------------------------------------------------------------------------------------


def test_the_cards_tell_what_is_on_and_what_is_next(of, organizer):
    court = factories.station(of, "Court", stream_url="https://e.org/court")
    live = factories.match(of, "LIVE", station_id=court.id)
    coming = factories.match(of, station_id=court.id)
    html = organizer.get(path(of, "stations/")).text
    assert 'aria-current="page">Stations' in html
    shown = card(html, court)
    assert "https://e.org/court" in shown
    for match in (live, coming):
        assert f'data-match-id="{match.id}" data-state="{match.state}"' in shown
    assert f'name="match_id" value="{coming.id}"' in shown
    assert re.search(r'<button class="[^"]*button--big"[^>]*>Call next</button>', shown)


def test_one_press_calls_the_match_that_is_shown(of, organizer):
    court, match = factories.station(of, "Court"), factories.match(of)
    html = organizer.get(path(of, "stations/")).text
    assert "Suggested" in card(html, court)
    response = organizer.post(path(of, f"stations/{court.id}/call-next"), {"match_id": match.id})
    assert response.status_code == 303
    assert response.location == path(of, f"stations/#station-{court.id}")
    called = factories.fresh(match)
    assert called.station_id == court.id and called.called_at is not None
    html = organizer.get(path(of, "stations/")).text
    assert "Called" in card(html, court)
    assert "Nobody can be called here now." in card(html, court)


def test_htmx_gets_the_cards_alone(of, organizer):
    court, match = factories.station(of), factories.match(of)
    headers = {"HX-Request": "true"}
    part = organizer.get(path(of, "stations/"), headers=headers)
    assert part.text.strip().startswith('<div id="stations"')
    assert "HX-Request" in part.headers["Vary"]
    done = organizer.post(path(of, f"stations/{court.id}/call-next"), {"match_id": match.id}, headers=headers)
    assert done.status_code == 200
    assert "Match called." in done.text and "<html" not in done.text


def test_a_press_that_comes_too_late_says_so_in_its_card(of, organizer):
    court = factories.station(of, "Court")
    first = factories.match(of, scheduled_time=factories.soon(1))
    second = factories.match(of, scheduled_time=factories.soon(5))
    late = organizer.post(path(of, f"stations/{court.id}/call-next"), {"match_id": second.id})
    assert late.status_code == 409
    assert "Another match is next at Court" in card(late.text, court)
    assert f'value="{first.id}"' in card(late.text, court)
    for match in (first, second):
        factories.change(match, state="CANCELLED")
    nothing = organizer.post(path(of, f"stations/{court.id}/call-next"), {"match_id": second.id})
    assert nothing.status_code == 400
    assert "no match to call" in card(nothing.text, court)
    assert organizer.post(path(of, f"stations/{court.id}/call-next"), {"match_id": "x"}).status_code == 400
    assert organizer.post(path(of, "stations/999999/call-next"), {}).status_code == 404


def test_without_stations_the_page_leads_to_where_they_are_made(of, organizer):
    assert path(of, "settings/stations/") in organizer.get(path(of, "stations/")).text


def test_a_break_is_shown_in_the_clock_of_the_station(of, organizer):
    court = factories.station(of, time_zone="Asia/Tokyo")
    factories.pause(of, "Cleaning", starts_at=factories.soon(-5), ends_at=factories.soon(60))
    shown = card(organizer.get(path(of, "stations/")).text, court)
    assert "Cleaning until" in shown and 'data-zone="Asia/Tokyo"' in shown


# -- where a call is shown --------------------------------------------------------------------------------


def test_a_call_is_shown_on_the_match_in_lists_and_to_its_sides(web_client, client):
    scene = factories.scene("READY")
    court = factories.station(scene.tournament, "Court 2")
    later = factories.match(
        scene.tournament, participant1=scene.team1, station_id=court.id, scheduled_time=factories.soon(90)
    )
    assert "Called" not in client.get(f"/matches/{later.id}/").text
    factories.change(later, called_at=factories.soon(0))
    for where in (f"/matches/{later.id}/", path(scene.tournament, "matches/")):
        assert "Called to Court 2" in client.get(where).text
    mine = web_client(scene.player1).get("/me/").text
    assert "You are called to Court 2." in mine
    # It comes before the match that is planned earlier.
    assert mine.index(f'data-match-id="{later.id}"') < mine.index(f'data-match-id="{scene.match.id}"')
    assert "You are called" not in web_client(scene.player2).get(f"/matches/{later.id}/").text
    factories.change(later, state="LIVE")
    assert "Called to" not in client.get(f"/matches/{later.id}/").text
    assert "You are called" not in web_client(scene.player1).get("/me/").text


def test_the_stream_of_a_station_is_shown_where_a_match_has_none(of, client):
    court = factories.station(of, stream_url="https://e.org/court")
    bare = factories.match(of, station_id=court.id)
    own = factories.match(of, station_id=court.id, stream_url="https://e.org/own")
    assert 'href="https://e.org/court"' in client.get(f"/matches/{bare.id}/").text
    page = client.get(f"/matches/{own.id}/").text
    assert 'href="https://e.org/own"' in page and "e.org/court" not in page
    rows = client.get(path(of, "matches/")).text
    assert rows.count('href="https://e.org/court"') == rows.count('href="https://e.org/own"') == 1


# -- the room ---------------------------------------------------------------------------------------------


def hours_of(station):
    return [(one.starts_at, one.ends_at) for one in factories.rows(StationHours, station_id=station.id)]


def test_a_station_is_added_with_stream_zone_and_hours(of, organizer):
    response = organizer.post(
        path(of, "settings/stations/"),
        {
            "name": "Stage",
            "stream_url": "https://e.org",
            "time_zone": "Asia/Tokyo",
            "hours": "2026-11-24 09:00 to 18:00\n\n2026-11-25 22:00 – 2026-11-26 02:00",
        },
    )
    assert response.status_code == 303
    (station,) = factories.rows(Station, tournament_id=of.id)
    assert (station.stream_url, station.time_zone) == ("https://e.org", "Asia/Tokyo")
    assert hours_of(station) == [
        (datetime(2026, 11, 24, 0, tzinfo=UTC), datetime(2026, 11, 24, 9, tzinfo=UTC)),
        (datetime(2026, 11, 25, 13, tzinfo=UTC), datetime(2026, 11, 25, 17, tzinfo=UTC)),
    ]
    shown = organizer.get(path(of, "settings/stations/")).text
    assert "2026-11-24 09:00 to 18:00\n2026-11-25 22:00 to 2026-11-26 02:00" in shown


def test_hours_that_nobody_touched_stay_to_the_second(of, organizer):
    start = datetime(2026, 11, 24, 9, 0, 30, tzinfo=UTC)
    court = factories.station(of, "Court", hours=[(start, start + timedelta(hours=2))])
    sent = {"name": "Centre", "stream_url": "", "time_zone": "", "hours": "2026-11-24 10:00 to 12:00"}
    assert organizer.post(path(of, f"settings/stations/{court.id}/edit"), sent).status_code == 303
    assert factories.fresh(court).name == "Centre"
    assert hours_of(court) == [(start, start + timedelta(hours=2))]
    organizer.post(path(of, f"settings/stations/{court.id}/edit"), {**sent, "hours": ""})
    assert hours_of(court) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_hours_are_read_as_each_language_writes_them(app, language):
    with app.test_request_context(headers={"Accept-Language": language}):
        (hours,) = read_hours(hours_line("2026-11-24 09:00", "18:00"), "UTC")
    assert (hours.start.hour, hours.end.hour) == (9, 18)


def test_hours_over_a_night_of_changing_clocks_are_read_as_they_are_shown(of, organizer):
    # In Berlin the clocks show 02:30 twice that night.
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    court = factories.station(of, "Court", hours=[(first, first + timedelta(hours=1))])
    shown = "2026-10-25 02:30+02:00 to 02:30+01:00"
    assert shown in organizer.get(path(of, "settings/stations/")).text
    more = f"{shown}\n2026-10-25 08:00 to 09:00"
    organizer.post(path(of, f"settings/stations/{court.id}/edit"), {"name": "Court", "hours": more})
    assert hours_of(court)[0] == (first, first + timedelta(hours=1))


@pytest.mark.parametrize(
    ("sent", "why"),
    [
        ({"name": ""}, "Give it a name."),
        ({"stream_url": "ftp://e.org"}, "http:// or https://"),
        ({"time_zone": "Mars/Olympus"}, "no time zone of this name"),
        ({"hours": "always"}, "is not like 2026-11-24 09:00 to 18:00"),
        ({"hours": "2026-11-24 18:00 to 09:00"}, "must be after the beginning"),
        ({"hours": "2026-11-24 09:00 to 18:00\n2026-11-24 17:00 to 19:00"}, "overlap"),
        ({"hours": "2026-02-30 09:00 to 10:00"}, "no such date"),
        ({"hours": "2026-03-29 02:30 to 04:00"}, "never show 02:30"),
        ({"hours": "2026-10-25 02:30 to 04:00"}, "+02:00 (CEST) or +01:00 (CET)"),
    ],
)
def test_a_refused_station_is_shown_again_with_what_was_typed(of, organizer, sent, why):
    court = factories.station(of, "Court")
    sent = {"name": "Typed", "stream_url": "", "time_zone": "", "hours": "", **sent}
    for where in ("settings/stations/", f"settings/stations/{court.id}/edit"):
        response = organizer.post(path(of, where), sent)
        assert response.status_code == 400
        assert why in response.text
        assert sent["hours"].replace("\n", "\r\n") in response.text or sent["hours"] in response.text
    assert factories.fresh(court).name == "Court"
    assert factories.audit_rows(tournament_id=of.id) == []


def lunch(**changes):
    times = {"starts_at": "2026-11-24T12:00", "ends_at": "2026-11-24T13:00"}
    return {"name": "Lunch", "station_id": "", **times, **changes}


def test_a_break_is_added_changed_and_deleted(of, organizer):
    tokyo = factories.station(of, "Tokyo", time_zone="Asia/Tokyo")
    assert organizer.post(path(of, "settings/breaks/"), lunch()).status_code == 303
    (pause,) = factories.rows(ScheduleBreak)
    assert (pause.name, pause.station_id) == ("Lunch", None)
    assert pause.starts_at == datetime(2026, 11, 24, 11, tzinfo=UTC)
    assert "Lunch" in organizer.get(path(of, "settings/stations/")).text
    # By the clock of the station, where it has its own.
    organizer.post(path(of, f"settings/breaks/{pause.id}/edit"), lunch(station_id=tokyo.id))
    pause = factories.fresh(pause)
    assert (pause.station_id, pause.ends_at) == (tokyo.id, datetime(2026, 11, 24, 4, tzinfo=UTC))
    assert 'value="2026-11-24T12:00"' in organizer.get(path(of, "settings/stations/")).text
    assert organizer.post(path(of, f"settings/breaks/{pause.id}/delete"), {}).status_code == 303
    assert factories.rows(ScheduleBreak) == []
    assert organizer.post(path(of, f"settings/breaks/{pause.id}/delete"), {}).status_code == 404
    audit = organizer.get(path(of, "audit/")).text
    assert "Break changed: Lunch at Tokyo, Tue 24 Nov 2026, 04:00 – Tue 24 Nov 2026, 05:00" in audit


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"name": ""}, "Give it a name."),
        ({"starts_at": ""}, "Enter when it begins."),
        ({"ends_at": "2026-11-24T11:00"}, "must be after the beginning"),
        ({"ends_at": "2026-12-24T11:00"}, "at most 7 days"),
        ({"station_id": "999999"}, "Not a valid choice"),
        ({"starts_at": "2026-03-29T02:30", "ends_at": "2026-03-29T05:00"}, "never show 02:30"),
        ({"starts_at": "2026-10-25T02:30", "ends_at": "2026-10-25T05:00"}, "Choose which is meant."),
    ],
)
def test_a_refused_break_says_why(of, organizer, changes, why):
    pause = factories.pause(of, "Dinner")
    for where in ("settings/breaks/", f"settings/breaks/{pause.id}/edit"):
        response = organizer.post(path(of, where), lunch(**changes))
        assert response.status_code == 400
        assert why in response.text
    assert factories.fresh(pause).name == "Dinner"
    assert factories.audit_rows(tournament_id=of.id) == []


def test_which_of_two_moments_is_meant_can_be_said(of, organizer):
    twice = lunch(starts_at="2026-10-25T02:30", ends_at="2026-10-25T05:00", starts_at_offset="+01:00")
    assert organizer.post(path(of, "settings/breaks/"), twice).status_code == 303
    assert factories.rows(ScheduleBreak)[0].starts_at == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


def test_a_queue_tells_the_time_there_where_a_station_lies_in_another_zone(of, organizer):
    court = factories.station(of, time_zone="Asia/Tokyo")
    factories.match(of, station_id=court.id, scheduled_time=datetime(2027, 6, 10, 12, 0, tzinfo=UTC))
    shown = organizer.get(path(of, "stations/")).text
    assert ">14:00<" in shown and "(21:00 there)" in shown
