"""What is expected, on open pages in a real browser: it comes with what is pushed, and goes once it is past."""

import pytest
from playwright.sync_api import expect

from app.services import scheduling
from tests import factories
from tests.live.test_browser import is_live, requests_of
from tests.support.running import RunningLate

expect.set_options(timeout=15_000)
HOUR_MS = 3_600_000


@pytest.fixture
def event(live_server) -> RunningLate:
    return RunningLate()


def told(page, match):
    return page.locator(f"#match-{match.id} .expected, #match-{match.id}-scoreboard .expected")


def test_what_is_pushed_brings_what_is_expected_without_a_request(event, desk, open_page):
    match, organizer = event.coming[-1], factories.staff(event.tournament)
    addresses = (f"/tournaments/{event.tournament.slug}/schedule/?by=time", f"/matches/{match.id}/")
    pages = [open_page(address) for address in addresses]
    before = []
    for page in pages:
        is_live(page)
        expect(told(page, match)).to_be_visible()
        before.append(told(page, match).locator("time").first.get_attribute("datetime"))
    made = [requests_of(page) for page in pages]

    moved = factories.soon(100)
    desk.do(scheduling.update_match, organizer, match_id=match.id, changes={"scheduled_time": moved})

    for page, old in zip(pages, before, strict=True):
        first = told(page, match).locator("time").first
        expect(first).not_to_have_attribute("datetime", old)
        # Nothing begins long before an announced time.
        assert first.get_attribute("datetime") > f"{factories.soon(80):%Y-%m-%dT%H:%M:%SZ}"
    assert made == [[], []]


def test_what_was_expected_goes_once_it_is_past(event, open_page):
    match = event.coming[0]
    page = open_page("/")
    page.clock.install()
    page.goto(f"{page.url}matches/{match.id}/")
    expect(told(page, match)).to_be_visible()
    page.clock.fast_forward(3 * HOUR_MS)
    expect(told(page, match)).to_be_hidden()
    expect(page.locator(".scoreboard__when")).to_be_visible()


def test_a_row_tells_it_where_the_plan_does_not_say_as_much(live_server, open_page):
    event = RunningLate(late=0)
    match = event.coming[0]
    page = open_page(f"/tournaments/{event.tournament.slug}/")
    expect(page.locator(f"#match-{match.id}")).to_be_visible()
    expect(told(page, match)).to_be_hidden()
    page.goto(f"{page.url}schedule/?by=time")
    expect(told(page, match)).to_be_visible()
