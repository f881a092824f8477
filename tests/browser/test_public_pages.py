"""The public pages in a real browser: filters, zones, themes, phones, and everything without scripts too."""

import re
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect

from tests import factories

PHONE = {"viewport": {"width": 390, "height": 844}}


@pytest.fixture
def tournament():
    made = factories.tournament(time_zone="Europe/Berlin", enable_check_in=False)
    factories.match(made, "READY", scheduled_time=datetime(2027, 7, 1, 16, 30, tzinfo=UTC))
    factories.match(made, "LIVE")
    return made


def _states(page: Page) -> list[str]:
    return [row.get_attribute("data-state") for row in page.locator(".match-row").all()]


def test_a_filter_changes_the_list_and_the_address_and_back_undoes_it(open_page, tournament):
    page = open_page(f"/tournaments/{tournament.slug}/matches/")
    page.evaluate("window.stillHere = true")
    page.locator(".chip", has_text="Live").click()
    expect(page.locator(".match-row")).to_have_count(1)
    assert _states(page) == ["LIVE"]
    assert "state=LIVE" in page.url
    assert page.evaluate("window.stillHere")
    page.go_back()
    expect(page.locator(".match-row")).to_have_count(2)
    assert "state=" not in page.url


def test_a_refused_filter_is_shown_in_place(open_page, tournament):
    page = open_page(f"/tournaments/{tournament.slug}/matches/?round_number=99999999999")
    expect(page.locator("#match-results")).to_contain_text("This filter cannot be understood.")


def test_filters_and_sign_in_work_without_scripts(open_page, tournament):
    user = factories.user()
    page = open_page(f"/tournaments/{tournament.slug}/matches/", user, java_script_enabled=False)
    page.get_by_label("Live", exact=True).check(force=True)
    page.get_by_role("button", name="Show").click()
    assert _states(page) == ["LIVE"]
    expect(page.locator(".site-bar")).to_contain_text(user.username)
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("link", name="Sign in")).to_be_visible()


def test_times_become_the_viewers_and_the_zone_is_named_where_they_differ(open_page, tournament):
    path = f"/tournaments/{tournament.slug}/schedule/?day=2027-07-01&by=time"
    abroad = open_page(path, timezone_id="Asia/Tokyo", locale="en-GB").locator(".match-row__time")
    expect(abroad).to_have_text(re.compile(r"^01:30 GMT\+9$"))
    expect(abroad).to_have_attribute("datetime", "2027-07-01T16:30:00Z")
    expect(abroad).to_have_attribute("title", "Thu 1 Jul 2027, 18:30 Europe/Berlin")
    at_home = open_page(path, timezone_id="Europe/Paris", locale="en-GB").locator(".match-row__time")
    expect(at_home).to_have_text("18:30")


def test_without_scripts_times_are_the_tournaments(open_page, tournament):
    page = open_page(
        f"/tournaments/{tournament.slug}/schedule/?day=2027-07-01&by=time", java_script_enabled=False
    )
    expect(page.locator(".match-row__time")).to_have_text("18:30")


@pytest.mark.parametrize(("presses", "theme", "icon"), [(2, "dark", "moon"), (3, "contrast", "contrast")])
def test_a_chosen_theme_holds_on_the_next_page(open_page, presses, theme, icon):
    page = open_page("/", color_scheme="light")
    ink = "getComputedStyle(document.documentElement).color"
    light = page.evaluate(ink)
    switch = page.locator("[data-theme-switch]")
    for _ in range(presses):
        switch.click()
    expect(switch).to_have_attribute("aria-label", f"Theme: {theme}")
    expect(switch.locator("use")).to_have_attribute("href", re.compile(rf"\.svg\?v=\w+#{icon}$"))
    chosen = page.evaluate(ink)
    assert chosen != light
    page.goto("/tournaments/")
    assert page.evaluate(ink) == chosen


@pytest.mark.parametrize(("scheme", "ink"), [("light", "rgb(0, 0, 0)"), ("dark", "rgb(255, 255, 255)")])
def test_who_asks_the_system_for_contrast_gets_it(open_page, scheme, ink):
    page = open_page("/", color_scheme=scheme, contrast="more")
    assert page.evaluate("getComputedStyle(document.documentElement).color") == ink


def test_the_keyboard_reaches_the_content_first(open_page):
    page = open_page("/tournaments/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#content")).to_be_focused()


@pytest.mark.parametrize("part", ["", "matches/", "bracket/", "schedule/", "participants/"])
def test_pages_fit_a_phone_and_can_be_hit_with_a_thumb(open_page, tournament, part):
    page = open_page(f"/tournaments/{tournament.slug}/{part}", **PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    small = page.evaluate(
        """Array.from(document.querySelectorAll("button, .button, input, select, .tabs__link, .chip, .day"))
        .filter((element) => element.checkVisibility({ visibilityProperty: true }))
        .filter((element) => !element.closest(".chip, .visually-hidden") || element.matches(".chip"))
        .map((element) => [element.outerHTML.slice(0, 80), element.getBoundingClientRect().height])
        .filter(([, height]) => height < 44)"""
    )
    assert small == []


def test_where_the_system_decides_the_colours_glyphs_and_the_current_tab_are_seen(open_page, tournament):
    page = open_page(f"/tournaments/{tournament.slug}/matches/", forced_colors="active", color_scheme="light")
    glyph = page.locator('.match-row .state[data-state="LIVE"]').evaluate(
        "(state) => getComputedStyle(state, '::before').backgroundColor"
    )
    assert glyph == "rgb(0, 0, 0)"
    tabs = page.locator(".tabs__link")
    lines = [tab.evaluate("(tab) => getComputedStyle(tab).borderBottomColor") for tab in tabs.all()]
    assert len(set(lines)) == 2
    assert lines.count(lines[1]) == 1


def test_an_overlay_without_a_size_fits_into_its_source(open_page, tournament):
    page = open_page("/healthz", viewport={"width": 1280, "height": 900})
    for kind in ("scoreboard", "next", "ticker"):
        page.goto(f"/tournaments/{tournament.slug}/overlay/{kind}")
        row = page.locator(".match-row.is-shown")
        expect(row).to_be_visible()
        sides = row.locator(".match-row__sides")
        assert sides.evaluate("one => one.scrollWidth - one.clientWidth") <= 1, kind
        assert row.evaluate("one => one.scrollWidth - one.clientWidth") <= 1, kind
