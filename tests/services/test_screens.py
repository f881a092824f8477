"""Screens that report themselves, and what organizers call them and have them say."""

from uuid import uuid4

import pytest

from app.domain.errors import InvalidInput, NotAllowed, NotFound, NotSignedIn, Refused
from app.domain.permissions import ANONYMOUS
from app.models import Screen, User
from app.services import screens
from app.services.queries.screens import get_shown, list_screens
from app.services.screens import MOST_SCREENS, Heard, note_heard
from tests import factories as make

pytestmark = pytest.mark.usefixtures("app_context")


def key() -> str:
    return uuid4().hex


def screen(of, minutes_ago: float = 0, **columns) -> Screen:
    row = Screen(tournament_id=of.id, **{"key": key(), "last_seen_at": make.soon(-minutes_ago), **columns})
    make.save(row)
    return row


def heard(of, its_key: str, minutes: float = 0, **fields) -> Heard:
    return Heard(of.id, its_key, fields.pop("kind", "board"), make.soon(minutes), **fields)


def _organizer(of) -> User:
    return make.rows(User, id=of.organizer_id)[0]


def keys(of) -> set[str]:
    return {row.key for row in make.rows(Screen, tournament_id=of.id)}


@pytest.mark.both_databases
def test_a_screen_is_known_from_its_first_report_and_seen_at_each(database_kind):
    of, its_key = make.fresh(make.tournament()), key()
    note_heard([heard(of, its_key)], make.soon(0))
    note_heard([heard(of, its_key, 1)], make.soon(1))
    [row] = make.rows(Screen)
    assert (row.tournament_id, row.key, row.kind) == (of.id, its_key, "board")
    assert row.last_seen_at == make.soon(1)
    # Nothing of the tournament changed: what is kept of it stays true.
    assert make.fresh(of).revision == of.revision


def test_screens_that_did_not_report_for_a_day_are_forgotten():
    of = make.tournament()
    old, present = screen(of, 24 * 60), screen(of, 23 * 60, name="Hall left")
    assert [each.id for each in list_screens(of.id, make.soon(0))] == [present.id]
    its_key = key()
    note_heard([heard(of, its_key)], make.soon(0))
    assert keys(of) == {present.key, its_key}
    assert old.key not in keys(of)


def test_a_tournament_has_so_many_screens_and_those_that_are_gone_make_room():
    of = make.tournament()
    make.save(
        *(
            Screen(tournament_id=of.id, key=key(), last_seen_at=make.soon(0), name="" if place else "Named")
            for place in range(MOST_SCREENS)
        )
    )
    before = keys(of)
    note_heard([heard(of, key())], make.soon(0))
    assert keys(of) == before
    # The organizers' own screen is taken in, in the place of one that has no name.
    own = key()
    note_heard([heard(of, own, is_own=True)], make.soon(0))
    assert own in keys(of) and len(keys(of)) == MOST_SCREENS
    # Later all are gone: anybody's takes the place of the one that was not seen for longest.
    another = key()
    note_heard([heard(of, another, 5)], make.soon(5))
    assert another in keys(of) and len(keys(of)) == MOST_SCREENS
    assert make.rows(Screen, name="Named")


def test_named_ones_come_first_and_who_missed_three_reports_is_gone():
    of = make.tournament()
    plain = screen(of, 1)
    left = screen(of, 2, name="Hall left")
    first, second = list_screens(of.id, make.soon(0))
    assert (first.id, first.label, first.is_alive, first.seconds) == (left.id, "Hall left", False, 120)
    assert (second.id, second.label, second.is_alive) == (plain.id, f"Screen {plain.key[:4].upper()}", True)


def test_a_screen_is_named_and_the_same_name_is_no_change():
    of = make.tournament()
    row, owner = screen(of), make.actor(_organizer(of))
    for _ in range(2):
        screens.name_screen(
            actor=owner, tournament_id=of.id, screen_id=row.id, name=" Hall left ", now=make.soon(0)
        )
    assert make.fresh(row).name == "Hall left"
    [audit] = make.audit_rows(action="SCREEN_NAME")
    assert audit.meta == {
        "tournament_id": of.id,
        "screen_id": row.id,
        "old_name": "",
        "new_name": "Hall left",
    }


