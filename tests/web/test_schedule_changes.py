"""The pages of delays, proposals and versions: looked at first, made as they were shown, taken back."""

import re
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

import pytest
from wtforms.validators import ValidationError

from app.models import Match, ScheduleBatch
from app.services.schedule import solver
from app.web.forms.schedule_changes import read_numbers
from app.web.schedule_changes.auto import percent_later
from tests import factories

NOON = datetime(2027, 6, 10, 12, tzinfo=UTC)


@pytest.fixture
def of(app):
    return factories.tournament(factories.user("owner"), match_minutes=60, enable_check_in=False)


@pytest.fixture
def organizer(web_client, of):
    return web_client(factories.rows(factories.User, username="owner")[0])


@pytest.fixture
def court(of):
    return factories.station(of, "Court 1")


@pytest.fixture
def matches(of, court):
    """Two in a row at the court, from noon on."""
    return [
        factories.match(of, "SCHEDULED", scheduled_time=NOON + timedelta(hours=place), station_id=court.id)
        for place in range(2)
    ]


def path(of, rest=""):
    return f"/tournaments/{of.slug}/schedule/{rest}"


def fields(text, action):
    """What the form with this action would send, as lists."""
    form = re.search(rf'<form[^>]*action="{re.escape(action)}".*?</form>', text, re.DOTALL).group()
    found = {}
    for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form):
        if name != "csrf_token":
            found.setdefault(name, []).append(value)
    return found


def late(**changes):
    return {"scope": "", "minutes": "15", "since": "2027-06-10T12:00", **changes}


def starts(*rows):
    return [factories.fresh(row).scheduled_time for row in rows]


def test_the_schedule_leads_its_organizers_to_all_of_it(of, organizer, web_client, matches):
    page = organizer.get(path(of, "?day=2027-06-10")).text
    for name in ("delay?day=2027-06-10", "auto?day=2027-06-10", "versions/"):
        assert f'href="{path(of, name)}"' in page
    assert "Auto-schedule" not in web_client().get(path(of, "?day=2027-06-10")).text


def test_a_delay_is_previewed_made_as_shown_and_undone(of, organizer, matches, court):
    form = organizer.get(path(of, "delay?day=2027-06-10")).text
    assert 'value="2027-06-10T00:00"' in form
    shown = organizer.post(path(of, "delay/preview"), late(scope=f"station-{court.id}", quick="30"))
    assert shown.status_code == 200
    assert 'data-previewed="2"' in shown.text
    assert "Gives way to M1" in shown.text
    assert "10 Jun 12:00 → 10 Jun 12:30, Court 1" in shown.text
    assert starts(*matches) == [NOON, NOON + timedelta(hours=1)]
    made = organizer.post(path(of, "delay"), fields(shown.text, path(of, "delay")))
    assert made.status_code == 303
    (batch,) = factories.rows(ScheduleBatch)
    assert made.location == path(of, f"?day=2027-06-10&version={batch.id}")
    assert batch.kind == "delay"
    assert starts(*matches) == [NOON + timedelta(minutes=30), NOON + timedelta(minutes=90)]
    assert factories.fresh(matches[0]).original_time == NOON
    (row,) = factories.audit_rows(tournament_id=of.id)
    assert (row.meta["minutes"], row.meta["station_id"], row.meta["since"]) == (
        30, court.id, "2027-06-10T12:00:00Z",
    )  # fmt: skip
    assert "version 1 of the schedule" in organizer.get(made.location).text
    match_page = organizer.get(f"/matches/{matches[0].id}/").text
    assert re.search(
        r"<s [^>]*>\s*<time[^>]*>12:00</time>\s*</s>\s*<time[^>]*>Thu 10 Jun 2027, 12:30<", match_page
    )
    again = organizer.post(path(of, "delay/preview"), late()).text
    assert "planned <time" in again
    organizer.post(path(of, f"versions/{batch.id}/undo"), {})
    assert starts(*matches) == [NOON, NOON + timedelta(hours=1)]


