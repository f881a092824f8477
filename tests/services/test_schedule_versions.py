"""Versions of a schedule: looked at before, made as one, taken back as one."""

from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event
from sqlalchemy.orm import Session

from app.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound, NotSignedIn, Refused
from app.domain.permissions import ANONYMOUS
from app.extensions import db
from app.models import Match, ScheduleBatch, Station
from app.services import scheduling, tournaments
from app.services.queries.match_detail import list_history
from app.services.schedule.versions import Placement, change_schedule, preview_schedule, undo_version
from tests import factories as make


@dataclass
class Day:
    """Three matches of six teams, without times, two stations."""

    organizer: object
    tournament: object
    matches: list
    stations: list
    ids: list = field(init=False)

    def __post_init__(self):
        self.ids = [match.id for match in self.matches]

    def change(self, *placements, **more):
        return change_schedule(
            actor=self.organizer, tournament_id=self.tournament.id, placements=placements,
            now=make.soon(0), **more,
        )  # fmt: skip

    def preview(self, *placements):
        return preview_schedule(
            actor=self.organizer, tournament_id=self.tournament.id, placements=placements, now=make.soon(0)
        )


@pytest.fixture
def day(app_context):
    organizer = make.user()
    tournament = make.tournament(organizer=organizer, match_minutes=60, enable_check_in=False)
    teams = make.participants(tournament, 6)
    matches = [
        make.match(
            tournament,
            participant1=teams[place],
            participant2=teams[place + 1],
            scheduled_time=None,
            check_in_deadline=None,
        )
        for place in (0, 2, 4)
    ]
    stations = [make.station(tournament, name=name) for name in ("Court 1", "Court 2")]
    return Day(make.actor(organizer), tournament, matches, stations)


def state_of(ids):
    """All that a version may touch, apart from the counters of changes."""
    db.session.rollback()
    columns = (
        "scheduled_time", "check_in_deadline", "original_time", "called_at", "station_id", "state",
        "participant1_checked_in", "participant2_checked_in",
    )  # fmt: skip
    return {id_: [getattr(db.session.get(Match, id_), name) for name in columns] for id_ in ids}


def test_a_version_places_matches_and_counts_on(day):
    first, second = make.soon(60), make.soon(120)
    court = day.stations[0].id
    done = day.change(Placement(day.ids[0], first, court), Placement(day.ids[1], second, court))
    assert done["number"] == 1
    assert done["match_ids"] == day.ids[:2]
    assert done["warnings"] == []
    assert day.change(Placement(day.ids[2], first, None))["number"] == 2
    assert [make.fresh(match).scheduled_time for match in day.matches] == [first, second, first]
    assert make.fresh(day.matches[0]).station_id == court
    row = make.audit_rows(tournament_id=day.tournament.id)[0]
    assert (row.action, row.meta["kind"], row.meta["match_ids"]) == ("SCHEDULE_CHANGE", "edit", day.ids[:2])
    told = [(event.type, event.match_id) for event in make.events(tournament_id=day.tournament.id)]
    assert told == [(type_, id_) for id_ in day.ids[:2] for type_ in ("match.scheduled", "match.updated")] + [
        ("match.scheduled", day.ids[2])
    ]


def test_what_stands_already_is_no_version(day):
    time = make.soon(60)
    day.change(Placement(day.ids[0], time, None))
    assert day.change(Placement(day.ids[0], time, None)) == {
        "number": None, "batch_id": None, "match_ids": [], "warnings": [],
    }  # fmt: skip
    assert len(make.rows(ScheduleBatch)) == 1


def test_a_preview_changes_nothing_and_names_the_conflicts(day):
    time, court = make.soon(60), day.stations[0].id
    before = state_of(day.ids)
    seen = day.preview(*(Placement(id_, time, court) for id_ in day.ids[:2]))
    assert [change["match"] for change in seen["changes"]] == day.ids[:2]
    assert seen["changes"][0]["new_station"] == court
    (conflict,) = seen["conflicts"]
    assert (conflict["kind"], conflict["matches"], conflict["subject"]) == ("station", day.ids[:2], "Court 1")
    assert "at the same time" in conflict["detail"]
    assert state_of(day.ids) == before
    assert make.audit_rows(tournament_id=day.tournament.id) == []


def test_conflicts_are_refused_where_the_tournament_says_so(day):
    make.change(day.tournament, conflict_policy="refuse")
    time, court = make.soon(60), day.stations[0].id
    before = state_of(day.ids)
    with pytest.raises(Refused, match="Court 1 has M1"):
        day.change(*(Placement(id_, time, court) for id_ in day.ids[:2]))
    assert state_of(day.ids) == before
    day.change(Placement(day.ids[0], time, court), Placement(day.ids[1], time, day.stations[1].id))


