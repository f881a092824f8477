"""Scheduling many at once, its preview and its undo, on both databases."""

from datetime import timedelta

import pytest

from app.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound, NotSignedIn, Refused
from app.domain.permissions import ANONYMOUS
from app.services import bulk, scheduling
from app.services.queries.match_detail import list_history
from app.services.schedule import versions
from tests import factories as make

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("app_context")]


class Day:
    """A tournament with some matches, and its organizer."""

    def __init__(self, states=("SCHEDULED", "SCHEDULED", "SCHEDULED")):
        self.tournament = make.tournament()
        self.organizer = make.actor(make.staff(self.tournament))
        self.matches = [make.match(self.tournament, state) for state in states]
        self.ids = [match.id for match in self.matches]
        self.time = make.soon(300)

    def bulk(self, **changes):
        arguments = {"actor": self.organizer, "match_ids": self.ids, "scheduled_time": self.time}
        return bulk.bulk_schedule(**{**arguments, "now": make.soon(0), **changes})

    def preview(self, **changes):
        arguments = {"actor": self.organizer, "match_ids": self.ids, "scheduled_time": self.time}
        return bulk.preview_bulk_schedule(**{**arguments, "now": make.soon(0), **changes})

    def fresh(self):
        return [make.fresh(match) for match in self.matches]


def iso(time):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")


def test_bulk_schedules_all_in_the_order_given_with_one_audit_row():
    day = Day()
    answer = day.bulk(match_ids=day.ids[::-1], interval_minutes=20)
    assert answer["scheduled_count"] == 3 and answer["scheduled_time"] == iso(day.time)
    assert answer["match_ids"] == day.ids[::-1]
    times = [match.scheduled_time for match in day.fresh()]
    assert times == [day.time + timedelta(minutes=minutes) for minutes in (40, 20, 0)]
    [row] = make.audit_rows(tournament_id=day.tournament.id)
    assert row.action == "MATCH_BULK_SCHEDULE"
    assert row.meta["match_ids"] == day.ids[::-1] and row.meta["count"] == 3
    assert [event.type for event in make.events(tournament_id=day.tournament.id)] == ["match.scheduled"] * 3


def test_preview_changes_nothing_and_tells_what_is_refused():
    day = Day(("SCHEDULED", "COMPLETED", "READY"))
    preview = day.preview()
    assert [change["match"] for change in preview["changes"]] == [day.ids[0], day.ids[2]]
    assert preview["changes"][0] == {
        "match": day.ids[0],
        "old": iso(day.matches[0].scheduled_time),
        "new": iso(day.time),
    }
    [refused] = preview["refused"]
    assert refused["match"] == day.ids[1] and "COMPLETED" in refused["why"]
    assert [match.version for match in day.fresh()] == [1, 1, 1]


def test_one_closed_match_refuses_the_whole_bulk():
    day = Day(("SCHEDULED", "CANCELLED"))
    with pytest.raises(Refused, match="CANCELLED"):
        day.bulk()
    assert [match.version for match in day.fresh()] == [1, 1]
    assert make.audit_rows(tournament_id=day.tournament.id) == []


@pytest.mark.parametrize("ids", [[], [1, 1], list(range(1, 102)), [999_999]])
def test_lists_that_cannot_be(ids):
    day = Day()
    for verb in (day.bulk, day.preview):
        with pytest.raises(InvalidInput) as refusal:
            verb(match_ids=ids)
        assert "match_ids" in refusal.value.errors


def test_matches_of_two_tournaments_are_refused():
    day, other = Day(), Day()
    make.save(make.TournamentStaff(tournament_id=other.tournament.id, user_id=day.organizer.user_id))
    with pytest.raises(InvalidInput, match="one tournament"):
        day.bulk(match_ids=[*day.ids, *other.ids])


def test_the_time_is_in_the_future():
    with pytest.raises(InvalidInput, match="future"):
        Day().bulk(scheduled_time=make.soon(-1))


def test_only_the_organizer_may():
    day = Day()
    with pytest.raises(NotSignedIn):
        day.bulk(actor=ANONYMOUS)
    with pytest.raises(NotAllowed):
        day.bulk(actor=make.actor(make.user()))
    make.change(day.tournament, is_public=False)
    with pytest.raises(InvalidInput, match="There is no match"):
        day.bulk(actor=make.actor(make.user()))


def test_undo_takes_the_whole_batch_back():
    day = Day(("SCHEDULED", "CHECK_IN", "READY"))
    before = [
        (m.scheduled_time, m.check_in_deadline, m.state, m.participant1_checked_in) for m in day.fresh()
    ]
    batch_id = day.bulk()["batch_id"]
    assert [match.state for match in day.fresh()] == ["SCHEDULED", "SCHEDULED", "READY"]
    assert versions.undo_version(actor=day.organizer, batch_id=batch_id, now=make.soon(0)) == day.ids
    after = [(m.scheduled_time, m.check_in_deadline, m.state, m.participant1_checked_in) for m in day.fresh()]
    assert after == before
    assert [row.action for row in make.audit_rows(tournament_id=day.tournament.id)] == [
        "MATCH_BULK_SCHEDULE",
        "MATCH_BULK_UNDO",
    ]
    with pytest.raises(Conflict, match="already"):
        versions.undo_version(actor=day.organizer, batch_id=batch_id, now=make.soon(0))


def test_undo_is_refused_where_a_match_was_changed_since():
    day = Day()
    batch_id = day.bulk()["batch_id"]
    scheduling.update_match(
        actor=day.organizer,
        match_id=day.ids[1],
        changes={"stream_url": "https://a.example"},
        now=make.soon(0),
    )
    with pytest.raises(Conflict) as conflict:
        versions.undo_version(actor=day.organizer, batch_id=batch_id, now=make.soon(0))
    assert len(conflict.value.changes) == 1 and str(day.ids[1]) in conflict.value.changes[0]
    assert [match.scheduled_time for match in day.fresh()] == [day.time] * 3


def test_undo_of_somebody_elses_or_no_batch():
    day = Day()
    batch_id = day.bulk()["batch_id"]
    for actor, error in ((ANONYMOUS, NotSignedIn), (make.actor(make.user()), NotAllowed)):
        with pytest.raises(error):
            versions.undo_version(actor=actor, batch_id=batch_id, now=make.soon(0))
    with pytest.raises(NotFound):
        versions.undo_version(actor=day.organizer, batch_id=999_999, now=make.soon(0))


def test_what_stands_already_is_counted_but_not_touched():
    day = Day()
    day.bulk()
    day.bulk()
    assert [match.version for match in day.fresh()] == [2, 2, 2]


def test_history_of_a_match_tells_of_the_bulk_and_its_undo():
    day = Day()
    batch_id = day.bulk()["batch_id"]
    versions.undo_version(actor=day.organizer, batch_id=batch_id, now=make.soon(0))
    history = list_history(ANONYMOUS, day.ids[0])
    assert [entry["action"] for entry in history] == ["MATCH_BULK_SCHEDULE", "MATCH_BULK_UNDO"]
    first, second = (entry["meta"] for entry in history)
    assert first["new_scheduled_time"] == second["old_scheduled_time"] == iso(day.time)
    assert {entry["username"] for entry in history} == {""}
    assert list_history(day.organizer, day.ids[0])[0]["user"] == day.organizer.user_id
