"""The board and the overlays in a real browser: as large as fits, told what to say, never silently stale."""

import re

import pytest
from playwright.sync_api import expect

from app.models import Screen
from app.services import brackets, matches, screens
from app.services.schedule import calls
from tests import factories
from tests.live.test_browser import is_live, requests_of

expect.set_options(timeout=15_000)

TURN_MS = 12_000
SIZES = [(1280, 720), (3840, 2160)]
LONG = "The Wolves of the Frozen Northern Coast, United and Reserve Squad of the Academy"


@pytest.fixture
def crowded():
    """A hall in which more goes on than a screen can hold."""
    of = factories.tournament(name=f"Open of {LONG}", announcement="Lunch is served in the foyer. " * 9)
    courts = [factories.station(of, f"Court {number} behind the stage") for number in range(1, 4)]
    sides = [factories.participant(of, name) for name in (LONG, "Alpha", "Çelik Kartallar")]
    for number in range(18):
        pair = {"participant1": sides[number % 3], "participant2": sides[(number + 1) % 3]}
        place = {"station_id": courts[number % 3].id}
        factories.match(of, "LIVE", **pair, **place, participant1_score=number, participant2_score=13)
        factories.match(of, "READY", **pair)
        if number % 3 == 0:
            factories.match(of, "READY", **pair, **place, called_at=factories.soon(-1))
            factories.match(of, "COMPLETED", **pair)
    return of


def overflows(page):
    """What is wider or higher than its place: the page, and rows that are seen in part only."""
    return page.evaluate(
        """() => {
          const page = document.documentElement, found = [];
          if (page.scrollHeight > innerHeight || page.scrollWidth > innerWidth) found.push("page");
          document.querySelectorAll(".board__column, .board__head, .board__announcement").forEach((part) => {
            if (part.scrollHeight > part.clientHeight + 1) found.push(part.className);
          });
          document.querySelectorAll(".board .match-row, .board .bracket-match, .board .group").forEach((row) => {
            const box = row.getBoundingClientRect();
            if (box.height && (box.bottom > innerHeight || box.right > innerWidth)) found.push(row.id || row.className);
          });
          return found;
        }"""
    )


@pytest.fixture
def open_board(open_page):
    """Opens boards whose clock can be moved on: what takes turns, or waits to be sure, does so without waiting."""

    def open_one(path, **options):
        page = open_page("/healthz", **options)
        page.clock.install()
        page.goto(path)
        is_live(page)
        return page

    return open_one


def letters(page, selector):
    """The size of the letters of the first such element that is seen, as a part of the screen's height."""
    return page.evaluate(
        """(selector) => {
          const seen = [...document.querySelectorAll(selector)].find((each) => each.getClientRects().length);
          return parseFloat(getComputedStyle(seen).fontSize) / innerHeight;
        }""",
        selector,
    )


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_a_crowded_board_fits_and_can_be_read_from_afar(open_board, crowded, width, height):
    page = open_board(f"/tournaments/{crowded.slug}/board/", viewport={"width": width, "height": height})
    page.wait_for_timeout(300)
    assert overflows(page) == []
    for part in ("live", "called", "next"):
        assert letters(page, f".board__{part} .side") > 0.028, part
    # What does not fit takes turns, and it is told that there is more.
    head = page.locator(".board__live .section__head")
    expect(head).to_have_attribute("data-part", re.compile("^1–"))
    first = page.locator(".board__live .match-row:not(.is-away)").first.get_attribute("id")
    page.clock.fast_forward(TURN_MS)
    expect(page.locator(f"#{first}").first).to_be_hidden()
    assert overflows(page) == []


def test_a_board_with_little_on_it_is_larger(open_page):
    of = factories.tournament()
    factories.match(of, "LIVE")
    page = open_page(f"/tournaments/{of.slug}/board/", viewport={"width": 1280, "height": 720})
    is_live(page)
    page.wait_for_timeout(300)
    assert overflows(page) == []
    assert letters(page, ".board__live .side") > 0.06


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_brackets_fit_too(open_board, desk, width, height):
    organizer = factories.user()
    of = factories.tournament(organizer)
    factories.participants(of, 32)
    for form in ("single_elimination", "double_elimination", "round_robin"):
        desk.do(
            brackets.generate_bracket,
            organizer,
            tournament_id=of.id,
            name=form,
            format=form,
            participants=None,
            options={"groups": 8} if form == "round_robin" else {},
        )
    page = open_board(
        f"/tournaments/{of.slug}/board/?view=bracket", viewport={"width": width, "height": height}
    )
    page.wait_for_timeout(500)
    assert overflows(page) == []
    assert letters(page, ".bracket-match .side") > 0.018
    first = page.locator(".bracket-section:not(.is-away)").get_attribute("id")
    page.clock.fast_forward(TURN_MS)
    expect(page.locator(f"#{first}")).to_be_hidden()
    assert overflows(page) == []


