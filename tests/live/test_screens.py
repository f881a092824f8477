"""Screens in the hall: they report over their socket, and are told what to show."""

from uuid import uuid4

import pytest
from socketio.exceptions import ConnectionError as Refused

from app.models import Screen
from app.services import matches, screens
from app.services.tournaments import links
from tests import factories
from tests.live.listener import Listener, token, until


def page(of, **fields):
    return {"page": "screen", "id": of.id, "seq": of.event_seq, **fields}


def report(listener, key=None, kind="board"):
    return listener.ask("alive", {"key": key or uuid4().hex, "kind": kind})


def known(of):
    return {row.key: row for row in factories.rows(Screen, tournament_id=of.id)}


def test_a_screen_reports_and_is_written_down_once(listen):
    of, key = factories.tournament(announcement="Final at 18:00"), uuid4().hex
    listener = listen(page(of))
    assert report(listener, key) == {"ok": True, "announcement": "Final at 18:00", "message": ""}
    until(lambda: key in known(of))
    seen = known(of)[key].last_seen_at
    assert report(listener, key)["ok"]
    # The next report that is written is the one half a minute later.
    assert known(of)[key].last_seen_at == seen
    assert factories.fresh(of).event_seq == of.event_seq


def test_one_connection_is_one_screen(listen):
    of, key = factories.tournament(), uuid4().hex
    listener = listen(page(of))
    for _ in range(20):
        assert report(listener, key)["ok"]
        key_of_another = uuid4().hex
        assert report(listener, key_of_another)["ok"]
    until(lambda: known(of))
    assert set(known(of)) == {key}


@pytest.mark.parametrize(
    "message",
    [
        None,
        "x",
        {},
        {"key": "x", "kind": "board"},
        {"key": "a" * 37, "kind": "board"},
        {"key": "a" * 32, "kind": []},
        {"key": "a" * 32, "kind": "desk"},
        {"key": "<" * 32, "kind": "board"},
    ],
)
def test_what_is_no_report_is_refused_in_a_sentence(listen, message):
    listener = listen(page(factories.tournament()))
    answer = listener.ask("alive", message)
    assert answer["ok"] is False and answer["error"]
    assert listener.is_connected()


def test_only_a_screen_reports(listen):
    of = factories.tournament()
    for auth in (None, {"page": "tournament", "id": of.id}):
        assert report(listen(auth)) == {"ok": False, "error": "not a screen"}


def test_a_message_goes_to_the_screens_it_is_for_and_to_nobody_else(live_server, desk, listen):
    scene = factories.scene()
    access = token(live_server, scene.organizer)
    of, left, right = scene.tournament, uuid4().hex, uuid4().hex
    first, second, overlay, silent = (listen(page(of)) for _ in range(4))
    report(first, left)
    report(second, right)
    report(overlay, kind="scoreboard")
    until(lambda: len(known(of)) == 3)
    elsewhere = [
        listen({"page": "tournament", "id": of.id}),
        listen({"page": "desk", "id": of.id, "token": access}),
        listen(page(factories.tournament())),
        silent,
    ]
    channel = listen({"token": access})
    channel.subscribe(f"tournament_{of.id}")

    desk.do(
        screens.send_message,
        scene.organizer,
        tournament_id=of.id,
        message="Lunch",
        screen_id=known(of)[left].id,
    )

    assert first.wait_for("screen_updated")["message"] == "Lunch"
    assert second.wait_for("screen_updated")["message"] == ""
    desk.do(screens.set_announcement, scene.organizer, tournament_id=of.id, announcement="Final at 18:00")
    until(lambda: len(overlay.names()) == 2)
    assert overlay.heard[-1][1]["announcement"] == "Final at 18:00"
    assert overlay.heard[-1][1]["message"] == ""
    # The start comes after it; whoever hears that would have heard the message.
    desk.do(matches.start, scene.organizer, match_id=scene.match.id)
    channel.wait_for("match.started")
    for listener in [*elsewhere[:2], silent]:
        listener.wait_for("match_started")
    assert all("screen_updated" not in listener.names() for listener in elsewhere)
    assert channel.names() == ["match.started"]
    # Whoever comes back is told by the answer to its report.
    assert report(listen(page(factories.fresh(of), seq=0)), left)["message"] == "Lunch"


def test_a_screen_gets_rows_to_redraw_from(desk, listen):
    scene = factories.scene()
    listener = listen(page(scene.tournament))
    desk.do(matches.start, scene.organizer, match_id=scene.match.id)
    payload = listener.wait_for("match_started")
    assert payload["html"].startswith('<li class="match-row"')
    assert f'data-number="M{scene.match.match_number}"' in payload["html"]
    assert "data-started=" in payload["html"]
    assert listener.names() == ["match_started"]


def test_a_private_tournaments_screen_needs_its_key_and_ends_with_it(live_server, desk, listen):
    scene = factories.scene(is_public=False)
    of = scene.tournament
    with pytest.raises(Refused, match="no such page"):
        Listener(live_server, page(of))
    link = desk.do(links.create_board_link, scene.organizer, tournament_id=of.id)
    listener, key = listen(page(of, key=link)), uuid4().hex
    assert report(listener, key)["ok"]
    until(lambda: key in known(of))

    desk.do(links.revoke_board_link, scene.organizer, tournament_id=of.id)
    witness = listen(page(of, token=token(live_server, scene.organizer)))
    report(witness)
    desk.do(screens.send_message, scene.organizer, tournament_id=of.id, message="Secret")
    witness.wait_for("screen_updated")
    assert report(listener, key) == {"ok": False, "error": "no such page"}
    assert listener.names() == []
