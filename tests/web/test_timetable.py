"""The timetable page: days as a grid, what organizers see of it, and how moves are previewed, saved and taken back."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from app.models import ScheduleBatch, ScheduleBreak, StationHours
from tests import factories
from tests.support.queries import counted


@pytest.fixture
def planned():
    """An organizer's tournament without check-in: two courts, three matches a day from now, an hour apart."""
    organizer = factories.user()
    of = factories.tournament(organizer, match_minutes=45, enable_check_in=False)
    courts = [factories.station(of, name) for name in ("Court 1", "Court 2")]
    noon = (factories.soon(24 * 60) + timedelta(days=1)).replace(hour=12, minute=0, second=0)
    matches = [
        factories.match(of, "READY", station_id=courts[0].id, scheduled_time=noon + timedelta(hours=n))
        for n in range(3)
    ]
    return organizer, of, courts, matches, noon


def _path(of, part: str = "") -> str:
    return f"/tournaments/{of.slug}/schedule/{part}"


def _block(text: str, match) -> str:
    """The opening tag of a match's block."""
    found = re.search(rf'<li class="tt-block[^>]* id="block-{match.id}"[^>]*>', text)
    return found[0] if found else ""


def _move(match, start, station=None) -> str:
    time = f"{start:%Y-%m-%dT%H:%M:%SZ}" if start else ""
    return f"{match.id},{match.version},{time},{station.id if station else ''}"


def test_matches_stand_in_the_column_of_their_station_by_time(client, planned):
    _, of, courts, matches, noon = planned
    text = client.get(_path(of, f"?day={noon:%Y-%m-%d}")).text
    column = text.split(f'aria-labelledby="station-{courts[0].id}"')[1].split("</section>")[0]
    places = [_block(column, match) for match in matches]
    for place, at in zip(places, ("00:00", "01:00", "02:00"), strict=True):
        assert f'data-at="{at}" data-for="00:45" data-lane="0" data-lanes="1"' in place
    assert 'data-state="READY"' in places[0]
    # A court where nothing is played is not worth a column to those who only read.
    assert "Court 2" not in text


def test_matches_that_overlap_stand_side_by_side(client):
    of = factories.tournament(match_minutes=60)
    noon = datetime(2027, 3, 2, 12, 0, tzinfo=UTC)
    first, second, third = (
        factories.match(of, "READY", scheduled_time=noon + timedelta(minutes=minutes))
        for minutes in (0, 30, 60)
    )
    text = client.get(_path(of, "?day=2027-03-02")).text
    lanes = [
        re.search(r'data-lane="(\d+)" data-lanes="(\d+)"', _block(text, one)).groups()
        for one in (first, second, third)
    ]
    assert lanes == [("0", "2"), ("1", "2"), ("0", "2")]


def test_a_match_across_midnight_shows_on_both_days(client):
    of = factories.tournament(time_zone="Europe/Berlin", match_minutes=60)
    late = factories.match(of, "READY", scheduled_time=datetime(2027, 3, 2, 22, 30, tzinfo=UTC))
    days = client.get(_path(of, "?day=2027-03-02")).text
    assert "?day=2027-03-02" in days
    assert "?day=2027-03-03" in days
    assert 'data-for="00:30"' in _block(days, late)
    next_day = client.get(_path(of, "?day=2027-03-03")).text
    assert "tt-block--since" in _block(next_day, late)
    assert 'data-at="00:00" data-for="00:30"' in _block(next_day, late)
    assert "Since Tuesday" in client.get(_path(of, "?day=2027-03-03&by=time")).text
    assert _block(client.get(_path(of, "?day=2027-03-04")).text, late) == ""


