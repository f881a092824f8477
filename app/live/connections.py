"""Clients that cost one task each.

The library keeps four for every websocket: one that reads, one that waits for what was read, one that writes,
and one that sleeps until the next ping. Here whoever waits for a message reads it, a writer runs only as long
as something waits to be written, and one task sends all pings. A hall of thousands costs half the memory so.

Only right under gevent. Handshake, frames and packets stay the libraries' (simple-websocket, wsproto,
python-engineio); requirements.txt keeps their versions.
"""

import logging
import time
from collections import deque
from collections.abc import Callable

import engineio
import gevent
import gevent.queue
from engineio import exceptions, packet
from engineio.async_drivers._websocket_wsgi import SimpleWebSocketWSGI
from engineio.socket import Socket
from simple_websocket import ConnectionClosed, Server
from wsproto import connection
from wsproto.utilities import LocalProtocolError, RemoteProtocolError, generate_accept_token

from .wire import WholeFrames, text_frame

log = logging.getLogger(__name__)

_PING = text_frame(packet.Packet(packet.PING).encode())
_ACCEPTED = (
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "
)
# How exact pings are: those of a whole second's clients are sent together.
PING_LOOK_SECONDS = 1.0


class _NoThread:
    """What the library starts to read a websocket: nothing."""

    def __init__(self, target: Callable[[], None]):
        self.name = ""

    def start(self) -> None:
        """Start nothing."""


class ReadInPlace(Server):
    """The library's websocket, read by whoever waits for a message."""

    def __init__(self, environ: dict, **options):
        super().__init__(environ, thread_class=_NoThread, **options)

    def handshake(self):
        """Take the client's upgrade, whose headers the web server has read and `Wire` has looked at.

        The library would write them out and have them read once more: a third of what a connection costs.
        """
        accept = generate_accept_token(self.environ["HTTP_SEC_WEBSOCKET_KEY"].encode("latin-1"))
        self.sock.send(_ACCEPTED + accept + b"\r\n\r\n")
        self.ws = connection.Connection(connection.ConnectionType.SERVER)
        self.connected = True

    def receive(self, timeout=None):
        """The next message; raises ConnectionClosed at the end. There is no timeout but the socket's own."""
        while self.connected and not self.input_buffer:
            self._read()
        if self.input_buffer:
            return self.input_buffer.pop(0)
        raise ConnectionClosed(self.close_reason, self.close_message)

    def _read(self) -> None:
        try:
            data = self.sock.recv(self.receive_bytes)
            if data:
                self.ws.receive_data(data)
                self.connected = self._handle_events() and self.connected
            else:
                self.connected = False
        except (OSError, LocalProtocolError, RemoteProtocolError):
            self.connected = False


class _InPlace(SimpleWebSocketWSGI):
    """The WSGI side of it."""

    def __call__(self, environ, start_response):
        frames = environ.get("gunicorn.socket")
        if isinstance(frames, WholeFrames):
            frames.outlive_request()
        self.ws = ReadInPlace(environ, max_message_size=self.server_args["largest"])
        # In a task that remembers nothing else: the one that read the request is a quarter of a client.
        gevent.spawn(self.app, self)
        # To gunicorn this says that the connection is no longer one of HTTP.
        raise StopIteration


class _Queue(gevent.queue.Queue):
    """What waits to be sent to a client. Nobody waits for all of it to be done, so nothing counts that."""

    def task_done(self) -> None:
        """Take note of nothing."""


