"""PostgreSQL: its own pg_dump, pg_restore and psql, of the server's major version."""

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from sqlalchemy import Connection, Engine, text

from app.database import APPLICATION_NAME

from .problems import IN_USE, NOT_EMPTY, BackupFailed

# Where Debian and Red Hat keep several versions side by side.
_FOLDERS = ("/usr/lib/postgresql/{major}/bin", "/usr/pgsql-{major}/bin")
_REVISION = re.compile(r"^COPY public\.alembic_version .*\n(\S+)\n", re.MULTILINE)
_SERVERS = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
    "AND application_name = :ours AND pid <> pg_backend_pid()"
)
# What somebody else has open must not hold up a restore for ever.
_LOCK_TIMEOUT = "-c lock_timeout=10s"


def back_up(engine: Engine, draft: Path) -> None:
    """Dump the database into the file, in pg_dump's custom format."""
    _run(
        engine, "pg_dump", "--format=custom", *_OURS_ALONE, f"--file={draft}", f"--dbname={_address(engine)}"
    )
    read_revision(engine, draft)


def read_revision(engine: Engine, file: Path) -> str:
    """The migration of a backup that can be read to its end."""
    try:
        _run(engine, "pg_restore", f"--file={os.devnull}", str(file))
        found = _run(engine, "pg_restore", "--data-only", "--table=alembic_version", "--file=-", str(file))
    except _ToolFailed as error:
        raise BackupFailed(f"{file} is no backup of a PostgreSQL database: {error}") from None
    match = _REVISION.search(found)
    if match is None:
        raise BackupFailed(f"{file} is no backup of Matchdesk.")
    return match[1]


def restore(engine: Engine, file: Path, *, replace: bool) -> None:
    """Put the backup in the place of all that is in the schema `public`, in one transaction."""
    with engine.connect() as connection:
        if connection.scalar(_SERVERS, {"ours": APPLICATION_NAME}):
            raise BackupFailed(IN_USE)
        if not replace and _has_accounts(connection):
            raise BackupFailed(NOT_EMPTY)
    engine.dispose()
    with tempfile.TemporaryDirectory(prefix="matchdesk-restore-") as folder:
        # Through a file: of a pipe that breaks, the first half would be committed.
        script = Path(folder) / "restore.sql"
        _run(engine, "pg_restore", *_OURS_ALONE, f"--file={script}", str(file))
        # Everything goes first, also what a newer migration has added since.
        steps = ["--command=DROP SCHEMA public CASCADE", "--command=CREATE SCHEMA public", f"--file={script}"]
        options = [
            "--no-psqlrc",
            "--quiet",
            "--single-transaction",
            "--set=ON_ERROR_STOP=1",
            "--output=/dev/null",
        ]
        _run(engine, "psql", *options, *steps, "--command=ANALYZE", f"--dbname={_address(engine)}")


_OURS_ALONE = ("--no-owner", "--no-privileges")


class _ToolFailed(BackupFailed):
    """A tool ended with an error; the message is its own."""


def _run(engine: Engine, name: str, *arguments: str) -> str:
    """What the tool prints."""
    tool = find_tool(name, _server_version(engine))
    # In the environment nobody else sees it, as they would among the arguments.
    environ = {**os.environ, "PGOPTIONS": _LOCK_TIMEOUT, "PGPASSWORD": engine.url.password or ""}
    ended = subprocess.run(
        [tool, *arguments], env=environ, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if ended.returncode:
        raise _ToolFailed(f"{name} says: {ended.stderr.strip() or f'error {ended.returncode}'}")
    return ended.stdout


def find_tool(name: str, major: int, path: str | None = None) -> str:
    """The program of this name and major version, in `path` (PATH) or where systems keep several of them.

    Raises BackupFailed where there is none.
    """
    folders = [folder.format(major=major) for folder in _FOLDERS]
    found = [tool for where in (path, *folders) if (tool := shutil.which(name, path=where))]
    versions = [_tool_version(tool) for tool in found]
    if major in versions:
        return found[versions.index(major)]
    wanted = f"Install PostgreSQL's client programs of version {major} (Debian: postgresql-client-{major})"
    if not found:
        raise BackupFailed(f"{name} is missing. {wanted}, or put their folder into PATH.")
    wrong = f"{name} is of version {versions[0]}, and the server of version {major}"
    raise BackupFailed(f"{wrong}. {wanted}, or put their folder first in PATH.")


def _tool_version(tool: str) -> int:
    said = subprocess.run([tool, "--version"], capture_output=True, text=True, check=False).stdout
    match = re.search(r"(\d+)(\.|\s|$)", said)
    return int(match[1]) if match else 0


def _server_version(engine: Engine) -> int:
    with engine.connect() as connection:
        return connection.connection.dbapi_connection.info.server_version // 10_000


def _address(engine: Engine) -> str:
    """How to reach the database, without the password."""
    named = engine.url.translate_connect_args(username="user", database="dbname")
    named.pop("password", None)
    # Not needed on SQLite, and not quickly loaded.
    from psycopg.conninfo import make_conninfo

    return make_conninfo(**{**named, **engine.url.query})


def _has_accounts(connection: Connection) -> bool:
    if connection.scalar(text("SELECT to_regclass('public.users')")) is None:
        return False
    return connection.scalar(text("SELECT EXISTS (SELECT FROM public.users)"))