@pytest.mark.parametrize(
    ("day", "hours", "noon_at"),
    [("2027-03-28", 23, "11:00"), ("2027-10-31", 25, "13:00"), ("2027-06-01", 24, "12:00")],
)
def test_days_on_which_the_clocks_change_are_as_long_as_they_are(web_client, day, hours, noon_at):
    organizer = factories.user()
    of = factories.tournament(organizer, time_zone="Europe/Berlin")
    noon = datetime.fromisoformat(f"{day}T12:00:00+{'01' if hours == 25 else '02'}:00")
    match = factories.match(of, "READY", scheduled_time=noon)
    text = web_client(organizer).get(_path(of, f"?day={day}&hours=all")).text
    assert text.count('class="tt-hour"') == hours
    assert f'data-at="{noon_at}"' in _block(text, match)
    assert ("The clocks change" in text) is (hours != 24)
    assert re.findall(r">(\d\d:\d\d)</time> <span class=\"tt-hour__name\">(\w+)<", text) == (
        [("02:00", "CEST"), ("02:00", "CET")] if hours == 25 else []
    )


def test_the_hour_that_the_clock_shows_twice_is_named_for_what_it_is(client):
    of = factories.tournament(time_zone="America/New_York")
    match = factories.match(of, "READY", scheduled_time=datetime(2027, 11, 7, 6, 0, tzinfo=UTC))
    text = client.get(_path(of, "?day=2027-11-07")).text
    assert "EST" in text.split("tt-axis__hours")[1].split("</ol>")[0]
    assert _block(text, match)


def test_a_delayed_match_shows_what_was_planned(client):
    of = factories.tournament(time_zone="Europe/Berlin")
    noon = datetime(2027, 7, 1, 12, 25, tzinfo=UTC)
    factories.match(of, "READY", scheduled_time=noon, original_time=noon - timedelta(minutes=25))
    text = client.get(_path(of, "?day=2027-07-01")).text
    head = text.split('class="tt-block__when"')[1].split("tt-block__number")[0]
    assert re.findall(r">(\d\d:\d\d)</time>", head) == ["14:00", "14:25"]
    assert '<s class="tt-block__was">' in head
    when = (
        client.get(_path(of, "?day=2027-07-01&by=time")).text.split("match-row__when")[1].split("</span>")[0]
    )
    assert re.findall(r">(\d\d:\d\d)</time>", when) == ["14:00", "14:25"]


def test_breaks_and_closed_hours_are_shaded_and_a_foreign_clock_is_named(client):
    of = factories.tournament(match_minutes=60)
    near, far = factories.station(of, "Court 2"), factories.station(of, "Court 10")
    factories.change(far, time_zone="Asia/Tokyo")
    noon = datetime(2027, 7, 1, 12, 0, tzinfo=UTC)
    for hours in (0, 4):
        factories.match(of, "READY", scheduled_time=noon + timedelta(hours=hours), station_id=near.id)
    factories.match(of, "READY", scheduled_time=noon, station_id=far.id)
    factories.save(
        StationHours(station_id=near.id, starts_at=noon, ends_at=noon + timedelta(hours=3)),
        ScheduleBreak(
            tournament_id=of.id,
            name="Lunch",
            starts_at=noon + timedelta(hours=1),
            ends_at=noon + timedelta(hours=2),
        ),
    )
    text = client.get(_path(of, "?day=2027-07-01")).text
    first, second = text.split('<section class="tt-col"')[1:]
    assert 'tt-band--closed" data-at="03:00" data-for="02:00"' in first
    for column in (first, second):
        assert 'tt-band--break" data-at="01:00" data-for="01:00"' in column
        assert "Lunch" in column
    assert "Tokyo, 9 h ahead" in second
    assert re.search(r"\(21:00<span[^>]*> there", second)
    assert "tt-band--closed" not in second


def test_only_organizers_see_what_plans(web_client, planned):
    organizer, of, courts, matches, noon = planned
    untimed = factories.match(of, "READY", scheduled_time=None, check_in_deadline=None)
    over = factories.match(of, "COMPLETED", scheduled_time=noon, station_id=courts[1].id)
    mine = web_client(organizer).get(_path(of, f"?day={noon:%Y-%m-%d}")).text
    assert "data-grip" in mine
    assert "data-movable" in _block(mine, matches[0])
    assert "data-movable" not in _block(mine, over)
    assert _block(mine.split("tt-tray__matches")[1], untimed)
    assert "timetable-plan.js" in mine
    for other in (web_client(), web_client(factories.user())):
        text = other.get(_path(of, f"?day={noon:%Y-%m-%d}")).text
        for planning in ("data-grip", "data-version", "data-tray", "timetable-plan", "timetable-moves"):
            assert planning not in text
        assert not _block(text, untimed)


