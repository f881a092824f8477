"""The timetable in a browser: dragging, the keys, preview, saving and undo, and what others see of it meanwhile."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from app.services import matches, scheduling
from tests import factories
from tests.browser.test_bracket import PHONE, do

__all__ = ["do"]


@pytest.fixture
def planned(live_server):
    """An organizer's tournament: two courts, three matches on one of them two days from now, one without a time."""
    organizer = factories.user()
    of = factories.tournament(organizer, match_minutes=30, enable_check_in=False)
    courts = [factories.station(of, name) for name in ("Court 1", "Court 2")]
    noon = (factories.soon(0) + timedelta(days=2)).replace(hour=12, minute=0, second=0)
    timed = [
        factories.match(of, "READY", station_id=courts[0].id, scheduled_time=noon + timedelta(hours=n))
        for n in range(3)
    ]
    untimed = factories.match(of, "READY", scheduled_time=None, check_in_deadline=None)
    return organizer, of, courts, [*timed, untimed], noon


def _open(open_page, of, noon, user=None, **options) -> Page:
    page = open_page(
        f"/tournaments/{of.slug}/schedule/?day={noon:%Y-%m-%d}", user, timezone_id="UTC", **options
    )
    expect(page.locator("body")).to_have_attribute("data-live-state", "live")
    return page


def _block(page: Page, match):
    return page.locator(f"#block-{match.id}")


def _column(page: Page, name: str):
    return page.locator(".tt-col", has=page.get_by_role("heading", name=name, exact=True))


def _drag(page: Page, match, column: str, hours_down: float) -> None:
    """Drag a match by its upper edge to so many hours below the column's upper edge."""
    # High enough that the day need not be scrolled on the way.
    page.set_viewport_size({**page.viewport_size, "height": 1600})
    _block(page, match).scroll_into_view_if_needed()
    box = _block(page, match).bounding_box()
    page.mouse.move(box["x"] + 30, box["y"] + 6)
    page.mouse.down()
    page.mouse.move(box["x"] + 60, box["y"] + 20, steps=3)
    body = _column(page, column).locator(".tt-col__body").bounding_box()
    hours = page.locator(".tt-hour").count()
    page.mouse.move(body["x"] + 40, body["y"] + 6 + body["height"] * hours_down / hours, steps=5)
    page.mouse.up()


def _save(page: Page) -> None:
    page.get_by_role("button", name="Save schedule changes").click()


def test_matches_are_dragged_previewed_saved_and_taken_back(open_page, planned):
    organizer, of, courts, (first, _, _, untimed), noon = planned
    page = _open(open_page, of, noon, organizer)
    # The grid begins an hour before the first match.
    _drag(page, first, "Court 2", 2.25)
    expect(_column(page, "Court 2").locator(f"#block-{first.id}")).to_have_class(re.compile("is-moved"))
    expect(_block(page, first).locator(".tt-block__time")).to_have_text("13:15")
    expect(_block(page, first).locator(".tt-block__was")).to_have_text("12:00")
    _drag(page, untimed, "Court 2", 0.75)
    expect(page.locator("[data-tray-count]")).to_have_text("0")
    panel = page.locator("#timetable-panel")
    expect(panel.locator("tbody tr")).to_have_count(2)
    expect(panel.locator(f'tr[data-match-id="{first.id}"] time')).to_have_text(
        [f"{noon:%-d %b} 12:00", f"{noon:%-d %b} 13:15"]
    )
    assert factories.fresh(first).scheduled_time == noon
    _save(page)
    expect(panel).to_contain_text("2 matches changed")
    assert factories.fresh(first).scheduled_time == noon + timedelta(minutes=75)
    assert factories.fresh(first).station_id == courts[1].id
    assert factories.fresh(untimed).scheduled_time == noon - timedelta(minutes=15)
    expect(page.locator(".is-moved")).to_have_count(0)
    panel.get_by_role("button", name="Undo").click()
    expect(panel).to_contain_text("2 matches are as before")
    expect(_column(page, "Court 1").locator(f"#block-{first.id}")).to_be_visible()
    expect(_block(page, first).locator(".tt-block__time")).to_have_text("12:00")
    expect(page.locator("[data-tray-count]")).to_have_text("1")
    assert factories.fresh(first).station_id == courts[0].id
    assert factories.fresh(untimed).scheduled_time is None


