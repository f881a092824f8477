"""Live updates over Socket.IO: from committed events to open pages and API clients."""

import sys
from collections.abc import Mapping
from urllib.parse import urlsplit

import orjson
from engineio import json
from flask import Flask, current_app

from app.config import Settings
from app.extensions import socketio
from app.services.unit_of_work import on_commit

from .bus import Bus
from .clock import Clock
from .connections import Engine
from .fanout import FanOut
from .fragments import DrawBracket, Fragments
from .gauges import Gauges
from .handlers import Handlers
from .leaving import send_away
from .presence import Presence
from .relay import Relay
from .screens import Screens
from .server import LiveServer
from .turns import Turns
from .wire import Wire

LARGEST_MESSAGE = 256 * 1024  # bytes; ours have a few dozen
# How long clients are left alone, and have time to answer: who stops reading is let go within 45 seconds.
PING_SECONDS, PONG_SECONDS = 25, 18


class Json:
    """What the libraries take for their JSON module; it writes four times as fast as theirs."""

    loads = staticmethod(json.loads)

    @staticmethod
    def dumps(value: object, **options: object) -> str:
        """The value as JSON."""
        try:
            return orjson.dumps(value).decode()
        except TypeError:
            # A number of more than 64 bits.
            return json.dumps(value, **options)


class Live:
    """The live part of one application."""

    def __init__(self, app: Flask, server: LiveServer, bus: Bus, draw_bracket: DrawBracket):
        self.bus = bus
        self._server = server
        self.relay = Relay(app, server, Fragments(app, draw_bracket))
        self.gauges = Gauges(self.relay, server)
        self.screens = Screens()
        start_task = server.start_background_task
        self.presence = Presence(app, self.relay.members, bus, server.emit, start_task)
        self.clock = Clock(app, self.relay, bus, self.gauges, self.screens, self.presence, start_task)
        self.handlers = Handlers(app, self.relay, self.clock, self.screens, self.presence, server.emit)

    def send_away(self) -> None:
        """Tell all clients when to come back, and let them go: the process is about to end."""
        send_away(self._server)


def register_live(app: Flask, draw_bracket: DrawBracket) -> None:
    """Put the Socket.IO server in front of the application, and have commits wake it.

    `draw_bracket` draws one bracket for open pages.
    """
    settings: Settings = app.extensions["matchdesk_settings"]
    async_mode = "gevent" if _is_gevent_in_charge() else "threading"
    socketio.init_app(
        app,
        client_manager=FanOut() if async_mode == "gevent" else None,
        async_mode=async_mode,
        # With several processes, a long-polling client would meet another one each time.
        transports=["websocket"] if settings.workers > 1 else ["polling", "websocket"],
        cors_allowed_origins=lambda origin, environ: is_own_origin(origin, environ, settings),
        max_http_buffer_size=LARGEST_MESSAGE,
        ping_interval=PING_SECONDS,
        ping_timeout=PONG_SECONDS,
        # One message of a client after the other, so that it cannot make us run hundreds at once.
        async_handlers=False,
        json=Json,
        manage_session=False,
    )
    if async_mode == "gevent":
        Engine.adopt(socketio.server.eio)
    live = Live(app, LiveServer.adopt(socketio.server), Bus(settings.redis_url), draw_bracket)
    live.handlers.register(socketio.server)
    app.extensions["matchdesk_live"] = live
    turns = Turns() if async_mode == "gevent" else None
    app.wsgi_app = Wire(app.wsgi_app, socketio.server.handle_request, turns, live.clock.serve)
    on_commit(_wake)


def is_own_origin(origin: str | None, environ: Mapping[str, str], settings: Settings) -> bool:
    """True for pages of this very host, and of those in ALLOWED_ORIGINS."""
    if not origin:
        return False
    own = f"{environ.get('wsgi.url_scheme', 'http')}://{environ.get('HTTP_HOST', '')}"
    return _plain(origin) in (_plain(own), *(_plain(allowed) for allowed in settings.allowed_origins))


def _plain(origin: str) -> str:
    """The origin as browsers write it: lower case, without the scheme's usual port."""
    try:
        parts = urlsplit(origin.lower())
        usual = {"http": 80, "https": 443}.get(parts.scheme)
        port = "" if parts.port in (None, usual) else f":{parts.port}"
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.hostname}{port}" if parts.hostname else origin.lower()


def _wake(last: Mapping[int, int]) -> None:
    live: Live | None = current_app.extensions.get("matchdesk_live")
    if live is not None:
        live.clock.committed(last)


def _is_gevent_in_charge() -> bool:
    monkey = sys.modules.get("gevent.monkey")
    return monkey is not None and monkey.is_module_patched("socket")
