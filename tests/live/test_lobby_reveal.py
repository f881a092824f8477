"""A lobby that its sides are not shown yet: sockets and open pages get it when it is time, and not before."""

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from app.models import LobbyView
from app.services import check_ins, lobby, matches, scheduling
from tests import factories
from tests.live.listener import token, until

expect.set_options(timeout=15_000)
SECRET = "ALPHA-2025"
LOBBY = {"room_code": SECRET, "region": "NA"}


def hiding_scene(policy, **columns):
    match_columns = {"lobby": LOBBY, "lobby_updated_at": factories.soon(-9)}
    return factories.scene("SCHEDULED", match_columns={**match_columns, **columns}, lobby_reveal=policy)


def channel_of(scene):
    return f"match_{scene.match.id}"


def seen_by(scene):
    with factories.session() as its:
        return list(its.scalars(select(LobbyView.user_id).where(LobbyView.match_id == scene.match.id)))


def rewrite(desk, scene, code):
    desk.do(lobby.update_lobby, scene.organizer, match_id=scene.match.id, changes={"room_code": code})


def check_in(desk, scene, *roles):
    for role in roles:
        desk.do(check_ins.check_in, scene.person(role), match_id=scene.match.id)


@pytest.mark.parametrize("policy", ["both_checked_in", "minutes_before"])
@pytest.mark.parametrize(
    ("role", "sees"),
    [("player1", False), ("player2", False), ("coordinator", True), ("organizer", True), ("admin", True)],
)
def test_only_staff_is_sent_the_code_before_it_is_time(live_server, desk, listen, policy, role, sees):
    scene = hiding_scene(policy)
    listener = listen({"token": token(live_server, scene.person(role))})
    listener.subscribe(channel_of(scene))
    rewrite(desk, scene, f"{SECRET}-B")
    payload = listener.wait_for("match.lobby_updated")
    assert payload["changed"] == ["room_code"]
    assert payload["lobby_info"]["region"] == "NA"
    assert (payload["lobby_info"].get("room_code") == f"{SECRET}-B") is sees
    assert sees or SECRET not in str(listener.heard)


def test_the_second_check_in_brings_the_code_to_both_sides_and_to_nobody_else(live_server, desk, listen):
    scene = hiding_scene("both_checked_in")
    players = [listen({"token": token(live_server, who)}) for who in (scene.player1, scene.player2)]
    outside = [listen({"token": token(live_server, scene.stranger)}), listen()]
    for listener in (*players, *outside):
        listener.subscribe(channel_of(scene))

    check_in(desk, scene, "player1")
    for listener in players:
        listener.wait_for("match.checked_in")
        assert SECRET not in str(listener.heard)
    check_in(desk, scene, "player2")

    for listener in players:
        payload = listener.wait_for("match.lobby_updated")
        assert (payload["changed"], payload["lobby_info"]["room_code"]) == ([], SECRET)
    for listener in outside:
        listener.wait_for("match.ready")
        assert SECRET not in str(listener.heard) and "match.lobby_updated" not in listener.names()


def test_what_was_missed_is_told_by_what_is_shown_now(live_server, desk, listen):
    scene = hiding_scene("both_checked_in")
    rewrite(desk, scene, f"{SECRET}-B")
    early = listen({"token": token(live_server, scene.player1)})
    early.subscribe(channel_of(scene), after=0)
    assert early.wait_for("match.lobby_updated")["lobby_info"] == {"region": "NA"}
    check_in(desk, scene, "player1", "player2")
    late = listen({"token": token(live_server, scene.player1)})
    late.subscribe(channel_of(scene), after=0)
    assert late.wait_for("match.lobby_updated")["lobby_info"]["room_code"] == f"{SECRET}-B"


@pytest.mark.parametrize("path", ["/me/", "/matches/{id}/"])
def test_an_open_page_is_shown_the_code_when_both_are_here(open_page, desk, path):
    scene = hiding_scene("both_checked_in")
    page = open_page(path.format(id=scene.match.id), scene.player1)
    expect(page.locator("body")).to_have_attribute("data-live-state", "live")
    expect(page.get_by_text("The code is shown when both sides have checked in.")).to_be_visible()
    assert SECRET not in page.content()
    page.get_by_role("button", name="Check in").first.click()
    expect(page.get_by_text("You are checked in.")).to_be_visible()
    assert SECRET not in page.content()
    check_in(desk, scene, "player2")
    expect(page.locator(".secret__code")).to_have_text(SECRET)
    expect(page.locator(".news__item")).to_contain_text("is ready")


