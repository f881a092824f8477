"""Calendar feeds: what the addresses show and to whom, and the forms that make and end them."""

import io
import logging
import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from app.extensions import db
from app.logs import JsonLines
from app.models import CalendarFeed, ParticipantMember
from app.services import calendars
from app.services.queries import calendars as queries
from tests import factories
from tests.support.queries import counted

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture
def feed(app):
    """Makes a feed as its service does; returns its address."""

    def make(user, kind, subject=None):
        with app.app_context():
            _, token = calendars.create_feed(
                actor=factories.actor(user),
                kind=kind,
                subject_id=subject.id if subject is not None else None,
                now=datetime.now(UTC),
            )
        return f"/calendar/{token}.ics"

    return make


def read(client, address):
    response = client.get(address)
    assert response.status_code == 200, response.text
    return Calendar.from_ical(response.data)


def only_event(client, address):
    (event,) = read(client, address).events
    return event


def place_of(kind, scene):
    return {
        "participant": scene.team1,
        "coordinator": scene.coordinator,
        "station": scene.station,
        "tournament": scene.tournament,
    }[kind]


@pytest.fixture
def hall(app):
    """A scene whose match is planned at a station."""

    def make(state="SCHEDULED", **columns):
        scene = factories.scene(state, **columns)
        station = factories.station(scene.tournament, "Court 1")
        match = factories.change(scene.match, station_id=station.id)
        object.__setattr__(scene, "station", station)
        object.__setattr__(scene, "match", match)
        return scene

    return make


