"""The public lists as a ticker, in a real browser: clocks, finding, following, what is said, and that nothing jumps."""

import re

from playwright.sync_api import Page, expect

from app.services import matches, results
from tests import factories

expect.set_options(timeout=15_000)
PHONE = {"width": 390, "height": 700}
# Every text that the region came to read, in order.
LISTEN = """
window.said = [];
new MutationObserver(() => window.said.push(document.getElementById("announcer").textContent))
  .observe(document.getElementById("announcer"), { childList: true });
"""
TOP = "(row) => row.getBoundingClientRect().top"


def _is_live(page: Page) -> None:
    expect(page.locator("body")).to_have_attribute("data-live-state", "live")


def _rows(page: Page, section: str):
    return page.locator(f'section[aria-labelledby="{section}"] .match-row')


def _row(page: Page, section: str, match):
    return page.locator(f'section[aria-labelledby="{section}"] .match-row[data-match-id="{match.id}"]')


def _wait_for(page: Page, condition: str) -> None:
    # Asked from outside: a condition that waits inside the page is refused by its security policy.
    for _ in range(150):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(100)
    raise AssertionError(condition)


def test_clocks_run_and_what_is_sought_stays_found_when_something_is_pushed(open_page, desk):
    scene = factories.scene(name="Ålesund Cup")
    of, soon = scene.tournament, factories.soon
    factories.change(scene.match, scheduled_time=soon(12.9))
    late = factories.match(of, "READY", scheduled_time=soon(-3.2))
    live = factories.match(of, "LIVE", scheduled_time=soon(-90), started_at=soon(-65.2))
    done = factories.match(of, "COMPLETED", completed_at=soon(-4.2))
    elsewhere = factories.match(factories.tournament(name="Bergen Open"), "LIVE")
    page = open_page("/", viewport=PHONE)
    _is_live(page)
    for match, section, told in (
        (scene.match, "up-next", r"in 1[23] min"),
        (late, "up-next", r"[34] min late"),
        (live, "live-now", r"1:0[56] h"),
        (done, "just-finished", r"[45] min ago"),
    ):
        clock = _row(page, section, match).locator(".match-row__when")
        expect(clock).to_have_attribute("data-clock", re.compile(f"^{told}$"))

    page.get_by_label("Participant or tournament").fill("alesund")
    expect(_row(page, "live-now", elsewhere)).to_be_hidden()
    expect(_row(page, "live-now", live)).to_be_visible()
    expect(page.locator("[data-find-count]")).to_have_text(re.compile(r"^4 of \d+ matches$"))
    page.get_by_label("Participant or tournament").fill("")
    page.get_by_role("button", name="Bergen Open").click()
    expect(_row(page, "live-now", elsewhere)).to_be_visible()
    expect(_rows(page, "live-now").filter(visible=True)).to_have_count(1)

    page.evaluate(LISTEN)
    desk.do(matches.start, scene.organizer, match_id=scene.match.id)
    expect(_row(page, "live-now", scene.match)).to_have_count(1)
    expect(_row(page, "live-now", scene.match)).to_be_hidden()
    expect(page.locator('section[aria-labelledby="live-now"] .section__count')).to_have_text("1")
    page.wait_for_timeout(1000)
    assert not [text for text in page.evaluate("window.said") if "started" in text]
    page.get_by_role("button", name="All tournaments").click()
    expect(_row(page, "live-now", scene.match)).to_be_visible()
    expect(_row(page, "live-now", scene.match).locator(".match-row__when")).to_have_attribute(
        "data-clock", re.compile(r"^[01] min$")
    )


