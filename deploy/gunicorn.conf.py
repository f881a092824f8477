"""How gunicorn serves Matchdesk: `gunicorn -c deploy/gunicorn.conf.py` from the project's folder.

The settings come from the environment, see the README. They are read and checked in a process of
their own: the one that forks the workers must not import the application, because gevent has to
patch the standard library in a worker before psycopg and SQLAlchemy take their locks from it.
"""

import gc
import json
import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import gevent

ROOT = Path(__file__).resolve().parent.parent
OPEN_FILES = 65_536
LONGEST_SOCKET_PATH = 100  # bytes; Linux refuses from 108 on


def _settings() -> dict:
    command = [sys.executable, "-m", "app.startup"]
    checked = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=False)
    if checked.returncode:
        raise SystemExit(checked.returncode)
    return json.loads(checked.stdout)


def _raise_file_limit() -> None:
    """Each spectator is an open file; the usual limit of 1,024 would end a hall's evening."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


_raise_file_limit()
_found = _settings()
_host = f"[{_found['host']}]" if ":" in _found["host"] else _found["host"]

wsgi_app = "wsgi:app"
chdir = str(ROOT)
bind = f"{_host}:{_found['port']}"
workers = _found["workers"]
worker_class = "gevent"
worker_connections = 12_000
backlog = 4096
keepalive = 75
# Requests take milliseconds; what is open longer is an idle connection, kept for a next one.
graceful_timeout = 3
# Workers touch a file to show that they live: in memory, so that a slow disk does not kill them.
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
# The application itself decides which proxies it believes (TRUSTED_PROXIES).
forwarded_allow_ips = ""
# Otherwise all instances of one user would share a socket in the home folder.
control_socket = str(ROOT / "instance" / f"gunicorn-{_found['port']}.ctl")
control_socket_disable = len(os.fsencode(control_socket)) > LONGEST_SOCKET_PATH


def when_ready(server):
    """Say where it is, for who started it by hand."""
    server.log.info("Matchdesk is at http://%s - Ctrl-C ends it", bind)


def post_worker_init(worker):
    """What a worker does once it has loaded the application, and before it serves."""
    _leave_with_sockets_closed(worker)
    # What is alive after the start stays: the collector need not walk over it in each full run.
    gc.collect()
    gc.freeze()
    # Full collections pause every spectator's event, so they are made rare.
    gc.set_threshold(700, 10, 1000)


def _leave_with_sockets_closed(worker):
    """On SIGTERM tell every client to go: pages come back by themselves, spread over some seconds."""
    from app.extensions import socketio

    leave = signal.getsignal(signal.SIGTERM)

    def close_and_leave(number, frame):
        leave(number, frame)
        for connection in list(socketio.server.eio.sockets.values()):
            gevent.spawn(connection.close, wait=False)

    signal.signal(signal.SIGTERM, close_and_leave)