class TestWhatIsShown:
    def test_an_event_says_when_where_and_who(self, client, feed, hall):
        scene = hall(match_minutes=45, best_of=1, time_zone="Europe/Berlin")
        event = only_event(client, feed(scene.stranger, "tournament", scene.tournament))
        match = scene.match
        assert event.start == match.scheduled_time
        assert event.end == match.scheduled_time + timedelta(minutes=45)
        assert event["SUMMARY"] == f"{scene.team1.name} – {scene.team2.name}"
        assert event["LOCATION"] == "Court 1"
        assert event["URL"] == f"http://localhost/matches/{match.id}/"
        assert event["STATUS"] == "CONFIRMED"
        assert event["SEQUENCE"] == match.version
        assert event["DTSTAMP"].dt == event["LAST-MODIFIED"].dt == match.updated_at.replace(microsecond=0)

    def test_a_longer_series_is_planned_longer(self, client, feed, hall):
        scene = hall(match_minutes=60, match_columns={"best_of": 3})
        event = only_event(client, feed(scene.stranger, "tournament", scene.tournament))
        assert event.end - event.start == timedelta(minutes=150)

    def test_each_kind_has_its_own_matches(self, client, feed, hall):
        scene = hall()
        factories.match(scene.tournament, "SCHEDULED")
        for kind in ("participant", "coordinator", "station"):
            user = scene.coordinator if kind == "coordinator" else scene.stranger
            event = only_event(client, feed(user, kind, place_of(kind, scene)))
            assert event["UID"].startswith(f"match-{scene.match.id}-"), kind
        assert len(read(client, feed(scene.stranger, "tournament", scene.tournament)).events) == 2

    def test_a_moved_match_keeps_its_uid_and_has_a_higher_sequence(self, client, feed, hall, web_client):
        scene = hall()
        address = feed(scene.stranger, "tournament", scene.tournament)
        before = only_event(client, address)
        later = f"{factories.soon(300):%Y-%m-%dT%H:%M}"
        form = {"scheduled_time": later, "version": scene.match.version}
        assert (
            web_client(scene.organizer).post(f"/matches/{scene.match.id}/schedule", form).status_code == 303
        )
        after = only_event(client, address)
        assert after["UID"] == before["UID"]
        assert after["SEQUENCE"] > before["SEQUENCE"]
        assert f"{after.start:%Y-%m-%dT%H:%M}" == later

    def test_a_delay_tells_the_original_time(self, client, feed, hall):
        first = datetime(2027, 7, 1, 12, 0, tzinfo=UTC)
        times = {"scheduled_time": first + timedelta(minutes=25), "original_time": first}
        scene = hall(time_zone="Europe/Berlin", match_columns=times)
        event = only_event(client, feed(scene.stranger, "tournament", scene.tournament))
        assert "Originally planned for Thu 1 Jul 2027, 14:00 (Europe/Berlin)" in event["DESCRIPTION"]

    def test_a_cancelled_match_is_cancelled_and_a_deleted_one_vanishes(self, client, feed, hall):
        scene = hall("CANCELLED")
        address = feed(scene.stranger, "tournament", scene.tournament)
        assert only_event(client, address)["STATUS"] == "CANCELLED"
        factories.change(scene.match, is_deleted=True)
        assert read(client, address).events == []

    def test_without_a_time_or_a_rival_there_is_no_event(self, client, feed, hall):
        scene = hall(match_columns={"scheduled_time": None})
        factories.match(scene.tournament, "COMPLETED", participant2=None, slot2_bye=True)
        assert read(client, feed(scene.stranger, "tournament", scene.tournament)).events == []

    def test_an_open_side_is_named_by_what_it_waits_for(self, client, feed, hall):
        scene = hall()
        final = factories.match(scene.tournament, "SCHEDULED", participant1=None, slot2_label="Group A, 1st")
        factories.change(scene.match, winner_to_match_id=final.id, winner_to_slot=1)
        events = read(client, feed(scene.stranger, "tournament", scene.tournament)).events
        event = next(event for event in events if event["UID"].startswith(f"match-{final.id}-"))
        assert event["SUMMARY"].startswith(f"Winner of M{scene.match.match_number} – ")
        assert event["STATUS"] == "TENTATIVE"

    def test_the_calendar_has_a_name_and_asks_to_be_read_again(self, client, feed, hall):
        scene = hall(name="Cup; of, all\\nations")
        station = factories.change(scene.station, name="Court; 1, north")
        address = feed(scene.stranger, "station", station)
        text = client.get(address).text.replace("\r\n ", "")
        for name in ("NAME", "X-WR-CALNAME"):
            assert f"\r\n{name}:Court\\; 1\\, north · Cup\\; of\\, all\\\\nations\r\n" in text
        calendar = read(client, address)
        assert calendar["REFRESH-INTERVAL"].dt == timedelta(minutes=15)
        assert only_event(client, address)["LOCATION"] == "Court; 1, north"

    def test_names_cannot_break_out_of_their_line(self, client, feed, hall):
        scene = hall()
        factories.change(scene.team1, name="A\r\nATTENDEE:mailto:x@example.org\nB" + "ü" * 60)
        response = client.get(feed(scene.stranger, "tournament", scene.tournament))
        assert "\r\nATTENDEE" not in response.text
        assert all(len(line) <= 75 for line in response.data.split(b"\r\n"))

    @pytest.mark.parametrize("kind", ["participant", "coordinator", "station", "tournament"])
    @pytest.mark.parametrize("role", ["admin", "organizer", "coordinator", "player1", "stranger"])
    def test_no_feed_ever_has_lobby_data(self, client, feed, hall, kind, role):
        scene = hall(match_columns={"lobby": {"room_code": "SECRET-77", "region": "EU-WEST"}})
        subject = None if kind == "coordinator" else place_of(kind, scene)
        text = client.get(feed(scene.person(role), kind, subject)).text
        assert "BEGIN:VCALENDAR" in text
        assert "SECRET-77" not in text and "EU-WEST" not in text

    def test_of_very_many_the_latest_are_told(self, client, feed, hall, monkeypatch):
        scene = hall()
        later = factories.matches(scene.tournament, 3)
        monkeypatch.setattr(queries, "MOST_EVENTS", 2)
        events = read(client, feed(scene.stranger, "tournament", scene.tournament)).events
        assert [event.start for event in events] == [match.scheduled_time for match in later[-2:]]


