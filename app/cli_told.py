"""How all commands end: with what they say, or with a sentence of what went wrong."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps

import click
from flask.cli import with_appcontext
from sqlalchemy.exc import OperationalError, ProgrammingError

from app.domain.errors import DomainError


def told(command: Callable) -> Callable:
    """Errors that a person can act on end the command with status 1 and a sentence, not with a traceback."""

    @with_appcontext
    @wraps(command)
    def wrapper(*args, **kwargs):
        try:
            return command(*args, **kwargs)
        except DomainError as error:
            raise click.ClickException(error.detail) from None
        except (OperationalError, ProgrammingError) as error:
            raise click.ClickException(_database_problem(error)) from None

    return wrapper


def _database_problem(error: Exception) -> str:
    text = str(error.orig).strip().splitlines()[0]
    if "no such table" in text or "does not exist" in text:
        return "The database has no tables of Matchdesk yet. Make them first: flask --app wsgi db upgrade"
    return f"The database does not answer as it should: {text}"


def now() -> datetime:
    """The time now, in UTC."""
    return datetime.now(UTC)