def test_an_open_page_is_shown_the_code_by_the_clock(open_page):
    # The moment lies some seconds ahead, with nobody doing anything.
    scene = hiding_scene("minutes_before", scheduled_time=factories.soon(15.1))
    page = open_page(f"/matches/{scene.match.id}/", scene.player1)
    expect(page.locator(".secret__wait")).to_contain_text("The code is shown at")
    assert SECRET not in page.content()
    expect(page.locator(".secret__code")).to_have_text(SECRET, timeout=20_000)


def test_who_saw_the_code_is_told_and_a_rotated_one_is_seen_by_nobody(open_page):
    scene = factories.scene("READY", match_columns={"lobby": LOBBY, "lobby_updated_at": factories.soon(-9)})
    player = open_page(f"/matches/{scene.match.id}/", scene.player1)
    until(lambda: seen_by(scene) == [scene.player1.id])
    desk = open_page(f"/matches/{scene.match.id}/", scene.organizer)
    seen = desk.locator(".seen")
    expect(seen.locator("li[data-seen]")).to_contain_text(scene.player1.username)
    expect(seen.get_by_text("not yet")).to_have_count(1)
    desk.get_by_text("The code has leaked").click()
    desk.get_by_role("button", name="Rotate code").click()
    expect(desk.get_by_text("Nobody has seen a new one yet.")).to_be_visible()
    code = factories.fresh(scene.match).lobby["room_code"]
    assert code != SECRET
    expect(player.locator(".secret__code")).to_have_text(code)
    # The player's page was drawn anew, and so they have seen this one too.
    until(lambda: seen_by(scene) == [scene.player1.id])


def test_the_code_is_copied_without_the_clipboards_own_interface(open_page):
    scene = factories.scene("READY", match_columns={"lobby": LOBBY})
    page = open_page("/me/", scene.player1)
    page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    page.evaluate(
        "document.addEventListener('copy', () => { window.copied = String(getSelection()) || true })"
    )
    page.get_by_role("button", name="Copy Room code").click()
    expect(page.locator(".secret__copy")).to_have_text("Copied")
    expect(page.locator("#announcer")).to_have_text("Copied.")
    assert page.evaluate("window.copied")
    expect(page.locator(".secret__copy")).to_have_text("Copy")


NOTED = """window.noted = [];
window.asked = 0;
window.Notification = class {
  static permission = 'default';
  static requestPermission() { window.asked += 1; this.permission = 'granted'; return Promise.resolve('granted'); }
  constructor(text, options) { window.noted.push([text, options.silent]); }
  addEventListener() {}
};
document.hasFocus = () => false;"""


def test_the_browser_tells_only_with_leave(open_page, desk):
    scene = factories.scene("READY")
    page = open_page("/me/", scene.player1)
    page.add_init_script(NOTED)
    page.reload()
    expect(page.locator("body")).to_have_attribute("data-live-state", "live")
    desk.do(
        scheduling.update_match,
        scene.organizer,
        match_id=scene.match.id,
        changes={"scheduled_time": factories.soon(200)},
    )
    expect(page.locator(".news__item")).to_contain_text("is moved to")
    assert page.evaluate("[window.asked, window.noted.length]") == [0, 0]
    page.get_by_role("button", name="Notify me").click()
    expect(page.get_by_role("button", name="Notifications are on")).to_be_visible()
    desk.do(matches.start, scene.organizer, match_id=scene.match.id)
    expect(page.locator(".news__item")).to_contain_text("has started")
    expect(page.locator("#announcer")).to_contain_text("has started.")
    names = f"{scene.team1.name} against {scene.team2.name}"
    assert page.evaluate("window.noted") == [[f"{names} has started.", True]]
    assert page.evaluate("window.asked") == 1
    page.get_by_role("button", name="Close").click()
    expect(page.locator(".news__item")).to_have_count(0)
