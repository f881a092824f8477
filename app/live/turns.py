"""Who is served next under gevent."""

from collections import deque
from collections.abc import Callable

from gevent import get_hub
from gevent.hub import Waiter


class Turns:
    """One request after the other, in the order in which they came.

    Left to itself, the loop serves those first that came last, up to fifty without a look at anybody else:
    some would wait twice as long as others, and events and new connections behind all of them. Here the loop
    looks at all sockets before each request.
    """

    def __init__(self) -> None:
        self._waiting: deque[Waiter] = deque()

    def take(self) -> None:
        """Wait for one's turn."""
        hub = get_hub()
        waiter = Waiter(hub)
        self._waiting.append(waiter)
        if len(self._waiting) == 1:
            self._call_soon(hub)
        waiter.get()

    def _call_soon(self, hub) -> None:
        # A timer, unlike a callback, waits until the loop has looked around.
        timer = hub.loop.timer(0)
        timer.start(self._next, hub, timer)

    def _next(self, hub, timer) -> None:
        timer.close()
        waiter = self._waiting[0]
        waiter.switch(None)
        self._waiting.popleft()
        if self._waiting:
            self._call_soon(hub)


def turns(async_mode: str) -> Callable[[], None]:
    """What a request does first; in threads the system sees to that."""
    return Turns().take if async_mode == "gevent" else lambda: None
