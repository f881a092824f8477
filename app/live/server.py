"""The Socket.IO server with three promises more than the library gives.

What a handler leaves to `after_answer` runs once its acknowledgement has gone out. A client that fails
takes nobody else with it. A client that does not read is cut off before it fills our memory.

This reaches into python-socketio and python-engineio; requirements.txt keeps their versions.
"""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar

import socketio

from app import metrics

log = logging.getLogger(__name__)

# Events are 1 to 2 KB, so that a client has some 150 KB waiting when it is cut off.
LONGEST_QUEUE = 100
# A page subscribes to nothing by itself, a program to some hundred channels when it starts.
FLOOD_MESSAGES = 2000
FLOOD_SECONDS = 10.0

_left_for_later: ContextVar[list[Callable[[], None]] | None] = ContextVar("left_for_later", default=None)


def after_answer(continuation: Callable[[], None]) -> None:
    """Run the continuation once the handler that calls this has answered its client."""
    waiting = _left_for_later.get()
    if waiting is None:
        raise RuntimeError("only a Socket.IO handler answers somebody")
    waiting.append(continuation)


class LiveServer(socketio.Server):
    """The library's server with our order of sending and our bounds."""

    @classmethod
    def adopt(cls, server: socketio.Server) -> "LiveServer":
        """Turn the server that Flask-SocketIO made into one of ours; it offers no other way in."""
        server.__class__ = cls
        return server

    def _handle_connect(self, eio_sid, namespace, data):
        with self._answering(eio_sid):
            super()._handle_connect(eio_sid, namespace, data)

    def _handle_event_internal(self, server, sid, eio_sid, data, namespace, ack_id):
        # A client whose next message is always there would otherwise be the only one that is heard.
        self.sleep(0)
        if self._is_flood(eio_sid):
            log.warning("a client that sends too much was cut off")
            self.cut_off(eio_sid)
            return
        with self._answering(eio_sid):
            super()._handle_event_internal(server, sid, eio_sid, data, namespace, ack_id)

    def _is_flood(self, eio_sid: str) -> bool:
        # Kept with the client's connection, and so gone with it.
        environ, now = self.environ.get(eio_sid, {}), time.monotonic()
        count, ends = environ.get("matchdesk.messages", (0, 0.0))
        if now > ends:
            count, ends = 0, now + FLOOD_SECONDS
        environ["matchdesk.messages"] = count + 1, ends
        return count >= FLOOD_MESSAGES

    @contextmanager
    def _answering(self, eio_sid: str) -> Iterator[None]:
        waiting: list[Callable[[], None]] = []
        token = _left_for_later.set(waiting)
        try:
            yield
        finally:
            _left_for_later.reset(token)
            # Kept with every client otherwise, with all that was read from it.
            self.environ.get(eio_sid, {}).pop("werkzeug.request", None)
        try:
            for continuation in waiting:
                continuation()
        except Exception:
            # The client was promised more than it got: coming back, it asks for it again.
            log.exception("what follows an answer failed")
            self.cut_off(eio_sid)

    def _send_eio_packet(self, eio_sid, eio_pkt):
        try:
            if self.waiting_packets(eio_sid) >= LONGEST_QUEUE:
                log.warning("a client that does not read was cut off")
                self.cut_off(eio_sid)
            else:
                super()._send_eio_packet(eio_sid, eio_pkt)
        except Exception:
            log.warning("a packet could not be sent to one client", exc_info=True)

    def waiting_packets(self, eio_sid: str) -> int:
        """How many packets wait to be sent to the client."""
        connection = self.eio.sockets.get(eio_sid)
        return 0 if connection is None else connection.queue.qsize()

    def cut_off(self, eio_sid: str) -> None:
        """Close the client's connection without waiting for it, and forget what waits to be sent."""
        connection = self.eio.sockets.get(eio_sid)
        if connection is None:
            return
        metrics.cut_off.inc()
        with suppress(self.eio.get_queue_empty_exception()):
            while True:
                connection.queue.get(block=False)
                connection.queue.task_done()
        connection.close(wait=False, abort=True, reason=self.reason.TRANSPORT_ERROR)