def test_who_is_called_and_who_starts_is_shown_without_a_request(open_page, desk):
    scene = factories.scene()
    court = factories.station(scene.tournament, "Court 2")
    page = open_page(f"/tournaments/{scene.tournament.slug}/board/?view=rotate")
    is_live(page)
    made = requests_of(page)

    desk.do(calls.call, scene.organizer, match_id=scene.match.id, station_id=court.id)
    called = page.locator(".board__called .match-row")
    expect(called).to_have_count(1)
    expect(called).to_have_attribute("data-number", f"M{scene.match.match_number}")
    expect(called.locator(".called")).to_have_attribute("data-to", "Court 2")
    expect(page.locator(".board__next .match-row")).to_have_count(0)

    desk.do(matches.start, scene.organizer, match_id=scene.match.id)
    live = page.locator(".board__live .match-row")
    expect(live).to_have_count(1)
    expect(called).to_have_count(0)
    expect(live.locator(".match-row__when")).to_have_attribute("data-clock", "0 min")
    assert made == []


def test_a_message_fills_the_screen_until_it_is_cleared(open_page, desk):
    scene = factories.scene("LIVE")
    of = scene.tournament
    page = open_page(f"/tournaments/{of.slug}/board/", viewport={"width": 1280, "height": 720})
    is_live(page)
    code = page.locator("[data-screen-code]").text_content()
    for _ in range(100):
        if known := factories.rows(Screen, tournament_id=of.id):
            break
        page.wait_for_timeout(100)
    assert [screen.key[:4].upper() for screen in known] == [code]
    message = page.locator("[data-message]")
    expect(message).to_be_hidden()

    desk.do(screens.send_message, scene.organizer, tournament_id=of.id, message="Lunch until 14:00. " * 10)
    expect(message).to_be_visible()
    expect(message).to_contain_text("Lunch until 14:00.")
    page.wait_for_timeout(300)
    assert page.evaluate(
        "(box => box.scrollHeight <= box.clientHeight + 1)(document.querySelector('[data-message]'))"
    )
    assert letters(page, "[data-message-text]") > 0.06
    # It is the same screen after a restart, and still says what it was told.
    page.reload()
    expect(message).to_be_visible()
    expect(page.locator("[data-screen-code]")).to_have_text(code)

    desk.do(screens.send_message, scene.organizer, tournament_id=of.id, message="")
    expect(message).to_be_hidden()
    desk.do(screens.set_announcement, scene.organizer, tournament_id=of.id, announcement="Final at 18:00")
    expect(page.locator("[data-announcement]")).to_have_text("Final at 18:00")


def test_the_ribbon_tells_that_a_board_is_stale_and_goes_when_it_is_back(open_board, desk):
    scene = factories.scene()
    page = open_board(f"/tournaments/{scene.tournament.slug}/board/")
    ribbon = page.locator("[data-board-stale]")
    page.context.set_offline(True)
    page.evaluate("() => { window.dispatchEvent(new Event('offline')); }")
    expect(page.locator("body")).not_to_have_attribute("data-live-state", "live")
    page.clock.fast_forward(5000)
    # A moment without a connection is worth no word.
    page.wait_for_timeout(300)
    expect(ribbon).to_be_hidden()
    page.clock.fast_forward(6000)
    expect(ribbon).to_have_text(re.compile(r"^Not up to date since \d\d:\d\d$"))
    expect(ribbon).to_be_visible()
    assert overflows(page) == []

    desk.do(matches.start, scene.organizer, match_id=scene.match.id)
    page.context.set_offline(False)
    expect(ribbon).to_be_hidden(timeout=30_000)
    expect(page.locator(".board__live .match-row")).to_have_count(1)


@pytest.mark.parametrize("kind", ["scoreboard", "next", "ticker"])
def test_an_overlay_is_transparent_fits_and_follows(open_page, desk, kind):
    scene = factories.scene(match_columns={"best_of": 3})
    factories.change(scene.team1, name=LONG)
    page = open_page(f"/tournaments/{scene.tournament.slug}/overlay/{kind}?width=900&height=110&scale=1.2")
    is_live(page)
    made = requests_of(page)
    shown = page.locator(".match-row.is-shown")
    expect(shown).to_have_count(1)
    room = page.locator("main").bounding_box()
    assert (round(room["width"]), round(room["height"])) == (1080, 132)
    box = shown.bounding_box()
    assert box["height"] <= 133 and box["width"] <= 1081
    for element in ("html", "body", "main"):
        colour = page.evaluate(
            "(name) => getComputedStyle(document.querySelector(name)).backgroundColor", element
        )
        assert colour == "rgba(0, 0, 0, 0)", element
    desk.do(matches.start, scene.organizer, match_id=scene.match.id)
    expect(page.locator(f'[data-match-id="{scene.match.id}"]')).to_have_attribute("data-state", "LIVE")
    if kind != "next":
        expect(shown).to_have_attribute("data-state", "LIVE")
    assert made == []
