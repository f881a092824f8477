"""The verbs on a match, up to its start: each move, its audit row and its events, on both databases."""

from datetime import timedelta

import pytest

from app.domain.errors import InvalidInput, NotAllowed, NotFound, NotSignedIn, Refused, StaleVersion
from app.domain.permissions import ANONYMOUS
from app.services import check_ins, matches, previews, scheduling
from tests import factories as make

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("app_context")]


def run(verb, scene, role="organizer", **arguments):
    person = scene.person(role)
    actor = make.actor(person) if person else ANONYMOUS
    return verb(actor=actor, match_id=scene.match.id, now=make.soon(0), **arguments)


def actions(scene):
    return [row.action for row in make.audit_rows(match_id=scene.match.id)]


def events(scene):
    return [event.type for event in make.events(match_id=scene.match.id)]


def test_start_moves_writes_and_tells():
    scene = make.scene("READY")
    run(matches.start, scene)
    match = make.fresh(scene.match)
    assert (match.state, match.version) == ("LIVE", scene.match.version + 1)
    assert match.started_at is not None
    [row] = make.audit_rows(match_id=match.id)
    assert (row.action, row.user_id, row.tournament_id) == (
        "MATCH_START",
        scene.organizer.id,
        scene.tournament.id,
    )
    assert row.meta == {
        "match_id": match.id,
        "tournament_id": scene.tournament.id,
        "round_number": 1,
        "match_number": match.match_number,
        "participant1_id": scene.team1.id,
        "participant2_id": scene.team2.id,
    }
    [event] = make.events(match_id=match.id)
    assert event.seq == 1 and make.fresh(scene.tournament).event_seq == 1
    assert event.payload.keys() == {
        "type", "match_id", "tournament_id", "bracket_id", "round_number", "match_number", "state",
        "participant1_id", "participant1_name", "participant2_id", "participant2_name", "started_at",
        "stream_url", "timestamp",
    }  # fmt: skip
    assert event.payload["type"] == "match.started" and event.payload["state"] == "LIVE"


@pytest.mark.parametrize(
    "state",
    ["SCHEDULED", "CHECK_IN", "LIVE", "PENDING_RESULT", "COMPLETED", "DISPUTED", "FORFEIT", "CANCELLED"],
)
def test_start_of_a_match_that_is_not_ready_is_refused(state):
    scene = make.scene(state)
    with pytest.raises(Refused) as refusal:
        run(matches.start, scene)
    assert state in refusal.value.detail and "READY" in refusal.value.detail
    assert make.fresh(scene.match).state == state and actions(scene) == [] and events(scene) == []


def test_start_waits_for_check_in_that_was_switched_on_later():
    scene = make.scene("READY", match_columns={"participant2_checked_in": False})
    with pytest.raises(Refused, match="has not checked in"):
        run(matches.start, scene)
    run(check_ins.check_in, scene, role="player2")
    run(matches.start, scene)
    assert make.fresh(scene.match).state == "LIVE"


def test_start_waits_for_the_lobby_only_where_it_is_required():
    scene = make.scene("READY", game="valorant", require_lobby=True)
    with pytest.raises(Refused, match="room_code, region"):
        run(matches.start, scene)
    make.change(scene.tournament, require_lobby=False)
    run(matches.start, scene)


def test_start_heeds_conflicts_only_where_the_policy_refuses():
    scene = make.scene("READY", conflict_policy="refuse")
    station = make.station(scene.tournament, "Stage")
    make.change(scene.match, station_id=station.id)
    make.match(scene.tournament, "LIVE", participant1=scene.team1, station_id=station.id)
    with pytest.raises(Refused) as refusal:
        run(matches.start, scene)
    assert len(refusal.value.reasons) == 2
    make.change(scene.tournament, conflict_policy="warn")
    run(matches.start, scene)


@pytest.mark.parametrize(
    ("role", "error"),
    [
        ("anonymous", NotSignedIn),
        ("stranger", NotAllowed),
        ("player1", NotAllowed),
        ("coordinator", NotAllowed),
    ],
)
def test_start_by_others_is_refused(role, error):
    scene = make.scene("READY")
    with pytest.raises(error):
        run(matches.start, scene, role=role)
    assert make.fresh(scene.match).state == "READY"


def test_start_by_a_coordinator_where_the_tournament_lets_them():
    scene = make.scene("READY", coordinators_run_matches=True)
    run(matches.start, scene, role="coordinator")
    assert make.fresh(scene.match).state == "LIVE"


