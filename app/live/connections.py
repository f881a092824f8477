"""Clients that cost no task at all as long as they say nothing.

The library keeps four for every websocket: one that reads, one that waits for what was read, one that writes,
and one that sleeps until the next ping. Here the loop itself notices that somebody said something, and a task
runs as long as that is handled; a writer runs only as long as something waits to be written; and one task
sends all pings. The answer to a ping takes no task.

Only right under gevent. Handshake and packets stay the library's (python-engineio); requirements.txt keeps
its version.
"""

import logging
import time
from collections import deque

import engineio
import gevent
import gevent.queue
from engineio import exceptions, packet
from engineio.socket import Socket

from .websocket import GOODBYE, WebSocket
from .wire import frame

log = logging.getLogger(__name__)

_PING = frame(packet.Packet(packet.PING).encode())
_PONG = ord(packet.Packet(packet.PONG).encode())
# How exact pings are: those of so long are sent together.
PING_LOOK_SECONDS = 0.5
# How long an end may take that both sides have a part in.
PARTING_SECONDS = 10.0
_PROBE = packet.Packet(packet.PING, data="probe").encode()
_PROBED = packet.Packet(packet.PONG, data="probe").encode()
_UPGRADE = packet.Packet(packet.UPGRADE).encode()
# Answers to a client's own pings, of which it may send any number without reading.
MOST_ANSWERS = 10


class _Queue(gevent.queue.Queue):
    """What waits to be sent to a client. Nobody waits for all of it to be done, so nothing counts that."""

    def task_done(self) -> None:
        """Take note of nothing."""


class Connection(Socket):
    """One client of Engine.IO."""

    # Set once the client has one.
    websocket: WebSocket | None = None
    is_writing = False
    # Bytes of the frame that is being written.
    being_written = 0

    # What goes

    def send(self, pkt):
        """Send a packet: now, where nothing waits and the client can take it, else when its turn comes."""
        if self.check_ping_timeout() and not self._is_sent(pkt):
            self.queue.put(pkt)
            self._write_soon()

    def _is_sent(self, pkt: packet.Packet) -> bool:
        return self.websocket is not None and self.send_frame(frame(pkt.encode()))

    def send_frame(self, framed: bytes) -> bool:
        """Send a whole frame at once; False, and nothing sent, where that is not possible.

        What the system does not take at once is sent before anything else.
        """
        websocket = self.websocket
        if websocket is None or self.closed or self.is_writing or self.queue.qsize():
            return False
        try:
            sent = websocket.send_now(framed)
        except OSError:
            websocket.hang_up()
            return False
        if 0 < sent < len(framed):
            self._start_writing(framed[sent:])
        return sent > 0

    def close(self, wait=True, abort=False, reason=None):
        """Close the connection; what waits to be sent is sent first, unless that takes too long.

        Who is to go at once, and has not even taken what was sent before, is gone.
        """
        super().close(wait=False, abort=abort, reason=reason)
        if self.websocket is None or not self.websocket.is_open:
            return
        if abort and self.is_writing:
            self.websocket.hang_up()
            return
        self._write_soon()
        self.server.pings.let_go(self, self.websocket)

    def schedule_ping(self):
        """Have the client pinged after the usual time."""
        if self.last_ping:
            self.last_ping = None
            self.server.pings.plan(self)

    def _answer(self, framed: bytes) -> None:
        """Send what answers the client's own ping, or its leaving."""
        if not self.closed and not self.send_frame(framed) and self.queue.qsize() < MOST_ANSWERS:
            self.queue.put(framed)
            self._write_soon()

    def _write_soon(self) -> None:
        if self.websocket is not None and not self.is_writing and self.queue.qsize():
            self._start_writing(b"")

    def _start_writing(self, first: bytes) -> None:
        self.is_writing, self.being_written = True, len(first)
        gevent.spawn(self._write, first)

    def _write(self, first: bytes) -> None:
        """Write this, and what waits, until nothing does."""
        websocket = self.websocket
        try:
            websocket.send(first)
            while self.queue.qsize():
                framed = self._next_frame()
                self.being_written = len(framed)
                websocket.send(framed)
        except OSError:
            # The end is noticed where it would be read.
            websocket.hang_up()
        finally:
            self.is_writing, self.being_written = False, 0
            if not websocket.is_open:
                websocket.close()

    def _next_frame(self) -> bytes:
        pkt = self.queue.get(block=False)
        if pkt is None:
            return GOODBYE
        return pkt if isinstance(pkt, bytes) else frame(pkt.encode())

    # What comes

    def _upgrade_websocket(self, environ, start_response):
        """Take a websocket: from a new client, or from one that was on long polling until now."""
        websocket = WebSocket(environ["gunicorn.socket"], self.server.max_http_buffer_size)
        websocket.on_readable = lambda: self._readable(websocket)
        key = environ["HTTP_SEC_WEBSOCKET_KEY"]
        if self.connected:
            websocket.on_message = lambda message: self._probed(websocket, message)
            websocket.accept(key)
            self.server.pings.let_go(self, websocket)
        else:
            self.connected = True
            websocket.accept(key, b"".join(self._next_frame() for _ in range(self.queue.qsize())))
            self._settle(websocket)
        websocket.resume()
        # To gunicorn this says that the connection is no longer one of HTTP.
        raise StopIteration

    def _settle(self, websocket: WebSocket) -> None:
        self.upgraded, self.websocket = True, websocket
        websocket.on_message, websocket.on_answer = self._handle, self._answer
        self._write_soon()

    def _readable(self, websocket: WebSocket) -> None:
        """Called by the loop when something came."""
        data = websocket.receive()
        if data is None or (data and self.closed and self.is_writing):
            return
        if websocket.is_only(data, _PONG) and websocket is self.websocket and not self.closed:
            self.schedule_ping()
            return
        websocket.pause()
        gevent.spawn(self._hear, websocket, data)

    def _hear(self, websocket: WebSocket, data: bytes) -> None:
        """Do what the data says, then wait for more; without any, or after one's end, end as well."""
        is_going_on = bool(data) and not self.closed
        if is_going_on:
            is_going_on = all(websocket.on_message(message) for message in websocket.messages(data))
        if is_going_on and websocket.is_open:
            websocket.resume()
        else:
            self._end(websocket)

    def _end(self, websocket: WebSocket) -> None:
        websocket.is_open = False
        if websocket is not self.websocket:
            self.upgrading = False
            websocket.close()
            return
        self.close(abort=True, reason=self.server.reason.TRANSPORT_CLOSE)
        self.server.sockets.pop(self.sid, None)
        if self.is_writing:
            # It still uses the connection, which it will find ended.
            websocket.hang_up()
        else:
            websocket.close()

    def _handle(self, message: str | bytes) -> bool:
        """Do what one message says; False where nothing may follow."""
        try:
            self.receive(packet.Packet(encoded_packet=message))
        except exceptions.UnknownPacketError:
            return True
        except exceptions.SocketIsClosedError:
            return False
        except Exception:
            log.exception("a client's message could not be handled")
            return False
        return True

    def _probed(self, websocket: WebSocket, message: str | bytes) -> bool:
        """The first step from long polling to the websocket, which answers a ping of its own kind."""
        if message != _PROBE or self.upgraded:
            return False
        # Nothing is sent to long polling from now on.
        self.upgrading = True
        websocket.on_message = lambda message: self._taken_over(websocket, message)
        websocket.on_answer(frame(_PROBED))
        # Whatever request is waiting for packets is answered, and is the last.
        self.queue.put(packet.Packet(packet.NOOP))
        return True

    def _taken_over(self, websocket: WebSocket, message: str | bytes) -> bool:
        """The second and last step."""
        self.upgrading = False
        if message != _UPGRADE or self.upgraded or self.closed:
            return False
        self._settle(websocket)
        return True


