"""The conflict inbox in a browser: see, mend with one press, take back, and what happens meanwhile."""

import re

import pytest
from playwright.sync_api import Page, expect

from app.services import scheduling
from app.services.schedule.versions import Placement, change_schedule
from tests import factories
from tests.browser.test_bracket import do
from tests.support.clashing import clash, clashes

__all__ = ["do"]
PAGE = "/dashboard/conflicts/"


def _open(open_page, user, path=PAGE, **options) -> Page:
    page = open_page(path, user, timezone_id="UTC", **options)
    expect(page.locator("body")).to_have_attribute("data-live-state", "live")
    return page


def _rows(page: Page):
    return page.locator(".conflict")


def test_a_conflict_is_seen_mended_and_taken_back(open_page, live_server):
    scene = clash()
    page = open_page("/dashboard/", scene.organizer, timezone_id="UTC")
    page.get_by_role("link", name="1 conflict in your schedules").click()
    expect(_rows(page)).to_have_count(1)
    expect(_rows(page).locator(".conflict__sentence")).to_contain_text("Court 1 has M1 (")
    expect(page.get_by_role("button", name="Move M2 to")).to_contain_text(scene.after(40)[11:16])
    page.get_by_role("button", name="Use Court 2").click()
    expect(page.get_by_text("M2 has another station.")).to_be_visible()
    expect(page.get_by_text("No conflicts.")).to_be_visible()
    assert factories.fresh(scene.matches[1]).station_id == scene.stations[1].id
    # The list was fetched again meanwhile; what was done still stands there, with the way back.
    page.wait_for_timeout(1500)
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Taken back: everything is as before.")).to_be_visible()
    expect(_rows(page)).to_have_count(1)
    assert factories.fresh(scene.matches[1]).station_id == scene.stations[0].id


def test_what_others_change_shows_by_itself_and_nobody_loses_their_place(open_page, live_server, do):
    owner = factories.user()
    of = clashes(owner, 20)
    page = _open(open_page, owner)
    expect(_rows(page)).to_have_count(20)
    button = _rows(page).nth(12).get_by_role("button", name=re.compile("^Move"))
    button.focus()
    before = button.bounding_box()["y"]
    label = button.inner_text()
    late = factories.rows(factories.Match, tournament_id=of.id, match_number=40)[0]
    do(
        scheduling.update_match,
        owner,
        match_id=late.id,
        changes={"station_id": None},
    )
    expect(_rows(page)).to_have_count(19)
    expect(page.locator(":focus")).to_have_text(label)
    assert abs(button.bounding_box()["y"] - before) < 2


def test_a_race_is_told_and_the_list_is_as_it_is_now(open_page, live_server):
    scene = clash()
    page = _open(open_page, scene.organizer)
    factories.change(scene.matches[1], version=7)
    page.get_by_role("button", name="No station").click()
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("Nothing was done.")
    expect(alert).to_contain_text("M2 (match")
    expect(_rows(page)).to_have_count(1)
    page.get_by_role("button", name="No station").click()
    expect(page.get_by_text("M2 has no station any more.")).to_be_visible()


def test_keys_go_through_the_list(open_page, live_server):
    owner = factories.user()
    clashes(owner, 3)
    page = _open(open_page, owner)
    _rows(page).first.get_by_role("button", name=re.compile("^No station")).focus()
    for left in (2, 1):
        page.keyboard.press("Enter")
        expect(_rows(page)).to_have_count(left)
        expect(_rows(page).first.locator("button:focus")).to_have_count(1)


def test_the_desk_counts_them_and_a_phone_shows_them(open_page, live_server):
    scene = clash(name="A cup with a name that is rather long for a telephone that is held upright")
    page = open_page(f"/tournaments/{scene.tournament.slug}/desk/", scene.organizer)
    link = page.get_by_role("link", name="Conflicts 1")
    link.click()
    expect(_rows(page)).to_have_count(1)
    phone = open_page(PAGE, scene.organizer, viewport={"width": 390, "height": 800})
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390


def test_without_scripts_it_does_the_same(open_page, live_server):
    scene = clash()
    page = open_page(PAGE, scene.organizer, java_script_enabled=False)
    page.get_by_role("button", name="No station").click()
    expect(page.get_by_text("M2 has no station any more.")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(_rows(page)).to_have_count(1)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_is_undone_elsewhere_comes_back(open_page, live_server, do, scheme):
    scene = clash()
    factories.change(scene.matches[1], station_id=None)
    page = _open(open_page, scene.organizer, color_scheme=scheme)
    expect(page.get_by_text("No conflicts.")).to_be_visible()
    do(
        change_schedule,
        scene.organizer,
        tournament_id=scene.tournament.id,
        placements=[Placement(scene.matches[1].id, station_id=scene.stations[0].id)],
    )
    expect(_rows(page)).to_have_count(1)
