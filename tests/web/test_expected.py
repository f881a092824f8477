"""Where pages say when a match is expected, and where they do not."""

import re
from datetime import timedelta

import pytest

from tests import factories
from tests.support.running import RunningLate

SPAN = re.compile(
    r'<span class="expected" data-expected(?P<as_planned> data-as-planned)?>expected '
    r'<time datetime="(?P<low>[^"]+)" data-fmt="time" data-zone="Europe/Berlin">\d\d:\d\d</time>'
    r'(?:–<time datetime="(?P<high>[^"]+)"[^>]*>\d\d:\d\d</time>)?</span>'
)


@pytest.fixture
def event(app) -> RunningLate:
    return RunningLate(time_zone="Europe/Berlin")


@pytest.fixture
def organizer(event, web_client):
    return web_client(factories.staff(event.tournament))


def path(event, rest=""):
    return f"/tournaments/{event.tournament.slug}/{rest}"


def part(html, start, end):
    return html.split(start, 1)[1].split(end, 1)[0]


def row(html, match):
    return part(html, f'id="match-{match.id}"', "</li>")


def line(html, match):
    return part(html, f'id="desk-row-{match.id}-line"', 'class="match-row__actions"')


def test_a_match_page_says_when_it_is_expected_beside_the_plan(event, client):
    match = event.coming[-1]
    head = part(client.get(f"/matches/{match.id}/").text, "scoreboard__top", "scoreboard__sides")
    found = SPAN.search(head)
    assert found and not found["as_planned"]
    planned = f"{match.scheduled_time:%Y-%m-%dT%H:%M:%SZ}"
    assert f'scoreboard__when" datetime="{planned}"' in head
    assert planned < found["low"] < found["high"]


@pytest.mark.parametrize("rest", ["", "matches/", "schedule/?by=time", "board/"])
def test_lists_say_it_in_the_rows_of_what_is_to_come(event, client, rest):
    html = client.get(path(event, rest)).text
    assert SPAN.search(row(html, event.coming[-1]))
    assert not SPAN.search(row(html, event.played[-1]))


def test_it_stands_on_the_home_page_too(event, client):
    assert SPAN.search(row(client.get("/").text, event.coming[-1]))


def test_rows_mark_what_the_plan_says_as_well(app, client):
    event = RunningLate(late=0, time_zone="Europe/Berlin")
    html = client.get(path(event, "schedule/?by=time")).text
    assert SPAN.search(row(html, event.coming[0]))["as_planned"]


@pytest.mark.parametrize("status", ["draft", "completed"])
def test_no_running_event_expects_nothing(event, client, status):
    factories.change(event.tournament, status=status)
    for address in (f"/matches/{event.coming[0].id}/", path(event, "schedule/?by=time")):
        assert 'class="expected"' not in client.get(address).text


def test_players_see_it_of_their_next_matches(event, web_client):
    player = factories.user()
    team = factories.participant(event.tournament, members=[player])
    for match in event.coming[:2]:
        factories.change(match, participant1_id=team.id)
    html = web_client(player).get("/me/").text
    assert SPAN.search(part(html, "scoreboard__top", "scoreboard__sides"))
    assert SPAN.search(row(html, event.coming[1]))


def test_a_station_tells_it_of_its_queue(event, organizer):
    html = part(organizer.get(path(event, "stations/")).text, f'id="station-{event.court.id}"', "</form>")
    assert len(SPAN.findall(html)) == len(event.coming)


def test_the_desk_tells_it_where_it_is_not_as_planned(event, organizer):
    html = organizer.get(path(event, "desk/")).text
    assert SPAN.search(line(html, event.coming[-1]))
    fetched = organizer.get(path(event, f"desk/rows/{event.coming[-1].id}")).text
    assert SPAN.search(fetched)
    later = event.match(300)
    assert not SPAN.search(line(organizer.get(path(event, "desk/")).text, later))


def test_organizers_see_how_good_the_estimates_were(event, organizer, client):
    html = organizer.get(path(event, "schedule/")).text
    told = part(html, "How good were the estimates", "</section>")
    assert "the latest 8 starts" in told and "the plan by 20.0" in told
    assert re.search(r"\d+ % of the matches began within the span", told)
    assert "How good were the estimates" not in client.get(path(event, "schedule/")).text


def test_of_one_start_there_is_no_median(app, web_client):
    of = factories.tournament()
    start = factories.soon(-60)
    factories.match(of, "LIVE", started_at=start, scheduled_time=start - timedelta(minutes=7))
    organizer = web_client(factories.staff(of))
    told = part(organizer.get(f"/tournaments/{of.slug}/schedule/").text, "How good were", "</section>")
    assert "the one start so far" in told and "median" not in told and "the plan by 7.0" in told


def test_before_the_first_start_nothing_is_said_of_it(app, web_client):
    of = factories.tournament()
    factories.match(of)
    organizer = web_client(factories.staff(of))
    assert "How good were" not in organizer.get(f"/tournaments/{of.slug}/schedule/").text