def test_a_match_of_a_private_tournament_does_not_exist_for_strangers():
    scene = make.scene("READY", is_public=False)
    with pytest.raises(NotFound):
        run(matches.start, scene, role="stranger")
    with pytest.raises(NotAllowed):
        run(matches.start, scene, role="player1")


@pytest.mark.parametrize("what", ["match", "tournament"])
def test_deleted_things_do_not_exist(what):
    scene = make.scene("READY")
    make.change(getattr(scene, what), is_deleted=True)
    with pytest.raises(NotFound):
        run(matches.start, scene)


def test_a_decision_on_an_older_version_is_told_what_changed_and_by_whom():
    scene = make.scene("READY")
    run(scheduling.update_match, scene, changes={"stream_url": "https://twitch.tv/one"})
    with pytest.raises(StaleVersion) as stale:
        run(matches.start, scene, expected_version=scene.match.version)
    assert stale.value.changed_by == scene.organizer.username
    assert stale.value.current_version == scene.match.version + 1
    assert stale.value.changes == [f"{scene.organizer.username}: match update"]
    run(matches.start, scene, expected_version=stale.value.current_version)


def test_a_start_marks_tournament_and_bracket_live():
    scene = make.scene("READY", status="upcoming")
    bracket = make.bracket(scene.tournament, status="ready")
    make.change(scene.match, bracket_id=bracket.id)
    run(matches.start, scene)
    assert make.fresh(scene.tournament).status == make.fresh(bracket).status == "live"


def test_undo_start_puts_it_back():
    scene = make.scene("READY")
    run(matches.start, scene)
    run(matches.undo_start, scene)
    match = make.fresh(scene.match)
    assert (match.state, match.started_at) == ("READY", None)
    assert actions(scene) == ["MATCH_START", "MATCH_UNDO_START"]
    assert events(scene) == ["match.started", "match.ready"]


