"""PATCH /api/tournaments/{id}/: matches follow the settings of check-in."""

from datetime import timedelta

import pytest

from tests import factories
from tests.api.around import address, only_audit
from tests.api.support import assert_problem, url


def patch(api_client, scene, **changes):
    response = api_client(scene.organizer).patch(address(scene.tournament), changes)
    assert response.status_code == 200, response.text


@pytest.mark.parametrize("state", ["SCHEDULED", "CHECK_IN"])
def test_without_check_in_a_match_with_both_sides_is_ready(app, api_client, state):
    scene = factories.scene(state)
    patch(api_client, scene, enable_check_in=False)
    match = factories.fresh(scene.match)
    assert (match.state, match.version) == ("READY", scene.match.version + 1)
    audit = only_audit(scene.tournament, "TOURNAMENT_UPDATE")
    assert audit.meta["match_ids"] == [match.id]
    types = [event.type for event in factories.events(tournament_id=scene.tournament.id)]
    assert types == ["match.ready", "tournament.updated"]
    assert api_client(scene.organizer).post(url(match, "start")).status_code == 200


@pytest.mark.parametrize("state", ["READY", "LIVE", "PENDING_RESULT", "COMPLETED", "FORFEIT", "CANCELLED"])
def test_without_check_in_other_matches_stay_as_they_are(app, api_client, state):
    scene = factories.scene(state)
    patch(api_client, scene, enable_check_in=False)
    assert factories.fresh(scene.match).version == scene.match.version


def test_without_check_in_a_match_with_an_open_side_waits_on(app, api_client):
    scene = factories.scene()
    waiting = factories.match(scene.tournament, "SCHEDULED", participant2=None)
    deleted = factories.match(scene.tournament, "SCHEDULED", is_deleted=True)
    elsewhere = factories.match(state="SCHEDULED")
    patch(api_client, scene, enable_check_in=False)
    for match in (waiting, deleted, elsewhere):
        assert factories.fresh(match).state == "SCHEDULED"


@pytest.mark.parametrize("checked_in", [(False, False), (True, False), (False, True), (True, True)])
def test_with_check_in_again_a_ready_match_stays_so_but_its_start_waits(app, api_client, checked_in):
    one, two = checked_in
    scene = factories.scene(
        enable_check_in=False,
        match_columns={"participant1_checked_in": one, "participant2_checked_in": two},
    )
    patch(api_client, scene, enable_check_in=True)
    match = factories.fresh(scene.match)
    assert match.state == "READY"
    assert match.check_in_deadline == match.scheduled_time - timedelta(minutes=30)
    response = api_client(scene.organizer).post(url(match, "start"))
    if one and two:
        assert response.status_code == 200
    else:
        assert_problem(response, 400, says="checked in")


def test_both_sides_can_check_in_after_it_was_switched_on(app, api_client):
    scene = factories.scene(enable_check_in=False)
    patch(api_client, scene, enable_check_in=True)
    for player in (scene.player1, scene.player2):
        assert api_client(player).post(url(scene.match, "check-in")).status_code == 200
    assert api_client(scene.organizer).post(url(scene.match, "start")).status_code == 200


def test_deadlines_follow_the_window_of_matches_that_have_not_begun(app, api_client):
    scene = factories.scene("SCHEDULED")
    untimed = factories.match(scene.tournament, "SCHEDULED", scheduled_time=None, check_in_deadline=None)
    live = factories.match(scene.tournament, "LIVE")
    patch(api_client, scene, check_in_window_minutes=10)
    match = factories.fresh(scene.match)
    assert match.check_in_deadline == match.scheduled_time - timedelta(minutes=10)
    assert match.version == scene.match.version + 1
    assert factories.fresh(untimed).check_in_deadline is None
    assert factories.fresh(live).check_in_deadline == live.check_in_deadline
    assert only_audit(scene.tournament, "TOURNAMENT_UPDATE").meta["match_ids"] == [match.id]


def test_a_deadline_that_would_be_past_is_the_start_itself(app, api_client):
    scene = factories.scene("SCHEDULED")
    patch(api_client, scene, check_in_window_minutes=600)
    match = factories.fresh(scene.match)
    assert match.check_in_deadline == match.scheduled_time


def test_other_settings_leave_matches_alone(app, api_client):
    scene = factories.scene("SCHEDULED", match_columns={"check_in_deadline": None})
    patch(api_client, scene, best_of=5, rest_minutes=3, no_show_policy="forfeit")
    assert factories.fresh(scene.match).version == scene.match.version