def test_the_keys_do_all_that_the_pointer_does(open_page, planned):
    organizer, of, courts, (first, _, third, untimed), noon = planned
    page = _open(open_page, of, noon, organizer)
    said = page.locator("#timetable-said")
    grip = _block(page, first).get_by_role("button", name=re.compile("^Move M"))
    grip.focus()
    page.keyboard.press("Enter")
    expect(said).to_contain_text("picked up: 12:00, Court 1. Arrow keys move it")
    for key, text in (
        ("ArrowDown", "12:05, Court 1."),
        ("PageDown", "13:05, Court 1."),
        ("ArrowUp", "13:00, Court 1."),
        ("ArrowRight", "13:00, Court 2."),
    ):
        page.keyboard.press(key)
        expect(said).to_have_text(text)
    page.keyboard.press("Enter")
    expect(grip).to_be_focused()
    expect(_column(page, "Court 2").locator(f"#block-{first.id}")).to_be_visible()
    # Out of the tray, and into it.
    _block(page, untimed).locator("[data-grip]").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(_column(page, "Court 1").locator(f"#block-{untimed.id}")).to_be_visible()
    _block(page, third).locator("[data-grip]").focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowLeft")
    expect(said).to_have_text("without a time.")
    page.keyboard.press("Space")
    expect(page.locator(f"[data-tray] #block-{third.id}")).to_be_visible()
    expect(page.locator("#timetable-panel tbody tr")).to_have_count(3)
    _save(page)
    expect(page.locator("#timetable-panel")).to_contain_text("3 matches changed")
    assert factories.fresh(first).scheduled_time == noon + timedelta(hours=1)
    assert factories.fresh(untimed).station_id == courts[0].id
    assert factories.fresh(third).scheduled_time is None


def test_escape_and_leaving_give_a_move_up(open_page, planned):
    organizer, of, _, (first, *_), noon = planned
    page = _open(open_page, of, noon, organizer)
    for leave in ("Escape", "Tab"):
        _block(page, first).locator("[data-grip]").focus()
        page.keyboard.press("Enter")
        page.keyboard.press("ArrowDown")
        expect(page.locator(".tt-ghost")).to_be_visible()
        page.keyboard.press(leave)
        expect(page.locator("#timetable-said")).to_contain_text("stays: 12:00, Court 1.")
        expect(page.locator(".tt-ghost")).to_have_count(0)
    expect(page.locator("#timetable-panel")).to_be_empty()


def test_moves_can_be_discarded_and_a_press_still_opens_the_match(open_page, planned):
    organizer, of, _, (first, *_), noon = planned
    page = _open(open_page, of, noon, organizer)
    _drag(page, first, "Court 2", 4)
    page.locator("#timetable-panel").get_by_role("link", name="Discard").click()
    expect(_column(page, "Court 1").locator(f"#block-{first.id}")).to_be_visible()
    expect(page.locator("#timetable-panel")).to_be_empty()
    expect(page.locator(".is-moved, .tt-block__was")).to_have_count(0)
    _block(page, first).locator(".side__name").first.click()
    expect(page).to_have_url(re.compile(f"/matches/{first.id}/"))


def test_a_lost_race_is_told_and_can_be_decided_anew(open_page, planned, do):
    organizer, of, courts, (first, *_), noon = planned
    page = _open(open_page, of, noon, organizer)
    _drag(page, first, "Court 2", 2)
    expect(page.locator("#timetable-panel tbody tr")).to_have_count(1)
    do(
        scheduling.update_match,
        organizer,
        match_id=first.id,
        changes={"scheduled_time": noon + timedelta(minutes=5)},
    )
    expect(page.locator("#timetable-panel")).to_contain_text("Changed by others since you moved it.")
    # Between the last look and the press it is changed once more.
    page.evaluate(
        "document.querySelector('#timetable-panel input[name=change]').value = "
        "document.querySelector('#timetable-panel input[name=change]').value.replace(/,\\d+,/, ',1,')"
    )
    _save(page)
    expect(page.get_by_role("alert")).to_contain_text("changed meanwhile")
    expect(page.locator("#timetable-panel")).to_contain_text(f"(match {first.id}) was changed.")
    _save(page)
    expect(page.locator("#timetable-panel")).to_contain_text("1 match changed")
    assert factories.fresh(first).scheduled_time == noon + timedelta(hours=1)
    assert factories.fresh(first).station_id == courts[1].id


