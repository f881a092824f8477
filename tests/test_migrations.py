"""The migrations make the very database that the models describe, on SQLite and on PostgreSQL."""

import os
import subprocess
import sys

import pytest
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.exc import DBAPIError

from app.database import prepare_engine
from app.models import User
from tests.support.databases import POSTGRESQL
from tests.support.processes import ROOT, SECRET_KEY


@pytest.fixture(params=["sqlite", POSTGRESQL])
def empty_url(request, tmp_path):
    """The URL of a database without any tables."""
    if request.param == POSTGRESQL:
        with request.getfixturevalue("postgres").bare_database("migrated") as url:
            yield url
    else:
        yield f"sqlite:///{tmp_path / 'migrated.db'}"


def flask_db(url, *arguments):
    """Run `flask db ...` on the database; returns what it printed."""
    environ = {**os.environ, "DATABASE_URL": url, "MATCHDESK_ENV": "test", "SECRET_KEY": SECRET_KEY}
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "db", *arguments]
    done = subprocess.run(command, env=environ, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def test_upgrade_check_and_downgrade(empty_url):
    flask_db(empty_url, "upgrade")
    assert "No new upgrade operations detected" in flask_db(empty_url, "check")
    engine = create_engine(empty_url)
    prepare_engine(engine)
    checks_of(engine)
    assert_audit_is_append_only(engine)
    engine.dispose()
    flask_db(empty_url, "downgrade", "base")
    engine = create_engine(empty_url)
    assert set(inspect(engine).get_table_names()) <= {"alembic_version"}
    engine.dispose()


def checks_of(engine):
    """Alembic does not compare CHECK constraints: their names are compared here."""
    found = inspect(engine)
    for table in User.metadata.sorted_tables:
        wanted = {str(c.name) for c in table.constraints if c.__visit_name__ == "check_constraint"}
        there = {check["name"] for check in found.get_check_constraints(table.name)}
        assert wanted <= there, f"{table.name} lacks {wanted - there}"


def assert_audit_is_append_only(engine):
    with engine.begin() as connection:
        connection.execute(
            text("INSERT INTO audit_log (action, meta, created_at) VALUES ('X', '{}', '2026-01-01 00:00:00')")
        )
    for statement in ("UPDATE audit_log SET action = 'Y'", "DELETE FROM audit_log"):
        with pytest.raises(DBAPIError, match="append-only"), engine.begin() as connection:
            connection.execute(text(statement))
