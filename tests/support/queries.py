"""Counts what is asked of the database."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask
from sqlalchemy import event

from app.extensions import db


@contextmanager
def counted(app: Flask) -> Iterator[list[str]]:
    """The statements that the application sends while the block runs."""
    with app.app_context():
        engine = db.engine
    statements: list[str] = []

    def note(_connection, _cursor, statement, *_rest) -> None:
        statements.append(statement)

    prepared = logging.Handler()
    prepared.emit = lambda record: statements.append(record.getMessage())
    log = logging.getLogger("app.services.prepared")
    level = log.level
    log.addHandler(prepared)
    log.setLevel(logging.DEBUG)
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)
        log.removeHandler(prepared)
        log.setLevel(level)
