"""The fragments that lists and pushes share, and what happened to a match in sentences."""

from types import SimpleNamespace

import pytest
from flask import render_template

from app.domain.states import MatchState
from app.services.queries.rows import find_row
from app.web.filters import input_time, local_time, sort_key, utc
from app.web.history import sentences
from tests import factories

SIDES = (SimpleNamespace(id=1, name="Alpha"), SimpleNamespace(id=2, name="Bravo"))
ROW = {"time_zone": "Europe/Berlin"}


@pytest.mark.parametrize("state", list(MatchState))
def test_a_kept_row_is_the_row_that_the_template_draws(app, state):
    tournament = factories.tournament(time_zone="Asia/Tokyo")
    match = factories.match(
        tournament,
        state,
        bracket_id=factories.bracket(tournament).id,
        station_id=factories.station(tournament).id,
        stream_url="https://stream.example/1",
        group_name="Group A",
    )
    with app.test_request_context():
        row = find_row(match.id)
        drawn = render_template("matches/_row.html", match=row).strip()
        assert app.jinja_env.globals["match_row"](row) == drawn
        assert app.jinja_env.globals["match_row"](row | {"station_name": "Elsewhere"}) != drawn
    assert f'id="match-{match.id}"' in drawn
    assert f'data-state="{state}"' in drawn


def test_rows_stand_by_time_and_what_is_over_latest_first():
    def key(state: str, **times) -> float:
        return float(
            sort_key({"id": 7, "state": state, "scheduled_time": None, "completed_at": None, **times})
        )

    early, late = "2027-01-01T10:00:00Z", "2027-01-01T11:00:00Z"
    assert key("READY", scheduled_time=early) < key("READY", scheduled_time=late) < key("READY")
    assert key("COMPLETED", completed_at=late) < key("COMPLETED", completed_at=early) < key("COMPLETED")
    assert key("LIVE", scheduled_time=late) < key("DISPUTED", scheduled_time=early)


@pytest.mark.parametrize(
    ("action", "meta", "text"),
    [
        ("MATCH_START", {}, "Match started"),
        ("MATCH_CHECK_IN", {"participant_id": 2}, "Bravo checked in"),
        ("MATCH_CHECK_IN", {}, "A side checked in"),
        (
            "MATCH_LOBBY_UPDATE",
            {"lobby_fields_updated": ["room_code", "map"]},
            "Lobby changed: Room code, Map",
        ),
        ("MATCH_LOBBY_UPDATE", {}, "Lobby changed"),
        (
            "RESULT_SUBMIT",
            {"participant1_score": 2, "participant2_score": 1, "submitted_by": 1},
            "Alpha submitted 2–1",
        ),
        (
            "RESULT_SUBMIT",
            {"participant1_score": 2, "participant2_score": 1, "final": True},
            "Result 2–1 entered",
        ),
        ("RESULT_CONFIRM", {"participant1_score": 2, "participant2_score": 1}, "Result 2–1 confirmed"),
        ("DISPUTE_RESOLVE", {"decision": "replay"}, "Dispute resolved: the match is played again"),
        ("DISPUTE_RESOLVE", {}, "Dispute resolved: an organizer ruled"),
        ("MATCH_FORFEIT", {}, "Both sides forfeited"),
        ("MATCH_FORFEIT", {"participant_id": 0}, "A side forfeited"),
        ("MATCH_REOPEN", {}, "Match reopened"),
        (
            "MATCH_SCHEDULE",
            {"old_scheduled_time": None, "new_scheduled_time": None},
            "Taken off the schedule",
        ),
    ],
)
def test_history_is_told_in_sentences(action, meta, text):
    entry = {"action": action, "meta": meta, "created_at": "2027-01-01T10:00:00Z", "username": ""}
    assert sentences([entry], ROW, SIDES) == [{"at": "2027-01-01T10:00:00Z", "text": text, "by": ""}]


def test_a_move_tells_both_times():
    meta = {"old_scheduled_time": "2027-01-01T10:00:00Z", "new_scheduled_time": "2027-01-01T12:30:00Z"}
    entry = {"action": "MATCH_BULK_SCHEDULE", "meta": meta, "created_at": None, "username": "sam"}
    text = sentences([entry], ROW, SIDES)[0]["text"]
    assert text.startswith("Moved from <time")
    assert ">Fri 1 Jan 2027, 11:00</time> to <time" in text
    assert 'datetime="2027-01-01T12:30:00Z"' in text


@pytest.mark.parametrize(
    ("action", "meta", "text"),
    [
        ("SCHEDULE_CHANGE", {"new_station_name": "Court"}, "Placed at Court"),
        ("SCHEDULE_CHANGE", {"old_station_name": "Court", "new_station_name": ""}, "Taken off its station"),
        (
            "SCHEDULE_CHANGE",
            {"new_scheduled_time": None, "new_station_name": ""},
            "Taken off the schedule, taken off its station",
        ),
    ],
)
def test_a_version_tells_what_it_did_to_a_match(action, meta, text):
    time = "2027-01-01T10:00:00Z"
    meta = {"kind": "edit", "old_scheduled_time": time, "new_scheduled_time": time, **meta}
    entry = {"action": action, "meta": meta, "created_at": None, "username": ""}
    assert sentences([entry], ROW, SIDES)[0]["text"] == text


def test_a_delay_is_called_one_until_it_is_taken_back():
    meta = {"kind": "delay", "old_scheduled_time": "2027-01-01T10:00:00Z"}
    meta["new_scheduled_time"] = "2027-01-01T10:15:00Z"
    for action, verb in (("SCHEDULE_CHANGE", "Delayed"), ("SCHEDULE_UNDO", "Moved")):
        entry = {"action": action, "meta": meta, "created_at": None, "username": ""}
        assert sentences([entry], ROW, SIDES)[0]["text"].startswith(f"{verb} from <time")


def test_times_are_shown_by_the_zones_clock():
    assert local_time("2027-07-01T16:30:00Z", "Europe/Berlin", "time") == "18:30"
    assert local_time("2027-07-01T23:30:00Z", "Asia/Tokyo", "day") == "Fri 2 Jul"
    assert local_time("9999-12-31T23:30:00Z", "Asia/Tokyo", "time") == "23:30"
    assert input_time("2027-07-01T16:30:00Z", "Europe/Berlin") == "2027-07-01T18:30"
    assert (utc(None), local_time(None, "UTC"), input_time(None, "UTC")) == ("", "", "")
