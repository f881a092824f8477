"""The lobby of a match, on both databases."""

import pytest

from app.domain.errors import InvalidInput, NotAllowed, Refused
from app.domain.permissions import ANONYMOUS
from app.services import lobby, matches
from app.services.queries.match_detail import list_history, match_document
from tests import factories as make

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("app_context")]
SECRET = "s3cret-room"


def update(scene, changes, role="organizer"):
    lobby.update_lobby(
        actor=make.actor(scene.person(role)), match_id=scene.match.id, changes=changes, now=make.soon(0)
    )


def test_update_merges_and_names_keys_only():
    scene = make.scene("SCHEDULED")
    update(scene, {"room_code": SECRET, "region": "EU"})
    update(scene, {"region": None, "map": "Ascent"})
    match = make.fresh(scene.match)
    assert match.lobby == {"room_code": SECRET, "map": "Ascent"} and match.lobby_updated_at
    rows = make.audit_rows(match_id=match.id)
    assert [row.action for row in rows] == ["MATCH_LOBBY_UPDATE"] * 2
    assert rows[0].meta["lobby_fields_updated"] == ["region", "room_code"]
    events = make.events(match_id=match.id)
    assert all(event.is_private for event in events) and events[1].payload["changed"] == ["map", "region"]
    assert SECRET not in str([row.meta for row in rows] + [event.payload for event in events])


def test_the_same_again_is_no_change():
    scene = make.scene("SCHEDULED")
    update(scene, {"room_code": SECRET})
    update(scene, {"room_code": SECRET})
    assert len(make.audit_rows(match_id=scene.match.id)) == 1


@pytest.mark.parametrize(
    "changes", [{"region": "EU"}, {"room_code": 7}, {"updated_at": "now"}, {"colour": "red"}]
)
def test_bad_changes_are_refused(changes):
    scene = make.scene("SCHEDULED")
    with pytest.raises(InvalidInput):
        update(scene, changes)
    assert make.fresh(scene.match).lobby == {}


@pytest.mark.parametrize("state", ["COMPLETED", "FORFEIT", "CANCELLED"])
def test_a_closed_match_takes_no_lobby(state):
    with pytest.raises(Refused, match=state):
        update(make.scene(state), {"room_code": SECRET})


@pytest.mark.parametrize("role", ["player1", "coordinator", "stranger"])
def test_only_staff_writes_the_lobby(role):
    with pytest.raises(NotAllowed):
        update(make.scene("SCHEDULED"), {"room_code": SECRET}, role)
    if role == "coordinator":
        update(make.scene("SCHEDULED", coordinators_run_matches=True), {"room_code": SECRET}, role)


@pytest.mark.parametrize(
    ("role", "sees"),
    [
        ("anonymous", False),
        ("stranger", False),
        ("player1", True),
        ("player2", True),
        ("coordinator", True),
        ("organizer", True),
        ("admin", True),
    ],
)
def test_who_sees_the_secrets(role, sees):
    scene = make.scene("READY", game="valorant")
    update(scene, {"room_code": SECRET, "notes": "ask the desk", "map": "Ascent"})
    person = scene.person(role)
    actor = make.actor(person) if person else ANONYMOUS
    document = match_document(actor, scene.match.id, make.soon(0))
    assert document["lobby_info"]["map"] == "Ascent"
    if sees:
        beside = {"updated_at", "coordinator_id", "coordinator_assigned_at", "coordinator_assigned_by"}
        assert document["lobby_info"].keys() == {"room_code", "notes", "map"} | beside
        assert document["lobby_missing"] == ["region"]
    else:
        assert document["lobby_info"] == {"map": "Ascent"} and "lobby_missing" not in document
    assert SECRET not in str(list_history(actor, scene.match.id))


def test_a_member_of_another_match_of_the_tournament_sees_none():
    scene = make.scene("READY")
    update(scene, {"room_code": SECRET})
    other = make.user()
    make.participant(scene.tournament, members=[other])
    assert match_document(make.actor(other), scene.match.id, make.soon(0))["lobby_info"] == {}


def test_the_start_leaves_the_lobby_alone():
    scene = make.scene("READY")
    update(scene, {"room_code": SECRET})
    matches.start(actor=make.actor(scene.organizer), match_id=scene.match.id, now=make.soon(0))
    assert make.fresh(scene.match).lobby == {"room_code": SECRET}