def test_whoever_is_followed_stands_first_is_told_of_and_is_unfollowed_again(open_page, desk):
    scene = factories.scene()
    of, name = scene.tournament, scene.team1.name
    others = [factories.match(of, "READY") for _ in range(3)]
    page = open_page(f"/tournaments/{of.slug}/", viewport=PHONE)
    _is_live(page)
    star = _row(page, "up-next", scene.match).locator(".star")
    expect(star).to_have_attribute("aria-pressed", "false")
    assert min(star.bounding_box()[side] for side in ("width", "height")) >= 44
    expect(page.locator(".following")).to_be_hidden()
    star.click()
    page.get_by_role("dialog").get_by_role("button", name=f"Follow {name}", exact=True).click()
    page.get_by_role("button", name="Done").click()
    expect(star).to_have_attribute("aria-pressed", "true")
    expect(star).to_be_focused()
    expect(_rows(page, "following-head")).to_have_count(1)
    page.reload()
    _is_live(page)
    expect(_rows(page, "following-head")).to_have_count(1)
    mark = "(side) => getComputedStyle(side, '::before').content"
    sides = _row(page, "up-next", scene.match).locator(".side__name")
    assert ["★" in side.evaluate(mark) for side in sides.all()] == [True, False]

    page.evaluate(LISTEN)
    made = []
    page.on("request", lambda request: "/socket.io/" in request.url or made.append(request.url))
    for match in (*others, scene.match):
        desk.do(matches.start, scene.organizer, match_id=match.id)
    expect(_row(page, "following-head", scene.match)).to_have_attribute("data-state", "LIVE")
    _wait_for(page, f"window.said.some((text) => text.includes('{name} against'))")
    claim = results.result_claim(3, 1)
    desk.do(results.submit_result, scene.organizer, match_id=scene.match.id, claim=claim)
    _wait_for(page, f"window.said.some((text) => text.includes('{name} has won against'))")
    _wait_for(page, "window.said.join().match(/3 matches have started|2 matches have started|has started/)")
    # Of the others one sentence, not three.
    assert len([text for text in page.evaluate("window.said") if "against" in text and name not in text]) <= 1
    assert made == []

    page.goto("/following/")
    page.get_by_role("button", name=f"Follow {name}", exact=True).click()
    expect(page.locator(".followed__one .star")).to_have_attribute("aria-pressed", "false")
    expect(page.locator(".following")).to_be_hidden()
    page.goto(f"/tournaments/{of.slug}/participants/")
    expect(page.get_by_role("button", name=f"Follow {name}", exact=True)).to_have_attribute(
        "aria-pressed", "false"
    )


def test_nothing_jumps_under_whoever_reads_and_the_focus_stays(open_page, desk):
    scene = factories.scene()
    of = scene.tournament
    factories.matches(of, 6, "LIVE")
    coming = [factories.match(of, "READY", scheduled_time=factories.soon(20 + n)) for n in range(8)]
    page = open_page(f"/tournaments/{of.slug}/", viewport=PHONE)
    _is_live(page)
    # What the browser does by itself, not every browser does.
    page.evaluate("document.documentElement.style.overflowAnchor = 'none'")
    read = _row(page, "up-next", coming[4])
    read.locator("a").first.focus()
    read.evaluate("(row) => window.scrollBy(0, row.getBoundingClientRect().top - 350)")
    before = read.evaluate(TOP)
    desk.do(matches.start, scene.organizer, match_id=coming[0].id)
    expect(_row(page, "live-now", coming[0])).to_have_count(1)
    assert abs(read.evaluate(TOP) - before) <= 2

    # The row that is read changes itself, and one above it goes.
    desk.do(matches.start, scene.organizer, match_id=coming[4].id)
    expect(_row(page, "live-now", coming[4])).to_have_count(1)
    expect(_row(page, "live-now", coming[4]).locator("a").first).to_be_focused()
    below = _row(page, "up-next", coming[5])
    before = below.evaluate(TOP)
    page.evaluate("document.activeElement.blur()")
    desk.do(matches.start, scene.organizer, match_id=coming[1].id)
    expect(_row(page, "live-now", coming[1])).to_have_count(1)
    assert abs(below.evaluate(TOP) - before) <= 2
