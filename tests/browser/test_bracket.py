"""The bracket page in a browser: names move on by themselves, tables follow, paths light up, a phone has rounds."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import expect

from app import create_app
from app.config import Settings
from app.extensions import db
from app.models import Match, Participant
from app.services import brackets, matches, results, swiss
from tests import factories
from tests.support.processes import SECRET_KEY

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


@pytest.fixture
def do(live_server, tmp_path):
    """Calls services from another process than the server's: `do(verb, user, ...)`."""
    environ = {"MATCHDESK_ENV": "test", "SECRET_KEY": SECRET_KEY, "DATABASE_URL": live_server.database_url}
    app = create_app(Settings.from_env(environ, instance_path=tmp_path))

    def call(verb: Callable[..., Any], user, **arguments: Any) -> Any:
        with app.app_context():
            return verb(actor=factories.actor(user), now=datetime.now(UTC), **arguments)

    yield call
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def make(do):
    """Makes a bracket: `make(number, format, **options)` is (organizer, tournament, its matches)."""

    def one(number, format, **options):
        organizer = factories.user()
        of = factories.tournament(organizer, enable_check_in=False)
        factories.participants(of, number)
        bracket_id = do(
            brackets.generate_bracket,
            organizer,
            tournament_id=of.id,
            name="Main",
            format=format,
            options=options,
        )
        return organizer, of, factories.rows(Match, bracket_id=bracket_id)

    return one


@pytest.fixture
def play(do):
    """Plays a match: `play(organizer, match, 2, 1)`."""

    def one(organizer, match, score1, score2):
        do(matches.start, organizer, match_id=match.id)
        claim = results.result_claim(score1, score2)
        do(results.submit_result, organizer, match_id=match.id, claim=claim)

    return one


def _open(open_page, tournament, **options):
    page = open_page(f"/tournaments/{tournament.slug}/bracket/", **options)
    expect(page.locator("body")).to_have_attribute("data-live-state", "live")
    return page


def _requests(page) -> list[str]:
    made: list[str] = []
    page.on("request", lambda request: "/socket.io/" in request.url or made.append(request.url))
    return made


def _box(page, match):
    return page.locator(f'.bracket-match[data-match-id="{match.id}"]')


def test_a_result_moves_the_winner_into_the_next_box_of_every_page_without_a_request(open_page, make, play):
    organizer, tournament, (first, second, final) = make(4, "single_elimination")
    pages = [_open(open_page, tournament) for _ in range(2)]
    made = [_requests(page) for page in pages]
    winner = factories.rows(type(factories.participant(tournament)), id=first.participant2_id)[0]

    play(organizer, first, 0, 2)

    for page in pages:
        expect(_box(page, first)).to_have_attribute("data-state", "COMPLETED")
        expect(_box(page, final).locator(f'[data-side="{winner.id}"]')).to_contain_text(winner.name)
        expect(_box(page, final)).to_contain_text(f"Winner of M{second.match_number}")
    play(organizer, second, 1, 0)
    for page in pages:
        expect(_box(page, final)).to_have_attribute("data-state", "READY")
    play(organizer, factories.fresh(final), 3, 1)
    for page in pages:
        expect(page.locator("[data-champion]")).to_have_text(f"Champion: {winner.name}")
    assert made == [[], []]


def test_the_table_follows_a_result_without_a_request(open_page, make, play):
    organizer, tournament, rows = make(4, "round_robin")
    page = _open(open_page, tournament)
    made = _requests(page)
    last = page.locator(".standings tbody tr").nth(3).locator("[data-side]")
    side = int(last.get_attribute("data-side"))
    match = next(row for row in rows if side in (row.participant1_id, row.participant2_id))

    play(organizer, match, *((5, 0) if match.participant1_id == side else (0, 5)))

    top = page.locator(".standings tbody tr").first
    expect(top.locator("[data-side]")).to_have_attribute("data-side", str(side))
    expect(top.locator('[data-cell="points"]')).to_have_text("3")
    expect(top.locator('[data-cell="score"]')).to_have_text("5:0")
    assert made == []


def test_a_new_swiss_round_appears_above_the_old_one_without_a_request(open_page, make, play, do):
    organizer, tournament, rows = make(4, "swiss", rounds=2)
    page = _open(open_page, tournament)
    made = _requests(page)
    for row in rows:
        play(organizer, row, 1, 0)
    late = factories.participant(tournament)
    do(swiss.next_round, organizer, tournament_id=tournament.id, bracket_id=rows[0].bracket_id)
    rounds = page.locator(".round > summary")
    expect(rounds).to_have_text(["Round 2 3", "Round 1 2"])
    expect(page.locator(".standings").get_by_text(late.name)).to_be_visible()
    new = factories.rows(Match, bracket_id=rows[0].bracket_id, round_number=2)[0]
    expect(_box(page, new)).to_be_visible()
    expect(_box(page, rows[0])).to_be_hidden()
    # What came in the push is as live as what was there before.
    play(organizer, new, 3, 0)
    expect(_box(page, new)).to_have_attribute("data-state", "COMPLETED")
    rounds.nth(1).click()
    expect(_box(page, rows[0])).to_be_visible()
    assert made == []