class TestTimes:
    """Europe/Berlin turns its clocks on 28 March and 31 October 2027, at 01:00 UTC."""

    @pytest.mark.parametrize(
        ("wall", "start"),
        [
            (datetime(2027, 3, 28, 1, 30, tzinfo=BERLIN), "20270328T003000Z"),
            (datetime(2027, 3, 28, 3, 30, tzinfo=BERLIN), "20270328T013000Z"),
            (datetime(2027, 10, 31, 2, 30, tzinfo=BERLIN), "20271031T003000Z"),
            (datetime(2027, 10, 31, 2, 30, tzinfo=BERLIN, fold=1), "20271031T013000Z"),
        ],
    )
    def test_events_are_in_utc_right_across_a_change(self, client, feed, hall, wall, start):
        scene = hall(time_zone="Europe/Berlin", match_columns={"scheduled_time": wall.astimezone(UTC)})
        text = client.get(feed(scene.stranger, "tournament", scene.tournament)).text
        assert f"DTSTART:{start}\r\n" in text
        event = Calendar.from_ical(text).events[0]
        assert event.end - event.start == timedelta(hours=1)

    def test_the_same_hour_of_each_day_of_such_a_week_stays_that_hour(self, client, feed, hall):
        scene = hall(
            time_zone="Europe/Berlin", match_columns={"scheduled_time": datetime(2027, 3, 25, 19, tzinfo=UTC)}
        )
        days = [datetime(2027, 3, day, 20, tzinfo=BERLIN) for day in range(26, 32)]
        for day in days:
            factories.match(scene.tournament, "SCHEDULED", scheduled_time=day.astimezone(UTC))
        events = read(client, feed(scene.stranger, "tournament", scene.tournament)).events
        assert {event.start.astimezone(BERLIN).hour for event in events} == {20}
        assert [event.start.hour for event in events] == [19, 19, 19, 18, 18, 18, 18]


class TestRights:
    @pytest.mark.parametrize(
        "path",
        ["/calendar/nothing.ics", "/calendar/.ics", "/calendar/%00.ics", f"/calendar/{'x' * 3000}.ics"],
    )
    def test_an_unknown_address_is_not_there(self, client, path):
        assert client.get(path).status_code == 404

    def test_an_unknown_address_costs_one_question_however_many_feeds_there_are(self, app, client, feed):
        scene = factories.scene()
        client.get("/calendar/nothing.ics")
        with counted(app) as none:
            client.get("/calendar/nothing.ics")
        for kind in ("participant", "tournament"):
            feed(scene.stranger, kind, scene.team1 if kind == "participant" else scene.tournament)
        with counted(app) as some:
            client.get("/calendar/nothing.ics")
        assert len(none) == len(some)

    @pytest.mark.parametrize("role", ["organizer", "coordinator", "player1", "admin"])
    def test_a_private_tournament_is_told_to_its_people(self, client, feed, role):
        scene = factories.scene("SCHEDULED", is_public=False)
        address = feed(scene.person(role), "tournament", scene.tournament)
        assert len(read(client, address).events) == 1

    def test_rights_are_those_of_the_moment(self, client, feed):
        scene = factories.scene("SCHEDULED")
        address = feed(scene.stranger, "participant", scene.team1)
        assert client.get(address).status_code == 200
        factories.change(scene.tournament, is_public=False)
        assert client.get(address).status_code == 404
        factories.save(ParticipantMember(participant_id=scene.team2.id, user_id=scene.stranger.id))
        assert client.get(address).status_code == 200

    def test_a_coordinator_who_is_relieved_sees_the_match_no_more(self, client, feed):
        scene = factories.scene("SCHEDULED", is_public=False)
        address = feed(scene.coordinator, "coordinator")
        assert len(read(client, address).events) == 1
        factories.change(scene.match, coordinator_id=scene.organizer.id)
        assert read(client, address).events == []

    def test_a_deactivated_user_and_a_deleted_tournament_are_not_there(self, client, feed):
        scene = factories.scene("SCHEDULED")
        address = feed(scene.stranger, "tournament", scene.tournament)
        factories.change(scene.stranger, is_active=False)
        assert client.get(address).status_code == 404
        factories.change(scene.stranger, is_active=True)
        factories.change(scene.tournament, is_deleted=True)
        assert client.get(address).status_code == 404

    def test_a_cookie_changes_nothing(self, client, web_client, feed):
        scene = factories.scene("SCHEDULED", is_public=False)
        address = feed(scene.organizer, "tournament", scene.tournament)
        assert web_client(scene.stranger).get(address).data == client.get(address).data


