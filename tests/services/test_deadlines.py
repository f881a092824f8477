"""What the clock does by itself, on both databases."""

import threading
from datetime import timedelta

import pytest

from app.models import MatchResult
from app.services import check_ins, deadlines, results, scheduling
from app.services.results import result_claim
from tests import factories as make

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("app_context")]


def overdue(state="SCHEDULED", checked_in=(False, False), **columns):
    return make.scene(
        state,
        match_columns={
            "check_in_deadline": make.soon(-5),
            "participant1_checked_in": checked_in[0],
            "participant2_checked_in": checked_in[1],
        },
        **columns,
    )


def actions(scene):
    return [row.action for row in make.audit_rows(match_id=scene.match.id)]


def test_an_absent_side_is_flagged_once_where_the_desk_decides():
    scene = overdue("CHECK_IN", (True, False))
    assert deadlines.run_due(make.soon(0)) == 1
    assert deadlines.run_due(make.soon(1)) == 0
    match = make.fresh(scene.match)
    assert match.state == "CHECK_IN" and match.no_show_flagged_at is not None
    [row] = make.audit_rows(match_id=match.id)
    assert (row.action, row.user_id, row.meta["absent"]) == ("MATCH_NO_SHOW_FLAG", None, [scene.team2.id])
    [event] = make.events(match_id=match.id)
    assert event.payload["changed"] == ["no_show"]


@pytest.mark.parametrize(
    ("checked_in", "winner"), [((True, False), "team1"), ((False, True), "team2"), ((False, False), None)]
)
def test_an_absent_side_forfeits_where_the_policy_says_so(checked_in, winner):
    scene = overdue("CHECK_IN" if any(checked_in) else "SCHEDULED", checked_in, no_show_policy="forfeit")
    assert deadlines.run_due(make.soon(0)) == 1
    match = make.fresh(scene.match)
    assert match.state == "FORFEIT"
    assert match.winner_id == (getattr(scene, winner).id if winner else None)
    assert actions(scene) == ["MATCH_FORFEIT"]


def test_nothing_befalls_two_sides_that_are_here():
    scene = overdue("READY", (True, True), no_show_policy="forfeit")
    assert deadlines.run_due(make.soon(0)) == 0
    assert make.fresh(scene.match).state == "READY"


@pytest.mark.parametrize(
    ("match", "tournament"),
    [
        ({"check_in_deadline": make.soon(24 * 60)}, {}),
        ({"check_in_deadline": None}, {}),
        ({"participant2_id": None}, {}),
        ({"is_deleted": True}, {}),
        ({}, {"enable_check_in": False}),
        ({}, {"is_deleted": True}),
    ],
)
def test_what_is_not_due_is_left_alone(match, tournament):
    scene = overdue(no_show_policy="forfeit")
    make.change(scene.match, **match)
    if tournament:
        make.change(scene.tournament, **tournament)
    assert deadlines.run_due(make.soon(0)) == 0
    assert make.fresh(scene.match).state == "SCHEDULED"


def test_a_new_time_is_a_new_chance():
    scene = overdue()
    deadlines.run_due(make.soon(0))
    actor = make.actor(scene.organizer)
    scheduling.update_match(
        actor=actor, match_id=scene.match.id, changes={"scheduled_time": make.soon(90)}, now=make.soon(0)
    )
    assert make.fresh(scene.match).no_show_flagged_at is None
    check_ins.check_in(actor=make.actor(scene.player1), match_id=scene.match.id, now=make.soon(0))
    assert deadlines.run_due(make.soon(61)) == 1


def test_a_result_that_nobody_confirms_is_confirmed_by_the_clock():
    scene = make.scene("LIVE", auto_confirm_minutes=10)
    results.submit_result(
        actor=make.actor(scene.player1), match_id=scene.match.id, claim=result_claim(2, 1), now=make.soon(0)
    )
    assert deadlines.run_due(make.soon(0) + timedelta(minutes=9)) == 0
    assert deadlines.run_due(make.soon(0) + timedelta(minutes=11)) == 1
    match = make.fresh(scene.match)
    assert (match.state, match.winner_id) == ("COMPLETED", scene.team1.id)
    [result] = make.rows(MatchResult, match_id=match.id)
    assert (result.status, result.confirmed_by_user_id) == ("final", None) and result.confirmed_at
    assert actions(scene) == ["RESULT_SUBMIT", "RESULT_CONFIRM"]


def test_without_the_setting_a_result_waits():
    make.scene("PENDING_RESULT")
    assert deadlines.run_due(make.soon(60 * 24 * 30)) == 0


def test_all_that_is_due_is_done_in_one_go():
    scenes = [overdue(no_show_policy="forfeit") for _ in range(3)]
    assert deadlines.run_due(make.soon(0)) == 3
    assert {make.fresh(scene.match).state for scene in scenes} == {"FORFEIT"}


def test_several_clocks_do_not_double(app_context):
    scene = overdue()
    calls = [threading.Thread(target=_run, args=(app_context,)) for _ in range(4)]
    for call in calls:
        call.start()
    for call in calls:
        call.join(timeout=60)
    assert actions(scene) == ["MATCH_NO_SHOW_FLAG"]


def _run(app):
    with app.app_context():
        deadlines.run_due(make.soon(0))