def test_whoever_plans_begins_today_where_nothing_has_a_time(web_client):
    organizer = factories.user()
    of = factories.tournament(organizer)
    assert "data-timetable" in web_client(organizer).get(_path(of)).text
    assert "There is no schedule yet." in web_client().get(_path(of)).text
    untimed = factories.match(of, "READY", scheduled_time=None, check_in_deadline=None)
    assert _block(web_client(organizer).get(_path(of)).text, untimed)


def test_a_preview_tells_old_and_new_and_changes_nothing(web_client, planned):
    organizer, of, courts, (first, second, _), noon = planned
    over = factories.match(of, "COMPLETED", scheduled_time=noon)
    client = web_client(organizer)
    moves = [
        _move(first, second.scheduled_time, courts[0]),
        _move(second, None),
        _move(over, noon + timedelta(hours=5)),
    ]
    answer = client.post(_path(of, "preview"), {"change": moves, "day": "x"}, htmx=True)
    assert answer.status_code == 200
    rows = answer.text.split("<tbody>")[1].split("</tbody>")[0]
    assert f'data-match-id="{first.id}"' in rows
    assert "no time" in rows
    assert f'data-match-id="{over.id}"' not in rows
    assert "1 match can't be moved, and will be left out" in answer.text
    assert "Save schedule changes" in answer.text
    assert answer.text.count('name="change"') == 2
    assert factories.fresh(first).scheduled_time == noon
    assert factories.rows(ScheduleBatch) == []


def test_a_preview_names_the_conflicts_that_would_come(web_client, planned):
    organizer, of, courts, (first, second, _), _ = planned
    move = _move(first, second.scheduled_time, courts[0])
    client = web_client(organizer)
    text = client.post(_path(of, "preview"), {"change": move}, htmx=True).text
    assert "Court 1 has" in text
    assert "at the same time" in text
    assert "disabled" not in text
    factories.change(of, conflict_policy="refuse")
    text = client.post(_path(of, "preview"), {"change": move}, htmx=True).text
    assert "this tournament refuses those" in text
    assert "disabled" in text
    refused = client.post(_path(of, "change"), {"change": move}, htmx=True)
    assert refused.status_code == 400
    assert factories.fresh(first).scheduled_time == first.scheduled_time


def test_moves_are_saved_as_one_and_taken_back_as_one(web_client, planned):
    organizer, of, courts, (first, second, third), noon = planned
    client = web_client(organizer)
    later = noon + timedelta(hours=6)
    moves = [_move(first, later, courts[1]), _move(third, None)]
    saved = client.post(_path(of, "change"), {"change": moves}, htmx=True)
    assert saved.status_code == 200
    assert "2 matches changed" in saved.text
    assert f'data-saved="{first.id},{third.id}"' in saved.text
    assert (factories.fresh(first).scheduled_time, factories.fresh(first).station_id) == (later, courts[1].id)
    assert factories.fresh(third).scheduled_time is None
    (batch,) = factories.rows(ScheduleBatch)
    assert [row.action for row in factories.audit_rows(tournament_id=of.id)] == ["SCHEDULE_CHANGE"]
    undone = client.post(_path(of, f"versions/{batch.id}/undo"), htmx=True)
    assert "2 matches are as before" in undone.text
    for match in (first, second, third):
        assert factories.fresh(match).scheduled_time == match.scheduled_time
        assert factories.fresh(match).station_id == match.station_id
    again = client.post(_path(of, f"versions/{batch.id}/undo"), htmx=True)
    assert again.status_code == 409
    assert "Nothing was taken back" in again.text