def test_the_past_is_no_place_to_drop_a_match(open_page, live_server):
    organizer = factories.user()
    of = factories.tournament(organizer, match_minutes=30, enable_check_in=False)
    now = datetime.now(UTC)
    factories.match(of, "COMPLETED", scheduled_time=now.replace(hour=0, minute=0, second=0, microsecond=0))
    untimed = factories.match(of, "READY", scheduled_time=None, check_in_deadline=None)
    page = _open(open_page, of, now, organizer)
    _drag(page, untimed, "Matches", 0)
    expect(page.locator("#timetable-said")).to_contain_text("that time is past")
    expect(page.locator("[data-tray-count]")).to_have_text("1")


def test_a_spectator_sees_moves_and_states_without_a_request(open_page, planned, do):
    organizer, of, courts, (first, second, third, _), noon = planned
    factories.change(second, station_id=courts[1].id)
    page = _open(open_page, of, noon)
    made: list[str] = []
    page.on("request", lambda request: "/socket.io/" in request.url or made.append(request.url))
    do(
        scheduling.update_match,
        organizer,
        match_id=first.id,
        changes={"scheduled_time": noon + timedelta(minutes=70), "station_id": courts[1].id},
    )
    expect(_column(page, "Court 2").locator(f"#block-{first.id}")).to_have_attribute("data-at", "01:10")
    expect(_block(page, first).locator(".tt-block__time")).to_have_text("13:10")
    # It overlaps the other one now.
    for match, lane in ((second, "0"), (first, "1")):
        expect(_block(page, match)).to_have_attribute("data-lane", lane)
        expect(_block(page, match)).to_have_attribute("data-lanes", "2")
    do(scheduling.update_match, organizer, match_id=third.id, changes={"scheduled_time": None})
    expect(_block(page, third)).to_have_count(0)
    assert made == []


def test_an_organizer_sees_what_others_do_and_keeps_what_is_not_saved(open_page, planned, do):
    organizer, of, courts, (first, second, third, untimed), noon = planned
    page = _open(open_page, of, noon, organizer)
    _drag(page, second, "Court 2", 4)
    expect(page.locator("#timetable-panel tbody tr")).to_have_count(1)
    later = noon + timedelta(minutes=30)
    do(scheduling.update_match, organizer, match_id=first.id, changes={"scheduled_time": later})
    do(
        scheduling.update_match,
        organizer,
        match_id=untimed.id,
        changes={"scheduled_time": later, "station_id": courts[1].id},
    )
    do(scheduling.update_match, organizer, match_id=third.id, changes={"scheduled_time": None})
    expect(_block(page, first)).to_have_attribute("data-at", "01:30")
    expect(_block(page, first)).to_have_attribute("data-version", str(factories.fresh(first).version))
    expect(_column(page, "Court 2").locator(f"#block-{untimed.id}")).to_be_visible()
    expect(page.locator(f"[data-tray] #block-{third.id}")).to_be_visible()
    expect(_column(page, "Court 2").locator(f"#block-{second.id}")).to_have_class(re.compile("is-moved"))


def test_what_begins_meanwhile_is_left_out(open_page, planned, do):
    organizer, of, _, (first, second, *_), noon = planned
    page = _open(open_page, of, noon, organizer)
    _drag(page, first, "Court 2", 2)
    _drag(page, second, "Court 2", 3.5)
    expect(page.locator("#timetable-panel tbody tr")).to_have_count(2)
    do(matches.start, organizer, match_id=first.id)
    expect(_block(page, first)).to_have_attribute("data-state", "LIVE")
    expect(page.locator("#timetable-panel tbody tr")).to_have_count(1)
    _save(page)
    expect(page.locator("#timetable-panel")).to_contain_text("1 match changed")
    expect(page.get_by_role("button", name="Undo")).to_be_focused()
    expect(page.locator(".is-moved")).to_have_count(0)
    expect(_column(page, "Court 1").locator(f"#block-{first.id}")).to_be_visible()


def test_a_finger_moves_a_match_by_its_handle_and_scrolls_elsewhere(open_page, planned):
    organizer, of, _, (first, *_), noon = planned
    page = _open(open_page, of, noon, organizer, **PHONE)
    for place, moves in (("a", False), ("[data-grip]", True)):
        box = _block(page, first).locator(place).bounding_box()
        page.evaluate(
            """([place, id, x, y]) => {
              const to = document.querySelector(`#block-${id} ${place}`);
              for (const [type, down] of [["pointerdown", 0], ["pointermove", 40], ["pointermove", 62], ["pointerup", 62]])
                to.dispatchEvent(new PointerEvent(type, { bubbles: true, pointerType: "touch", pointerId: 7, clientX: x, clientY: y + down }));
            }""",
            [place, first.id, box["x"] + box["width"] / 2, box["y"] + box["height"] / 2],
        )
        expect(page.locator(".is-moved")).to_have_count(1 if moves else 0)


