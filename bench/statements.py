"""How many SQL statements a request costs, counted inside an application of its own."""

import logging
import secrets
from collections.abc import Callable

from sqlalchemy import event

# A transaction's begin is no question to the database.
NOT_COUNTED = ("BEGIN", "PRAGMA")


class Statements:
    """An application on the database, whose statements are counted."""

    def __init__(self, database_url: str):
        from app import create_app
        from app.config import Settings
        from app.extensions import db

        environ = {"SECRET_KEY": secrets.token_hex(32), "DATABASE_URL": database_url}
        application = create_app(Settings.from_env(environ))
        self._client = application.test_client(use_cookies=False)
        self._count = 0
        with application.app_context():
            self._engine = db.engine
        event.listen(self._engine, "before_cursor_execute", self._note)
        log = logging.getLogger("app.services.prepared")
        log.setLevel(logging.DEBUG)
        # They are counted here, and not to be read among the results.
        log.propagate = False
        logging.getLogger("app.answered").setLevel(logging.WARNING)
        log.addHandler(_Each(self._note_prepared))

    def of(self, next_path: Callable[[], str], headers: dict[str, str]) -> int:
        """The number of statements of a GET, once nothing is new to the application."""
        self._client.get(next_path(), headers=headers)
        self._count = 0
        self._client.get(next_path(), headers=headers)
        return self._count

    def close(self) -> None:
        """Close the database."""
        self._engine.dispose()

    def _note_prepared(self) -> None:
        self._count += 1

    def _note(self, connection, cursor, statement, *_rest) -> None:
        if not statement.startswith(NOT_COUNTED):
            self._count += 1


class _Each(logging.Handler):
    """Tells of each record that there was one."""

    def __init__(self, tell: Callable[[], None]):
        super().__init__()
        self._tell = tell

    def emit(self, record: logging.LogRecord) -> None:
        """Tell of the record."""
        self._tell()
