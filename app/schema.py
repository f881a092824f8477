"""Which migrations this program has, and which of them it needs."""

from functools import cache

from alembic.script import ScriptDirectory
from alembic.util import CommandError
from flask import Flask


def newest_revision(app: Flask) -> str:
    """The migration that the database must be at for this program."""
    return _scripts(app.extensions["migrate"].directory).get_current_head() or ""


def knows_revision(app: Flask, revision: str) -> bool:
    """True where `db upgrade` can go on from this migration."""
    try:
        return _scripts(app.extensions["migrate"].directory).get_revision(revision) is not None
    except CommandError:
        return False


@cache
def _scripts(directory: str) -> ScriptDirectory:
    return ScriptDirectory(directory)
