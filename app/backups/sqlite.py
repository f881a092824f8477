"""SQLite: the library's own online copy, in one step, so that it shows one moment and holds up no writer."""

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import Engine

from .problems import IN_USE, NOT_EMPTY, BackupFailed


def back_up(engine: Engine, draft: Path) -> None:
    """Copy the database into the file, and look the copy through."""
    database = _path(engine)
    if not database.is_file():
        raise BackupFailed(f"There is no database at {database}.")
    with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(draft)) as copy:
        source.backup(copy)
        # A single file again, without one beside it for what is written last.
        copy.execute("PRAGMA journal_mode=DELETE")
    read_revision(engine, draft)


def read_revision(_engine: Engine, file: Path) -> str:
    """The migration of a backup that is sound through and through."""
    try:
        with closing(_read_only(file)) as copy:
            _check(copy)
            (revision,) = copy.execute("SELECT version_num FROM alembic_version").fetchone()
            return revision
    except (sqlite3.Error, TypeError) as error:
        raise BackupFailed(f"{file} is no backup of a SQLite database of Matchdesk: {error}.") from None


def restore(engine: Engine, file: Path, *, replace: bool) -> None:
    """Copy the backup over the database, in one transaction."""
    database = _path(engine)
    database.parent.mkdir(parents=True, exist_ok=True)
    if not database.exists():
        database.touch(mode=0o600)
    with closing(_read_only(file)) as source, closing(sqlite3.connect(database, timeout=1.0)) as target:
        _own(target)
        if not replace and _has_accounts(target):
            raise BackupFailed(NOT_EMPTY)
        source.backup(target)
        _check(target)


def _path(engine: Engine) -> Path:
    return Path(engine.url.database or "")


def _read_only(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro&immutable=1", uri=True)


def _own(target: sqlite3.Connection) -> None:
    """Keep everybody else out; only possible where nobody has the file open."""
    try:
        target.execute("PRAGMA locking_mode=EXCLUSIVE")
        target.execute("PRAGMA journal_mode=DELETE")
        target.execute("BEGIN EXCLUSIVE")
        target.execute("COMMIT")
    except sqlite3.OperationalError:
        raise BackupFailed(IN_USE) from None
    except sqlite3.DatabaseError as error:
        raise BackupFailed(
            f"What is at the database's place is none ({error}). Move it away first."
        ) from None


def _has_accounts(target: sqlite3.Connection) -> bool:
    named = target.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'users'").fetchone()
    return bool(named and target.execute("SELECT 1 FROM users LIMIT 1").fetchone())


def _check(connection: sqlite3.Connection) -> None:
    found = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
    if found != "ok":
        raise sqlite3.DatabaseError(found)
    if connection.execute("PRAGMA foreign_key_check").fetchone():
        raise sqlite3.DatabaseError("a row refers to another that is not there")
