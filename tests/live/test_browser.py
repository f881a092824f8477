"""Open pages in a real browser: they redraw from what is pushed, and ask for nothing."""

import re

import pytest
from playwright.sync_api import expect

from app.services import lobby, matches, results, scheduling
from tests import factories
from tests.live.listener import Listener

expect.set_options(timeout=15_000)


def requests_of(page):
    """The requests of the page from now on, without those of the socket itself."""
    made = []
    page.on("request", lambda request: "/socket.io/" in request.url or made.append(request.url))
    return made


def is_live(page):
    expect(page.locator("body")).to_have_attribute("data-live-state", "live")


def row(page, scene):
    return page.locator(f'.match-row[data-match-id="{scene.match.id}"]')


def section(page, title):
    return page.locator("section.section").filter(has=page.get_by_role("heading", name=title))


def test_a_start_moves_the_row_to_the_live_ones_without_a_request(open_page, desk):
    scene = factories.scene()
    page = open_page(f"/tournaments/{scene.tournament.slug}/")
    is_live(page)
    expect(section(page, "Up next").locator(".match-row")).to_have_count(1)
    made = requests_of(page)

    desk.do(matches.start, scene.organizer, match_id=scene.match.id)

    expect(section(page, "Live now").locator(".match-row")).to_have_count(1)
    expect(section(page, "Up next").locator(".match-row")).to_have_count(0)
    expect(row(page, scene)).to_have_attribute("data-state", "LIVE")
    expect(section(page, "Live now").locator(".section__count")).to_have_text("1")
    expect(page.locator("#announcer")).to_contain_text("has started")
    assert made == []


def test_a_storm_of_pages_causes_no_request(open_page, desk):
    scene = factories.scene()
    paths = ["/", f"/tournaments/{scene.tournament.slug}/", f"/matches/{scene.match.id}/"]
    paths += [f"/tournaments/{scene.tournament.slug}/{name}/" for name in ("matches", "schedule", "board")]
    pages = [open_page(path) for path in paths]
    for page in pages:
        is_live(page)
    made = [requests_of(page) for page in pages]

    desk.do(matches.start, scene.organizer, match_id=scene.match.id)

    for page in pages:
        shown = page.locator(f'[data-match-id="{scene.match.id}"]').first
        expect(shown).to_have_attribute("data-state", "LIVE")
    pages[0].wait_for_timeout(1500)
    assert made == [[]] * len(pages)


def test_the_match_page_shows_how_it_goes_on(open_page, desk):
    scene = factories.scene()
    page = open_page(f"/matches/{scene.match.id}/")
    is_live(page)
    made = requests_of(page)
    board = page.locator(f"#match-{scene.match.id}-scoreboard")

    desk.do(matches.start, scene.organizer, match_id=scene.match.id)
    expect(board).to_have_attribute("data-state", "LIVE")
    desk.do(results.submit_result, scene.organizer, match_id=scene.match.id, claim=results.result_claim(3, 1))

    expect(board).to_have_attribute("data-state", "COMPLETED")
    expect(board.locator(".side__score").first).to_have_text("3")
    assert made == []


def test_the_bracket_is_redrawn_box_by_box(open_page, desk):
    scene = factories.scene()
    of = factories.bracket(scene.tournament)
    factories.change(scene.match, bracket_id=of.id)
    page = open_page(f"/tournaments/{scene.tournament.slug}/bracket/")
    is_live(page)
    desk.do(matches.start, scene.organizer, match_id=scene.match.id)
    box = page.locator(f'[data-live-box][data-match-id="{scene.match.id}"]')
    expect(box).to_have_attribute("data-state", "LIVE")
    expect(box.locator(".state")).to_have_attribute("data-state", "LIVE")


def test_the_desk_of_a_second_organizer_follows(open_page, desk):
    scene = factories.scene()
    page = open_page(f"/tournaments/{scene.tournament.slug}/desk/", factories.staff(scene.tournament))
    is_live(page)
    desk.do(matches.start, scene.organizer, match_id=scene.match.id)
    expect(row(page, scene)).to_have_attribute("data-state", "LIVE")


