"""What a public page may cost on a phone in a crowded hall: bytes, requests, and no jumping."""

import gzip

import pytest
from playwright.sync_api import Page, Response

from tests import factories

PHONE = {"width": 390, "height": 844}
# The board is made for a screen that hangs on a wall.
WALL = {"width": 1920, "height": 1080}
MOST_BYTES = 60 * 1024  # of styles and scripts, compressed
MOST_REQUESTS = 12
MOST_SHIFT = 0.05
# From the first line of the page on; what a press moves is no surprise to whoever pressed.
WATCH_SHIFTS = """
window.shifted = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifted += entry.value;
}).observe({ type: "layout-shift", buffered: true });
"""
PAGES = (
    "/",
    "/tournaments/",
    "/login",
    "/tournaments/{slug}/",
    "/tournaments/{slug}/matches/",
    "/tournaments/{slug}/bracket/",
    "/tournaments/{slug}/schedule/",
    "/tournaments/{slug}/participants/",
    "/tournaments/{slug}/board/",
    "/matches/{match}/",
)


@pytest.fixture
def paths(live_server) -> list[str]:
    scene = factories.scene("LIVE", time_zone="Europe/Berlin")
    bracket = factories.bracket(scene.tournament)
    for state in ("READY", "SCHEDULED", "COMPLETED"):
        factories.matches(scene.tournament, 4, state, bracket_id=bracket.id if state == "READY" else None)
    return [path.format(slug=scene.tournament.slug, match=scene.match.id) for path in PAGES]


def _load(page: Page, path: str) -> list[Response]:
    """Load the page; what it was answered until it fell silent."""
    answers: list[Response] = []

    def note(answer: Response) -> None:
        answers.append(answer)

    page.on("response", note)
    page.goto(path, wait_until="networkidle")
    page.remove_listener("response", note)
    return answers


def _compressed(answers: list[Response]) -> int:
    """Bytes of styles and scripts, as a proxy or the server itself compresses them."""
    bodies = [one.body() for one in answers if one.request.resource_type in ("stylesheet", "script")]
    return sum(len(gzip.compress(body)) for body in bodies)


def test_public_pages_are_light_and_hold_still(open_page, paths):
    page = open_page("/", viewport=PHONE, timezone_id="Asia/Tokyo")
    page.add_init_script(WATCH_SHIFTS)
    problems = []
    for path in paths:
        # A visitor who has nothing yet: what is kept from the page before would hide what this one asks for.
        page.context.new_cdp_session(page).send("Network.clearBrowserCache")
        page.set_viewport_size(WALL if path.endswith("/board/") else PHONE)
        answers = _load(page, path)
        size, count, shift = _compressed(answers), len(answers), page.evaluate("window.shifted")
        cost = f"{path}: {size / 1024:.1f} KB, {count} requests, moved by {shift:.3f}"
        if size > MOST_BYTES or count > MOST_REQUESTS or shift > MOST_SHIFT:
            asked = " ".join(f"{one.request.resource_type} {one.url}" for one in answers)
            problems.append(f"{cost}: {asked}")
    assert not problems, "\n".join(problems)
