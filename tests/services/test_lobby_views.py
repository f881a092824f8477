"""When the sides see a lobby, who has seen it, and codes that are replaced; on both databases."""

import pytest

from app.domain.errors import NotAllowed, NotSignedIn, Refused
from app.domain.permissions import ANONYMOUS
from app.services import check_ins, lobby, scheduling, tournaments
from app.services.queries.lobbies import list_views
from app.services.queries.match_detail import match_document
from tests import factories as make

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("app_context")]
LOBBY = {"room_code": "SECRET-1", "region": "EU"}


def scene(state="SCHEDULED", policy="at_once", of=LOBBY, **columns):
    match_columns = {"lobby": of, "lobby_updated_at": make.soon(-5)}
    return make.scene(state, lobby_reveal=policy, match_columns=match_columns, **columns)


def see(of, role="player1", at=0, **more):
    return lobby.mark_seen(actor=make.actor(of.person(role)), match_id=of.match.id, now=make.soon(at), **more)


def seen_by(of):
    rows = list_views(make.actor(of.organizer), of.match.id)
    return {row["username"]: row["seen_at"] for row in rows}


def shown_to(of, role="player1", at=0):
    return match_document(make.actor(of.person(role)), of.match.id, make.soon(at))


def check_in(of, role):
    check_ins.check_in(actor=make.actor(of.person(role)), match_id=of.match.id, now=make.soon(0))


def test_both_sides_see_it_when_the_second_checks_in_and_are_told_once():
    of = scene(policy="both_checked_in")
    document = shown_to(of)
    assert document["lobby_info"] == {"region": "EU"} and "lobby_missing" not in document
    assert document["lobby_reveal"] == {
        "reason": "The code is shown when both sides have checked in.",
        "at": None,
    }
    check_in(of, "player1")
    assert shown_to(of)["lobby_info"] == {"region": "EU"}
    check_in(of, "player2")
    for role in ("player1", "player2"):
        document = shown_to(of, role)
        assert document["lobby_info"]["room_code"] == "SECRET-1" and "lobby_reveal" not in document
    told = [event for event in make.events(match_id=of.match.id) if event.type == "match.lobby_updated"]
    assert [(event.is_private, event.payload["changed"]) for event in told] == [(True, [])]
    assert "SECRET-1" not in str([event.payload for event in make.events(match_id=of.match.id)])


def test_nobody_is_told_of_a_lobby_that_is_not_there_or_was_shown():
    for of in (scene(policy="both_checked_in", of={}), scene()):
        for role in ("player1", "player2"):
            check_in(of, role)
        assert "match.lobby_updated" not in {event.type for event in make.events(match_id=of.match.id)}


def test_minutes_before_is_by_the_clock_and_follows_the_time():
    of = scene(policy="minutes_before", lobby_reveal_minutes=20)
    assert shown_to(of, at=39)["lobby_reveal"] == {
        "reason": "The code is shown 20 minutes before the match.",
        "at": f"{make.soon(40):%Y-%m-%dT%H:%M:%SZ}",
    }
    assert "room_code" in shown_to(of, at=40)["lobby_info"]
    scheduling.update_match(
        actor=make.actor(of.organizer),
        match_id=of.match.id,
        changes={"scheduled_time": make.soon(120)},
        now=make.soon(0),
    )
    assert "room_code" not in shown_to(of, at=40)["lobby_info"]
    tournaments.update_tournament(
        actor=make.actor(of.organizer),
        tournament_id=of.tournament.id,
        changes={"lobby_reveal": "at_once"},
        now=make.soon(0),
    )
    assert "room_code" in shown_to(of, at=40)["lobby_info"]


def test_who_has_seen_it_is_told_by_member():
    of = scene()
    revision = make.fresh(of.tournament).revision
    assert seen_by(of) == {of.player1.username: None, of.player2.username: None}
    assert see(of) is True
    assert see(of, at=3) is False
    assert seen_by(of) == {
        of.player1.username: f"{make.soon(0):%Y-%m-%dT%H:%M:%SZ}",
        of.player2.username: None,
    }
    assert make.audit_rows(match_id=of.match.id) == [] and make.events(match_id=of.match.id) == []
    assert make.fresh(of.tournament).revision == revision


