"""The end of a server: clients are told when to come back, each at another moment, and are let go."""

import random
import time

from .server import LiveServer

EVENT = "server.restarting"
# A new server is there after some two seconds, and takes a thousand clients a second.
SOONEST_MS, LATEST_MS = 1_000, 10_000
# For clients that go by themselves once they are told.
GO_SECONDS = 0.5
_TOLD_AT_ONCE = 50


def send_away(server: LiveServer) -> None:
    """Tell every client `{"retry_in_ms": ...}`, give it a moment to go, and close what is still open.

    Until the process ends this is to be called again for those who came meanwhile.
    """
    for place, (sid, _) in enumerate(list(server.manager.get_participants("/", None))):
        server.emit(EVENT, {"retry_in_ms": random.randint(SOONEST_MS, LATEST_MS)}, to=sid)
        if place % _TOLD_AT_ONCE == 0:
            server.sleep(0)
    _wait_until_gone(server)
    for connection in list(server.eio.sockets.values()):
        # Closed without a word of the protocol: the libraries would take that for a wish to stay away.
        server.start_background_task(connection.close, wait=False, abort=True)


def _wait_until_gone(server: LiveServer) -> None:
    give_up_at = time.monotonic() + GO_SECONDS
    while server.eio.sockets and time.monotonic() < give_up_at:
        server.sleep(0.05)
