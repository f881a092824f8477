"""Delays and proposals in a browser: looked at on the schedule, made, and taken back."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from tests import factories
from tests.browser.test_bracket import PHONE


@pytest.fixture
def planned(live_server):
    """An organizer's tournament: a court with three matches in a row, two days from now."""
    organizer = factories.user()
    of = factories.tournament(organizer, match_minutes=60, enable_check_in=False)
    court = factories.station(of, "Court 1")
    noon = (factories.soon(0) + timedelta(days=2)).replace(hour=12, minute=0, second=0)
    matches = [
        factories.match(of, "READY", station_id=court.id, scheduled_time=noon + timedelta(hours=n))
        for n in range(3)
    ]
    return organizer, of, court, matches, noon


def _open(open_page, of, noon, user, **options) -> Page:
    return open_page(
        f"/tournaments/{of.slug}/schedule/?day={noon:%Y-%m-%d}", user, timezone_id="UTC", **options
    )


def _starts(matches):
    return [factories.fresh(match).scheduled_time for match in matches]


@pytest.mark.parametrize(
    "options", [{}, PHONE, {"java_script_enabled": False}], ids=["", "phone", "no script"]
)
def test_a_court_is_late_and_catches_up(open_page, planned, options):
    organizer, of, _, matches, noon = planned
    planned_times = _starts(matches)
    page = _open(open_page, of, noon, organizer, **options)
    page.get_by_role("link", name="Delay…").click()
    page.get_by_label("What is late").select_option("Court 1")
    page.get_by_role("button", name="Preview 30 minutes").click()
    rows = page.locator("[data-previewed] tbody tr")
    expect(rows).to_have_count(3)
    expect(rows.nth(1)).to_contain_text(f"{noon:%-d %b} 13:30")
    expect(rows.nth(1)).to_contain_text("Gives way to M1")
    expect(page.get_by_label("Message")).to_have_value(re.compile(r"M1 .*12:00 → .*12:30, Court 1"))
    assert _starts(matches) == planned_times
    page.get_by_role("button", name="Delay matches").click()
    expect(page.get_by_text("3 matches changed, version 1 of the schedule.")).to_be_visible()
    assert _starts(matches) == [time + timedelta(minutes=30) for time in planned_times]
    first = page.locator(f"#block-{matches[0].id}")
    expect(first.locator(".tt-block__was")).to_contain_text("12:00")
    expect(first.locator(".tt-block__time")).to_have_text("12:30")
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("3 matches are as before").first).to_be_visible()
    assert _starts(matches) == planned_times


def test_what_is_looked_at_stays_whatever_happens_meanwhile(open_page, planned):
    organizer, of, _, matches, noon = planned
    page = _open(open_page, of, noon, organizer)
    expect(page.locator("body")).to_have_attribute("data-live-state", "live")
    page.get_by_role("link", name="Delay…").click()
    page.get_by_role("button", name="Preview 15 minutes").click()
    expect(page.locator("[data-previewed='3']")).to_be_visible()
    page.evaluate("document.dispatchEvent(new CustomEvent('live:redraw', { detail: 0 }))")
    page.wait_for_timeout(500)
    expect(page.locator("[data-previewed='3']")).to_be_visible()
    factories.change(matches[1], version=9)
    page.get_by_role("button", name="Delay matches").click()
    expect(page.get_by_role("alert")).to_contain_text(f"M2 (match {matches[1].id}) was changed.")
    assert _starts(matches)[0] == noon
    page.get_by_role("button", name="Delay matches").click()
    expect(page.get_by_text("3 matches changed")).to_be_visible()


@pytest.mark.parametrize("options", [{}, {"java_script_enabled": False}], ids=["", "no script"])
def test_a_day_is_proposed_applied_and_taken_back(open_page, planned, options):
    organizer, of, _, matches, noon = planned
    for match in matches:
        factories.change(match, scheduled_time=None, station_id=None)
    page = _open(open_page, of, noon, organizer, **options)
    page.get_by_role("link", name="Auto-schedule…").click()
    expect(page.get_by_role("checkbox", name="Court 1")).to_be_checked()
    page.get_by_label("Times of play").fill(f"{noon:%Y-%m-%d} 10:00 to 16:00")
    page.get_by_role("button", name="Propose").click()
    found = page.locator("[data-previewed='3']")
    expect(found).to_be_visible(timeout=20_000)
    expect(found).to_contain_text("Proven: nobody can be done earlier.")
    expect(found.get_by_role("listitem")).to_have_count(3)
    assert _starts(matches) == [None] * 3
    page.get_by_role("button", name="Apply proposal").click()
    expect(page.get_by_text("3 matches changed, version 1 of the schedule.")).to_be_visible()
    assert set(_starts(matches)) == {noon + timedelta(hours=n) for n in (-2, -1, 0)}
    page.get_by_role("link", name="Versions").click()
    expect(page.get_by_role("row", name=re.compile("Proposal applied: 3 matches"))).to_be_visible()
    page.get_by_role("button", name="Undo version 1").click()
    expect(page.get_by_text("3 matches are as before").first).to_be_visible()
    assert _starts(matches) == [None] * 3
    assert factories.fresh(matches[0]).station_id is None