def test_with_htmx_the_parts_come_alone_and_the_end_is_the_schedule(of, organizer, matches):
    htmx = {"HX-Request": "true"}
    for answer in (
        organizer.get(path(of, "delay"), headers=htmx),
        organizer.post(path(of, "delay/preview"), late(), headers=htmx),
        organizer.get(path(of, "auto"), headers=htmx),
    ):
        assert answer.status_code == 200
        assert "<html" not in answer.text
        assert "data-held" in answer.text, "what is looked at is not redrawn from under one's eyes"
    sent = fields(organizer.post(path(of, "delay/preview"), late()).text, path(of, "delay"))
    made = organizer.post(path(of, "delay"), sent, headers=htmx)
    assert made.headers["HX-Redirect"].startswith(path(of, "?day=2027-06-10&version="))


def test_who_comes_second_sees_what_would_move_now(of, organizer, matches):
    sent = fields(organizer.post(path(of, "delay/preview"), late()).text, path(of, "delay"))
    factories.change(matches[0], scheduled_time=NOON + timedelta(minutes=5), version=2)
    told = organizer.post(path(of, "delay"), sent)
    assert told.status_code == 409
    assert f"M1 (match {matches[0].id}) was changed." in told.text
    assert "10 Jun 12:05 → 10 Jun 12:20" in told.text
    assert starts(matches[0]) == [NOON + timedelta(minutes=5)]
    again = organizer.post(path(of, "delay"), fields(told.text, path(of, "delay")))
    assert again.status_code == 303
    assert starts(matches[0]) == [NOON + timedelta(minutes=20)]


def test_a_delay_of_nothing_says_so(of, organizer, matches):
    answer = organizer.post(path(of, "delay/preview"), late(since="2027-06-11T12:00"))
    assert "Nothing would move" in answer.text
    assert organizer.post(path(of, "delay"), late()).status_code == 400
    assert factories.rows(ScheduleBatch) == []


def test_conflicts_are_shown_and_where_refused_nothing_can_be_pressed(of, organizer, matches):
    factories.change(of, conflict_policy="refuse")
    closed = factories.station(of, "Court 2", hours=[(NOON, NOON + timedelta(hours=1))])
    factories.change(matches[0], station_id=closed.id)
    answer = organizer.post(path(of, "delay/preview"), late(scope=f"station-{closed.id}"))
    assert "1 new conflict: this tournament refuses those" in answer.text
    assert "Past the hours of its station." in answer.text
    assert re.search(r"<button[^>]* disabled [^>]*>Delay matches<", answer.text)
    refused = organizer.post(path(of, "delay"), fields(answer.text, path(of, "delay")))
    assert refused.status_code == 400
    assert "is outside the hours of Court 2" in refused.text
    assert starts(matches[0]) == [NOON]


@pytest.mark.parametrize(
    "wrong",
    [
        {"minutes": ""},
        {"minutes": "0"},
        {"minutes": "99999999999999999999"},
        {"minutes": "x"},
        {"quick": "-5"},
        {"quick": "x"},
        {"scope": "station-999999"},
        {"scope": "x"},
        {"since": "tomorrow"},
        {"change": "1,2"},
    ],
)
def test_bad_delays_are_shown_again_with_the_reason(of, organizer, matches, wrong):
    for where in ("delay/preview", "delay"):
        answer = organizer.post(path(of, where), late(**wrong))
        assert answer.status_code == 400
        assert "error-summary" in answer.text
    assert starts(*matches) == [NOON, NOON + timedelta(hours=1)]


def wish(of, **changes):
    ids = [str(row.id) for row in factories.rows(factories.Station, tournament_id=of.id)]
    return {
        "bracket_id": "", "windows": "2027-06-10 09:00 to 18:00", "station_ids": ids, "anew": "", **changes
    }  # fmt: skip


def test_a_proposal_is_shown_applied_as_shown_and_undone(of, organizer, matches, court):
    for match in matches:
        factories.change(match, scheduled_time=None, station_id=None)
    shown = organizer.post(path(of, "auto/propose"), wish(of))
    assert shown.status_code == 200
    assert 'data-previewed="2"' in shown.text
    assert "Proven: nobody can be done earlier." in shown.text
    assert starts(*matches) == [None, None]
    sent = fields(shown.text, path(of, "auto"))
    made = organizer.post(path(of, "auto"), sent)
    (batch,) = factories.rows(ScheduleBatch)
    assert (made.status_code, batch.kind) == (303, "auto")
    assert made.location == path(of, f"?day=2027-06-10&version={batch.id}")
    assert set(starts(*matches)) == {NOON - timedelta(hours=3), NOON - timedelta(hours=2)}
    assert {factories.fresh(match).station_id for match in matches} == {court.id}
    organizer.post(path(of, f"versions/{batch.id}/undo"), {})
    assert starts(*matches) == [None, None]


