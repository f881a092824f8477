"""Backups made while people write, and what stands after they are put back."""

import os
import sqlite3
import stat
import subprocess
import sys
import threading
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests
from sqlalchemy import create_engine, text

from app import create_app
from app.backups import BackupFailed, postgresql
from app.config import Settings
from app.extensions import db
from tests import factories
from tests.live.listener import token, until
from tests.support.databases import SQLITE
from tests.support.processes import ROOT, SECRET_KEY, clean_environment


@pytest.fixture(scope="session")
def tools(postgres) -> str:
    """A PATH in which PostgreSQL's programs are those of the tests' server."""
    return f"{postgres.programs}{os.pathsep}{os.environ['PATH']}"


@pytest.fixture
def spare_url(database_kind, tmp_path, request):
    """Another place for a database, where there is none yet."""
    if database_kind == SQLITE:
        yield f"sqlite:///{tmp_path / 'spare.db'}"
    else:
        with request.getfixturevalue("postgres").bare_database("spare") as url:
            yield url


@pytest.fixture
def flask(tools):
    """Runs a command of the application on a database."""

    def run(url: str, *command: str, path: str = tools):
        environ = clean_environment(MATCHDESK_ENV="test", SECRET_KEY=SECRET_KEY, DATABASE_URL=url, PATH=path)
        return subprocess.run(
            [sys.executable, "-m", "flask", "--app", "wsgi", *command],
            cwd=ROOT, env=environ, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip

    return run


@pytest.fixture
def command(tools, tmp_path, monkeypatch):
    """Runs a command in this process."""

    def run(url: str, *arguments: str, path: str = tools):
        monkeypatch.setenv("PATH", path)
        environ = {"MATCHDESK_ENV": "test", "SECRET_KEY": SECRET_KEY, "DATABASE_URL": url}
        app = create_app(Settings.from_env(environ, instance_path=tmp_path))
        result = app.test_cli_runner().invoke(args=arguments)
        with app.app_context():
            db.engine.dispose()
        return result

    return run


@contextmanager
def writers(server, scene, number: int = 4):
    """People who write until the block ends; yields what was accepted so far."""
    headers = {"Authorization": f"Bearer {token(server, scene.organizer)}"}
    accepted, enough = [], threading.Event()

    def write(writer: int) -> None:
        path = f"{server.url}/api/tournaments/matches/{scene.match.id}/lobby/"
        with requests.Session() as session:
            while not enough.is_set():
                code = f"{writer}-{len(accepted)}"
                answer = session.patch(path, json={"room_code": code}, headers=headers, timeout=30)
                assert answer.ok, answer.text
                accepted.append(code)

    threads = [threading.Thread(target=write, args=(writer,)) for writer in range(number)]
    for thread in threads:
        thread.start()
    try:
        until(lambda: len(accepted) > 10)
        yield accepted
    finally:
        enough.set()
        for thread in threads:
            thread.join(30)


def written() -> tuple[int, list[int]]:
    """How many changes the log has, and the numbers of the events."""
    return len(factories.audit_rows(action="MATCH_LOBBY_UPDATE")), [event.seq for event in factories.events()]


@pytest.mark.both_databases
def test_what_is_backed_up_under_load_is_whole_when_restored(
    start_server, database_url, spare_url, flask, tmp_path
):
    server = start_server(database_url)
    scene = factories.scene()
    file = tmp_path / "matchdesk.backup"
    with writers(server, scene) as accepted:
        before = len(accepted)
        backed_up = flask(database_url, "backup", str(file))
        until(lambda: len(accepted) > before)
    assert backed_up.returncode == 0, backed_up.stderr
    assert "read back without an error" in backed_up.stdout
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(tmp_path.glob("*.partial")) == []
    all_of_it = written()[0]

    restored = flask(spare_url, "restore", str(file))
    assert restored.returncode == 0, restored.stderr
    assert f"1 tournaments with {len(written()[1])} events." not in restored.stdout, "all of it came before"
    factories.use(spare_url)
    changes, seqs = written()
    assert before <= changes < all_of_it
    assert seqs == list(range(1, changes + 1))
    assert factories.fresh(scene.tournament).event_seq == changes

    # And it is a database to go on with, in which the log is as safe as before.
    again = start_server(spare_url)
    with writers(again, scene, 2) as accepted:
        pass
    assert written()[0] == changes + len(accepted)
    with pytest.raises(Exception, match="audit"), factories.session(writes=True) as its:
        its.execute(text("DELETE FROM audit_log"))
    assert requests.get(f"{again.url}/readyz", timeout=10).text.startswith("ready")


@pytest.mark.both_databases
def test_a_restore_refuses_a_running_server_and_what_is_not_empty(
    start_server, database_url, command, tmp_path
):
    server = start_server(database_url)
    cup = factories.tournament(name="Before")
    file = tmp_path / "matchdesk.backup"
    assert command(database_url, "backup", str(file)).exit_code == 0
    factories.change(cup, name="After")
    factories.done()

    for options in ([], ["--replace"]):
        refused = command(database_url, "restore", *options, str(file))
        assert refused.exit_code == 1
        assert "A server uses the database. Stop it first" in refused.stderr
    server.stop()
    refused = command(database_url, "restore", str(file))
    assert refused.exit_code == 1
    assert "has accounts already" in refused.stderr
    factories.use(database_url)
    assert factories.fresh(cup).name == "After"
    factories.done()

    replaced = command(database_url, "restore", "--replace", str(file))
    assert replaced.exit_code == 0, replaced.stderr
    assert "1 tournaments" in replaced.stdout
    factories.use(database_url)
    assert factories.fresh(cup).name == "Before"


@pytest.mark.both_databases
def test_a_backup_overwrites_nothing(database_url, command, tmp_path):
    file = tmp_path / "there"
    file.write_text("mine")
    refused = command(database_url, "backup", str(file))
    assert refused.exit_code == 1
    assert "overwrites nothing" in refused.stderr
    assert file.read_text() == "mine"
    refused = command(database_url, "backup", str(tmp_path / "no" / "folder"))
    assert refused.exit_code == 1
    assert "cannot be written: No such file or directory" in refused.stderr


@pytest.mark.both_databases
@pytest.mark.parametrize("kind", ["missing", "rubbish", "cut short", "of a newer program"])
def test_what_is_no_backup_changes_nothing(database_url, database_kind, command, tmp_path, kind):
    factories.use(database_url)
    cup = factories.tournament()
    file = tmp_path / "matchdesk.backup"
    if kind == "of a newer program":
        with factories.session(writes=True) as its:
            its.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    if kind != "missing":
        assert command(database_url, "backup", str(file)).exit_code == 0
    if kind == "rubbish":
        file.write_bytes(b"rubbish" * 1000)
    elif kind == "cut short":
        file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    refused = command(database_url, "restore", "--replace", str(file))
    assert refused.exit_code == 1
    assert refused.stderr.startswith("Error: ")
    assert "Traceback" not in refused.stderr
    assert factories.fresh(cup).name == cup.name
    factories.done()


class TestTools:
    def test_of_the_same_version_they_are_taken(self, postgres, tools):
        version = postgresql._tool_version(f"{postgres.programs}/pg_dump")
        assert Path(postgresql.find_tool("pg_dump", version, tools)).parent == postgres.programs

    def test_of_another_version_they_are_named(self, tools):
        with pytest.raises(
            BackupFailed, match=r"and the server of version 99\. Install .* postgresql-client-99"
        ):
            postgresql.find_tool("pg_dump", 99, tools)

    def test_missing_they_are_named(self, tmp_path):
        with pytest.raises(BackupFailed, match=r"pg_dump is missing\. Install .* version 99"):
            postgresql.find_tool("pg_dump", 99, str(tmp_path))

    def test_the_command_says_so(self, postgres, command, tmp_path):
        fake = tmp_path / "pg_dump"
        fake.write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 9.6.1'\n")
        fake.chmod(0o755)
        with postgres.database() as url:
            refused = command(url, "backup", str(tmp_path / "it"), path=str(tmp_path))
        assert refused.exit_code == 1
        assert "pg_dump is of version 9, and the server of version" in refused.stderr
        assert not list(tmp_path.glob("it*"))

    def test_a_password_is_not_among_the_arguments(self):
        engine = create_engine("postgresql+psycopg://me:verysecret@127.0.0.1:5432/desk?sslmode=require")
        assert "verysecret" not in postgresql._address(engine)
        assert "sslmode=require" in postgresql._address(engine)


def test_a_file_of_another_program_is_no_backup(command, tmp_path):
    file = tmp_path / "other.db"
    with sqlite3.connect(file) as other:
        other.execute("CREATE TABLE songs (name TEXT)")
    other.close()
    refused = command(f"sqlite:///{tmp_path / 'new.db'}", "restore", str(file))
    assert refused.exit_code == 1
    assert "is no backup of a SQLite database of Matchdesk" in refused.stderr
    assert not (tmp_path / "new.db").exists()
