"""The settings: read once from the environment, checked all together, passed on as plain values."""

import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from app.counters import Counters
from app.database import engine_options

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENTS = ("development", "production", "test")
SHORTEST_SECRET = 32  # bytes, as long as what HMAC-SHA256 makes of it
LARGEST_REQUEST = 1024 * 1024  # bytes
REDIS_SCHEMES = ("redis", "rediss")
# A request waits for a counter no longer than this; it goes on without.
REDIS_TIMEOUTS = {"socket_connect_timeout": 1, "socket_timeout": 1}


class RefusedToStart(SystemExit):
    """Matchdesk must not run like this. Uncaught, it prints its sentences and ends with status 1.

    `problems` has one sentence for each thing that is wrong.
    """

    def __init__(self, problems: list[str]):
        lines = [f"  - {problem}" for problem in problems]
        super().__init__("\n".join(["Matchdesk does not start:", *lines]))
        self.problems = problems


@dataclass(frozen=True)
class Settings:
    """Everything that may differ between two installations. The README's table explains each."""

    environment: str
    secret_key: str
    database_url: str
    redis_url: str | None
    host: str
    port: int
    workers: int
    allowed_origins: tuple[str, ...]
    trusted_proxies: tuple[IPv4Network | IPv6Network, ...]
    metrics_token: str | None
    instance_path: Path

    @classmethod
    def from_env(
        cls, environ: Mapping[str, str] | None = None, instance_path: Path | None = None
    ) -> "Settings":
        """The settings that the environment asks for; raises RefusedToStart with all that is wrong."""
        return _Reader(os.environ if environ is None else environ, instance_path or ROOT / "instance").read()

    @property
    def is_production(self) -> bool:
        """True where real people depend on this installation."""
        return self.environment == "production"

    @property
    def is_test(self) -> bool:
        """True where only tests use it, so that passwords may be hashed cheaply."""
        return self.environment == "test"

    @property
    def uses_sqlite(self) -> bool:
        """True where the database is a SQLite file, and not a PostgreSQL server."""
        return self.database_url.startswith("sqlite")

    @property
    def is_loopback(self) -> bool:
        """True where only programs on this very machine can connect."""
        if self.host == "localhost":
            return True
        try:
            return ip_address(self.host.strip("[]")).is_loopback
        except ValueError:
            return False

    def flask_config(self) -> dict[str, object]:
        """What Flask and its extensions are configured with."""
        return {
            "SECRET_KEY": self.secret_key,
            "TESTING": self.is_test,
            "MAX_CONTENT_LENGTH": LARGEST_REQUEST,
            "SQLALCHEMY_DATABASE_URI": self.database_url,
            "SQLALCHEMY_ENGINE_OPTIONS": engine_options(self.database_url),
            "SESSION_COOKIE_NAME": "matchdesk_session",
            "SESSION_COOKIE_HTTPONLY": True,
            "SESSION_COOKIE_SAMESITE": "Lax",
            "SESSION_COOKIE_SECURE": self.is_production,
            "REMEMBER_COOKIE_HTTPONLY": True,
            "REMEMBER_COOKIE_SAMESITE": "Lax",
            "REMEMBER_COOKIE_SECURE": self.is_production,
            "JWT_ALGORITHM": "HS256",
            "JWT_ACCESS_TOKEN_EXPIRES": timedelta(minutes=15),
            "JWT_REFRESH_TOKEN_EXPIRES": timedelta(days=7),
            "RATELIMIT_STORAGE_URI": self.redis_url or f"{Counters.STORAGE_SCHEME[0]}://",
            "RATELIMIT_STORAGE_OPTIONS": REDIS_TIMEOUTS if self.redis_url else {},
            # A limiter that cannot reach Redis must not stop a tournament.
            "RATELIMIT_SWALLOW_ERRORS": True,
        }


