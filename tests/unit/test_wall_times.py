"""Wall times: one moment, or a reason; where the clock shows a time twice, both are offered."""

from datetime import UTC, datetime

import pytest
from werkzeug.datastructures import MultiDict
from wtforms import Form

from app.web.forms.times import WallTimeError, WallTimeField, moment_of_wall_time


@pytest.mark.parametrize(
    ("text", "zone", "moment"),
    [
        ("2026-11-24T14:05", "UTC", datetime(2026, 11, 24, 14, 5, tzinfo=UTC)),
        ("2026-11-24 14:05", "Europe/Berlin", datetime(2026, 11, 24, 13, 5, tzinfo=UTC)),
        ("2026-07-01T14:05:00", "Europe/Berlin", datetime(2026, 7, 1, 12, 5, tzinfo=UTC)),
        ("2026-07-01T14:05", "Asia/Kathmandu", datetime(2026, 7, 1, 8, 20, tzinfo=UTC)),
        ("2026-07-01T14:05+02:00", "Asia/Tokyo", datetime(2026, 7, 1, 12, 5, tzinfo=UTC)),
        ("2026-07-01T14:05Z", "Asia/Tokyo", datetime(2026, 7, 1, 14, 5, tzinfo=UTC)),
        # The last and first minutes around both changes of a year are plain times.
        ("2026-03-29T01:59", "Europe/Berlin", datetime(2026, 3, 29, 0, 59, tzinfo=UTC)),
        ("2026-03-29T03:00", "Europe/Berlin", datetime(2026, 3, 29, 1, 0, tzinfo=UTC)),
        ("2026-10-25T01:59", "Europe/Berlin", datetime(2026, 10, 24, 23, 59, tzinfo=UTC)),
        ("2026-10-25T03:00", "Europe/Berlin", datetime(2026, 10, 25, 2, 0, tzinfo=UTC)),
    ],
)
def test_a_time_that_is_shown_once_is_that_moment(text, zone, moment):
    assert moment_of_wall_time(text, zone) == moment


@pytest.mark.parametrize(
    ("text", "zone", "later"),
    [
        ("2026-03-29T02:30", "Europe/Berlin", "03:30"),
        ("2026-03-29T02:00", "Europe/Berlin", "03:00"),
        ("2026-03-08T02:59", "America/New_York", "03:59"),
        ("2026-10-04T02:15", "Australia/Lord_Howe", "02:45"),
    ],
)
@pytest.mark.parametrize("offset", [None, "+01:00", "+02:00"])
def test_a_skipped_time_is_refused_whatever_offset_is_chosen(text, zone, later, offset):
    with pytest.raises(WallTimeError, match=f"never show .* in .*{later}") as caught:
        moment_of_wall_time(text, zone, offset)
    assert caught.value.offsets == ()


@pytest.mark.parametrize(
    ("text", "zone", "offsets"),
    [
        ("2026-10-25T02:30", "Europe/Berlin", [("+02:00", "CEST"), ("+01:00", "CET")]),
        ("2026-10-25T02:00", "Europe/Berlin", [("+02:00", "CEST"), ("+01:00", "CET")]),
        ("2026-11-01T01:30", "America/New_York", [("-04:00", "EDT"), ("-05:00", "EST")]),
        ("2026-04-05T01:45", "Australia/Lord_Howe", [("+11:00", "+11"), ("+10:30", "+1030")]),
    ],
)
def test_a_time_that_is_shown_twice_is_asked_about(text, zone, offsets):
    with pytest.raises(WallTimeError, match="twice") as caught:
        moment_of_wall_time(text, zone)
    assert [(offset.value, offset.name) for offset in caught.value.offsets] == offsets


def test_the_chosen_offset_decides():
    first = moment_of_wall_time("2026-10-25T02:30", "Europe/Berlin", "+02:00")
    second = moment_of_wall_time("2026-10-25T02:30", "Europe/Berlin", "+01:00")
    assert first == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert second == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize("offset", ["+05:00", "", "summer", "+2"])
def test_an_offset_that_the_zone_does_not_have_decides_nothing(offset):
    with pytest.raises(WallTimeError, match="twice"):
        moment_of_wall_time("2026-10-25T02:30", "Europe/Berlin", offset)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "tomorrow",
        "2026-02-30T10:00",
        "2026-11-24",
        "2026-11-24T25:00",
        "24.11.2026 14:05",
        "0001-01-01T00:00",
        "9999-12-31T23:59",
        "2026-11-24T14:05\0",
        "２０２６-11-24T14:05",
    ],
)
def test_what_is_no_time_is_refused(text):
    with pytest.raises(WallTimeError):
        moment_of_wall_time(text, "America/New_York")


class _Form(Form):
    at = WallTimeField("Scheduled time")


def _form(**fields) -> _Form:
    return _Form(MultiDict(fields), meta={"time_zone": "Europe/Berlin"})


def test_the_field_reads_the_forms_zone():
    form = _form(at="2026-11-24T14:05")
    assert form.validate()
    assert form.at.data == datetime(2026, 11, 24, 13, 5, tzinfo=UTC)


def test_the_field_shows_a_stored_time_in_the_forms_zone():
    form = _Form(data={"at": datetime(2026, 7, 1, 12, 5, tzinfo=UTC)}, meta={"time_zone": "Europe/Berlin"})
    assert 'value="2026-07-01T14:05"' in str(form.at())


def test_an_empty_field_is_no_time():
    form = _form(at="  ")
    assert form.validate()
    assert form.at.data is None


def test_the_field_keeps_what_was_typed_and_offers_both_meanings():
    form = _form(at="2026-10-25T02:30")
    assert not form.validate()
    assert 'value="2026-10-25T02:30"' in str(form.at())
    question = form.at.offset_question()
    assert question.count('type="radio"') == 2
    assert 'name="at_offset" value="+02:00"' in question
    assert "CET (UTC+01:00)" in question


def test_the_field_takes_the_answer():
    form = _form(at="2026-10-25T02:30", at_offset="+01:00")
    assert form.validate()
    assert form.at.data == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    assert form.at.offset_question() == ""
