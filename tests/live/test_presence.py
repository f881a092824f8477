"""Who of the staff has which match open: the others of them see it at once, and nobody else is ever told."""

import pytest
from playwright.sync_api import expect

from app.live.rooms import MOST_OPEN
from app.models import TournamentStaff
from app.services import matches
from app.services.tournaments.staff import remove_staff
from tests import factories
from tests.live.listener import token, until


@pytest.fixture
def scene():
    return factories.scene()


@pytest.fixture
def look(live_server, listen, scene):
    """Opens a page of the scene as a user; it reports what it has open."""

    def opened(user, kind="match", server=None, *, match_ids=()):
        of = scene.match if kind == "match" else scene.tournament
        auth = {"page": kind, "id": of.id, "seq": 0}
        if user is not None:
            auth["token"] = token(server or live_server, user)
        listener = listen(auth, server)
        listener.answer = listener.ask("presence", {"open": list(match_ids)})
        return listener

    return opened


def told(listener):
    """What the page was told, in order."""
    return [payload["matches"] for name, payload in list(listener.heard) if name == "presence"]


def is_told(listener, matches):
    until(lambda: told(listener)[-1:] == [matches], why=lambda: f"{matches} is not in {told(listener)}")


def test_staff_see_who_else_has_a_match_open(look, scene):
    mia, tom = scene.organizer, factories.staff(scene.tournament)
    other = factories.match(scene.tournament, "READY")
    at_desk, at_match = look(tom, "desk"), look(mia)
    is_told(at_desk, {str(scene.match.id): [mia.username]})
    # Nobody is told of themselves.
    is_told(at_match, {})

    assert at_desk.ask("presence", {"open": [scene.match.id, other.id]}) == {"ok": True}
    # The page of a match hears of that match alone.
    is_told(at_match, {str(scene.match.id): [tom.username]})

    second_tab = look(mia)
    is_told(second_tab, {str(scene.match.id): [tom.username]})
    at_match.close()
    at_desk.ask("presence", {"open": []})
    is_told(second_tab, {})
    # Two pages of one person counted once, and the first that closes changes nothing.
    # It may have been told that nobody was there before she came.
    assert [each for each in told(at_desk) if each] == [{str(scene.match.id): [mia.username]}]
    second_tab.close()
    is_told(at_desk, {})


def test_nobody_but_the_staff_is_told_anything(desk, look, scene):
    roles = ("player1", "coordinator", "stranger", "anonymous")
    outside = [look(scene.person(role)) for role in roles]
    for listener in outside:
        assert listener.answer == {"ok": False, "error": "no such page"}
        listener.subscribe(f"match_{scene.match.id}")
        listener.subscribe(f"tournament_{scene.tournament.id}")
    witness, staff = look(scene.organizer, "desk"), factories.staff(scene.tournament)
    inside = look(staff)
    is_told(witness, {str(scene.match.id): [staff.username]})
    inside.close()
    is_told(witness, {})

    desk.do(matches.start, scene.organizer, match_id=scene.match.id)
    for listener in outside:
        listener.wait_for("match_started")
        assert set(listener.names()) == {"match_started", "match.started"}
        assert staff.username not in str(listener.heard)


def test_whoever_is_of_the_staff_no_more_is_neither_told_nor_shown(desk, look, scene):
    staff, third = factories.staff(scene.tournament), factories.staff(scene.tournament)
    former, witness = look(staff), look(scene.organizer, "desk")
    is_told(witness, {str(scene.match.id): [staff.username]})
    before = told(former)

    entry = factories.rows(TournamentStaff, user_id=staff.id)[0]
    desk.do(remove_staff, scene.organizer, tournament_id=scene.tournament.id, staff_id=entry.id)
    look(third)

    is_told(witness, {str(scene.match.id): [third.username]})
    assert told(former) == before
    assert former.ask("presence", {}) == {"ok": False, "error": "no such page"}


def test_a_page_that_opens_and_closes_all_the_time_is_told_of_now_and_then(look, scene):
    busy, witness = factories.staff(scene.tournament), look(scene.organizer, "desk")
    at_desk = look(busy, "desk")
    for number in range(200):
        assert at_desk.ask("presence", {"open": [scene.match.id] * (number % 2)})["ok"]
    is_told(witness, {str(scene.match.id): [busy.username]})
    assert len(told(witness)) < 40


@pytest.mark.parametrize(
    "message", [None, [], {}, {"open": "1"}, {"open": [0]}, {"open": [True]}, {"open": [1] * (MOST_OPEN + 1)}]
)
def test_what_names_no_matches_is_refused_in_a_sentence(look, scene, message):
    at_desk = look(scene.organizer, "desk")
    answer = at_desk.ask("presence", message)
    assert answer["ok"] is False and answer["error"]
    assert at_desk.is_connected()


def test_only_pages_that_show_it_ask(listen, live_server, scene):
    access = token(live_server, scene.organizer)
    for page in ({}, {"page": "tournament", "id": scene.tournament.id}):
        answer = listen({**page, "token": access}).ask("presence", {"open": []})
        assert answer == {"ok": False, "error": "no such page"}


def test_processes_tell_each_other(start_server, live_server, redis_server, look, scene):
    second = start_server(live_server.database_url, REDIS_URL=redis_server.url)
    mia, tom = scene.organizer, factories.staff(scene.tournament)
    here, there = look(mia), look(tom, "desk", second)
    is_told(there, {str(scene.match.id): [mia.username]})
    there.ask("presence", {"open": [scene.match.id]})
    is_told(here, {str(scene.match.id): [tom.username]})
    # Somebody in both processes is still one person.
    also_there = look(mia, "match", second)
    is_told(also_there, {str(scene.match.id): [tom.username]})
    there.close()
    is_told(here, {})


def test_the_desk_and_the_match_page_show_it(open_page, scene):
    mia, tom = scene.organizer, factories.staff(scene.tournament)
    desk = open_page(f"/tournaments/{scene.tournament.slug}/desk/", tom)
    tag = desk.locator(f"#desk-row-{scene.match.id} [data-presence]")
    page = open_page(f"/matches/{scene.match.id}/", mia)
    expect(tag).to_have_text(f"{mia.username} has this match open")
    own_tag = page.locator("header [data-presence]")
    expect(own_tag).to_have_text("")

    desk.locator(f"#desk-row-{scene.match.id} .match-row__actions a").last.click()
    expect(own_tag).to_have_text(f"{tom.username} has this match open")
    desk.locator("[data-close-panel]").click()
    expect(own_tag).to_have_text("")
    page.close()
    expect(tag).to_have_text("")
