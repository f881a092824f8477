"""What the live part is like at this moment, put where /metrics finds it."""

import resource
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from app import metrics
from app.extensions import db

from .relay import Relay
from .server import LiveServer

LOOK_SECONDS = 0.25
_STARTED_AT = time.time()
_PAGE_BYTES = resource.getpagesize()


class Gauges:
    """The gauges of one process."""

    def __init__(self, relay: Relay, server: LiveServer):
        self._relay = relay
        self._server = server
        self._latest = 0.0
        self._cpu = 0.0

    def watch(self, start_task: Callable[..., object]) -> None:
        """Begin to feel how late the event loop is."""
        start_task(self._feel)

    def _feel(self) -> None:
        while True:
            before = time.monotonic()
            time.sleep(LOOK_SECONDS)
            self._latest = max(self._latest, time.monotonic() - before - LOOK_SECONDS)

    def read(self) -> None:
        """Set the gauges, from memory alone; needs an application context."""
        self._read_clients()
        metrics.loop_lag.set(self._latest)
        self._latest = 0.0
        pool = db.engine.pool
        metrics.connections_used.set(pool.checkedout())
        metrics.connections_open.set(pool.checkedout() + pool.checkedin())
        self._read_process()

    def _read_clients(self) -> None:
        metrics.clients.set(len(self._relay.members))
        total = most = 0
        for eio_sid in list(self._server.eio.sockets):
            packets = self._server.waiting_packets(eio_sid)
            if packets:
                total, most = total + packets, max(most, packets)
        metrics.waiting.set(total)
        metrics.most_waiting.set(most)

    def _read_process(self) -> None:
        used = resource.getrusage(resource.RUSAGE_SELF)
        cpu = used.ru_utime + used.ru_stime
        metrics.cpu_seconds.inc(cpu - self._cpu)
        self._cpu = cpu
        metrics.started_at.set(_STARTED_AT)
        # Only Linux says more than the peak, and how many files are open.
        metrics.memory.set(used.ru_maxrss * 1024)
        with suppress(OSError):
            metrics.memory.set(int(Path("/proc/self/statm").read_text().split()[1]) * _PAGE_BYTES)
            metrics.open_files.set(sum(1 for _ in Path("/proc/self/fd").iterdir()))
