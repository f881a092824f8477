"""Who is let in, and on what terms."""

from datetime import UTC, datetime, timedelta

import pytest
import websocket
from socketio.exceptions import ConnectionError as Refused

from app.services import accounts, lobby
from app.services import tokens as token_service
from tests import factories
from tests.live.listener import Listener, Wiretap, cookies, csrf_of, sign_in, token, tokens, until
from tests.support.processes import SECRET_KEY


def expired_token(desk, user):
    with desk.app.app_context():
        found = accounts.find_user(user.username)
        lifetime = token_service.ACCESS_LIFETIME
        token_service.ACCESS_LIFETIME = timedelta(seconds=-1)
        try:
            return token_service.issue_tokens(user=found, now=datetime.now(UTC))["access"]
        finally:
            token_service.ACCESS_LIFETIME = lifetime


@pytest.mark.parametrize("bad", ["", "rubbish", "a.b.c", "mdpat_unknown", 17, True, [], {}, "x" * 100_000])
def test_a_bad_token_is_refused_and_never_taken_for_nobody(live_server, bad):
    with pytest.raises(Refused, match="unauthorized"):
        Listener(live_server, {"token": bad})


def test_an_expired_token_is_refused(live_server, desk):
    with pytest.raises(Refused, match="unauthorized"):
        Listener(live_server, {"token": expired_token(desk, factories.user())})


def test_a_refresh_token_is_no_access_token(live_server):
    with pytest.raises(Refused, match="unauthorized"):
        Listener(live_server, {"token": tokens(live_server, factories.user())["refresh"]})


def test_a_token_of_a_closed_account_is_refused(live_server, desk):
    user = factories.user()
    access = token(live_server, user)
    with desk.app.app_context():
        accounts.deactivate_user(username=user.username, now=datetime.now(UTC))
    with pytest.raises(Refused, match="unauthorized"):
        Listener(live_server, {"token": access})


@pytest.mark.parametrize("auth", ['"token"', "[1]", "true"])
def test_an_odd_introduction_is_refused(live_server, auth):
    wire = Wiretap.__new__(Wiretap)
    address = f"{live_server.url.replace('http', 'ws', 1)}/socket.io/?EIO=4&transport=websocket"
    wire.socket = websocket.create_connection(address, timeout=5)
    wire.receive()
    wire.send(f"40{auth}")
    assert wire.receive().startswith("44")
    wire.close()


@pytest.mark.parametrize("auth", [None, {}, {"token": None}])
def test_nobody_in_particular_is_welcome(listen, auth):
    scene = factories.scene()
    assert listen(auth).subscribe(f"tournament_{scene.tournament.id}")["ok"]


def test_a_session_cookie_signs_in_until_it_is_signed_out(live_server, desk, listen):
    scene = factories.scene()
    browser = sign_in(live_server, scene.player1)
    listener = listen(headers=cookies(browser))
    witness = listen({"token": token(live_server, scene.organizer)})
    for each in (listener, witness):
        each.subscribe(f"match_{scene.match.id}")

    write_lobby(desk, scene, "FIRST")
    listener.wait_for("match.lobby_updated")
    page = browser.get(f"{live_server.url}/account/", timeout=10).text
    browser.post(f"{live_server.url}/logout", data={"csrf_token": csrf_of(page)}, timeout=10)
    write_lobby(desk, scene, "SECOND")

    until(lambda: len(witness.heard) == 2)
    listener.ask("unsubscribe", None)
    assert len(listener.heard) == 1
    assert "SECOND" not in str(listener.heard)


def write_lobby(desk, scene, code):
    desk.do(lobby.update_lobby, scene.organizer, match_id=scene.match.id, changes={"room_code": code})


def test_a_forged_cookie_is_nobody(live_server, listen):
    scene = factories.scene(is_public=False)
    listener = listen(headers={"Cookie": f"matchdesk_session={SECRET_KEY}"})
    assert not listener.subscribe(f"tournament_{scene.tournament.id}")["ok"]


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1", "not an origin"])
def test_pages_of_other_sites_are_refused(live_server, origin):
    with pytest.raises(websocket.WebSocketBadStatusException) as caught:
        Wiretap(live_server, header=[f"Origin: {origin}"], suppress_origin=True)
    assert caught.value.status_code == 400


def test_our_own_pages_and_allowed_ones_are_let_in(start_server):
    server = start_server(ALLOWED_ORIGINS="https://overlay.example.org")
    for origin in (server.url, "https://overlay.example.org"):
        wire = Wiretap(server, header=[f"Origin: {origin}"], suppress_origin=True)
        assert wire.answer.startswith("40")
        wire.close()


def test_forwarded_headers_of_strangers_do_not_make_an_origin_ours(live_server):
    headers = ["Origin: https://evil.example", "X-Forwarded-Host: evil.example", "X-Forwarded-Proto: https"]
    with pytest.raises(websocket.WebSocketBadStatusException):
        Wiretap(live_server, header=headers, suppress_origin=True)


def test_deflate_is_not_accepted(live_server):
    wire = Wiretap(live_server, header=["Sec-WebSocket-Extensions: permessage-deflate"])
    assert "sec-websocket-extensions" not in wire.socket.getheaders()
    wire.close()


@pytest.mark.parametrize("transports", [["polling"], ["polling", "websocket"]])
def test_one_process_offers_long_polling_too(live_server, desk, listen, transports):
    scene = factories.scene()
    listener = listen(transports=transports)
    assert listener.subscribe(f"match_{scene.match.id}")["ok"]
    write_lobby(desk, scene, "UNSEEN")
    desk.do(start, scene.organizer, match_id=scene.match.id)
    listener.wait_for("match.started")


def start(**arguments):
    from app.services import matches

    return matches.start(**arguments)


@pytest.mark.parametrize(
    "packet",
    [
        "",
        "4",
        "42",
        "42[",
        "42[]",
        "42{}",
        '42["subscribe"',
        "42[[]]",
        "42[null]",
        "45",
        "451-[",
        "9",
        "40{",
        "42" + "[" * 50_000,
    ],
)
def test_rubbish_on_the_wire_hurts_nobody_else(live_server, listen, packet):
    scene = factories.scene()
    other = listen()
    wire = Wiretap(live_server)
    wire.send(packet)
    wire.close()
    assert other.subscribe(f"tournament_{scene.tournament.id}")["ok"]
    assert other.is_connected()


def test_an_oversized_message_costs_its_sender_the_connection(live_server, listen):
    other = listen()
    wire = Wiretap(live_server)
    wire.send('42["subscribe","' + "x" * 300_000 + '"]')
    assert wire.is_let_go()
    assert other.is_connected()


def test_gevent_websocket_is_not_installed():
    """It would silently be preferred to the path that is tested here."""
    with pytest.raises(ImportError):
        __import__("geventwebsocket")