def test_a_delay_keeps_what_was_planned(day):
    planned, match = make.soon(60), day.matches[0]
    day.change(Placement(match.id, planned, None))
    day.change(Placement(match.id, planned + timedelta(minutes=15), None), kind="delay")
    day.change(Placement(match.id, planned + timedelta(minutes=25), None), kind="delay")
    assert make.fresh(match).original_time == planned
    day.change(Placement(match.id, planned, None), kind="delay")
    assert make.fresh(match).original_time is None
    day.change(Placement(match.id, planned + timedelta(minutes=15), None), kind="delay")
    day.change(Placement(match.id, make.soon(300), None))
    assert make.fresh(match).original_time is None


@pytest.mark.parametrize("state", ["LIVE", "PENDING_RESULT", "COMPLETED", "FORFEIT", "CANCELLED"])
def test_what_has_begun_or_is_over_stays(day, state):
    make.change(day.matches[1], state=state, started_at=make.soon(-5))
    before = state_of(day.ids)
    with pytest.raises(Refused, match="M2"):
        day.change(*(Placement(id_, make.soon(60), None) for id_ in day.ids))
    assert state_of(day.ids) == before
    assert [refusal["match"] for refusal in day.preview(
        *(Placement(id_, make.soon(60), None) for id_ in day.ids)
    )["refused"]] == [day.ids[1]]  # fmt: skip


def test_who_decided_on_an_older_version_is_told(day):
    scheduling.update_match(
        actor=day.organizer, match_id=day.ids[0], changes={"scheduled_time": make.soon(30)}, now=make.soon(0)
    )
    with pytest.raises(Conflict) as told:
        day.change(Placement(day.ids[0], make.soon(60), None, expected_version=1))
    assert told.value.changes == [f"M1 (match {day.ids[0]}) was changed."]


@pytest.mark.parametrize(
    "wrong",
    [
        lambda day: [],
        lambda day: [Placement(day.ids[0], make.soon(60), None)] * 2,
        lambda day: [Placement(999_999, make.soon(60), None)],
        lambda day: [Placement(day.ids[0], make.soon(-60), None)],
        lambda day: [Placement(day.ids[0], make.soon(60), 999_999)],
    ],
)
def test_nonsense_is_refused(day, wrong):
    with pytest.raises(InvalidInput):
        day.change(*wrong(day))
    with pytest.raises(InvalidInput):
        day.preview(*wrong(day))


def test_only_organizers_change_the_schedule(day):
    placement = Placement(day.ids[0], make.soon(60), None)
    for actor, error in ((ANONYMOUS, NotSignedIn), (make.actor(make.user()), NotAllowed)):
        with pytest.raises(error):
            change_schedule(
                actor=actor, tournament_id=day.tournament.id, placements=[placement], now=make.soon(0)
            )
    with pytest.raises(NotFound):
        change_schedule(actor=day.organizer, tournament_id=999_999, placements=[placement], now=make.soon(0))


def test_a_version_is_undone_once_and_only_while_nothing_changed(day):
    batch = day.change(Placement(day.ids[0], make.soon(60), day.stations[0].id))["batch_id"]
    undo = {"actor": day.organizer, "batch_id": batch, "now": make.soon(0)}
    assert undo_version(**undo) == [day.ids[0]]
    with pytest.raises(Conflict, match="undone already"):
        undo_version(**undo)
    batch = day.change(Placement(day.ids[0], make.soon(60), None))["batch_id"]
    make.change(day.matches[0], version=99)
    with pytest.raises(Conflict, match="changed since"):
        undo_version(**{**undo, "batch_id": batch})


PLACES = st.tuples(st.none() | st.integers(1, 40).map(lambda step: step * 15), st.none() | st.integers(0, 1))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_undo_restores_exactly(day, data):
    """Whatever versions were made, taking them back one after the other comes by the same states."""
    kinds = st.sampled_from(["edit", "delay", "auto"])
    known, batches = [state_of(day.ids)], []
    for _ in range(data.draw(st.integers(1, 4))):
        chosen = data.draw(st.lists(st.sampled_from(day.ids), min_size=1, unique=True))
        placements = []
        for id_ in chosen:
            minutes, station = data.draw(PLACES)
            placements.append(
                Placement(
                    id_,
                    None if minutes is None else make.soon(minutes),
                    None if station is None else day.stations[station].id,
                )
            )
        done = day.change(*placements, kind=data.draw(kinds))
        if done["batch_id"]:
            batches.append(done["batch_id"])
            known.append(state_of(day.ids))
    for batch, wanted in zip(reversed(batches), reversed(known[:-1]), strict=True):
        undo_version(actor=day.organizer, batch_id=batch, now=make.soon(0))
        assert state_of(day.ids) == wanted


