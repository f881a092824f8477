"""Who is served next under gevent."""

from collections import deque

from gevent import get_hub
from gevent.hub import Waiter


class Turns:
    """One request after the other, in the order in which they came.

    Left to itself, the loop serves those first that came last, up to fifty without a look at anybody else:
    some would wait twice as long as others, and events and new connections behind all of them. Here the loop
    looks at all sockets before each request.

    Those who come in with a websocket have a line of their own: when thousands of pages come back at once,
    whoever asks for a page waits for one of them and not behind all.
    """

    def __init__(self) -> None:
        self._requests: deque[Waiter] = deque()
        self._arrivals: deque[Waiter] = deque()
        self._is_called = False
        self._was_request = False

    def take(self) -> None:
        """Wait for one's turn with a request."""
        self._wait_in(self._requests)

    def come_in(self) -> None:
        """Wait for one's turn with a websocket."""
        self._wait_in(self._arrivals)

    def _wait_in(self, line: deque[Waiter]) -> None:
        hub = get_hub()
        waiter = Waiter(hub)
        line.append(waiter)
        if not self._is_called:
            self._is_called = True
            self._call_soon(hub)
        waiter.get()

    def _call_soon(self, hub) -> None:
        # A timer, unlike a callback, waits until the loop has looked around.
        timer = hub.loop.timer(0)
        timer.start(self._next, hub, timer)

    def _next(self, hub, timer) -> None:
        timer.close()
        self._was_request = bool(self._requests) and not (self._arrivals and self._was_request)
        line = self._requests if self._was_request else self._arrivals
        line.popleft().switch(None)
        self._is_called = bool(self._requests or self._arrivals)
        if self._is_called:
            self._call_soon(hub)