def test_a_proposal_for_matches_that_changed_is_not_applied(of, organizer, matches):
    shown = organizer.post(path(of, "auto/propose"), wish(of, anew="1"))
    sent = fields(shown.text, path(of, "auto"))
    factories.change(matches[0], version=5)
    told = organizer.post(path(of, "auto"), sent)
    assert told.status_code == 409
    assert "Propose again" in told.text
    assert f"M1 (match {matches[0].id}) was changed." in told.text
    assert factories.rows(ScheduleBatch) == []


def test_what_finds_no_place_and_why(of, organizer, matches):
    answer = organizer.post(path(of, "auto/propose"), wish(of, anew="1", windows="2027-06-10 09:00 to 10:30"))
    assert "1 match finds no place, and stays as it is" in answer.text
    assert "leave no room" in answer.text


def test_the_form_begins_with_the_hours_of_the_stations(of, organizer, court):
    assert "2027-06-10 09:00 to 18:00" in organizer.get(path(of, "auto?day=2027-06-10")).text
    factories.station(of, hours=[(NOON - timedelta(hours=2), NOON + timedelta(hours=1))])
    factories.station(of, hours=[(NOON, NOON + timedelta(hours=14))])
    page = organizer.get(path(of, "auto?day=2027-06-10")).text
    assert "2027-06-10 10:00 to 2027-06-11 00:00" in page


@pytest.mark.parametrize(
    "wrong",
    [
        {"windows": ""},
        {"windows": "today"},
        {"windows": "2027-06-10 18:00 to 09:00"},
        {"windows": "2020-06-10 09:00 to 18:00"},
        {"windows": "\n".join(["2027-06-10 09:00 to 18:00"] * 32)},
        {"station_ids": []},
        {"station_ids": ["999999"]},
        {"station_ids": ["x"]},
        {"bracket_id": "999999"},
        {"anew": "maybe"},
    ],
)
def test_bad_wishes_are_shown_again_with_the_reason(of, organizer, matches, wrong):
    answer = organizer.post(path(of, "auto/propose"), wish(of, **{"anew": "1", **wrong}))
    assert answer.status_code == 400
    assert "error-summary" in answer.text
    assert factories.audit_rows(tournament_id=of.id) == []


def test_matches_to_be_streamed_are_named_by_their_numbers(of, organizer, matches):
    assert "Matches to be streamed" not in organizer.get(path(of, "auto")).text, "no station has a stream"
    stage = factories.station(of, "Stage", stream_url="https://stage.example/live")
    assert "Matches to be streamed" in organizer.get(path(of, "auto")).text
    shown = organizer.post(path(of, "auto/propose"), wish(of, anew="1", streamed="M2")).text
    sent = fields(shown, path(of, "auto"))
    assert sent["streamed"] == ["M2"]
    (moved,) = (text for text in sent["change"] if text.startswith(f"{matches[1].id},"))
    assert moved.endswith(f",{stage.id}")
    assert shown.count("to be streamed</span>") == 1
    refused = organizer.post(path(of, "auto/propose"), wish(of, anew="1", streamed="1, 7"))
    assert refused.status_code == 400
    assert "There is no match M7 here." in refused.text


@pytest.mark.parametrize(
    ("text", "numbers"), [("", set()), ("3, M7 3", {3, 7}), ("12–14,m2 - m3", {2, 3, 12, 13, 14})]
)
def test_numbers_of_matches_are_read(text, numbers):
    assert read_numbers(text) == numbers


@pytest.mark.parametrize("text", ["final", "3-", "1–999999", "7-3", "٣", "1;2", "12345678"])
def test_what_names_no_matches_is_refused(text):
    with pytest.raises(ValidationError):
        read_numbers(text)


def test_nothing_to_place_says_so(of, organizer, matches):
    answer = organizer.post(path(of, "auto/propose"), wish(of))
    assert answer.status_code == 400
    assert "There is no match to be placed." in answer.text


