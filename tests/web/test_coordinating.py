"""/me/coordinating/: a coordinator's day, its load and clashes, and what they say to a match."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from app.models import Match, User
from tests import factories
from tests.support.queries import counted

PAGE = "/me/coordinating/"


def given(of, who, minutes, state="SCHEDULED", **columns):
    return factories.match(
        of, state, coordinator_id=who.id, scheduled_time=factories.soon(minutes), **columns
    )


def part(text, match):
    return text.split(f'id="match-{match.id}"')[1].split("</li>")[0]


@pytest.fixture
def chris(app):
    return factories.user("chris")


@pytest.fixture
def cup(app):
    return factories.tournament(match_minutes=60, name="Cup")


class TestDay:
    def at(self, of, who, moment, **columns):
        return factories.match(of, "SCHEDULED", coordinator_id=who.id, scheduled_time=moment, **columns)

    def test_a_day_has_its_matches_and_their_length(self, web_client, chris, cup):
        noon = datetime(2027, 6, 1, 12, tzinfo=UTC)
        first = self.at(cup, chris, noon)
        second = self.at(cup, chris, noon + timedelta(hours=1), best_of=3)
        other_day = self.at(cup, chris, noon + timedelta(days=1))
        foreign = self.at(cup, factories.user(), noon)
        text = web_client(chris).get(f"{PAGE}?day=2027-06-01").text
        assert f'data-match-id="{first.id}"' in text and f'data-match-id="{second.id}"' in text
        for match in (other_day, foreign):
            assert f'data-match-id="{match.id}"' not in text
        assert "2 matches, 3 h 30 min" in text
        assert "At the same time" not in text
        assert '?day=2027-06-02"' in text

    def test_the_day_is_that_of_the_tournaments_clock(self, web_client, chris):
        auckland = factories.tournament(time_zone="Pacific/Auckland")
        self.at(auckland, chris, datetime(2027, 6, 1, 20, tzinfo=UTC))
        text = web_client(chris).get(PAGE).text
        assert "Wednesday 2 June 2027" in text
        assert 'datetime="2027-06-01T20:00:00Z"' in text

    @pytest.mark.parametrize(
        ("day", "first", "last", "clocks"),
        [
            # 23 and 25 hours long.
            ("2027-03-28", (2027, 3, 27, 23, 30), (2027, 3, 28, 21, 30), ("00:30", "23:30")),
            ("2027-10-31", (2027, 10, 30, 22, 30), (2027, 10, 31, 22, 30), ("00:30", "23:30")),
        ],
    )
    def test_days_on_which_clocks_change(self, web_client, chris, day, first, last, clocks):
        berlin = factories.tournament(time_zone="Europe/Berlin", match_minutes=20)
        ends = [self.at(berlin, chris, datetime(*parts, tzinfo=UTC)) for parts in (first, last)]
        before = self.at(berlin, chris, ends[0].scheduled_time - timedelta(hours=1))
        after = self.at(berlin, chris, ends[1].scheduled_time + timedelta(hours=1))
        text = web_client(chris).get(f"{PAGE}?day={day}").text
        for match, clock in zip(ends, clocks, strict=True):
            assert f">{clock}</time>" in part(text, match)
        for match in (before, after):
            assert f'data-match-id="{match.id}"' not in text
        assert "2 matches, 40 min" in text

    def test_the_hour_that_comes_twice_is_no_clash(self, web_client, chris):
        berlin = factories.tournament(time_zone="Europe/Berlin", match_minutes=60)
        for hour in (0, 1):
            self.at(berlin, chris, datetime(2027, 10, 31, hour, 30, tzinfo=UTC))
        text = web_client(chris).get(f"{PAGE}?day=2027-10-31").text
        assert len(re.findall(r'match-row__time"[^>]*>02:30</time>', text)) == 2
        assert "At the same time" not in text

    def test_today_or_the_next_day_is_shown_first(self, web_client, chris, cup):
        given(cup, chris, 3 * 24 * 60)
        soon = given(cup, chris, 24 * 60)
        text = web_client(chris).get(PAGE).text
        assert f'data-match-id="{soon.id}"' in text
        assert text.count("data-match-id=") == 1

    def test_what_has_no_time_stands_by_itself(self, web_client, chris, cup):
        match = self.at(cup, chris, None)
        text = web_client(chris).get(f"{PAGE}?day=unscheduled").text
        assert "Without a time" in text
        assert f'data-match-id="{match.id}"' in text

    def test_an_empty_day_and_no_day(self, web_client, chris, cup):
        client = web_client(chris)
        assert "You coordinate no match." in client.get(PAGE).text
        given(cup, chris, 60)
        assert "no match on this day" in client.get(f"{PAGE}?day=2020-01-01").text
        for day in ("x", "2027-02-30", "-", "9" * 50):
            assert client.get(f"{PAGE}?day={day}").status_code == 404

    def test_cancelled_matches_take_no_time_and_old_ones_are_gone(self, web_client, chris, cup):
        noon = datetime(2027, 6, 1, 12, tzinfo=UTC)
        self.at(cup, chris, noon)
        factories.match(cup, "CANCELLED", coordinator_id=chris.id, scheduled_time=noon)
        old = factories.match(
            cup, "COMPLETED", coordinator_id=chris.id, scheduled_time=factories.soon(-5 * 24 * 60)
        )
        text = web_client(chris).get(f"{PAGE}?day=2027-06-01").text
        assert "2 matches, 1 h" in text
        assert "At the same time" not in text
        assert f"?day={old.scheduled_time.date()}" not in text


class TestClashes:
    def test_two_at_once_are_told_in_both(self, web_client, chris, cup):
        other_cup = factories.tournament(match_minutes=90, name="Other Cup")
        noon = datetime(2027, 6, 1, 12, tzinfo=UTC)
        one = factories.match(cup, "SCHEDULED", coordinator_id=chris.id, scheduled_time=noon)
        other = factories.match(
            other_cup,
            "SCHEDULED",
            coordinator_id=chris.id,
            scheduled_time=noon + timedelta(minutes=59),
        )
        touching = factories.match(
            cup, "SCHEDULED", coordinator_id=chris.id, scheduled_time=noon + timedelta(minutes=149)
        )
        text = web_client(chris).get(f"{PAGE}?day=2027-06-01").text
        assert f"M{other.match_number} of Other Cup</a>" in part(text, one)
        assert f"M{one.match_number} of Cup</a>" in part(text, other)
        assert "At the same time" not in part(text, touching)
        assert "2 at the same time as another" in text

    def test_as_many_questions_for_thirty_as_for_one(self, app, web_client, chris, cup):
        client = web_client(chris)
        given(cup, chris, 60)
        client.get(PAGE)
        with counted(app) as one:
            client.get(PAGE)
        for place in range(29):
            given(cup, chris, 61 + place)
        with counted(app) as thirty:
            client.get(PAGE)
        assert len(one) == len(thirty) <= 6


class TestAnswers:
    def send(self, client, match, verb, **fields):
        text = client.get(PAGE).text
        form = text.split(f'action="/matches/{match.id}/{verb}"')[1].split("</form>")[0]
        sent = dict(re.findall(r'name="(version|view)"[^>]*value="([^"]*)"', form))
        return client.post(f"/matches/{match.id}/{verb}", sent | fields)

    def test_accepting_leads_back_to_the_day(self, web_client, chris, cup):
        match = given(cup, chris, 60)
        client = web_client(chris)
        response = self.send(client, match, "accept")
        day = match.scheduled_time.date()
        assert (response.status_code, response.location) == (303, f"{PAGE}?day={day}#match-{match.id}")
        text = part(client.get(PAGE).text, match)
        assert "Accepted" in text and "/accept" not in text

    def test_handing_over_asks_the_organizers(self, web_client, chris, cup):
        match = given(cup, chris, 60)
        client, organizer = web_client(chris), web_client(self.host(cup))
        assert self.send(client, match, "hand-over", note="My train is late").status_code == 303
        assert "You asked the organizers to find somebody else: “My train is late”." in client.get(PAGE).text
        words = "chris asks to hand over: My train is late"
        desk = organizer.get(f"/tournaments/{cup.slug}/desk/").text
        row = desk.split(f'id="desk-row-{match.id}-line"')[1]
        assert 'data-section="attention"' in row
        assert words in row
        assert ">Assign coordinator</a>" in row
        assert words in organizer.get(f"/matches/{match.id}/").text
        assert words in organizer.get("/dashboard/").text

    def host(self, cup):
        return factories.rows(User, id=cup.organizer_id)[0]

    def test_another_coordinator_starts_without_an_answer(self, web_client, chris, cup):
        match = given(cup, chris, 60, coordinator_answer="hand_over", coordinator_note="Ill")
        other = factories.user()
        form = {"coordinator_id": other.id, "version": match.version}
        assert (
            web_client(self.host(cup)).post(f"/matches/{match.id}/assign-coordinator", form).status_code
            == 303
        )
        match = factories.fresh(match)
        assert (match.coordinator_id, match.coordinator_answer, match.coordinator_note) == (other.id, "", "")
        assert f"/matches/{match.id}/" not in web_client(chris).get(PAGE).text

    def test_the_same_one_again_asks_them_anew(self, web_client, chris, cup):
        match = given(cup, chris, 60, coordinator_answer="hand_over", coordinator_note="Ill")
        form = {"coordinator_id": chris.id, "version": match.version}
        web_client(self.host(cup)).post(f"/matches/{match.id}/assign-coordinator", form)
        assert factories.fresh(match).coordinator_answer == ""
        accepted = given(cup, chris, 60, coordinator_answer="accepted")
        form = {"coordinator_id": chris.id, "version": accepted.version}
        web_client(self.host(cup)).post(f"/matches/{accepted.id}/assign-coordinator", form)
        assert factories.fresh(accepted).coordinator_answer == "accepted"

    def test_a_closed_match_and_a_long_note_are_refused(self, web_client, chris, cup):
        client = web_client(chris)
        done = given(cup, chris, -60, "COMPLETED")
        assert "/accept" not in client.get(f"{PAGE}?day={done.scheduled_time.date()}").text
        assert client.post(f"/matches/{done.id}/accept", {"view": "coordinating"}).status_code == 400
        match = given(cup, chris, 60)
        response = self.send(client, match, "hand-over", note="x" * 201)
        assert response.status_code == 400
        assert factories.fresh(match).coordinator_answer == ""

    def test_a_lost_race_is_told(self, web_client, chris, cup):
        match = given(cup, chris, 60)
        factories.change(match, version=match.version + 1)
        form = {"version": match.version, "view": "coordinating"}
        assert web_client(chris).post(f"/matches/{match.id}/accept", form).status_code == 409
        assert factories.rows(Match, id=match.id, coordinator_answer="accepted") == []

    def test_the_match_page_offers_it_too(self, web_client, chris, cup):
        match = given(cup, chris, 60)
        client = web_client(chris)
        text = client.get(f"/matches/{match.id}/").text
        assert f'action="/matches/{match.id}/accept"' in text
        assert f'action="/matches/{match.id}/hand-over"' in text
        factories.change(cup, coordinators_run_matches=True)
        assert f'action="/matches/{match.id}/accept"' in client.get(f"/matches/{match.id}/").text
        assert "/accept" not in web_client(self.host(cup)).get(f"/matches/{match.id}/").text

    def test_a_live_match_stays_live_on_the_desk(self, web_client, chris, cup):
        given(cup, chris, -10, "LIVE", coordinator_answer="hand_over", coordinator_note="Ill")
        desk = web_client(self.host(cup)).get(f"/tournaments/{cup.slug}/desk/").text
        assert "chris (asks to hand over)" in desk
        assert 'data-section="live"' in desk
