"""The settings: each accepted and refused value, and what is told of it."""

import subprocess
import sys
from ipaddress import ip_network
from pathlib import Path

import pytest

from app.config import RefusedToStart, Settings
from tests.support.processes import ROOT, clean_environment

LONG_KEY = "k" * 32
POSTGRES = "postgresql+psycopg://desk:pw@db.example.org/desk"


@pytest.fixture
def read(tmp_path):
    return lambda **environ: Settings.from_env(environ, instance_path=tmp_path)


@pytest.fixture
def problems_of(read):
    def problems(**environ):
        with pytest.raises(RefusedToStart) as refusal:
            read(**environ)
        return refusal.value.problems

    return problems


def test_defaults_are_those_of_a_developer(read, tmp_path):
    settings = read()
    assert settings.environment == "development"
    assert (settings.host, settings.port, settings.workers) == ("127.0.0.1", 8000, 1)
    assert settings.database_url == f"sqlite:///{tmp_path / 'matchdesk.db'}"
    assert settings.redis_url is None
    assert settings.metrics_token is None
    assert settings.allowed_origins == settings.trusted_proxies == ()
    assert settings.uses_sqlite
    assert settings.is_loopback
    assert not settings.is_production
    assert not settings.is_test


def test_empty_values_count_as_unset(read):
    settings = read(PORT=" ", HOST="", REDIS_URL="", METRICS_TOKEN=" ", MATCHDESK_ENV="")
    assert (settings.host, settings.port, settings.environment) == ("127.0.0.1", 8000, "development")
    assert settings.redis_url is settings.metrics_token is None


def test_everything_at_once(read):
    settings = read(
        MATCHDESK_ENV="production",
        SECRET_KEY=LONG_KEY,
        DATABASE_URL="postgres://desk:pw@db.example.org/desk",
        REDIS_URL="rediss://cache.example.org/0",
        HOST="0.0.0.0",
        PORT="443",
        WEB_CONCURRENCY="4",
        ALLOWED_ORIGINS="https://desk.example.org, http://hall:8080/",
        TRUSTED_PROXIES="10.0.0.5, 10.1.0.0/16, ::1",
        METRICS_TOKEN="let me see",
    )
    assert settings.is_production
    assert settings.database_url == POSTGRES
    assert not settings.uses_sqlite
    assert not settings.is_loopback
    assert settings.workers == 4
    assert settings.allowed_origins == ("https://desk.example.org", "http://hall:8080")
    assert settings.trusted_proxies == tuple(map(ip_network, ("10.0.0.5/32", "10.1.0.0/16", "::1/128")))
    assert settings.metrics_token == "let me see"


def test_all_problems_are_told_together(problems_of):
    problems = problems_of(MATCHDESK_ENV="live", PORT="http", WEB_CONCURRENCY="0", REDIS_URL="cache")
    assert len(problems) == 4
    assert all(problem.endswith(".") for problem in problems)
    for name in ("MATCHDESK_ENV", "PORT", "WEB_CONCURRENCY", "REDIS_URL"):
        assert any(name in problem for problem in problems)


@pytest.mark.parametrize("value", ["0", "65536", "-1", "80.5", "8OOO", "1" * 5000, "٣"])
def test_a_port_that_is_none_is_refused(problems_of, value):
    assert "PORT must be a whole number from 1 to 65535" in problems_of(PORT=value)[0]


class TestSecretKey:
    def test_in_development_a_random_one_is_made_and_kept(self, read, tmp_path):
        first = read().secret_key
        assert len(first) >= 32
        assert read().secret_key == first
        assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600
        assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]

    def test_two_installations_have_different_ones(self, tmp_path):
        keys = {Settings.from_env({}, instance_path=tmp_path / name).secret_key for name in "ab"}
        assert len(keys) == 2

    def test_the_environment_comes_first(self, read, tmp_path):
        assert read(SECRET_KEY="short").secret_key == "short"
        assert not (tmp_path / "secret_key").exists()

    @pytest.mark.parametrize("key", ["", "k" * 31, "ü" * 15])
    def test_production_refuses_under_32_bytes(self, problems_of, key, tmp_path):
        (problem,) = problems_of(MATCHDESK_ENV="production", SECRET_KEY=key)
        assert "at least 32 bytes" in problem
        assert not (tmp_path / "secret_key").exists()

    @pytest.mark.parametrize("key", ["k" * 32, "ü" * 16])
    def test_production_takes_32_bytes(self, read, key):
        assert read(MATCHDESK_ENV="production", SECRET_KEY=key).secret_key == key


