"""A changed schedule is put back as it was before, also where that time is past by now."""

import pytest

from app.domain.errors import Refused, StaleVersion
from app.services import bulk, matches, scheduling
from tests import factories as make

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("app_context")]


def _run(verb, scene, minute=0, **arguments):
    actor = make.actor(scene.organizer)
    return verb(actor=actor, match_id=scene.match.id, now=make.soon(minute), **arguments)


def test_time_station_and_length_are_as_before():
    scene = make.scene("READY", match_columns={"scheduled_time": make.soon(-20), "best_of": 3})
    station = make.station(scene.tournament)
    changes = {"scheduled_time": make.soon(300), "station_id": station.id, "best_of": 5}
    _run(scheduling.update_match, scene, changes=changes)
    version = make.fresh(scene.match).version
    _run(scheduling.undo_update, scene, 1, expected_version=version)
    match = make.fresh(scene.match)
    assert match.scheduled_time == scene.match.scheduled_time
    assert (match.station_id, match.best_of) == (None, 3)
    assert match.version > version
    actions = [row.action for row in make.audit_rows(match_id=match.id)]
    assert actions == ["MATCH_SCHEDULE", "MATCH_UPDATE"] * 2


def test_one_change_is_taken_back_and_not_the_one_before_it():
    scene = make.scene("READY")
    _run(scheduling.update_match, scene, changes={"scheduled_time": make.soon(300)})
    _run(scheduling.update_match, scene, 1, changes={"stream_url": "https://stream.example/1"})
    _run(scheduling.undo_update, scene, 2)
    match = make.fresh(scene.match)
    assert (match.stream_url, match.scheduled_time) == (scene.match.stream_url, make.soon(300))


def test_the_first_time_of_all_is_taken_away_again():
    scene = make.scene("READY", match_columns={"scheduled_time": None, "check_in_deadline": None})
    _run(scheduling.update_match, scene, changes={"scheduled_time": make.soon(300)})
    _run(scheduling.undo_update, scene, 1)
    assert make.fresh(scene.match).scheduled_time is None


def test_what_was_done_since_is_not_overwritten():
    scene = make.scene("READY")
    _run(scheduling.update_match, scene, changes={"scheduled_time": make.soon(300)})
    version = make.fresh(scene.match).version
    _run(matches.assign_coordinator, scene, 1, coordinator_id=scene.organizer.id)
    with pytest.raises(StaleVersion):
        _run(scheduling.undo_update, scene, 2, expected_version=version)
    with pytest.raises(Refused, match="was not one of its schedule"):
        _run(scheduling.undo_update, scene, 2)
    assert make.fresh(scene.match).scheduled_time == make.soon(300)


def test_a_time_that_was_set_for_many_since_is_not_overwritten():
    scene = make.scene("READY")
    _run(scheduling.update_match, scene, changes={"scheduled_time": make.soon(300)})
    actor = make.actor(scene.organizer)
    bulk.bulk_schedule(
        actor=actor, match_ids=[scene.match.id], scheduled_time=make.soon(400), now=make.soon(1)
    )
    with pytest.raises(Refused, match="was not one of its schedule"):
        _run(scheduling.undo_update, scene, 2)
    assert make.fresh(scene.match).scheduled_time == make.soon(400)


@pytest.mark.parametrize("state", ["COMPLETED", "CANCELLED"])
def test_a_closed_match_keeps_its_schedule(state):
    with pytest.raises(Refused, match="closed match can't be changed"):
        _run(scheduling.undo_update, make.scene(state))
