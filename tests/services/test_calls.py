"""Calling matches to stations."""

import pytest

from app.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound, Refused, StaleVersion
from app.domain.permissions import ANONYMOUS
from app.extensions import db
from app.models import Match
from app.services import matches, outcomes, scheduling
from app.services.queries.station_queue import get_queue, list_queues
from app.services.schedule import calls
from tests import factories as make
from tests.support.queries import counted

pytestmark = pytest.mark.usefixtures("app_context")


class Hall:
    """A tournament with a court, and its organizer."""

    def __init__(self, **columns):
        self.tournament = make.tournament(**{"enable_check_in": False, "match_minutes": 60, **columns})
        self.actor = make.actor(make.staff(self.tournament))
        self.court = make.station(self.tournament, "Court 1")

    def match(self, state="READY", **columns):
        return make.match(self.tournament, state, **{"scheduled_time": make.soon(0), **columns})

    def here(self, state="READY", **columns):
        return self.match(state, station_id=self.court.id, **columns)

    def call(self, match, **arguments):
        calls.call(actor=self.actor, match_id=match.id, now=make.soon(0), **arguments)

    def call_next(self, **arguments):
        return calls.call_next(
            actor=self.actor,
            tournament_id=self.tournament.id,
            station_id=self.court.id,
            now=make.soon(0),
            **arguments,
        )

    def queue(self, station=None):
        # As another request does: what was read before is not kept.
        db.session.rollback()
        return get_queue(self.actor, self.tournament.id, (station or self.court).id, make.soon(0))


@pytest.fixture
def hall():
    return Hall()


def ids(rows):
    return [row["id"] for row in rows]


@pytest.mark.both_databases
def test_a_call_is_kept_written_down_and_told(hall):
    match = hall.here()
    hall.call(match, expected_version=1)
    called = make.fresh(match)
    assert (called.called_at, called.state, called.version) == (make.soon(0), "READY", 2)
    (row,) = make.audit_rows(match_id=match.id)
    assert row.action == "MATCH_CALL"
    assert row.meta == {
        "match_id": match.id,
        "tournament_id": hall.tournament.id,
        "station_id": hall.court.id,
        "station_name": "Court 1",
    }
    (event,) = make.events(match_id=match.id)
    assert event.type == "match.called"
    assert event.payload["station_id"] == hall.court.id
    assert event.payload["station_name"] == "Court 1"
    assert event.payload["participant1_id"] == match.participant1_id
    assert event.payload["called_at"].endswith("Z")


def test_a_call_to_a_station_places_the_match_there(hall):
    match = hall.match()
    hall.call(match, station_id=hall.court.id)
    assert make.fresh(match).station_id == hall.court.id
    (row,) = make.audit_rows(match_id=match.id)
    assert row.meta["old_station_id"] is None


def test_calling_again_is_a_new_call(hall):
    match = hall.match()
    hall.call(match)
    calls.call(actor=hall.actor, match_id=match.id, now=make.soon(5))
    assert make.fresh(match).called_at == make.soon(5)
    assert len(make.events(match_id=match.id)) == 2


@pytest.mark.parametrize("state", ["LIVE", "PENDING_RESULT", "COMPLETED", "DISPUTED", "FORFEIT", "CANCELLED"])
def test_what_has_begun_or_is_over_is_not_called(hall, state):
    match = hall.match(state)
    with pytest.raises(Refused, match=f"is {state}"):
        hall.call(match)
    assert make.fresh(match).called_at is None
    assert make.audit_rows(match_id=match.id) == []


def test_an_open_side_is_not_called(hall):
    match = hall.match("SCHEDULED", participant2=None)
    with pytest.raises(Refused, match="Both sides"):
        hall.call(match)


def test_a_station_of_another_tournament_is_unknown_and_an_old_version_stale(hall):
    match = hall.match()
    with pytest.raises(InvalidInput, match="no such station"):
        hall.call(match, station_id=make.station(make.tournament()).id)
    with pytest.raises(StaleVersion):
        hall.call(match, expected_version=9)
    assert make.fresh(match).version == 1


