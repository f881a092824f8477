"""What is counted while Matchdesk runs. docs/operations.md says what each figure means, and what to do.

With several workers the figures of all lie in files that they share (deploy/gunicorn.conf.py names the
folder before this is imported), so that whichever worker is asked answers for all: counters are summed, and
gauges, which are each worker's own, carry its process id.
"""

import os
from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics
from prometheus_client.exposition import generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

disable_created_metrics()

SHARED_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
UNKNOWN = "unknown"
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)

_own = CollectorRegistry()


def _counter(name: str, words: str, *labels: str) -> Counter:
    return Counter(name, words, labels, registry=_own)


def _gauge(name: str, words: str, *labels: str) -> Gauge:
    return Gauge(name, words, labels, registry=_own, multiprocess_mode="liveall")


_requests = _counter("matchdesk_requests", "Requests that were answered.", "method", "endpoint", "status")
_durations = Histogram(
    "matchdesk_request_seconds",
    "From a request's arrival to its answer.",
    ["kind"],
    registry=_own,
    buckets=_BUCKETS,
)
pushes = _counter("matchdesk_pushes", "Events sent to clients: one for each client that an event goes to.")
connects = _counter("matchdesk_connects", "Socket.IO clients that came.")
disconnects = _counter("matchdesk_disconnects", "Socket.IO clients that went, by reason.", "reason")
cut_off = _counter("matchdesk_clients_cut_off", "Clients that were cut off since they do not read, or flood.")
cpu_seconds = _counter("process_cpu_seconds", "Processor time of the workers.")

clients = _gauge("matchdesk_clients", "Socket.IO clients that are connected.")
events_behind = _gauge("matchdesk_events_behind", "Committed events that are yet to be sent to clients.")
waiting = _gauge("matchdesk_waiting_packets", "Packets that wait for clients to take them.")
most_waiting = _gauge("matchdesk_waiting_packets_most", "Packets that wait for the slowest client.")
loop_lag = _gauge("matchdesk_loop_lag_seconds", "By how much the event loop was late, at most, lately.")
connections_used = _gauge("matchdesk_database_connections_used", "Database connections that are in use.")
connections_open = _gauge("matchdesk_database_connections_open", "Database connections that are open.")
started_at = _gauge("process_start_time_seconds", "When the worker started, as Unix time.")
memory = _gauge("process_resident_memory_bytes", "Memory that the worker holds.")
open_files = _gauge("process_open_fds", "Files and sockets that the worker has open.")

_children: dict[tuple[str, str, str], Counter] = {}
_by_kind = {kind: _durations.labels(kind) for kind in ("api", "page", "static")}


def count_request(method: str, endpoint: str, status: str, path: str, seconds: float) -> None:
    """One request was answered with this status (three digits)."""
    key = (method, endpoint, status)
    child = _children.get(key)
    if child is None:
        known = method if method in _METHODS else UNKNOWN
        child = _requests.labels(known, endpoint, status)
        # Anybody may invent methods, which must not fill our memory.
        if known == method:
            _children[key] = child
    child.inc()
    _by_kind[_kind(path)].observe(seconds)


def _kind(path: str) -> str:
    if path.startswith("/api/"):
        return "api"
    return "static" if path.startswith(("/static/", "/bundle/")) else "page"


def exposition(further: Iterable[Collector]) -> bytes:
    """All figures in Prometheus' text format, with what the further collectors find at this moment."""
    if os.environ.get(SHARED_FOLDER):
        registry = CollectorRegistry()
        MultiProcessCollector(registry)
        text = generate_latest(registry)
    else:
        text = generate_latest(_own)
    rest = CollectorRegistry()
    for collector in further:
        rest.register(collector)
    return text + generate_latest(rest)
