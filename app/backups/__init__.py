"""Copies of the whole database, made while the server runs, and put back while it does not."""

from pathlib import Path

from sqlalchemy import Engine

from . import postgresql, sqlite
from .problems import BackupFailed

__all__ = ["BackupFailed", "back_up", "read_revision", "restore"]


def back_up(engine: Engine, file: Path) -> None:
    """Write the database, as it is at one moment, into the new file; it is whole, or not there at all."""
    if file.exists():
        raise BackupFailed(f"{file} is there already, and a backup overwrites nothing.")
    draft = file.with_name(f"{file.name}.partial")
    try:
        # What it holds (addresses of lobbies, hashes of passwords) is for nobody else's eyes.
        draft.touch(mode=0o600, exist_ok=False)
    except FileExistsError:
        raise BackupFailed(f"{draft} is there: another backup runs, or was broken off.") from None
    except OSError as error:
        raise BackupFailed(f"{file} cannot be written: {error.strerror}.") from None
    try:
        _kind(engine).back_up(engine, draft)
        draft.rename(file)
    finally:
        draft.unlink(missing_ok=True)


def read_revision(engine: Engine, file: Path) -> str:
    """The migration that the backup is at; BackupFailed for what is none of this kind, or broken."""
    if not file.is_file():
        raise BackupFailed(f"There is no file {file}.")
    return _kind(engine).read_revision(engine, file)


def restore(engine: Engine, file: Path, *, replace: bool) -> None:
    """Put the backup in the place of the database, all or nothing.

    Raises BackupFailed while a server uses the database, and without `replace` where it has accounts.
    """
    # Our own connections must not be taken for those of a server.
    engine.dispose()
    _kind(engine).restore(engine, file, replace=replace)
    engine.dispose()


def _kind(engine: Engine):
    return sqlite if engine.dialect.name == "sqlite" else postgresql