class TestDatabaseUrl:
    @pytest.mark.parametrize(
        "scheme", ["postgres", "postgresql", "postgresql+psycopg", "postgresql+psycopg2"]
    )
    def test_every_spelling_of_postgresql_means_the_driver_that_we_have(self, read, scheme):
        assert read(DATABASE_URL=f"{scheme}://desk:pw@db.example.org/desk").database_url == POSTGRES

    def test_a_password_with_signs_in_it_survives(self, read):
        url = read(DATABASE_URL="postgres://desk:p%40s%2Fs@db/desk?sslmode=require").database_url
        assert url == "postgresql+psycopg://desk:p%40s%2Fs@db/desk?sslmode=require"

    def test_a_relative_sqlite_file_lies_in_the_instance_folder(self, read, tmp_path):
        assert read(DATABASE_URL="sqlite:///cup.db").database_url == f"sqlite:///{tmp_path / 'cup.db'}"

    def test_an_absolute_sqlite_file_lies_where_it_says(self, read):
        assert read(DATABASE_URL="sqlite:////srv/cup.db").database_url == "sqlite:////srv/cup.db"

    @pytest.mark.parametrize("url", ["mysql://db/desk", "oracle://db/desk", "redis://db"])
    def test_other_databases_are_refused(self, problems_of, url):
        assert "SQLite or PostgreSQL" in problems_of(DATABASE_URL=url)[0]

    @pytest.mark.parametrize("url", ["desk.db", "postgresql//db", "://", "postgresql://db:port/x"])
    def test_what_is_no_url_is_refused(self, problems_of, url):
        assert "DATABASE_URL cannot be read" in problems_of(DATABASE_URL=url)[0]

    def test_memory_is_no_place_to_keep_a_tournament(self, problems_of, read):
        assert "in memory" in problems_of(DATABASE_URL="sqlite://")[0]
        assert read(DATABASE_URL="sqlite://", MATCHDESK_ENV="test").uses_sqlite


class TestWorkers:
    REDIS = "redis://127.0.0.1/0"

    @pytest.mark.parametrize(
        "environ",
        [{}, {"DATABASE_URL": POSTGRES}, {"REDIS_URL": REDIS}],
        ids=["neither", "without Redis", "without PostgreSQL"],
    )
    def test_more_than_one_needs_postgresql_and_redis(self, problems_of, environ):
        (problem,) = problems_of(WEB_CONCURRENCY="2", **environ)
        assert "PostgreSQL" in problem
        assert "Redis" in problem

    def test_more_than_one_with_both(self, read):
        assert read(WEB_CONCURRENCY="2", DATABASE_URL=POSTGRES, REDIS_URL=self.REDIS).workers == 2


@pytest.mark.parametrize(
    "origin", ["*", "desk.example.org", "ftp://desk", "https://", "https://a/b", "http://["]
)
def test_what_is_no_origin_is_refused(problems_of, origin):
    assert "ALLOWED_ORIGINS" in problems_of(ALLOWED_ORIGINS=f"https://good.example.org,{origin}")[0]


@pytest.mark.parametrize("proxy", ["*", "proxy.example.org", "10.0.0.0/40"])
def test_what_is_no_address_is_refused(problems_of, proxy):
    assert "TRUSTED_PROXIES" in problems_of(TRUSTED_PROXIES=f"10.0.0.1,{proxy}")[0]


@pytest.mark.parametrize(
    ("host", "is_loopback"),
    [
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("localhost", True),
        ("::1", True),
        ("[::1]", True),
        ("0.0.0.0", False),
        ("::", False),
        ("192.168.1.20", False),
        ("desk.example.org", False),
    ],
)
def test_loopback_is_what_others_cannot_reach(read, host, is_loopback):
    assert read(HOST=host).is_loopback is is_loopback


@pytest.mark.parametrize("environment", ["development", "production", "test"])
def test_cookies_are_secure_in_production(read, environment):
    config = read(MATCHDESK_ENV=environment, SECRET_KEY=LONG_KEY).flask_config()
    is_production = environment == "production"
    for cookie in ("SESSION", "REMEMBER"):
        assert config[f"{cookie}_COOKIE_SECURE"] is is_production
        assert config[f"{cookie}_COOKIE_HTTPONLY"] is True
        assert config[f"{cookie}_COOKIE_SAMESITE"] == "Lax"
    assert config["TESTING"] is (environment == "test")


def test_uncaught_the_refusal_is_plain_sentences_and_status_1():
    environ = clean_environment(MATCHDESK_ENV="production", SECRET_KEY="short", PORT="x")
    ended = subprocess.run(
        [sys.executable, "-c", "from app.config import Settings; Settings.from_env()"],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 1
    lines = ended.stderr.splitlines()
    assert lines[0] == "Matchdesk does not start:"
    assert len([line for line in lines if line.startswith("  - ")]) == 2
    assert "Traceback" not in ended.stderr


def test_without_an_environment_that_of_the_process_is_read(monkeypatch, tmp_path):
    monkeypatch.setenv("PORT", "8123")
    monkeypatch.setenv("SECRET_KEY", "of the process")
    settings = Settings.from_env(instance_path=Path(tmp_path))
    assert (settings.port, settings.secret_key) == (8123, "of the process")