def test_a_message_goes_to_one_board_or_to_all_and_never_onto_an_overlay():
    of = make.tournament()
    owner = make.actor(_organizer(of))
    left, right, overlay = screen(of), screen(of), screen(of, kind="ticker")
    who = {"actor": owner, "tournament_id": of.id, "now": make.soon(0)}
    assert screens.send_message(**who, message="Lunch until 14:00") == 2
    assert screens.send_message(**who, message="Lunch until 14:00") == 0
    assert screens.send_message(**who, message="Back soon", screen_id=left.id) == 1
    assert [make.fresh(row).message for row in (left, right, overlay)] == [
        "Back soon",
        "Lunch until 14:00",
        "",
    ]
    assert screens.send_message(**who, message="") == 2
    with pytest.raises(Refused, match="overlay"):
        screens.send_message(**who, message="x", screen_id=overlay.id)
    assert [row.meta["message"] for row in make.audit_rows(action="SCREEN_MESSAGE")] == [
        "Lunch until 14:00",
        "Back soon",
        "",
    ]
    # The event says that something is new; what it is, is read for each screen when it is sent.
    events = make.events(tournament_id=of.id)
    assert {(event.type, event.is_private) for event in events} == {("screen.updated", True)}
    assert "Lunch" not in str([event.payload for event in events])


def test_a_message_without_a_board_is_refused():
    of = make.tournament()
    with pytest.raises(Refused, match="No board is open"):
        screens.send_message(
            actor=make.actor(_organizer(of)), tournament_id=of.id, message="x", now=make.soon(0)
        )


def test_the_announcement_is_set_once_and_shown_by_whichever_screen():
    of = make.tournament()
    who = {"actor": make.actor(_organizer(of)), "tournament_id": of.id, "now": make.soon(0)}
    for _ in range(2):
        screens.set_announcement(**who, announcement="Final at 18:00")
    assert make.fresh(of).announcement == "Final at 18:00"
    assert get_shown(of.id, key()).announcement == "Final at 18:00"
    assert len(make.audit_rows(action="TOURNAMENT_ANNOUNCE")) == len(make.events(tournament_id=of.id)) == 1


@pytest.mark.parametrize("text", ["x" * 281, "a\0b", "a\nb"])
def test_a_text_that_cannot_be_shown_is_refused(text):
    of = make.tournament()
    screen(of)
    who = {"actor": make.actor(_organizer(of)), "tournament_id": of.id, "now": make.soon(0)}
    with pytest.raises(InvalidInput):
        screens.set_announcement(**who, announcement=text)
    with pytest.raises(InvalidInput):
        screens.send_message(**who, message=text)


def test_only_organizers_and_only_for_their_own_screens():
    of, other = make.tournament(), make.tournament()
    row = screen(of)
    for actor, error in ((ANONYMOUS, NotSignedIn), (make.actor(make.user()), NotAllowed)):
        with pytest.raises(error):
            screens.send_message(actor=actor, tournament_id=of.id, message="x", now=make.soon(0))
        with pytest.raises(error):
            screens.set_announcement(actor=actor, tournament_id=of.id, announcement="x", now=make.soon(0))
        with pytest.raises(error):
            screens.name_screen(
                actor=actor, tournament_id=of.id, screen_id=row.id, name="x", now=make.soon(0)
            )
    owner = make.actor(_organizer(other))
    with pytest.raises(NotFound):
        screens.name_screen(actor=owner, tournament_id=other.id, screen_id=row.id, name="x", now=make.soon(0))
    with pytest.raises(NotFound):
        screens.send_message(
            actor=owner, tournament_id=other.id, screen_id=row.id, message="x", now=make.soon(0)
        )