def test_a_lost_race_is_told_with_what_would_change_now(web_client, planned):
    organizer, of, courts, (first, second, _), noon = planned
    client = web_client(organizer)
    moves = [
        _move(first, noon + timedelta(hours=6), courts[1]),
        _move(second, noon + timedelta(hours=7), courts[1]),
    ]
    factories.change(first, scheduled_time=noon + timedelta(hours=3), version=first.version + 1)
    preview = client.post(_path(of, "preview"), {"change": moves}, htmx=True)
    assert "Changed by others since you moved it." in preview.text
    lost = client.post(_path(of, "change"), {"change": moves}, htmx=True)
    assert lost.status_code == 409
    assert f"M{first.match_number} (match {first.id}) was changed." in lost.text
    assert factories.fresh(second).scheduled_time == second.scheduled_time
    # What stands there now can be saved.
    again = re.findall(r'name="change" value="([^"]+)"', lost.text)
    assert client.post(_path(of, "change"), {"change": again}, htmx=True).status_code == 200
    assert factories.fresh(first).scheduled_time == noon + timedelta(hours=6)


@pytest.mark.parametrize(
    "change",
    [
        "",
        "1",
        "x,1,,",
        "1,1,2027-01-01T10:00:00,",
        "1,1,yesterday,",
        "1,1,,x",
        "99999999999,1,,",
        "1,1,,,",
        "1,-1,,",
        "1,\x00,,",
    ],
)
@pytest.mark.parametrize("verb", ["preview", "change"])
def test_what_is_no_move_is_refused(web_client, planned, verb, change):
    organizer, of, *_ = planned
    for htmx in (True, False):
        answer = web_client(organizer).post(_path(of, verb), {"change": change}, htmx=htmx)
        assert answer.status_code == 400
        assert "Nothing was saved." in answer.text


def test_the_past_foreign_matches_and_foreign_stations_are_refused(web_client, planned):
    organizer, of, courts, (first, *_), noon = planned
    foreign = factories.match(factories.tournament(organizer), "READY")
    elsewhere = factories.station(factories.tournament(organizer))
    client = web_client(organizer)
    moves = {
        _move(first, factories.soon(-60), courts[0]): "in the future",
        _move(foreign, noon): "There is no match",
        _move(first, noon, elsewhere): "no such station",
    }
    for move, why in moves.items():
        for verb in ("preview", "change"):
            answer = client.post(_path(of, verb), {"change": move}, htmx=True)
            assert answer.status_code == 400
            assert why in answer.text
    assert factories.fresh(first).version == first.version


def test_without_scripts_moves_have_pages_of_their_own(web_client, planned):
    organizer, of, courts, (first, *_), noon = planned
    client = web_client(organizer)
    data = {"change": _move(first, noon, courts[1]), "day": f"{noon:%Y-%m-%d}"}
    assert "What would change" in client.post(_path(of, "preview"), data).text
    saved = client.post(_path(of, "change"), data)
    assert saved.status_code == 303
    page = client.get(saved.location).text
    assert "1 match changed" in page
    (batch,) = factories.rows(ScheduleBatch)
    assert client.post(_path(of, f"versions/{batch.id}/undo")).status_code == 303
    assert "1 match is as before" in client.get(_path(of)).text
    assert client.post(_path(of, f"versions/{batch.id}/undo")).status_code == 409


def test_single_blocks_come_with_their_version(web_client, planned):
    organizer, of, _, (first, second, _), _ = planned
    foreign = factories.match(factories.tournament(organizer), "READY")
    answer = web_client(organizer).get(_path(of, f"blocks?ids={first.id},{foreign.id},x,99999999999999"))
    assert f'data-version="{first.version}"' in _block(answer.text, first)
    assert not _block(answer.text, foreign)
    assert not _block(answer.text, second)


@pytest.mark.parametrize("by", ["", "&by=time", "&by=station"])
def test_every_view_of_a_day_asks_as_often_for_many_as_for_few(app, web_client, planned, by):
    organizer, of, courts, _, noon = planned
    for who in (web_client(), web_client(organizer)):
        who.get(_path(of, f"?day={noon:%Y-%m-%d}{by}"))
        factories.change(of, name=f"Renamed {id(who)}")
        with counted(app) as few:
            who.get(_path(of, f"?day={noon:%Y-%m-%d}{by}"))
        factories.matches(of, 20, scheduled_time=noon, station_id=courts[1].id)
        with counted(app) as many:
            assert who.get(_path(of, f"?day={noon:%Y-%m-%d}{by}")).status_code == 200
        assert len(many) == len(few) <= 14