def test_only_who_plays_says_that_they_saw_it():
    of = scene()
    for role in ("organizer", "coordinator", "stranger", "admin"):
        with pytest.raises(NotAllowed):
            see(of, role)
    with pytest.raises(NotSignedIn):
        lobby.mark_seen(actor=ANONYMOUS, match_id=of.match.id, now=make.soon(0))
    for role in ("player1", "stranger"):
        with pytest.raises(NotAllowed):
            list_views(make.actor(of.person(role)), of.match.id)


@pytest.mark.parametrize("columns", [{"policy": "both_checked_in"}, {"of": {}}, {"of": {"region": "EU"}}])
def test_what_is_not_shown_is_not_seen(columns):
    of = scene(**columns)
    with pytest.raises(Refused):
        see(of)
    assert set(seen_by(of).values()) == {None}


def test_an_older_lobby_is_not_the_one_that_stands():
    of = scene()
    stands = f"{make.soon(-5):%Y-%m-%dT%H:%M:%SZ}"
    assert see(of, updated_at=f"{make.soon(-6):%Y-%m-%dT%H:%M:%SZ}") is False
    assert set(seen_by(of).values()) == {None}
    assert see(of, updated_at=stands) is True


def test_another_secret_is_seen_by_nobody_and_another_map_is_no_secret():
    of = scene()
    see(of)
    actor, match_id = make.actor(of.organizer), of.match.id
    lobby.update_lobby(actor=actor, match_id=match_id, changes={"map": "Bind"}, now=make.soon(0))
    assert seen_by(of)[of.player1.username]
    lobby.update_lobby(actor=actor, match_id=match_id, changes={"notes": "Be loud"}, now=make.soon(0))
    assert set(seen_by(of).values()) == {None}


def rotate(of, role="organizer"):
    lobby.rotate_code(actor=make.actor(of.person(role)), match_id=of.match.id, now=make.soon(0))
    return make.fresh(of.match)


def test_a_rotated_code_is_another_one_that_nobody_has_seen():
    of = scene()
    see(of)
    match = rotate(of)
    code = match.lobby["room_code"]
    assert code != "SECRET-1" and len(code) == 8 and match.lobby["region"] == "EU"
    assert set(seen_by(of).values()) == {None}
    (row,) = make.audit_rows(match_id=match.id)
    assert (row.action, row.meta["lobby_fields_updated"]) == ("MATCH_LOBBY_UPDATE", ["room_code"])
    (event,) = make.events(match_id=match.id)
    assert event.type == "match.lobby_updated" and event.is_private
    assert code not in str(row.meta) + str(event.payload)
    assert rotate(of).lobby["room_code"] != code


def test_a_code_of_the_game_is_taken_away_until_a_new_one_is_typed():
    of = scene(of={"match_id": "77", "map": "Haven"})
    assert rotate(of).lobby == {"map": "Haven"}
    with pytest.raises(Refused, match="no code"):
        rotate(of)
    lobby.update_lobby(
        actor=make.actor(of.organizer), match_id=of.match.id, changes={"match_id": "78"}, now=make.soon(0)
    )
    assert make.fresh(of.match).lobby == {"map": "Haven", "match_id": "78"}


@pytest.mark.parametrize("role", ["player1", "coordinator", "stranger"])
def test_only_staff_rotates(role):
    of = scene()
    with pytest.raises(NotAllowed):
        rotate(of, role)


@pytest.mark.parametrize("state", ["COMPLETED", "FORFEIT", "CANCELLED"])
def test_a_closed_match_keeps_its_code(state):
    with pytest.raises(Refused, match=state):
        rotate(scene(state))


def test_the_longest_policy_fits_the_database():
    of = scene(policy="both_checked_in")
    assert make.fresh(of.tournament).lobby_reveal == "both_checked_in"