class Connection(Socket):
    """One client of Engine.IO."""

    # Set once it has a websocket.
    websocket: SimpleWebSocketWSGI | None = None
    frames: WholeFrames | None = None
    is_writing = False

    def send(self, pkt):
        """Send a packet: now, where nothing waits and the client can take it, else when its turn comes."""
        if not self.check_ping_timeout():
            return
        if not self.send_now(pkt):
            self.queue.put(pkt)
            self._write_soon()

    def send_now(self, pkt: packet.Packet) -> bool:
        """Send a packet at once; False, and nothing sent, where that is not possible."""
        if self.frames is None or self.queue.qsize() or self.is_writing:
            return False
        encoded = pkt.encode()
        return isinstance(encoded, str) and self.send_frame(text_frame(encoded))

    def send_frame(self, frame: bytes) -> bool:
        """Send a whole frame at once; False, and nothing sent, where that is not possible."""
        frames = self.frames
        if frames is None or self.closed or self.is_writing or self.queue.qsize():
            return False
        return frames.send_now(frame, self.server.start_background_task)

    def close(self, wait=True, abort=False, reason=None):
        """Close the connection; what waits to be sent is sent first."""
        super().close(wait=False, abort=abort, reason=reason)
        self._write_soon()

    def schedule_ping(self):
        """Have the client pinged after the usual time."""
        if self.last_ping:
            self.last_ping = None
            self.server.pings.plan(self)

    def _write_soon(self) -> None:
        if self.websocket is not None and not self.is_writing and self.queue.qsize():
            self.is_writing = True
            self.server.start_background_task(self._write)

    def _write(self) -> None:
        """Write what waits, until nothing does."""
        try:
            while self.queue.qsize():
                pkt = self.queue.get(block=False)
                self.queue.task_done()
                if pkt is None:
                    self.websocket.close()
                    return
                self.websocket.send(pkt.encode())
        except OSError:
            # The reader will find out that the client is gone.
            return
        finally:
            self.is_writing = False

    def _websocket_handler(self, ws):
        """What the client's one task does as long as the websocket is open."""
        if self.connected and not self._takes_over(ws):
            ws.ws.sock.close()
            return []
        self.connected = self.upgraded = True
        self.websocket, self.frames = ws, ws.ws.sock if isinstance(ws.ws.sock, WholeFrames) else None
        self._write_soon()
        while self._hear(ws):
            pass
        self.close(abort=True, reason=self.server.reason.TRANSPORT_CLOSE)
        self.server.sockets.pop(self.sid, None)
        ws.ws.sock.close()
        return []

    def _hear(self, ws) -> bool:
        """Wait for one message, and do what it says; False at the end."""
        try:
            message = ws.wait()
            if message is None:
                return False
            self.receive(packet.Packet(encoded_packet=message))
        except exceptions.UnknownPacketError:
            return True
        except exceptions.SocketIsClosedError:
            return False
        except Exception:
            log.exception("a client's message could not be handled")
            return False
        return True

    def _takes_over(self, ws) -> bool:
        """Take the client from long polling to the websocket, as it asks for in two steps; False if not."""
        # Nothing is sent meanwhile.
        self.upgrading = True
        try:
            probe = _packet(ws.wait())
            if probe is None or (probe.packet_type, probe.data) != (packet.PING, "probe"):
                return False
            ws.send(packet.Packet(packet.PONG, data="probe").encode())
            # Whatever request is waiting for packets is answered, and is the last.
            self.queue.put(packet.Packet(packet.NOOP))
            upgrade = _packet(ws.wait())
            return upgrade is not None and upgrade.packet_type == packet.UPGRADE
        except OSError:
            return False
        finally:
            self.upgrading = False


def _packet(message: str | bytes | None) -> packet.Packet | None:
    try:
        return None if message is None else packet.Packet(encoded_packet=message)
    except ValueError:
        return None


class Pings:
    """One task that pings all clients, and lets go of those who do not answer."""

    def __init__(self, server: "Engine"):
        self._server = server
        self._is_started = False
        # All wait equally long: who comes first is due first.
        self._planned: deque[tuple[float, Connection]] = deque()
        self._unanswered: deque[tuple[float, Connection, float]] = deque()

    def plan(self, connection: Connection) -> None:
        """Have the connection pinged one interval from now."""
        self._planned.append((time.monotonic() + self._server.ping_interval, connection))
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
            if connection.closed:
                self._server.sockets.pop(connection.sid, None)

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
        largest = server.max_http_buffer_size
        server._async = {
            **server._async,
            "websocket": lambda handler, _server: _InPlace(handler, _server, largest=largest),
        }
        return server

    def create_queue(self, *args, **kwargs):
        """What waits to be sent to one client."""
        return _Queue()

    def _trigger_event(self, event, *args, **kwargs):
        if event == "connect":
            # Made a moment ago, and known to nobody yet.
            self.sockets[args[0]].__class__ = Connection
        return super()._trigger_event(event, *args, **kwargs)