class Pings:
    """One task that pings all clients, and lets go of those who do not answer."""

    def __init__(self, server: "Engine"):
        self._server = server
        self._is_started = False
        # All wait equally long: who comes first is due first.
        self._planned: deque[tuple[float, Connection]] = deque()
        self._unanswered: deque[tuple[float, Connection, float]] = deque()
        self._parting: deque[tuple[float, Connection, WebSocket]] = deque()

    def plan(self, connection: Connection) -> None:
        """Have the connection pinged one interval from now."""
        self._planned.append((time.monotonic() + self._server.ping_interval, connection))
        self._start()

    def let_go(self, connection: Connection, websocket: WebSocket) -> None:
        """See to it that a websocket ends soon whose connection is closed, or that did not become its own."""
        self._parting.append((time.monotonic() + PARTING_SECONDS, connection, websocket))
        self._start()

    def _start(self) -> None:
        if not self._is_started:
            self._is_started = True
            self._server.start_background_task(self._run)

    def _run(self) -> None:
        while True:
            self._server.sleep(PING_LOOK_SECONDS)
            try:
                self._look(time.monotonic())
            except Exception:
                log.exception("pings could not be sent")

    def _look(self, now: float) -> None:
        while self._planned and self._planned[0][0] <= now:
            connection = self._planned.popleft()[1]
            if not (connection.closing or connection.closed):
                self._ping(connection, now)
            elif connection.closed:
                self._server.sockets.pop(connection.sid, None)
        while self._unanswered and self._unanswered[0][0] <= now:
            _, connection, pinged_at = self._unanswered.popleft()
            if connection.last_ping == pinged_at and not connection.closed:
                connection.check_ping_timeout()
                if connection.websocket is not None and connection.websocket.is_open:
                    # Whoever does not answer, does not take part in an end.
                    connection.websocket.hang_up()
            if connection.closed:
                self._server.sockets.pop(connection.sid, None)
        while self._parting and self._parting[0][0] <= now:
            _, connection, websocket = self._parting.popleft()
            if websocket.is_open and (connection.closed or websocket is not connection.websocket):
                websocket.hang_up()

    def _ping(self, connection: Connection, now: float) -> None:
        connection.last_ping = time.time()
        # A little later than the library itself looks, so that it agrees.
        waits = self._server.ping_timeout + PING_LOOK_SECONDS
        self._unanswered.append((now + waits, connection, connection.last_ping))
        if not connection.send_frame(_PING):
            connection.send(packet.Packet(packet.PING))


class Engine(engineio.Server):
    """The library's Engine.IO server with such connections."""

    pings: Pings

    @classmethod
    def adopt(cls, server: engineio.Server) -> "Engine":
        """Turn the server that python-socketio made into one of ours; it offers no other way in."""
        server.__class__ = cls
        server.pings = Pings(server)
        # The task that would look after each client in turn.
        server.start_service_task = False
        return server

    def create_queue(self, *args, **kwargs):
        """What waits to be sent to one client."""
        return _Queue()

    def _trigger_event(self, event, *args, **kwargs):
        if event == "connect":
            # Made a moment ago, and known to nobody yet.
            self.sockets[args[0]].__class__ = Connection
        return super()._trigger_event(event, *args, **kwargs)
