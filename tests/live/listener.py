"""Socket.IO clients for the tests: the library's own, and one that shows what goes over the wire."""

import json
import re
import time
from collections.abc import Callable
from typing import Any

import requests
import socketio
import websocket

from tests import factories
from tests.support.processes import Nginx, Server

PATIENCE = 20.0


class Listener:
    """A client that remembers what it heard, in order."""

    def __init__(
        self,
        server: Server | Nginx,
        auth: dict | None = None,
        headers: dict | None = None,
        browser: requests.Session | None = None,
        **options: Any,
    ):
        self.heard: list[tuple[str, Any]] = []
        self.is_gone = False
        self._client = socketio.Client(reconnection=False, http_session=browser)
        self._client.on("*", lambda name, *data: self.heard.append((name, data[0] if data else None)))
        self._client.on("disconnect", self._on_disconnect)
        refusals: list[Any] = []
        self._client.on("connect_error", refusals.append)
        options.setdefault("transports", ["websocket"])
        try:
            self._client.connect(
                server.url, auth=auth, headers=headers or {}, wait_timeout=PATIENCE, **options
            )
        except socketio.exceptions.ConnectionError as error:
            raise socketio.exceptions.ConnectionError(*refusals) from error

    def _on_disconnect(self, *_reason: object) -> None:
        self.is_gone = True

    def ask(self, event: str, *data: Any) -> Any:
        """The acknowledgement of a message."""
        return self._client.call(event, data if len(data) != 1 else data[0], timeout=PATIENCE)

    def subscribe(self, channel: str, **fields: Any) -> dict:
        """The acknowledgement of a subscription."""
        return self.ask("subscribe", {"channel": channel, **fields})

    def wait(self, number: int = 1, patience: float = PATIENCE) -> list[tuple[str, Any]]:
        """What was heard, once there is so much of it."""
        until(lambda: len(self.heard) >= number, patience)
        return self.heard

    def wait_for(self, name: str, patience: float = PATIENCE) -> dict:
        """The payload of the first event of this name, once it is there."""
        until(lambda: name in self.names(), patience, lambda: f"no {name} in {self.names()}")
        return next(payload for heard, payload in self.heard if heard == name)

    def names(self) -> list[str]:
        """The names of what was heard."""
        return [name for name, _ in list(self.heard)]

    def seqs(self) -> list[int]:
        """The seqs of what was heard."""
        return [payload["seq"] for _, payload in list(self.heard)]

    def transport(self) -> str:
        """`websocket` or `polling`."""
        return self._client.transport()

    def is_connected(self) -> bool:
        """True as long as the server keeps the connection."""
        return self._client.connected and not self.is_gone

    def close(self) -> None:
        """Go away."""
        self._client.disconnect()


class Wiretap:
    """A client that speaks the protocol itself and sees each packet."""

    def __init__(self, server: Server, auth: dict | None = None, **options: Any):
        address = f"{server.url.replace('http', 'ws', 1)}/socket.io/?EIO=4&transport=websocket"
        self.socket = websocket.create_connection(address, timeout=PATIENCE, **options)
        self.opening = self.receive()
        self.send("40" + (json.dumps(auth) if auth is not None else ""))
        self.answer = self.receive()

    def send(self, packet: str) -> None:
        """Send a packet as it is."""
        self.socket.send(packet)

    def receive(self) -> str:
        """The next packet that is not a ping."""
        while (packet := self.socket.recv()) == "2":
            self.send("3")
        return packet

    def is_let_go(self) -> bool:
        """True where the server, instead of saying more, ends the connection."""
        try:
            return self.receive() in ("", "1")
        except (websocket.WebSocketException, OSError):
            return True

    def close(self) -> None:
        """Go away."""
        self.socket.close()


def until(
    condition: Callable[[], bool], patience: float = PATIENCE, why: Callable[[], str] = lambda: "not in time"
) -> None:
    """Return once the condition holds."""
    give_up_at = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < give_up_at, why()
        time.sleep(0.01)


def token(server: Server | Nginx, user: Any) -> str:
    """An access token of the user."""
    return tokens(server, user)["access"]


def tokens(server: Server | Nginx, user: Any) -> dict[str, str]:
    """The tokens of a new sign-in of the user."""
    credentials = {"username": user.username, "password": factories.PASSWORD}
    answer = requests.post(f"{server.url}/api/auth/login/", json=credentials, timeout=PATIENCE)
    assert answer.status_code == 200, answer.text
    return answer.json()


def call(server: Server | Nginx, access: str, method: str, path: str, body: Any = None) -> dict:
    """The answer of the JSON API, which must be a good one."""
    answer = requests.request(
        method,
        f"{server.url}/api/tournaments/{path}",
        json=body,
        headers={"Authorization": f"Bearer {access}"},
        timeout=PATIENCE,
    )
    assert answer.ok, answer.text
    return answer.json() if answer.content else {}


def sign_in(server: Server | Nginx, user: Any) -> requests.Session:
    """A browser in which the user is signed in."""
    browser = requests.Session()
    address = f"{server.url}/login"
    page = browser.get(address, timeout=PATIENCE).text
    form = {"username": user.username, "password": factories.PASSWORD, "csrf_token": csrf_of(page)}
    sent_from = {"Referer": address}
    answer = browser.post(address, data=form, headers=sent_from, allow_redirects=False, timeout=PATIENCE)
    assert answer.status_code == 303, answer.text
    return browser


def csrf_of(page: str) -> str:
    """The token that the forms of a page carry."""
    return re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)[1]


def cookies(browser: requests.Session) -> dict[str, str]:
    """The headers with which the browser's socket comes."""
    return {"Cookie": "; ".join(f"{cookie.name}={cookie.value}" for cookie in browser.cookies)}