def test_what_a_station_of_another_tournament_does_is_no_concern(day):
    other = make.station(make.tournament())
    assert db.session.get(Station, other.id)
    with pytest.raises(InvalidInput, match="no such station"):
        day.change(Placement(day.ids[0], make.soon(60), other.id))


def test_a_version_is_not_undone_to_a_station_that_is_gone(day):
    first, second = (court.id for court in day.stations)
    day.change(Placement(day.ids[0], make.soon(60), first))
    batch = day.change(Placement(day.ids[0], station_id=second))["batch_id"]
    tournaments.delete_station(
        actor=day.organizer, tournament_id=day.tournament.id, station_id=first, now=make.soon(0)
    )
    with pytest.raises(Conflict, match="station of before"):
        undo_version(actor=day.organizer, batch_id=batch, now=make.soon(0))
    assert make.fresh(day.matches[0]).station_id == second


def test_what_is_left_out_of_a_placement_stays(day):
    court = day.stations[0].id
    day.change(Placement(day.ids[0], make.soon(60), court))
    day.change(Placement(day.ids[0], start=make.soon(90)))
    assert (make.fresh(day.matches[0]).scheduled_time, make.fresh(day.matches[0]).station_id) == (
        make.soon(90), court,
    )  # fmt: skip
    day.change(Placement(day.ids[0], station_id=None))
    assert make.fresh(day.matches[0]).scheduled_time == make.soon(90)
    assert day.change(Placement(day.ids[0]))["number"] is None


def test_a_version_is_undone_where_it_belongs(day):
    batch = day.change(Placement(day.ids[0], make.soon(60), None))["batch_id"]
    with pytest.raises(NotFound):
        undo_version(
            actor=day.organizer, batch_id=batch, now=make.soon(0), tournament_id=day.tournament.id + 1
        )


def test_a_no_show_that_was_noted_is_noted_again(day):
    """Another time takes it off the match; the way back puts it on again."""
    match = make.change(day.matches[0], scheduled_time=make.soon(30), no_show_flagged_at=make.soon(-1))
    batch = day.change(Placement(match.id, make.soon(60)))["batch_id"]
    assert make.fresh(match).no_show_flagged_at is None
    undo_version(actor=day.organizer, batch_id=batch, now=make.soon(0))
    assert make.fresh(match).no_show_flagged_at == make.soon(-1)


def test_each_version_stands_in_the_history_of_its_matches(day):
    """Everybody who may see the match is told when and where it moved, and nobody by whom but its staff."""
    time, match = make.soon(60), day.matches[0]
    shown = f"{time:%Y-%m-%dT%H:%M:%SZ}"
    day.change(Placement(match.id, time, day.stations[0].id), Placement(day.ids[1], time))
    batch = day.change(Placement(match.id, time + timedelta(minutes=15)), kind="delay")["batch_id"]
    undo_version(actor=day.organizer, batch_id=batch, now=make.soon(0))
    later = f"{time + timedelta(minutes=15):%Y-%m-%dT%H:%M:%SZ}"
    history = list_history(ANONYMOUS, match.id)
    assert [(entry["action"], entry["meta"]) for entry in history] == [
        (
            "SCHEDULE_CHANGE",
            {
                "kind": "edit",
                "old_scheduled_time": None,
                "new_scheduled_time": shown,
                "old_station_name": "",
                "new_station_name": "Court 1",
            },
        ),
        ("SCHEDULE_CHANGE", {"kind": "delay", "old_scheduled_time": shown, "new_scheduled_time": later}),
        ("SCHEDULE_UNDO", {"kind": "delay", "old_scheduled_time": later, "new_scheduled_time": shown}),
    ]
    assert {entry["username"] for entry in history} == {""}
    assert {entry["username"] for entry in list_history(day.organizer, match.id)} == {day.organizer.username}


def test_what_moves_together_is_written_together(day):
    """One by one a thousand matches would keep all other changes waiting for many seconds."""
    flushes = []

    def note(session, _context):
        flushes.append(len([one for one in session.dirty if isinstance(one, Match)]))

    event.listen(Session, "after_flush", note)
    try:
        made = day.change(*(Placement(id_, make.soon(60), day.stations[0].id) for id_ in day.ids))
        assert [count for count in flushes if count] == [3]
        flushes.clear()
        undo_version(actor=day.organizer, batch_id=made["batch_id"], now=make.soon(1))
        assert [count for count in flushes if count] == [3]
    finally:
        event.remove(Session, "after_flush", note)
