"""Matchdesk refuses to run where it would be open to strangers, and runs as it is set up to."""

import importlib.util
import json
import os
import runpy
import subprocess
import sys

import pytest
from argon2 import PasswordHasher

from app import create_app
from app.config import RefusedToStart, Settings
from app.startup import DEMO_PASSWORD, DEMO_USERNAMES, check
from tests import factories
from tests.support.processes import ROOT, clean_environment, free_port

LONG_KEY = "k" * 32
DEMO_HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(DEMO_PASSWORD)
PRODUCTION = {"MATCHDESK_ENV": "production", "SECRET_KEY": LONG_KEY}
REACHABLE = {"HOST": "0.0.0.0"}


@pytest.fixture
def read(database_url, tmp_path):
    factories.use(database_url)
    yield lambda **environ: Settings.from_env(
        {"DATABASE_URL": database_url, **environ}, instance_path=tmp_path
    )
    factories.done()


def run(*command, **environ):
    return subprocess.run(
        [sys.executable, "-m", *command],
        cwd=ROOT,
        env=clean_environment(**environ),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.both_databases
@pytest.mark.parametrize("environ", [PRODUCTION, REACHABLE, {**PRODUCTION, **REACHABLE}])
def test_a_demo_password_that_works_is_refused(read, environ):
    for name in DEMO_USERNAMES:
        factories.user(name, password_hash=DEMO_HASH)
    settings = read(**environ)
    with pytest.raises(RefusedToStart) as refusal:
        check(settings)
    (problem,) = refusal.value.problems
    assert ", ".join(DEMO_USERNAMES) in problem
    assert "set-password" in problem
    with pytest.raises(RefusedToStart):
        create_app(settings)


@pytest.mark.parametrize("environ", [{}, {"HOST": "::1"}, {"MATCHDESK_ENV": "test"}])
def test_on_loopback_outside_production_the_demo_may_run(read, environ):
    factories.user("admin", password_hash=DEMO_HASH)
    check(read(**environ))


@pytest.mark.parametrize("environ", [PRODUCTION, REACHABLE])
def test_only_a_password_that_works_is_a_danger(read, environ):
    factories.user("admin")
    factories.user("organizer", password_hash=DEMO_HASH, is_active=False)
    factories.user("coordinator", password_hash="no hash at all")
    factories.user("somebody-else", password_hash=DEMO_HASH)
    check(read(**environ))


def test_a_demo_name_in_other_letters_is_the_same_account(read):
    factories.user("Admin", password_hash=DEMO_HASH)
    with pytest.raises(RefusedToStart) as refusal:
        check(read(**PRODUCTION))
    assert "works for Admin." in refusal.value.problems[0]


def test_an_empty_file_is_no_danger(read, tmp_path):
    check(read(**PRODUCTION, DATABASE_URL=f"sqlite:///{tmp_path / 'new.db'}"))


class TestProcesses:
    @pytest.fixture
    def unsafe(self, read, database_url):
        factories.user("admin", password_hash=DEMO_HASH)
        return {"DATABASE_URL": database_url, "SECRET_KEY": LONG_KEY, **REACHABLE}

    def test_gunicorn_ends_with_status_1_and_plain_sentences(self, unsafe):
        ended = run("gunicorn", "-c", "deploy/gunicorn.conf.py", **unsafe, PORT=str(free_port()))
        assert ended.returncode == 1
        assert ended.stderr.startswith("Matchdesk does not start:\n  - Everyone knows")
        assert "Traceback" not in ended.stderr

    def test_flask_run_is_a_server_too(self, unsafe):
        ended = run("flask", "--app", "wsgi", "run", "--port", str(free_port()), **unsafe)
        assert ended.returncode == 1
        assert "Everyone knows the demo password" in ended.stderr
        assert "Traceback" not in ended.stderr

    def test_the_commands_that_put_it_right_still_work(self, unsafe):
        ended = run("flask", "--app", "wsgi", "routes", **unsafe)
        assert ended.returncode == 0, ended.stderr

    def test_wrong_settings_end_every_command(self):
        for command in (("gunicorn", "-c", "deploy/gunicorn.conf.py"), ("flask", "--app", "wsgi", "routes")):
            ended = run(*command, PORT="http")
            assert ended.returncode == 1
            assert "PORT must be a whole number" in ended.stderr
            assert "Traceback" not in ended.stderr

    def test_the_check_tells_the_server_its_settings(self, database_url):
        ended = run("app.startup", DATABASE_URL=database_url, HOST="::1", PORT="8123")
        assert json.loads(ended.stdout) == {"host": "::1", "port": 8123, "workers": 1, "is_production": False}


class TestServer:
    def test_how_gunicorn_is_set_up(self, monkeypatch, database_url):
        for name, value in {"DATABASE_URL": database_url, "HOST": "::1", "PORT": "8123"}.items():
            monkeypatch.setenv(name, value)
        config = runpy.run_path(str(ROOT / "deploy" / "gunicorn.conf.py"))
        assert config["bind"] == "[::1]:8123"
        assert config["worker_class"] == "gevent"
        assert config["worker_connections"] == 12_000
        assert config["backlog"] == 4096
        assert config["keepalive"] == 75
        assert config["workers"] == 1
        assert config["control_socket"] == str(ROOT / "instance" / "gunicorn-8123.ctl")
        assert config["forwarded_allow_ips"] == ""

    def test_two_run_side_by_side_and_leave_the_home_folder_alone(self, start_server, tmp_path):
        home = tmp_path / "home"
        home.mkdir()
        for server in [start_server(HOME=str(home), XDG_RUNTIME_DIR=str(home)) for _ in range(2)]:
            assert server.is_running()
            assert "[ERROR]" not in server.output()
            assert f"instance/gunicorn-{server.port}.ctl" in server.output()
        assert list(home.iterdir()) == []

    def test_the_database_driver_lets_others_run_while_it_waits(self):
        script = (
            "from gevent import monkey; monkey.patch_all();"
            "from psycopg import waiting; print(waiting.wait.__name__)"
        )
        ended = subprocess.run(
            [sys.executable, "-c", script], capture_output=True, text=True, env=os.environ, check=True
        )
        assert ended.stdout.strip() != "wait_c"

    def test_no_other_websocket_library_is_picked_up(self):
        assert importlib.util.find_spec("geventwebsocket") is None
