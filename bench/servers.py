"""The servers that are measured: started on loopback, each in a process group of its own, and stopped."""

import os
import resource
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from bench.bare import DATABASE

ROOT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"
START_SECONDS = 60
STOP_SECONDS = 10
# Settings that somebody may have exported for a server of their own.
SETTINGS = ("REDIS_URL", "WEB_CONCURRENCY", "ALLOWED_ORIGINS", "TRUSTED_PROXIES", "METRICS_TOKEN")


@dataclass(frozen=True)
class Server:
    """A server that answers."""

    port: int
    process_id: int

    def cpu_seconds(self) -> float:
        """For how long the server's processes have had a processor so far."""
        return sum(_cpu_nanoseconds(process) for process in _with_children(self.process_id)) / 1e9


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
    command = ["-c", "deploy/gunicorn.conf.py"]
    with _running(command, environ, port, folder / "matchdesk.log") as server:
        yield server


@contextmanager
def bare(database: Path, folder: Path) -> Iterator[Server]:
    """The bare application under the same web server."""
    port = _free_port()
    command = ["--bind", f"{HOST}:{port}", "--worker-class", "gevent", "--worker-connections", "12000"]
    command += ["--backlog", "4096", "--keep-alive", "75", "--graceful-timeout", "1", "--no-control-socket"]
    environ = {**os.environ, DATABASE: str(database)}
    with _running([*command, "bench.bare:application"], environ, port, folder / "bare.log") as server:
        yield server


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


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


@contextmanager
def _running(command: list[str], environ: dict, port: int, log: Path) -> Iterator[Server]:
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", *command],
            cwd=ROOT,
            env=environ,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        if SERVERS_RUN_ON:
            os.sched_setaffinity(process.pid, SERVERS_RUN_ON)
        _wait_for(process, port, log)
        yield Server(port, process.pid)
    finally:
        _stop(process)


def _wait_for(process: subprocess.Popen, port: int, log: Path) -> None:
    """Return once the server has answered a request, and not only taken a connection."""
    give_up_at = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < give_up_at:
        with suppress(OSError), socket.create_connection((HOST, port), timeout=START_SECONDS) as connection:
            connection.sendall(b"GET /healthz HTTP/1.0\r\n\r\n")
            if connection.recv(1):
                return
        time.sleep(0.05)
    raise RuntimeError(f"a server did not start:\n{log.read_text(errors='replace')}")


def _stop(process: subprocess.Popen) -> None:
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(STOP_SECONDS)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _with_children(process_id: int) -> Iterator[int]:
    yield process_id
    children = Path(f"/proc/{process_id}/task/{process_id}/children")
    for child in children.read_text().split() if children.exists() else ():
        yield from _with_children(int(child))


def _cpu_nanoseconds(process_id: int) -> int:
    tasks = Path(f"/proc/{process_id}/task").glob("*/schedstat")
    return sum(int(task.read_text().split()[0]) for task in tasks)