def test_zoom_is_kept_and_now_is_marked(open_page, live_server):
    of = factories.tournament(match_minutes=30)
    factories.match(of, "LIVE", scheduled_time=factories.soon(-10))
    page = _open(open_page, of, datetime.now(UTC))
    expect(page.locator(".tt-now")).to_be_visible()
    block = page.locator(".tt-block")
    height = block.bounding_box()["height"]
    page.get_by_role("button", name="Wide").click()
    expect(page.get_by_role("button", name="Wide")).to_have_attribute("aria-pressed", "true")
    assert block.bounding_box()["height"] > height * 1.5
    page.reload()
    expect(page.locator("[data-timetable]")).to_have_attribute("data-zoom", "wide")


def test_times_are_the_viewers(open_page, planned):
    _, of, _, (first, *_), noon = planned
    page = open_page(f"/tournaments/{of.slug}/schedule/?day={noon:%Y-%m-%d}", timezone_id="Asia/Tokyo")
    expect(_block(page, first).locator(".tt-block__time")).to_contain_text("21:00")
    expect(page.locator("[data-own-zone]")).to_have_text("GMT+9")
    expect(page.locator(".tt-hour time").first).to_contain_text("21:00")


@pytest.mark.parametrize("organizes", [False, True])
def test_a_phone_scrolls_the_grid_and_not_the_page(open_page, planned, organizes):
    organizer, of, _, _, noon = planned
    for number in range(6):
        court = factories.station(of, f"Court {number + 3}")
        factories.match(of, "READY", scheduled_time=noon, station_id=court.id)
    page = _open(open_page, of, noon, organizer if organizes else None, **PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.locator(".tt__scroll").evaluate("(one) => one.scrollWidth > one.clientWidth * 3")


def test_without_scripts_the_grid_stands_and_the_lists_are_a_link_away(open_page, planned):
    _, of, _, (first, second, *_), noon = planned
    page = open_page(f"/tournaments/{of.slug}/schedule/?day={noon:%Y-%m-%d}", java_script_enabled=False)
    expect(_block(page, first)).to_be_visible()
    # Half an hour of sixty minutes a column apart, and none upon the other.
    heights = [_block(page, match).bounding_box() for match in (first, second)]
    assert heights[1]["y"] - heights[0]["y"] == pytest.approx(2 * heights[0]["height"], abs=6)
    expect(page.locator("[data-zooms]")).to_be_hidden()
    page.get_by_role("link", name="By station").click()
    expect(page.get_by_role("heading", name="Court 1")).to_be_visible()
    expect(page.locator(f"#match-{first.id}")).to_be_visible()


def test_the_grid_tells_its_parts_to_those_who_do_not_see_it(open_page, planned):
    organizer, of, _, _, noon = planned
    page = _open(open_page, of, noon, organizer)
    expect(page.get_by_role("region", name="Court 1").get_by_role("listitem")).to_have_count(3)
    expect(page.get_by_role("region", name="Stations and times")).to_be_visible()
    expect(page.get_by_role("group", name="Zoom").get_by_role("button")).to_have_count(3)
    nameless = page.evaluate(
        """Array.from(document.querySelectorAll("main a, main button, main input:not([type=hidden])"))
        .filter((one) => !(one.textContent.trim() || one.getAttribute("aria-label") || (one.labels && one.labels.length)))
        .map((one) => one.outerHTML)"""
    )
    assert nameless == []
    repeated = page.evaluate(
        "Array.from(document.querySelectorAll('[id]'), (one) => one.id).filter((id, at, all) => all.indexOf(id) !== at)"
    )
    assert repeated == []


def test_a_day_is_printed_on_one_page(open_page, planned, tmp_path):
    organizer, of, courts, _, noon = planned
    for number in range(8):
        factories.match(of, "READY", scheduled_time=noon + timedelta(hours=number), station_id=courts[1].id)
    page = _open(open_page, of, noon, organizer)
    pdf = page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 1
