"""The servers that are measured: started on loopback, each in a process group of its own, and stopped."""

import os
import resource
import secrets
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from bench.bare import DATABASE

ROOT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"
START_SECONDS = 60
STOP_SECONDS = 10
# Settings that somebody may have exported for a server of their own.
SETTINGS = ("REDIS_URL", "WEB_CONCURRENCY", "ALLOWED_ORIGINS", "TRUSTED_PROXIES", "METRICS_TOKEN")
STOCK_INDEXES = ("created_at, id", "tournament_id, created_at, id", "state, created_at, id")


class Server:
    """A server: it can be started, stopped, killed and started again, on the same port."""

    def __init__(self, command: list[str], environ: dict[str, str], port: int, log: Path):
        self.port = port
        self._command = command
        self._environ = environ
        self._log = log
        self._process: subprocess.Popen | None = None

    @property
    def process_id(self) -> int:
        """The first of its processes."""
        return self._process.pid

    def start(self) -> None:
        """Start, and return once it answers; RuntimeError with its log where it does not."""
        with self._log.open("ab") as output:
            self._process = subprocess.Popen(
                self._command,
                cwd=ROOT,
                env=self._environ,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        if SERVERS_RUN_ON:
            os.sched_setaffinity(self.process_id, SERVERS_RUN_ON)

    def wait(self) -> None:
        """Return once the server has answered a request, and not only taken a connection."""
        give_up_at = time.monotonic() + START_SECONDS
        while self._process.poll() is None and time.monotonic() < give_up_at:
            with suppress(OSError), socket.create_connection((HOST, self.port), START_SECONDS) as connection:
                connection.sendall(b"GET /healthz HTTP/1.0\r\n\r\n")
                if connection.recv(1):
                    return
            time.sleep(0.05)
        raise RuntimeError(f"a server did not start:\n{self._log.read_text(errors='replace')}")

    def ask_to_stop(self) -> None:
        """Ask it to stop, as an operator does."""
        self._process.terminate()

    def has_stopped(self) -> bool:
        """True once its first process has ended."""
        return self._process.poll() is not None

    def kill(self) -> None:
        """End all its processes at once."""
        with suppress(ProcessLookupError):
            os.killpg(self.process_id, signal.SIGKILL)
        self._process.wait()

    def stop(self) -> None:
        """Ask it to stop, and end what is left of it after a while."""
        if self._process is None:
            return
        self.ask_to_stop()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(STOP_SECONDS)
        self.kill()

    def cpu_seconds(self) -> float:
        """For how long the server's processes have had a processor so far."""
        return sum(_cpu_seconds(process) for process in _with_children(self.process_id))

    def memory_bytes(self) -> int:
        """The memory of the server's processes; what they share counts once."""
        return sum(_proportional_bytes(process) for process in _with_children(self.process_id))


@dataclass(frozen=True)
class Stand:
    """What is measured side by side; without an environment for it, there is no stock stack."""

    ours: Server
    stock: Server | None
    limit: Server


@contextmanager
def stand(database: Path, folder: Path, stock_python: Path | None) -> Iterator[Stand]:
    """All servers, each on a copy of the database of its own, ready to answer."""
    with ExitStack() as running:
        ours = running.enter_context(matchdesk(_copy(database, folder, "ours"), folder))
        limit = running.enter_context(_running(_bare(_copy(database, folder, "limit"), folder)))
        stock = None
        if stock_python is not None:
            stock = running.enter_context(_running(_stock(stock_python, database, folder)))
        yield Stand(ours, stock, limit)


@contextmanager
def matchdesk(database: Path, folder: Path) -> Iterator[Server]:
    """Matchdesk as `make run` serves it."""
    port = _free_port()
    environ = {name: value for name, value in os.environ.items() if name not in SETTINGS}
    environ |= {
        "MATCHDESK_ENV": "development",
        "SECRET_KEY": secrets.token_hex(32),
        "DATABASE_URL": f"sqlite:///{database}",
        "HOST": HOST,
        "PORT": str(port),
    }
    command = [sys.executable, "-m", "gunicorn", "-c", "deploy/gunicorn.conf.py"]
    with _running(Server(command, environ, port, folder / f"matchdesk-{port}.log")) as server:
        yield server


def _bare(database: Path, folder: Path) -> Server:
    """The bare application under the same web server."""
    port = _free_port()
    command = [sys.executable, "-m", "gunicorn", "--bind", f"{HOST}:{port}", "--worker-class", "gevent"]
    command += ["--worker-connections", "12000", "--backlog", "4096", "--keep-alive", "75"]
    command += ["--graceful-timeout", "1", "--no-control-socket", "bench.bare:application"]
    return Server(command, {**os.environ, DATABASE: str(database)}, port, folder / f"bare-{port}.log")


def _stock(python: Path, database: Path, folder: Path) -> Server:
    """The stock stack under uvicorn."""
    port = _free_port()
    copied = _copy(database, folder, "stock")
    _furnish(copied)
    command = [str(python), "-m", "uvicorn", "bench.stock.asgi:application", "--host", HOST]
    command += ["--port", str(port), "--backlog", "4096", "--no-access-log", "--log-level", "warning"]
    command += ["--timeout-graceful-shutdown", "1", "--timeout-keep-alive", "75"]
    environ = {**os.environ, DATABASE: str(copied), "PYTHONDONTWRITEBYTECODE": "1"}
    return Server(command, environ, port, folder / f"stock-{port}.log")


def _copy(database: Path, folder: Path, name: str) -> Path:
    return Path(shutil.copy(database, folder / f"{name}-{database.name}"))


def _furnish(database: Path) -> None:
    """Take out our triggers, which are no work of the stock stack, and put in the indexes that it would have.

    Ours are for matches that are not deleted, in words that Django does not use.
    """
    connection = sqlite3.connect(database)
    names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for (name,) in names:
        connection.execute(f"DROP TRIGGER {name}")
    for place, columns in enumerate(STOCK_INDEXES):
        connection.execute(f"CREATE INDEX stock_{place} ON matches ({columns})")
    connection.execute("ANALYZE")
    connection.commit()
    connection.close()


def prepare_machine() -> None:
    """Let this process have a file for each client, and a processor that the servers do not use."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 65_536 if hard == resource.RLIM_INFINITY else min(65_536, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))
    processors = sorted(os.sched_getaffinity(0))
    if len(processors) > 1:
        os.sched_setaffinity(0, processors[1:])
        SERVERS_RUN_ON.append(processors[0])


SERVERS_RUN_ON: list[int] = []


@contextmanager
def _running(server: Server) -> Iterator[Server]:
    try:
        server.start()
        server.wait()
        yield server
    finally:
        server.stop()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


def _with_children(process_id: int) -> Iterator[int]:
    yield process_id
    children = Path(f"/proc/{process_id}/task/{process_id}/children")
    for child in children.read_text().split() if children.exists() else ():
        yield from _with_children(int(child))


def _cpu_seconds(process_id: int) -> float:
    """The clock of another process's processor time; Linux makes its number so of the process's."""
    return time.clock_gettime((~process_id << 3) | 2)


def _proportional_bytes(process_id: int) -> int:
    summary = Path(f"/proc/{process_id}/smaps_rollup").read_text()
    return next(int(line.split()[1]) * 1024 for line in summary.splitlines() if line.startswith("Pss:"))
