"""What an organizer does on a match day, in a real browser, and what a spectator sees of it."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from tests import factories
from tests.support.browser import sign_in

# A start is shown elsewhere within a second; the rest is for a machine that is busy with other things.
WITHIN_MS = 5_000


@pytest.fixture
def scene(live_server):
    """A match that is ready, with everybody around it."""
    return factories.scene("READY")


def _desk(scene) -> str:
    return f"/tournaments/{scene.tournament.slug}/desk/"


def _line(page: Page, match):
    return page.locator(f"#desk-row-{match.id}-line")


def _local(moment) -> str:
    return f"{moment:%Y-%m-%dT%H:%M}"


def test_sign_in_leads_to_where_one_wanted_to_go(scene, open_page):
    page = open_page(_desk(scene))
    expect(page).to_have_url(re.compile("/login"))
    page.get_by_label("Username").fill(scene.organizer.username)
    page.get_by_label("Password", exact=True).fill("not the password")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert").first).to_be_visible()
    page.get_by_label("Password", exact=True).fill(factories.PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(re.compile(_desk(scene)))
    expect(page.get_by_role("heading", name="Ready to start")).to_be_visible()


def test_schedule_a_match_on_its_page(scene, open_page):
    page = open_page(f"/matches/{scene.match.id}/", scene.organizer)
    time = factories.soon(26 * 60).replace(second=0)
    page.get_by_label("Scheduled time").fill(_local(time))
    page.get_by_label("Stream URL").fill("https://stream.example/main")
    page.get_by_role("button", name="Save schedule").click()
    expect(page.get_by_text("Schedule saved.")).to_be_visible()
    saved = factories.fresh(scene.match)
    assert saved.scheduled_time == time
    assert saved.stream_url == "https://stream.example/main"
    expect(page.locator(".scoreboard time").first).to_have_attribute("datetime", f"{time:%Y-%m-%dT%H:%M:%SZ}")


def test_a_refused_time_is_shown_again_with_the_reason(scene, open_page):
    page = open_page(f"/matches/{scene.match.id}/", scene.organizer)
    page.get_by_label("Scheduled time").fill("2020-02-02T10:00")
    page.get_by_role("button", name="Save schedule").click()
    expect(page.get_by_role("alert")).to_contain_text("future")
    expect(page.get_by_label("Scheduled time")).to_have_value("2020-02-02T10:00")


def test_bulk_schedule_with_preview_and_undo(live_server, open_page):
    organizer = factories.user()
    tournament = factories.tournament(organizer)
    matches = factories.matches(tournament, 4, "SCHEDULED")
    page = open_page(f"/tournaments/{tournament.slug}/desk/", organizer)
    boxes = page.locator('#desk-upcoming input[name="match_ids"]')
    boxes.nth(0).check()
    boxes.nth(2).click(modifiers=["Shift"])
    expect(page.locator("[data-selected-count]")).to_have_text("3")
    first = factories.soon(50 * 60).replace(second=0)
    page.get_by_label("Scheduled time").fill(_local(first))
    page.get_by_label("Minutes between").fill("20")
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_role("heading", name="What would change")).to_be_visible()
    expect(page.locator("tbody tr")).to_have_count(3)
    assert [factories.fresh(match).scheduled_time for match in matches] == [m.scheduled_time for m in matches]
    page.get_by_role("button", name="Apply to 3 matches").click()
    expect(page.get_by_text("3 matches scheduled")).to_be_visible()
    times = [factories.fresh(match).scheduled_time for match in matches]
    assert times[:3] == [first + timedelta(minutes=20 * n) for n in range(3)]
    assert times[3] == matches[3].scheduled_time
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(page.get_by_text("3 matches are as before.")).to_be_visible()
    assert [factories.fresh(match).scheduled_time for match in matches] == [m.scheduled_time for m in matches]


def test_what_schedule_selected_would_do_is_shown_before_it_is_pressed(live_server, open_page):
    organizer = factories.user()
    tournament = factories.tournament(organizer)
    matches = factories.matches(tournament, 3, "SCHEDULED")
    page = open_page(f"/tournaments/{tournament.slug}/desk/", organizer)
    preview = page.locator("#bulk-preview")
    expect(preview).to_be_hidden()
    page.locator('#desk-upcoming input[name="match_ids"]').nth(0).check()
    first = factories.soon(50 * 60).replace(second=0)
    page.get_by_label("Scheduled time").fill(_local(first))
    expect(preview.locator("tbody tr")).to_have_count(1)
    expect(preview.locator("time").last).to_have_attribute("datetime", f"{first:%Y-%m-%dT%H:%M:%SZ}")
    page.locator('#desk-upcoming input[name="match_ids"]').nth(1).check()
    expect(preview.locator("tbody tr")).to_have_count(2)
    assert [factories.fresh(match).scheduled_time for match in matches] == [m.scheduled_time for m in matches]
    page.get_by_role("button", name="Schedule selected").click()
    expect(page.get_by_text("2 matches scheduled")).to_be_visible()
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(page.get_by_text("2 matches are as before.")).to_be_visible()


def test_a_start_moves_the_row_and_can_be_undone(scene, open_page):
    page = open_page(_desk(scene), scene.organizer)
    _line(page, scene.match).get_by_role("button", name="Start match").click()
    expect(page.locator("#desk-live").locator(f"#desk-row-{scene.match.id}")).to_be_visible()
    expect(page.locator('.chip [data-count="live"]')).to_have_text("1")
    expect(page.locator('.chip [data-count="ready"]')).to_have_text("0")
    _line(page, scene.match).get_by_role("link", name="More for").click()
    page.get_by_role("button", name="Undo start").click()
    expect(page.locator("#desk-ready").locator(f"#desk-row-{scene.match.id}")).to_be_visible()
    assert factories.fresh(scene.match).state == "READY"


def test_the_lobby_is_given_out_from_the_desk(scene, open_page):
    page = open_page(_desk(scene), scene.organizer)
    _line(page, scene.match).get_by_role("link", name="More for").click()
    page.get_by_role("navigation", name="Controls of").get_by_role("link", name="Lobby").click()
    page.get_by_label("Room code").fill("ALPHA-2026")
    page.get_by_label("Region").fill("EU")
    page.get_by_label("Map").fill("Ascent")
    page.get_by_role("button", name="Save lobby").click()
    expect(page.get_by_text("Lobby saved.")).to_be_visible()
    expect(page.get_by_label("Room code")).to_have_count(0)
    assert factories.fresh(scene.match).lobby == {"room_code": "ALPHA-2026", "region": "EU", "map": "Ascent"}
    player = open_page(f"/matches/{scene.match.id}/", scene.player1)
    expect(player.get_by_text("ALPHA-2026")).to_be_visible()
    spectator = open_page(f"/matches/{scene.match.id}/")
    expect(spectator.get_by_text("Ascent")).to_be_visible()
    assert "ALPHA-2026" not in spectator.content()


def test_a_spectator_sees_the_start_without_a_reload_and_without_a_request(scene, open_page):
    spectator = open_page(f"/tournaments/{scene.tournament.slug}/")
    row = spectator.locator(f"#match-{scene.match.id}")
    expect(row).to_have_attribute("data-state", "READY")
    expect(spectator.locator("body")).to_have_attribute("data-live-state", "live", timeout=WITHIN_MS)
    requests: list[str] = []
    spectator.on("request", lambda request: requests.append(request.url))
    organizer = open_page(f"/matches/{scene.match.id}/", scene.organizer)
    organizer.get_by_role("button", name="Start match").click()
    expect(row).to_have_attribute("data-state", "LIVE", timeout=WITHIN_MS)
    expect(row).to_contain_text("Live")
    spectator.wait_for_timeout(1_000)
    assert requests == []


def test_another_organizers_desk_follows(scene, open_page):
    other = factories.staff(scene.tournament)
    watching = open_page(_desk(scene), other)
    expect(watching.locator("body")).to_have_attribute("data-live-state", "live", timeout=WITHIN_MS)
    page = open_page(f"/matches/{scene.match.id}/", scene.organizer)
    page.get_by_role("button", name="Start match").click()
    moved = watching.locator("#desk-live").locator(f"#desk-row-{scene.match.id}")
    expect(moved).to_be_visible(timeout=WITHIN_MS)
    expect(watching.locator('.chip [data-count="live"]')).to_have_text("1")


def test_a_match_that_was_cut_off_comes_in_when_something_happens_to_it(live_server, open_page):
    organizer = factories.user()
    tournament = factories.tournament(organizer, enable_check_in=False)
    matches = factories.matches(tournament, 30, "READY")
    page = open_page(f"/tournaments/{tournament.slug}/desk/", organizer)
    expect(page.locator("body")).to_have_attribute("data-live-state", "live", timeout=WITHIN_MS)
    expect(_line(page, matches[29])).to_have_count(0)
    other = open_page(f"/matches/{matches[29].id}/", organizer)
    other.get_by_role("button", name="Start match").click()
    expect(page.locator("#desk-live").locator(f"#desk-row-{matches[29].id}")).to_be_visible(timeout=WITHIN_MS)
    expect(page.locator('.chip [data-count="ready"]')).to_have_text("29")
    expect(page.locator('.chip [data-count="live"]')).to_have_text("1")


def test_the_desk_by_keyboard(live_server, open_page):
    organizer = factories.user()
    tournament = factories.tournament(organizer)
    factories.matches(tournament, 4, "SCHEDULED")
    page = open_page(f"/tournaments/{tournament.slug}/desk/", organizer)
    boxes = page.locator('#desk-upcoming input[name="match_ids"]')
    boxes.first.focus()
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Shift+ArrowDown")
    expect(page.locator("[data-selected-count]")).to_have_text("3")
    page.keyboard.press("ArrowDown")
    expect(boxes.nth(3)).to_be_focused()
    page.get_by_role("link", name="More for M4").press("Enter")
    expect(page.get_by_label("Stream URL")).to_be_visible()
    page.get_by_label("Stream URL").press("Escape")
    expect(page.get_by_label("Stream URL")).to_have_count(0)


def test_a_lost_race_keeps_what_was_typed(scene, open_page):
    page = open_page(f"/matches/{scene.match.id}/", scene.organizer)
    page.get_by_label("Room code").fill("MINE-1")
    rival = factories.staff(scene.tournament)
    other = open_page(f"/matches/{scene.match.id}/", rival)
    other.get_by_label("Stream URL").fill("https://stream.example/other")
    other.get_by_role("button", name="Save schedule").click()
    expect(other.get_by_text("Schedule saved.")).to_be_visible()
    page.get_by_role("button", name="Save lobby").click()
    expect(page.get_by_role("alert")).to_contain_text(f"{rival.username} changed this match")
    expect(page.get_by_label("Room code")).to_have_value("MINE-1")
    page.get_by_role("button", name="Save lobby").click()
    expect(page.get_by_text("Lobby saved.")).to_be_visible()
    assert factories.fresh(scene.match).lobby == {"room_code": "MINE-1"}


def test_both_sides_bring_a_match_to_its_end(live_server, open_page):
    scene = factories.scene("SCHEDULED")
    path = f"/matches/{scene.match.id}/"
    pages = [open_page(path, player) for player in (scene.player1, scene.player2)]
    for page in pages:
        page.get_by_role("button", name="Check in").click()
        expect(page.get_by_text("You are checked in.")).to_be_visible()
    desk = open_page(path, scene.organizer)
    desk.get_by_role("button", name="Start match").click()
    first, second = pages
    first.get_by_label(scene.team1.name).first.fill("13")
    first.get_by_label(scene.team2.name).first.fill("11")
    first.get_by_role("button", name="Submit result").click()
    expect(first.get_by_text("has yet to confirm your result")).to_be_visible()
    second.get_by_role("button", name="Confirm result").click()
    expect(second.locator(".scoreboard")).to_have_attribute("data-state", "COMPLETED")
    assert factories.fresh(scene.match).winner_id == scene.team1.id


def test_the_desk_works_with_scripts_off(scene, new_context, live_server):
    page = new_context(base_url=live_server.url, java_script_enabled=False).new_page()
    sign_in(page, scene.organizer)
    page.goto(_desk(scene))
    _line(page, scene.match).get_by_role("button", name="Start match").click()
    expect(page.get_by_text("Match started.")).to_be_visible()
    expect(page.locator("#desk-live").locator(f"#desk-row-{scene.match.id}")).to_be_visible()
    _line(page, scene.match).get_by_role("link", name="Enter result").click()
    page.get_by_label(scene.team1.name).first.fill("2")
    page.get_by_label(scene.team2.name).first.fill("0")
    page.get_by_role("button", name="Submit result").click()
    expect(page.get_by_text("Result saved.")).to_be_visible()
    assert factories.fresh(scene.match).state == "COMPLETED"


@pytest.mark.parametrize("width", [390, 1280, 1920])
def test_no_page_of_the_organizers_is_wider_than_the_screen(scene, open_page, width):
    page = open_page(_desk(scene), scene.organizer, viewport={"width": width, "height": 900})
    base = f"/tournaments/{scene.tournament.slug}/"
    rooms = (
        "desk/",
        "settings/",
        "settings/participants/",
        "settings/stations/",
        "settings/brackets/",
        "staff/",
    )
    for path in (
        "/dashboard/",
        f"/matches/{scene.match.id}/",
        f"{base}audit/",
        *(base + room for room in rooms),
    ):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