def test_a_bracket_that_is_made_or_deleted_comes_and_goes_without_a_request(open_page, make, do):
    organizer, tournament, rows = make(4, "single_elimination")
    pages = [_open(open_page, tournament), _open(open_page, tournament, **PHONE)]
    made = [_requests(page) for page in pages]
    verb = {"tournament_id": tournament.id}
    second = do(
        brackets.generate_bracket, organizer, name="Second chance", format="double_elimination", **verb
    )
    for page in pages:
        expect(page.locator(".bracket-section h2")).to_have_text(["Main", "Second chance"])
        expect(page.locator("[data-brackets] .chip")).to_have_text(["Main", "Second chance"])
    # Its tabs work.
    pages[1].get_by_role("link", name="Grand final", exact=True).click()
    expect(pages[1].locator(".bracket-part--final .bracket-match")).to_be_visible()
    expect(pages[1].locator(".bracket-part--upper").last).to_be_hidden()
    for bracket_id in (second, rows[0].bracket_id):
        do(brackets.delete_bracket, organizer, bracket_id=bracket_id, **verb)
    for page in pages:
        expect(page.locator(".bracket-section")).to_have_count(0)
        expect(page.get_by_text("The bracket has not been drawn yet.")).to_be_visible()
    assert made == [[], []]


def test_the_path_of_a_participant_lights_up_under_pointer_and_keyboard(open_page, make, play):
    organizer, tournament, (first, _, final) = make(4, "single_elimination")
    play(organizer, first, 2, 0)
    page = _open(open_page, tournament)
    _box(page, final).locator(".side").first.hover()
    expect(_box(page, first)).to_have_class("bracket-match is-path")
    page.mouse.move(0, 0)
    expect(page.locator(".is-path")).to_have_count(0)
    _box(page, first).focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    expect(_box(page, final)).to_have_class("bracket-match is-path")
    page.get_by_label("Follow").select_option(str(first.participant2_id))
    expect(_box(page, first)).to_have_class("bracket-match is-path")
    expect(_box(page, final)).to_have_class("bracket-match")


def test_a_phone_sees_the_round_that_is_played_and_can_turn_to_others(open_page, make, play):
    organizer, tournament, rows = make(8, "single_elimination")
    for row in rows[:4]:
        play(organizer, row, 1, 0)
    page = _open(open_page, tournament, **PHONE)
    tabs = page.locator(".round-tabs")
    expect(tabs.locator("[aria-current]")).to_have_text("Semi-finals")
    expect(_box(page, rows[4])).to_be_in_viewport()
    expect(_box(page, rows[0])).not_to_be_in_viewport()
    tabs.get_by_role("link", name="Quarter-finals").click()
    expect(_box(page, rows[0])).to_be_in_viewport()
    expect(tabs.locator("[aria-current]")).to_have_text("Quarter-finals")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_phone_shows_one_part_of_a_double_elimination(open_page, make, play):
    organizer, tournament, rows = make(16, "double_elimination")
    for row in rows[:2]:
        play(organizer, row, 1, 0)
    page = _open(open_page, tournament, **PHONE)
    parts = page.locator(".part-tabs")
    expect(parts.locator("[aria-current]")).to_have_text("Upper bracket")
    expect(page.locator(".bracket-part--lower")).to_be_hidden()
    page.mouse.wheel(0, 600)
    parts.get_by_role("link", name="Lower bracket").click()
    expect(page.locator(".bracket-part--upper")).to_be_hidden()
    lower = next(row for row in rows if row.section == "lower")
    expect(_box(page, lower)).to_be_in_viewport()
    # Whom one follows is looked for in all parts.
    page.get_by_label("Follow").select_option(str(rows[0].participant1_id))
    expect(page.locator(".bracket-part--upper")).to_be_visible()
    expect(page.locator(".bracket-match.is-path").last).to_be_in_viewport()


def test_the_champion_stands_out_once_the_last_match_has_decided(open_page, make, play):
    organizer, tournament, rows = make(2, "double_elimination", grand_final="double")
    page = _open(open_page, tournament)
    plate = page.locator("[data-champion]")
    first, *finals = [row for row in rows if row.participant1_id or row.section == "final"]
    play(organizer, first, 1, 0)
    play(organizer, factories.fresh(finals[0]), 0, 1)
    expect(_box(page, finals[0])).to_have_attribute("data-state", "COMPLETED")
    expect(plate).to_be_hidden()
    play(organizer, factories.fresh(finals[1]), 1, 0)
    expect(plate).to_be_visible()
    colour = "element => getComputedStyle(element).backgroundColor"
    won = page.locator(".bracket__round--deciding .side--won")
    expect(won).to_have_count(2)
    # The first grand final was not the last: its winner is nobody in particular.
    assert won.nth(0).evaluate(colour) != won.nth(1).evaluate(colour)


def test_no_box_is_wider_than_its_round(open_page, make):
    _, tournament, rows = make(5, "single_elimination")
    factories.change(
        factories.rows(Participant, id=rows[-2].participant1_id)[0], name="A very long name " * 5
    )
    page = _open(open_page, tournament)
    too_wide = """() => [...document.querySelectorAll(".bracket-match, .bracket-bye")].filter(box =>
        box.getBoundingClientRect().right > box.closest(".bracket__round").getBoundingClientRect().right + 1)"""
    assert page.evaluate(too_wide) == []


def test_without_scripts_a_phone_turns_to_a_round_by_its_link(open_page, make):
    _, tournament, rows = make(8, "single_elimination")
    page = open_page(f"/tournaments/{tournament.slug}/bracket/", java_script_enabled=False, **PHONE)
    expect(_box(page, rows[6])).not_to_be_in_viewport()
    page.get_by_role("link", name="Final", exact=True).click()
    expect(_box(page, rows[6])).to_be_in_viewport()