class TestAnswers:
    def test_headers(self, client, feed):
        scene = factories.scene("SCHEDULED")
        headers = client.get(feed(scene.stranger, "tournament", scene.tournament)).headers
        assert headers["Content-Type"] == "text/calendar; charset=utf-8"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Cache-Control"] == "private, no-cache"
        assert "Set-Cookie" not in headers

    def test_what_is_known_already_is_not_sent_again(self, client, feed):
        scene = factories.scene("SCHEDULED")
        address = feed(scene.stranger, "tournament", scene.tournament)
        etag = client.get(address).headers["ETag"]
        assert client.get(address, headers={"If-None-Match": etag}).status_code == 304
        factories.change(scene.match, scheduled_time=factories.soon(200), version=7)
        assert client.get(address, headers={"If-None-Match": etag}).status_code == 200

    def test_as_many_questions_for_thirty_as_for_one(self, app, client, feed):
        scene = factories.scene("SCHEDULED")
        address = feed(scene.stranger, "tournament", scene.tournament)
        client.get(address)
        with counted(app) as one:
            client.get(address)
        factories.matches(scene.tournament, 29)
        with counted(app) as thirty:
            assert len(read(client, address).events) == 30
        assert len(one) == len(thirty) <= 6

    def test_no_log_and_no_figure_has_the_token(self, client, feed):
        scene = factories.scene("SCHEDULED")
        address = feed(scene.stranger, "tournament", scene.tournament)
        token = address.removeprefix("/calendar/").removesuffix(".ics")
        stream = io.StringIO()
        handler, ours = logging.StreamHandler(stream), logging.getLogger()
        handler.setFormatter(JsonLines())
        ours.addHandler(handler)
        level = logging.getLogger("app").level
        logging.getLogger("app").setLevel(logging.DEBUG)
        try:
            client.get(address)
            client.get(f"/calendar/{token}")
            client.post(address)
        finally:
            ours.removeHandler(handler)
            logging.getLogger("app").setLevel(level)
        assert "/calendar/..." in stream.getvalue()
        assert token not in stream.getvalue()
        assert token not in client.get("/metrics").text