def test_a_coordinator_who_runs_the_match_calls_it_but_does_not_place_it():
    scene = make.scene("READY", coordinators_run_matches=True)
    court = make.station(scene.tournament)
    who = {"actor": make.actor(scene.coordinator), "match_id": scene.match.id, "now": make.soon(0)}
    with pytest.raises(NotAllowed, match="not place"):
        calls.call(**who, station_id=court.id)
    calls.call(**who)
    assert make.fresh(scene.match).called_at == make.soon(0)


def test_another_time_or_station_takes_the_call_back_and_a_start_does_not(hall):
    other = make.station(hall.tournament)
    for changes in ({"scheduled_time": make.soon(90)}, {"station_id": other.id}, {"station_id": None}):
        match = hall.here(called_at=make.soon(-1))
        scheduling.update_match(actor=hall.actor, match_id=match.id, changes=changes, now=make.soon(0))
        assert make.fresh(match).called_at is None, changes
    match = hall.here(called_at=make.soon(-1))
    scheduling.update_match(
        actor=hall.actor, match_id=match.id, changes={"stream_url": "https://e.org"}, now=make.soon(0)
    )
    matches.start(actor=hall.actor, match_id=match.id, now=make.soon(0))
    assert make.fresh(match).called_at == make.soon(-1)


def test_a_match_that_is_brought_back_or_loses_a_side_is_not_called_any_more(hall):
    match = hall.here("CANCELLED", called_at=make.soon(-1))
    outcomes.restore(actor=hall.actor, match_id=match.id, now=make.soon(0))
    assert make.fresh(match).called_at is None
    final = hall.here(called_at=make.soon(-1))
    semi = hall.match(
        "COMPLETED",
        participant1=make.fresh(final_side(final)),
        winner_to_match_id=final.id,
        winner_to_slot=1,
    )
    make.result(semi, status="final")
    outcomes.reopen(actor=hall.actor, match_id=semi.id, now=make.soon(0))
    final = make.fresh(final)
    assert (final.participant1_id, final.called_at) == (None, None)


def final_side(final):
    return next(one for one in make.rows(make.Participant) if one.id == final.participant1_id)


# -- the queue --------------------------------------------------------------------------------------------


def test_a_queue_tells_what_is_on_called_and_next(hall):
    live, waits = hall.here("LIVE"), hall.here("PENDING_RESULT")
    called = hall.here(called_at=make.soon(-2))
    later, sooner = hall.here(scheduled_time=make.soon(90)), hall.here(scheduled_time=make.soon(30))
    untimed = hall.here(scheduled_time=None)
    open_side = hall.here("SCHEDULED", participant1=None, scheduled_time=make.soon(10))
    hall.here("COMPLETED"), hall.here("CANCELLED"), hall.match()
    queue = hall.queue()
    assert ids(queue.now) == [live.id, waits.id]
    assert ids(queue.called) == [called.id]
    assert ids(queue.next) == [open_side.id, sooner.id, later.id, untimed.id]
    assert (queue.is_free, queue.suggested, queue.to_call["id"]) == (False, None, sooner.id)


def test_a_free_station_is_suggested_what_waits_for_any_station(hall):
    own = hall.here(scheduled_time=make.soon(80))
    loose = hall.match(scheduled_time=make.soon(-20))
    queue = hall.queue()
    assert queue.is_free
    assert (queue.suggested["id"], queue.to_call["id"]) == (loose.id, loose.id)
    assert ids(queue.next) == [own.id]
    assert hall.call_next(match_id=loose.id) == loose.id
    placed = make.fresh(loose)
    assert (placed.station_id, placed.called_at) == (hall.court.id, make.soon(0))
    # Now somebody is called: what comes after is the station's own.
    assert hall.queue().to_call["id"] == own.id