class _Reader:
    """Reads one environment, collecting what is wrong with it instead of stopping at the first."""

    def __init__(self, environ: Mapping[str, str], instance_path: Path):
        self.environ = environ
        self.instance_path = instance_path
        self.problems: list[str] = []

    def read(self) -> Settings:
        environment = self._environment()
        settings = Settings(
            environment=environment,
            secret_key=self._secret_key(environment),
            database_url=self._database_url(environment),
            redis_url=self._redis_url(),
            host=self._get("HOST") or "127.0.0.1",
            port=self._whole_number("PORT", 8000, 1, 65535),
            workers=self._whole_number("WEB_CONCURRENCY", 1, 1, 256),
            allowed_origins=self._allowed_origins(),
            trusted_proxies=self._trusted_proxies(),
            metrics_token=self._get("METRICS_TOKEN") or None,
            instance_path=self.instance_path,
        )
        if settings.workers > 1 and (settings.uses_sqlite or settings.redis_url is None):
            self.problems.append(
                f"WEB_CONCURRENCY is {settings.workers}, but more than one worker needs PostgreSQL "
                "(DATABASE_URL) and Redis (REDIS_URL)."
            )
        if self.problems:
            raise RefusedToStart(self.problems)
        return settings

    def _get(self, name: str) -> str:
        return self.environ.get(name, "").strip()

    def _list(self, name: str) -> list[str]:
        return [part.strip() for part in self._get(name).split(",") if part.strip()]

    def _whole_number(self, name: str, default: int, lowest: int, highest: int) -> int:
        text = self._get(name)
        if not text:
            return default
        if text.isascii() and text.isdigit() and len(text) < 10 and lowest <= int(text) <= highest:
            return int(text)
        self.problems.append(f"{name} must be a whole number from {lowest} to {highest}, but is {text!r}.")
        return default

    def _environment(self) -> str:
        name = self._get("MATCHDESK_ENV").lower() or "development"
        if name not in ENVIRONMENTS:
            self.problems.append(f"MATCHDESK_ENV must be one of {', '.join(ENVIRONMENTS)}, but is {name!r}.")
        return name

    def _secret_key(self, environment: str) -> str:
        key = self._get("SECRET_KEY")
        length = len(key.encode())
        if environment == "production" and length < SHORTEST_SECRET:
            self.problems.append(
                f"SECRET_KEY must have at least {SHORTEST_SECRET} bytes in production, but has {length}. "
                'Make one with: python3 -c "import secrets; print(secrets.token_hex(32))"'
            )
            return key
        return key or _kept_secret(self.instance_path / "secret_key")

    def _database_url(self, environment: str) -> str:
        text = self._get("DATABASE_URL") or f"sqlite:///{self.instance_path / 'matchdesk.db'}"
        try:
            url = make_url(text)
            backend = url.get_backend_name()
        except (ArgumentError, ValueError):
            self.problems.append(
                "DATABASE_URL cannot be read: it looks like postgresql://user:password@host/name."
            )
            return text
        if backend in ("postgres", "postgresql"):
            return url.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
        if backend == "sqlite":
            return self._sqlite_url(url, environment)
        self.problems.append(
            f"DATABASE_URL must be a SQLite or PostgreSQL address, but begins with {backend!r}."
        )
        return text

    def _sqlite_url(self, url: URL, environment: str) -> str:
        if url.database in (None, "", ":memory:"):
            if environment != "test":
                self.problems.append(
                    "DATABASE_URL names a database in memory, which each restart would lose."
                )
            return str(url)
        # A relative file lies in the instance folder, wherever the server was started from.
        return str(url.set(database=str(self.instance_path / url.database)))

    def _redis_url(self) -> str | None:
        text = self._get("REDIS_URL")
        if text and text.partition("://")[0] not in REDIS_SCHEMES:
            self.problems.append("REDIS_URL must begin with redis:// or rediss://.")
        return text or None

    def _allowed_origins(self) -> tuple[str, ...]:
        origins = []
        for text in self._list("ALLOWED_ORIGINS"):
            if not _is_origin(text):
                self.problems.append(
                    f"ALLOWED_ORIGINS holds {text!r}: an origin looks like https://desk.example.org."
                )
            origins.append(text.rstrip("/").lower())
        return tuple(origins)

    def _trusted_proxies(self) -> tuple[IPv4Network | IPv6Network, ...]:
        networks = []
        for text in self._list("TRUSTED_PROXIES"):
            try:
                networks.append(ip_network(text, strict=False))
            except ValueError:
                self.problems.append(
                    f"TRUSTED_PROXIES holds {text!r}: write addresses (10.0.0.5) or networks (10.0.0.0/24)."
                )
        return tuple(networks)


def _is_origin(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return (
        parts.scheme in ("http", "https")
        and bool(parts.hostname)
        and not (parts.path.strip("/") or parts.query)
    )


def _kept_secret(path: Path) -> str:
    """The random key of this installation, made at its first start; sign-ins so outlive a restart."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_hex(SHORTEST_SECRET))
        # Linked, not renamed: of two processes that start at once, the second keeps the first's key.
        with suppress(FileExistsError):
            path.hardlink_to(draft)
        draft.unlink()
    return path.read_text().strip()