def test_a_player_sees_the_lobby_as_it_is_written_and_a_stranger_nothing(open_page, desk):
    scene = factories.scene()
    player = open_page(f"/matches/{scene.match.id}/", scene.player1)
    stranger = open_page(f"/matches/{scene.match.id}/", scene.stranger)
    is_live(player)
    is_live(stranger)
    made = requests_of(stranger)

    desk.do(lobby.update_lobby, scene.organizer, match_id=scene.match.id, changes={"room_code": "ALPHA-2025"})

    expect(player.get_by_text("ALPHA-2025")).to_be_visible()
    expect(stranger.get_by_text("ALPHA-2025")).to_have_count(0)
    assert made == []


def test_what_is_being_typed_is_not_thrown_away(open_page, desk):
    scene = factories.scene("LIVE")
    page = open_page(f"/matches/{scene.match.id}/", scene.player1)
    is_live(page)
    field = page.locator('[data-refetch] input[name="participant1_score"]')
    field.fill("7")
    desk.do(
        scheduling.update_match,
        scene.organizer,
        match_id=scene.match.id,
        changes={"stream_url": "https://a.example/x"},
    )
    expect(page.locator(".scoreboard .stream-link")).to_be_visible()
    page.wait_for_timeout(1000)
    expect(field).to_have_value("7")


def test_a_lost_connection_is_told_and_what_was_missed_is_made_up_for(open_page, desk):
    scene = factories.scene()
    page = open_page(f"/tournaments/{scene.tournament.slug}/")
    is_live(page)
    page.context.set_offline(True)
    page.evaluate("() => { window.dispatchEvent(new Event('offline')); }")
    expect(page.locator("body")).to_have_attribute("data-live-state", re.compile("reconnecting|stale"))
    expect(page.locator("#live-status")).to_be_visible()

    desk.do(matches.start, scene.organizer, match_id=scene.match.id)
    made = requests_of(page)
    page.context.set_offline(False)

    is_live(page)
    expect(row(page, scene)).to_have_attribute("data-state", "LIVE")
    expect(page.locator("#live-status")).to_be_hidden()
    assert made == []


def test_a_page_that_missed_too_much_draws_itself_anew(open_page, desk):
    scene = factories.scene()
    page = open_page(f"/tournaments/{scene.tournament.slug}/")
    is_live(page)
    factories.change(scene.tournament, name="Another name")
    page.context.set_offline(True)
    page.evaluate("() => { window.dispatchEvent(new Event('offline')); }")
    expect(page.locator("#live-status")).to_be_visible()
    for verb in (matches.start, matches.undo_start):
        desk.do(verb, scene.organizer, match_id=scene.match.id)
    with factories.session(writes=True) as session:
        for event in factories.events(tournament_id=scene.tournament.id):
            session.delete(session.merge(event))
    page.context.set_offline(False)
    # It waits a moment, so that a hall does not come all at once.
    expect(page.get_by_role("heading", name="Another name")).to_be_visible(timeout=20_000)


@pytest.mark.parametrize("path", ["/", "/me/"])
def test_pages_over_many_tournaments_follow(open_page, desk, path):
    scene = factories.scene()
    page = open_page(path, scene.player1 if path == "/me/" else None)
    is_live(page)
    desk.do(matches.start, scene.organizer, match_id=scene.match.id)
    expect(page.locator(f'[data-match-id="{scene.match.id}"]').first).to_have_attribute("data-state", "LIVE")


def test_the_script_client_and_ours_hear_the_same(open_page, live_server, desk):
    scene = factories.scene()
    page = open_page("/")
    page.evaluate(
        """(channel) => new Promise((done) => {
          window.heard = [];
          const socket = window.io({ transports: ["websocket"], forceNew: true });
          socket.onAny((name, payload) => window.heard.push([name, payload]));
          socket.emit("subscribe", { channel }, (answer) => { window.answer = answer; done(); });
        })""",
        f"match_{scene.match.id}",
    )
    listener = Listener(live_server)
    listener.subscribe(f"match_{scene.match.id}")
    assert page.evaluate("window.answer") == {"ok": True, "channel": f"match_{scene.match.id}", "seq": 0}

    desk.do(matches.start, scene.organizer, match_id=scene.match.id)

    # Asked from outside: a condition that waits inside the page is refused by its security policy.
    for _ in range(100):
        if page.evaluate("window.heard.length > 0"):
            break
        page.wait_for_timeout(100)
    listener.wait(1)
    assert page.evaluate("window.heard") == [list(heard) for heard in listener.heard]
    listener.close()