def test_two_presses_of_one_button_are_one_call(hall):
    first, second = hall.here(), hall.here(scheduled_time=make.soon(10))
    for _ in range(2):
        assert hall.call_next(match_id=first.id) == first.id
    assert make.fresh(second).called_at is None
    assert len(make.audit_rows(tournament_id=hall.tournament.id)) == 1
    assert hall.call_next() == second.id


def test_another_match_than_the_one_that_was_seen_is_not_called(hall):
    first, second = hall.here(), hall.here(scheduled_time=make.soon(10))
    with pytest.raises(Conflict, match="Another match"):
        hall.call_next(match_id=second.id)
    with pytest.raises(Conflict):
        hall.call_next(match_id=make.match().id)
    assert (make.fresh(first).called_at, make.fresh(second).called_at) == (None, None)


def test_where_there_is_nothing_to_call_it_is_said(hall):
    with pytest.raises(Refused, match="no match to call to Court 1"):
        hall.call_next()
    hall.here("SCHEDULED", participant1=None)
    with pytest.raises(Refused):
        hall.call_next()
    with pytest.raises(NotFound):
        calls.call_next(
            actor=hall.actor,
            tournament_id=hall.tournament.id,
            station_id=make.station(make.tournament()).id,
            now=make.soon(0),
        )
    assert make.audit_rows(tournament_id=hall.tournament.id) == []


def test_sides_that_play_are_called_elsewhere_or_rest_are_not_called():
    hall = Hall(rest_minutes=20)
    team = make.participant(hall.tournament)
    mine = hall.match(participant1=team)
    playing = hall.match("LIVE", participant2=team)
    assert hall.queue().suggested is None
    make.change(playing, state="COMPLETED", winner_id=team.id, loser_id=playing.participant1_id,
                participant1_score=0, participant2_score=1, completed_at=make.soon(-5))  # fmt: skip
    assert hall.queue().suggested is None
    make.change(playing, started_at=make.soon(-90), completed_at=make.soon(-20))
    assert hall.queue().suggested["id"] == mine.id
    hall.match(participant2=team, called_at=make.soon(-1))
    assert hall.queue().suggested is None


def test_a_break_and_closed_hours_are_told_and_heeded(hall):
    hall.here()
    pause = make.pause(hall.tournament, "Lunch", starts_at=make.soon(-10), ends_at=make.soon(30))
    queue = hall.queue()
    assert (queue.suggested, queue.break_name, queue.closure.until) == (None, "Lunch", make.soon(30))
    make.change(pause, ends_at=make.soon(-5))
    assert hall.queue().suggested is not None
    night = make.station(hall.tournament, "Night", hours=[(make.soon(600), make.soon(900))])
    queue = hall.queue(night)
    assert (queue.suggested, queue.break_name, queue.closure.until) == (None, "", make.soon(600))


def test_queues_are_for_those_who_run_the_tournament(hall):
    now = make.soon(0)
    for who in (ANONYMOUS, make.actor(make.user())):
        with pytest.raises(NotAllowed):
            list_queues(who, hall.tournament.id, now)
    private = make.tournament(is_public=False)
    with pytest.raises(NotFound):
        list_queues(make.actor(make.user()), private.id, now)


def test_thirty_stations_take_as_many_queries_as_one(app, hall):
    def queries():
        db.session.rollback()
        with counted(app) as statements:
            queues = list_queues(hall.actor, hall.tournament.slug, make.soon(0))
        return len(queues), len(statements)

    hall.here(), hall.here("LIVE")
    make.pause(hall.tournament, starts_at=make.soon(-10), ends_at=make.soon(30))
    one = queries()
    for _ in range(29):
        court = make.station(hall.tournament, hours=[(make.soon(-60), make.soon(600))])
        hall.match(station_id=court.id), hall.match("LIVE", station_id=court.id)
    assert queries() == (30, one[1])
    assert len(make.rows(Match)) == 60