class TestForms:
    def made(self, response):
        return re.search(r"http://localhost(/calendar/[\w-]{22}\.ics)", response.text)[1]

    def test_the_address_is_shown_once_and_works(self, web_client, client):
        scene = factories.scene("SCHEDULED")
        mine = web_client(scene.player1)
        form = {"feed": f"participant:{scene.team1.id}", "next": "/me/"}
        response = mine.post("/account/calendars", form)
        assert response.status_code == 201
        assert response.headers["Cache-Control"] == "private, no-store"
        assert response.headers["Referrer-Policy"] == "no-referrer"
        assert 'href="webcal://localhost/calendar/' in response.text
        assert 'href="/me/"' in response.text
        address = self.made(response)
        assert len(read(client, address).events) == 1
        assert address not in mine.get("/account/").text

    def test_htmx_gets_the_address_where_the_form_stood(self, web_client):
        scene = factories.scene("SCHEDULED")
        form = {"feed": f"tournament:{scene.tournament.id}"}
        response = web_client(scene.stranger).post("/account/calendars", form, headers={"HX-Request": "true"})
        assert response.status_code == 201
        assert "<html" not in response.text
        assert self.made(response)

    def test_made_again_the_former_address_ends(self, web_client, client):
        scene = factories.scene("SCHEDULED")
        mine = web_client(scene.stranger)
        form = {"feed": f"tournament:{scene.tournament.id}"}
        first, second = (self.made(mine.post("/account/calendars", form)) for _ in range(2))
        assert client.get(first).status_code == 404
        assert client.get(second).status_code == 200

    def test_a_revoked_one_ends_and_nobody_revokes_that_of_another(self, web_client, client):
        scene = factories.scene("SCHEDULED")
        mine = web_client(scene.stranger)
        address = self.made(mine.post("/account/calendars", {"feed": f"tournament:{scene.tournament.id}"}))
        (row,) = factories.rows(CalendarFeed)
        path = f"/account/calendars/{row.id}/revoke"
        assert path in mine.get("/account/").text
        assert web_client(scene.organizer).post(path).status_code == 404
        assert client.get(address).status_code == 200
        assert mine.post(path).location == "/account/"
        assert client.get(address).status_code == 404
        assert mine.post(path).status_code == 404
        actions = [entry.action for entry in factories.audit_rows(user_id=scene.stranger.id)]
        assert actions == ["CALENDAR_FEED_CREATE", "CALENDAR_FEED_REVOKE"]

    @pytest.mark.parametrize("value", ["", "x", "tournament:", "tournament:x", "board:1", "tournament:-1"])
    def test_what_is_no_feed_is_refused(self, web_client, value):
        response = web_client(factories.user()).post("/account/calendars", {"feed": value})
        assert response.status_code == 400
        assert factories.rows(CalendarFeed) == []

    @pytest.mark.parametrize("value", ["tournament:9999999999", "coordinator:424242", "participant:424242"])
    def test_what_is_not_there_is_not_there(self, web_client, value):
        who = factories.user()
        assert web_client(who).post("/account/calendars", {"feed": value}).status_code == 404

    def test_a_gone_subject_is_listed_without_its_name(self, web_client, feed):
        scene = factories.scene("SCHEDULED", name="Hush Cup")
        feed(scene.stranger, "tournament", scene.tournament)
        factories.change(scene.tournament, is_public=False)
        text = web_client(scene.stranger).get("/account/").text
        assert "Hush Cup" not in text
        assert "Not there any more" in text

    def test_there_is_a_bound(self, app, feed, monkeypatch):
        scene = factories.scene("SCHEDULED")
        monkeypatch.setattr(calendars, "MOST_FEEDS", 1)
        feed(scene.stranger, "tournament", scene.tournament)
        feed(scene.stranger, "tournament", scene.tournament)
        with pytest.raises(calendars.Refused):
            feed(scene.stranger, "participant", scene.team1)
        assert len(factories.rows(CalendarFeed, revoked_at=None)) == 1

    def test_the_tournament_offers_its_feeds_to_who_is_signed_in(self, client, web_client):
        scene = factories.scene("SCHEDULED")
        station = factories.station(scene.tournament)
        path = f"/tournaments/{scene.tournament.slug}/"
        text = web_client(scene.stranger).get(path).text
        for value in (
            f"tournament:{scene.tournament.id}",
            f"station:{station.id}",
            f"participant:{scene.team1.id}",
        ):
            assert f'value="{value}"' in text
        assert "/account/calendars" not in client.get(path).text


@pytest.mark.both_databases
def test_the_database_keeps_one_live_address_of_a_feed(app, feed):
    scene = factories.scene("SCHEDULED")
    for _ in range(2):
        feed(scene.coordinator, "coordinator")
    live, ended = factories.rows(CalendarFeed, revoked_at=None), factories.rows(CalendarFeed)
    assert (len(live), len(ended)) == (1, 2)
    with app.app_context():
        found = queries.list_events(factories.actor(scene.coordinator), "coordinator", scene.coordinator.id)
        assert [event["id"] for event in found] == [scene.match.id]
        db.session.rollback()
