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
from engineio.packet import Packet

from app import metrics

from .connections import Connection

log = logging.getLogger(__name__)

# Events are 1 to 2 KB, so that a client has some 150 KB waiting when it is cut off.
LONGEST_QUEUE = 100
# Drawings of brackets are larger. With what the system keeps for a client as well, that makes 256 KiB.
MOST_WAITING = 192 * 1024  # bytes
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
            if self._is_too_much(eio_sid, eio_pkt):
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

    def _is_too_much(self, eio_sid: str, eio_pkt: Packet) -> bool:
        """True where this packet would make too much that waits. A single one never does: who waits for
        nothing may well read.
        """
        if self.waiting_packets(eio_sid) >= LONGEST_QUEUE:
            return True
        waiting = self.waiting_bytes(eio_sid)
        return waiting > 0 and waiting + _size(eio_pkt) > MOST_WAITING

    def waiting_bytes(self, eio_sid: str) -> int:
        """How many bytes these are, with those that are being written; without the few around each packet."""
        connection = self.eio.sockets.get(eio_sid)
        if connection is None:
            return 0
        written = connection.being_written if isinstance(connection, Connection) else 0
        return written + sum(map(_size, connection.queue.queue))

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


def _size(waiting: Packet | bytes | None) -> int:
    """The bytes of what waits for a client; the library's own packets are small, and count as none."""
    data = waiting.data if isinstance(waiting, Packet) else waiting
    if isinstance(data, str) and not data.isascii():
        return len(data.encode())
    return len(data) if isinstance(data, str | bytes) else 0