@pytest.mark.parametrize("day", ["x", "0001-01-01", "9999-12-31", "2027-02-30"])
def test_a_day_that_is_none_is_not_found(of, organizer, day):
    for where in ("delay", "auto"):
        assert organizer.get(path(of, f"{where}?day={day}")).status_code == 404
        assert organizer.get(path(of, f"{where}?day=unscheduled")).status_code == 200


def test_the_versions_are_listed_with_the_way_back(of, organizer, matches):
    for minutes in ("5", "10"):
        sent = fields(
            organizer.post(path(of, "delay/preview"), late(minutes=minutes)).text, path(of, "delay")
        )
        organizer.post(path(of, "delay"), sent)
    page = organizer.get(path(of, "versions/")).text
    assert page.count("Delayed: 2 matches") == 2
    assert 'aria-label="Undo version 2"' in page
    assert 'aria-label="Undo version 1"' not in page, "what came later is undone first"
    _, second = factories.rows(ScheduleBatch)
    organizer.post(path(of, f"versions/{second.id}/undo"), {})
    page = organizer.get(path(of, "versions/")).text
    assert 'aria-label="Undo version 1"' in page
    assert "Undone <time" in page
    for wrong in ("0", "2", "x", "99999999999999999999"):
        assert organizer.get(path(of, f"versions/?page={wrong}")).status_code == 404


def test_many_versions_come_in_pages(of, organizer):
    assert "Nothing was changed yet." in organizer.get(path(of, "versions/")).text
    for number in range(1, 52):
        factories.version(of, number)
    assert "Page 1 of 2" in organizer.get(path(of, "versions/")).text
    assert "Page 2 of 2" in organizer.get(path(of, "versions/?page=2")).text


@pytest.mark.parametrize(("gap", "percent"), [(None, None), (0, 0), (0.2, 25), (0.034, 4), (1, None)])
def test_how_much_later_than_the_best_possible(gap, percent):
    assert percent_later(gap) == percent


def test_a_long_proposal_is_sent_back_whole(of, organizer, court):
    factories.matches(of, 400, scheduled_time=None, check_in_deadline=None, station_id=None)
    changes = [
        f"{row.id},{row.version},2027-06-{1 + place // 20:02d}T{place % 20:02d}:00:00Z,{court.id}"
        for place, row in enumerate(factories.rows(Match, tournament_id=of.id))
    ]
    made = organizer.post(path(of, "auto"), wish(of, change=changes))
    assert made.status_code == 303
    assert made.location.startswith(path(of, "?day=2027-06-01&"))


def test_a_proposal_while_too_many_look_says_so_on_the_form(of, organizer, matches):
    with ExitStack() as line:
        for _ in range(solver.MOST_AT_ONCE):
            line.enter_context(solver.place_in_line(1))
        told = organizer.post(path(of, "auto/propose"), wish(of, anew="1"))
    assert told.status_code == 429
    assert "Others are looking for times just now" in told.text


def test_what_was_planned_stands_on_the_desk_and_in_the_api_after_a_delay(of, organizer, matches, api_client):
    factories.change(matches[0], original_time=NOON, scheduled_time=NOON + timedelta(minutes=25))
    desk = organizer.get(f"/tournaments/{of.slug}/desk/").text
    assert re.search(r'<s class="match-row__was"><time datetime="2027-06-10T12:00:00Z"', desk)
    shown = api_client().get(f"/api/tournaments/matches/{matches[0].id}/").json
    assert (shown["original_time"], shown["scheduled_time"]) == (
        "2027-06-10T12:00:00Z",
        "2027-06-10T12:25:00Z",
    )


def test_a_version_is_not_undone_on_the_page_of_another_tournament(of, organizer, matches, court):
    moved = f"{matches[0].id},{matches[0].version},2027-06-11T12:00:00Z,{court.id}"
    organizer.post(path(of, "change"), {"change": moved})
    (batch,) = factories.rows(ScheduleBatch)
    other = factories.tournament(factories.rows(factories.User, username="owner")[0])
    assert organizer.post(path(other, f"versions/{batch.id}/undo"), {}).status_code == 404
    assert factories.fresh(batch).undone_at is None