def test_schedule_writes_old_and_new_time():
    scene = make.scene("SCHEDULED")
    time = make.soon(180)
    run(scheduling.update_match, scene, changes={"scheduled_time": time})
    match = make.fresh(scene.match)
    assert match.scheduled_time == time and match.check_in_deadline == time - timedelta(minutes=30)
    [row] = make.audit_rows(match_id=match.id)
    assert row.action == "MATCH_SCHEDULE"
    assert row.meta == {
        "match_id": match.id,
        "tournament_id": scene.tournament.id,
        "old_scheduled_time": scene.match.scheduled_time.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "new_scheduled_time": time.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    assert events(scene) == ["match.scheduled"]


def test_schedule_to_the_same_time_is_no_change():
    scene = make.scene("SCHEDULED")
    run(scheduling.update_match, scene, changes={"scheduled_time": scene.match.scheduled_time})
    assert make.fresh(scene.match).version == scene.match.version
    assert actions(scene) == [] and events(scene) == []


def test_schedule_in_check_in_starts_check_in_anew():
    scene = make.scene("CHECK_IN")
    run(scheduling.update_match, scene, changes={"scheduled_time": make.soon(240)})
    match = make.fresh(scene.match)
    assert (match.state, match.participant1_checked_in) == ("SCHEDULED", False)


def test_schedule_in_ready_stays_ready():
    scene = make.scene("READY")
    run(scheduling.update_match, scene, changes={"scheduled_time": make.soon(240)})
    match = make.fresh(scene.match)
    assert match.state == "READY" and match.participant1_checked_in and match.participant2_checked_in


def test_schedule_cleared_has_no_deadline():
    scene = make.scene("SCHEDULED")
    run(scheduling.update_match, scene, changes={"scheduled_time": None})
    match = make.fresh(scene.match)
    assert match.scheduled_time is None and match.check_in_deadline is None


@pytest.mark.parametrize("state", ["COMPLETED", "FORFEIT", "CANCELLED"])
@pytest.mark.parametrize(
    "changes", [{"scheduled_time": make.soon(999)}, {"stream_url": "https://a.example"}, {"station_id": None}]
)
def test_a_closed_match_takes_no_change(state, changes):
    scene = make.scene(state)
    with pytest.raises(Refused, match=state):
        run(scheduling.update_match, scene, changes=changes)
    with pytest.raises(Refused, match=state):
        run(matches.assign_coordinator, scene, coordinator_id=scene.stranger.id)


@pytest.mark.parametrize(
    "changes",
    [
        {"scheduled_time": make.soon(-1)},
        {"stream_url": "ftp://a.example"},
        {"stream_url": "javascript:alert(1)"},
        {"stream_url": "https://"},
        {"stream_url": "https://a b"},
        {"stream_url": "https://[::1"},
        {"stream_url": "https://a.example/" + "x" * 200},
        {"station_id": 999_999},
        {"best_of": 2},
    ],
)
def test_values_that_cannot_be_change_nothing(changes):
    scene = make.scene("SCHEDULED")
    with pytest.raises(InvalidInput) as refusal:
        run(scheduling.update_match, scene, changes={"stream_url": "https://good.example", **changes})
    assert list(refusal.value.errors) == list(changes)
    assert make.fresh(scene.match).version == scene.match.version


def test_a_station_of_another_tournament_is_unknown():
    scene = make.scene("SCHEDULED")
    foreign = make.station(make.tournament())
    with pytest.raises(InvalidInput, match="no such station"):
        run(scheduling.update_match, scene, changes={"station_id": foreign.id})
    own = make.station(scene.tournament)
    run(scheduling.update_match, scene, changes={"station_id": own.id, "best_of": 3})
    match = make.fresh(scene.match)
    assert (match.station_id, match.best_of) == (own.id, 3)
    assert actions(scene) == ["MATCH_UPDATE"] and events(scene) == ["match.updated"]


def test_the_length_is_fixed_once_live():
    scene = make.scene("LIVE")
    with pytest.raises(Refused, match="LIVE"):
        run(scheduling.update_match, scene, changes={"best_of": 3})


def test_check_in_of_both_sides_makes_the_match_ready():
    scene = make.scene("SCHEDULED")
    run(check_ins.check_in, scene, role="player1")
    assert make.fresh(scene.match).state == "CHECK_IN"
    run(check_ins.check_in, scene, role="player2")
    assert make.fresh(scene.match).state == "READY"
    assert actions(scene) == ["MATCH_CHECK_IN", "MATCH_CHECK_IN"]
    assert events(scene) == ["match.checked_in", "match.checked_in", "match.ready"]


def test_check_in_again_is_no_change():
    scene = make.scene("CHECK_IN")
    run(check_ins.check_in, scene, role="player1")
    assert actions(scene) == [] and make.fresh(scene.match).version == scene.match.version


def test_check_in_after_the_deadline_is_the_organizers():
    scene = make.scene("SCHEDULED", match_columns={"check_in_deadline": make.soon(-1)})
    with pytest.raises(Refused, match="closed"):
        run(check_ins.check_in, scene, role="player1")
    run(check_ins.check_in, scene, participant_id=scene.team1.id)
    assert make.fresh(scene.match).participant1_checked_in


@pytest.mark.parametrize(
    ("role", "side", "error"),
    [
        ("player1", "team2", NotAllowed),
        ("stranger", "team1", NotAllowed),
        ("coordinator", "team1", NotAllowed),
        ("organizer", None, InvalidInput),
        ("organizer", "other", InvalidInput),
    ],
)
def test_check_in_of_a_side_that_is_not_theirs(role, side, error):
    scene = make.scene("SCHEDULED")
    ids = {"team1": scene.team1.id, "team2": scene.team2.id, "other": 999_999, None: None}
    with pytest.raises(error):
        run(check_ins.check_in, scene, role=role, participant_id=ids[side])
    assert make.fresh(scene.match).state == "SCHEDULED"


def test_check_in_needs_both_sides_known_and_check_in_on():
    scene = make.scene("SCHEDULED", match_columns={"participant2_id": None})
    with pytest.raises(Refused, match="both sides"):
        run(check_ins.check_in, scene, role="player1")
    off = make.scene("SCHEDULED", enable_check_in=False)
    with pytest.raises(Refused, match="off"):
        run(check_ins.check_in, off, role="player1")


@pytest.mark.parametrize("state", ["LIVE", "COMPLETED", "CANCELLED"])
def test_check_in_is_over_once_started(state):
    scene = make.scene(state, match_columns={"participant1_checked_in": False})
    with pytest.raises(Refused, match=state):
        run(check_ins.check_in, scene, participant_id=scene.team1.id)


def test_assign_coordinator_keeps_who_and_when():
    scene = make.scene("SCHEDULED")
    run(matches.assign_coordinator, scene, coordinator_id=scene.stranger.id)
    match = make.fresh(scene.match)
    assert match.coordinator_id == scene.stranger.id
    assert match.coordinator_assigned_by_id == scene.organizer.id and match.coordinator_assigned_at
    [row] = make.audit_rows(match_id=match.id)
    assert row.action == "MATCH_COORDINATOR_ASSIGN"
    assert row.meta["coordinator_id"] == scene.stranger.id
    run(matches.assign_coordinator, scene, coordinator_id=scene.stranger.id)
    assert len(actions(scene)) == 1
    run(matches.assign_coordinator, scene, coordinator_id=None)
    assert make.fresh(scene.match).coordinator_assigned_at is None


def test_assign_coordinator_takes_active_users_only():
    scene = make.scene("SCHEDULED")
    gone = make.user(is_active=False)
    for user_id in (gone.id, 999_999):
        with pytest.raises(InvalidInput):
            run(matches.assign_coordinator, scene, coordinator_id=user_id)


@pytest.mark.parametrize("state", ["SCHEDULED", "CHECK_IN", "READY", "LIVE", "PENDING_RESULT", "DISPUTED"])
def test_cancel_from_every_open_state(state):
    scene = make.scene(state)
    run(matches.cancel, scene, reason="Power cut")
    match = make.fresh(scene.match)
    assert (match.state, match.participant1_score, match.winner_id) == ("CANCELLED", None, None)
    assert actions(scene) == ["MATCH_CANCEL"] and events(scene) == ["match.cancelled"]


@pytest.mark.parametrize("state", ["COMPLETED", "FORFEIT", "CANCELLED"])
def test_cancel_of_a_closed_match_is_refused(state):
    scene = make.scene(state)
    with pytest.raises(Refused, match=state):
        run(matches.cancel, scene)
    with pytest.raises(Refused, match=state):
        previews.preview(
            matches.cancel, actor=make.actor(scene.organizer), match_id=scene.match.id, now=make.soon(0)
        )


def test_cancel_can_be_previewed():
    scene = make.scene("LIVE")
    preview = previews.preview(
        matches.cancel, actor=make.actor(scene.organizer), match_id=scene.match.id, now=make.soon(0)
    )
    assert preview == {
        "affected": [{"match": scene.match.id, "state": "LIVE", "change": "would be CANCELLED"}],
        "blocked_by": [],
    }
    assert make.fresh(scene.match).state == "LIVE"


def test_create_match_by_hand():
    tournament = make.tournament()
    organizer = make.actor(make.staff(tournament))
    teams = make.participants(tournament, 2)
    match_id, _ = matches.create_match(
        actor=organizer,
        tournament_id=tournament.id,
        now=make.soon(0),
        participant1_id=teams[0].id,
        participant2_id=teams[1].id,
        scheduled_time=make.soon(60),
    )
    [row] = make.audit_rows(tournament_id=tournament.id)
    assert (row.action, row.match_id) == ("MATCH_CREATE", match_id)
    assert [event.type for event in make.events(match_id=match_id)] == ["match.created"]


def test_create_match_is_ready_at_once_where_check_in_is_off():
    tournament = make.tournament(enable_check_in=False)
    teams = make.participants(tournament, 2)
    match_id, _ = matches.create_match(
        actor=make.actor(make.staff(tournament)),
        tournament_id=tournament.id,
        now=make.soon(0),
        participant1_id=teams[0].id,
        participant2_id=teams[1].id,
    )
    assert [event.payload["state"] for event in make.events(match_id=match_id)] == ["SCHEDULED", "READY"]


def test_create_match_refuses_what_is_not_the_tournaments():
    tournament, other = make.tournament(), make.tournament()
    [foreign] = make.participants(other, 1)
    [own] = make.participants(tournament, 1)
    bracket = make.bracket(tournament)
    make.match(tournament, "SCHEDULED", bracket_id=bracket.id, match_number=1)
    for wrong in (
        {"participant1_id": foreign.id},
        {"participant1_id": own.id, "participant2_id": own.id},
        {"bracket_id": make.bracket(other).id},
        {"bracket_id": bracket.id, "match_number": 1},
        {"scheduled_time": make.soon(-5)},
    ):
        with pytest.raises(InvalidInput):
            matches.create_match(
                actor=make.actor(make.staff(tournament)),
                tournament_id=tournament.id,
                now=make.soon(0),
                **wrong,
            )
    assert make.audit_rows(tournament_id=tournament.id) == []
