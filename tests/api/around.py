"""What the tests of the addresses around a tournament share."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from sqlalchemy import event

from app.extensions import db
from tests import factories

TOURNAMENTS = "/api/tournaments/"


def address(of: Any, path: str = "") -> str:
    """The address of a tournament, or of something in it."""
    return f"{TOURNAMENTS}{of.id}/{path}"


@contextmanager
def counted_statements(app: Flask) -> Iterator[list[str]]:
    """Collect the statements that the application sends to its database."""
    statements: list[str] = []

    def note(_connection, _cursor, statement, *_rest):
        statements.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)


def assert_constant_queries(app: Flask, client: Any, path: str, fill: Any) -> None:
    """Check that a list of 30 rows takes as many queries as one of 1; `fill(n)` adds n rows."""
    counts = []
    for more in (1, 29):
        fill(more)
        with counted_statements(app) as statements:
            response = client.get(path, query_string={"page_size": 100})
        assert response.status_code == 200, response.text
        counts.append(len(statements))
    assert response.json["count"] >= 30
    assert counts[0] == counts[1]


def only_audit(of: Any, action: str) -> Any:
    """The tournament's one audit row, which must be of this action."""
    (row,) = factories.audit_rows(tournament_id=of.id)
    assert row.action == action
    return row


def assert_untouched(of: Any) -> None:
    """Check that nothing was written about the tournament: no audit row, no event."""
    assert factories.audit_rows(tournament_id=of.id) == []
    assert factories.events(tournament_id=of.id) == []
