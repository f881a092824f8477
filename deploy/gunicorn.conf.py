"""How gunicorn serves Matchdesk: `gunicorn -c deploy/gunicorn.conf.py` from the project's folder.

The settings come from the environment, see the README. They are read and checked in a process of
their own: the one that forks the workers must not import the application, because gevent has to
patch the standard library in a worker before psycopg and SQLAlchemy take their locks from it.
"""

import gc
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import gevent
import gevent.exceptions

ROOT = Path(__file__).resolve().parent.parent
OPEN_FILES = 65_536
KEPT_TEMPLATES = ROOT / "instance" / "templates"
SHARED_FIGURES = "PROMETHEUS_MULTIPROC_DIR"
# A worker that is asked to stop takes new connections for up to a second more.
ACCEPTS_SECONDS = 1.2
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


def _share_figures() -> str | None:
    """The folder in which several workers keep what /metrics shows, in memory where there is such a disk."""
    if _found["workers"] == 1:
        return None
    # Read again at a reload, this file finds the folder that the workers have.
    if SHARED_FIGURES not in os.environ:
        os.environ[SHARED_FIGURES] = tempfile.mkdtemp(prefix="matchdesk-figures-", dir=worker_tmp_dir)
    return os.environ[SHARED_FIGURES]


_raise_file_limit()
_found = _settings()
_answering = set()
_host = f"[{_found['host']}]" if ":" in _found["host"] else _found["host"]

wsgi_app = "wsgi:app"
chdir = str(ROOT)
bind = f"{_host}:{_found['port']}"
workers = _found["workers"]
worker_class = "gevent"
worker_connections = 12_000
backlog = 4096
keepalive = 75
# For requests that are being answered when the server is asked to stop; it waits no longer than they take.
graceful_timeout = 30
# Workers touch a file to show that they live: in memory, so that a slow disk does not kill them.
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
_shared_figures = _share_figures()
# The application itself decides which proxies it believes (TRUSTED_PROXIES).
forwarded_allow_ips = ""
# Otherwise all instances of one user would share a socket in the home folder.
control_socket = str(ROOT / "instance" / f"gunicorn-{_found['port']}.ctl")
control_socket_disable = len(os.fsencode(control_socket)) > LONGEST_SOCKET_PATH
if _found["is_production"]:
    # The lines of the server itself look like those of the application.
    logconfig_dict = {"formatters": {"generic": {"()": "app.logs.JsonLines"}}}


def when_ready(server):
    """Say where it is, for who started it by hand."""
    server.log.info("Matchdesk is at http://%s - Ctrl-C ends it", bind)


def post_worker_init(worker):
    """What a worker does once it has loaded the application, and before it serves."""
    _keep_settings(worker)
    _leave_gracefully(worker)
    _open_database(worker)
    _compile_templates(worker)
    # Deadlines pass, and figures are asked for, also where nobody has come yet.
    worker.wsgi.extensions["matchdesk_live"].clock.serve()
    # What is alive after the start stays: the collector need not walk over it in each full run.
    gc.collect()
    gc.freeze()
    # Full collections pause every spectator's event, so they are made rare.
    gc.set_threshold(700, 10, 1000)


def pre_request(worker, req):
    """Remember that a request is being answered. A websocket is one as long as it is open: not counted."""
    if not req.path.startswith("/socket.io"):
        _answering.add(req)


def post_request(worker, req, environ, resp):
    """The answer is sent."""
    _answering.discard(req)


def _keep_settings(worker):
    """Have gunicorn's settings at hand: it looks up some twenty for each request, through two calls each."""
    for name in worker.cfg.settings:
        vars(worker.cfg)[name] = getattr(worker.cfg, name)


def _leave_gracefully(worker):
    """On SIGTERM send the clients away, and end as soon as the last request is answered."""
    leave = signal.getsignal(signal.SIGTERM)

    def leave_gracefully(number, frame):
        gevent.spawn(_drain, worker, lambda: leave(number, frame))

    signal.signal(signal.SIGTERM, leave_gracefully)


def _drain(worker, leave):
    live = worker.wsgi.extensions["matchdesk_live"]
    worker.log.error_log.addFilter(_is_news)
    # First: for websockets, which outlive their request, the worker does not wait by itself.
    live.send_away()
    leave()
    begun = time.monotonic()
    while time.monotonic() - begun < graceful_timeout:
        live.send_away()
        if not _answering and time.monotonic() - begun > ACCEPTS_SECONDS:
            break
        gevent.sleep(0.05)
    # What is open now are idle connections, kept for a next request: no reason to wait.
    worker.cfg.set("graceful_timeout", 0)


def _is_news(record):
    """False for what ends connections now: they are idle, or websockets on which a reader still waits."""
    ends = gevent.GreenletExit, gevent.exceptions.ConcurrentObjectUseError
    return not (record.exc_info and isinstance(record.exc_info[1], ends))


def child_exit(server, worker):
    """Forget the gauges of a worker that is gone; what it counted stays counted."""
    if _shared_figures:
        for file in Path(_shared_figures).glob(f"gauge_live*_{worker.pid}.db"):
            file.unlink(missing_ok=True)


def on_exit(server):
    """Remove what the workers shared."""
    if _shared_figures:
        shutil.rmtree(_shared_figures, ignore_errors=True)


def _compile_templates(worker):
    """Whoever comes first would wait for each, and after a restart everybody comes at once.

    What is compiled is kept for the next worker: it starts a second earlier.
    """
    from jinja2 import FileSystemBytecodeCache

    templates = worker.wsgi.jinja_env
    names = templates.list_templates(["html"])
    try:
        KEPT_TEMPLATES.mkdir(parents=True, exist_ok=True)
        templates.bytecode_cache = FileSystemBytecodeCache(str(KEPT_TEMPLATES))
        for name in names:
            templates.get_template(name)
    except OSError:
        # A disk that is full or only to be read: no reason not to serve.
        templates.bytecode_cache = None
        for name in names:
            templates.get_template(name)


def _open_database(worker):
    """A connection is open from now on, by which a restore sees that a server runs."""
    from sqlalchemy.exc import SQLAlchemyError

    from app.extensions import db

    try:
        with worker.wsgi.app_context(), db.engine.connect() as connection:
            connection.exec_driver_sql("SELECT 1")
    except SQLAlchemyError:
        worker.log.warning("The database does not answer yet")
