"""What drives the relay: wake-ups as things happen, and a look around each second in case one was missed.

In a server the same task does what falls due by itself: no-shows, results that nobody confirms, events that
are too old, which screens are open, and what /metrics shows of the process.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from flask import Flask

from app import metrics
from app.services import replay
from app.services.deadlines import run_due
from app.services.events import prune_events

from .bus import Bus
from .gauges import Gauges
from .presence import BEAT_SECONDS, Presence
from .relay import Relay
from .screens import Screens

log = logging.getLogger(__name__)

SWEEP_SECONDS = 1.0
DUE_SECONDS = 5.0
GAUGE_SECONDS = 5.0
SCREEN_SECONDS = 5.0
# A turn takes milliseconds, and waits 10 seconds for a database that is away.
STUCK_SECONDS = 30.0
PRUNE_SECONDS = 3600.0
FIRST_PRUNE_SECONDS = 10.0


class Clock:
    """A background task; it starts with the first client, and in a server with the first request."""

    def __init__(
        self,
        app: Flask,
        relay: Relay,
        bus: Bus,
        gauges: Gauges,
        screens: Screens,
        presence: Presence,
        start_task: Callable[..., object],
    ):
        self._app = app
        self._relay = relay
        self._bus = bus
        self._gauges = gauges
        self._screens = screens
        self._presence = presence
        self._start_task = start_task
        self._lock = threading.Lock()
        self._is_started = False
        self._has_duties = False
        self._wake = threading.Event()
        self._due: set[int] = set()
        self._last_turn = 0.0
        self._next_sweep = 0.0
        self._next_gauges = 0.0
        self._next_screens = 0.0
        self._next_presence = 0.0
        self._next_due = time.monotonic() + DUE_SECONDS
        self._next_prune = time.monotonic() + FIRST_PRUNE_SECONDS

    def start(self) -> None:
        """Start the task, unless it runs already."""
        if self._is_started:
            return
        with self._lock:
            if self._is_started:
                return
            self._is_started = True
            self._last_turn = time.monotonic()
        self._start_task(self._run)
        self._bus.listen(self._start_task, self.note)

    def serve(self) -> None:
        """Start the task in a server, where it has further duties."""
        if self._has_duties:
            return
        self._has_duties = True
        self._gauges.watch(self._start_task)
        self.start()

    def is_stuck(self) -> bool:
        """True where the task should send events, and has not come round for half a minute."""
        return self._is_started and time.monotonic() - self._last_turn > STUCK_SECONDS

    def committed(self, tournament_ids: Iterable[int]) -> None:
        """Something was committed in this process: tell the others, and send it."""
        tournament_ids = list(tournament_ids)
        if not self._is_started:
            self._bus.tell(tournament_ids)
            return
        # Not in the organizer's request: the answer does not wait for the hall, nor for Redis.
        self.note(tournament_ids)
        if self._bus.is_used:
            self._start_task(self._bus.tell, tournament_ids)

    def note(self, tournament_ids: Iterable[int]) -> None:
        """Something was committed somewhere: send it."""
        self._due.update(tournament_ids)
        self._wake.set()

    def _run(self) -> None:
        while True:
            self._wake.wait(SWEEP_SECONDS)
            self._wake.clear()
            self._last_turn = time.monotonic()
            try:
                self._turn()
            except Exception:
                log.exception("events could not be sent, and will be tried again")
                time.sleep(SWEEP_SECONDS)

    def _turn(self) -> None:
        while self._due:
            self._relay.pump(self._due.pop())
        now = time.monotonic()
        if now >= self._next_sweep:
            self._next_sweep = now + SWEEP_SECONDS
            self._sweep()
        if self._has_duties:
            self._do_duties(now)

    def _sweep(self) -> None:
        """Send what nobody told of."""
        behind = self._relay.behind()
        metrics.events_behind.set(sum(behind.values()))
        for tournament_id in behind:
            self._relay.pump(tournament_id)

    def _do_duties(self, now: float) -> None:
        if now >= self._next_gauges:
            self._next_gauges = now + GAUGE_SECONDS
            with self._app.app_context():
                self._gauges.read()
        if now >= self._next_screens:
            self._next_screens = now + SCREEN_SECONDS
            with self._app.app_context():
                self._screens.write(datetime.now(UTC))
        if now >= self._next_presence:
            self._next_presence = now + BEAT_SECONDS
            self._presence.look()
        if now >= self._next_due:
            self._next_due = now + DUE_SECONDS
            with self._app.app_context():
                run_due(datetime.now(UTC))
                replay.run_due(datetime.now(UTC))
        if now >= self._next_prune:
            self._next_prune = now + PRUNE_SECONDS
            with self._app.app_context():
                prune_events(datetime.now(UTC))
