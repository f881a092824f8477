"""Statements that are compiled once, for what the whole hall asks for and does again and again.

The driver's rows become documents directly: no session, no objects, and times only as the text that is sent.
Reading or writing the same through the ORM takes about three times as long.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, closing, nullcontext
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Dialect, Engine, Select, UpdateBase
from sqlalchemy.exc import DBAPIError, OperationalError

from app.database import reading_connection
from app.extensions import db
from app.models.types import UtcDateTime

log = logging.getLogger(__name__)


class Prepared:
    """A statement whose every bound value has a name; lists of values (expanding) are not taken.

    An INSERT has such a value for each of its `columns`: all that have no default in the database.
    """

    def __init__(self, statement: Select | UpdateBase, columns: Sequence[str] | None = None):
        self._statement = statement
        self._columns = columns
        self._compiled: dict[str, _Compiled] = {}

    def first(self, values: Mapping[str, Any]) -> dict[str, Any] | None:
        """The first row as such a document, None where there is no row."""
        return next(iter(self.documents(values)), None)

    def documents(self, values: Mapping[str, Any]) -> list[dict[str, Any]]:
        """The rows with these values, by name of column; times are ISO 8601 texts in UTC.

        Raises OperationalError where the database cannot be asked.
        """
        engine = db.engine
        compiled = self._compiled_for(engine.dialect)
        return compiled.documents_of(_fetch(engine, compiled.text, compiled.parameters(values)))

    def run(self, connection: Connection, values: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Do it in this connection's transaction; what it returns, as such documents.

        Raises what SQLAlchemy raises for a statement of its own.
        """
        dialect = connection.dialect
        compiled = self._compiled_for(dialect)
        parameters = compiled.parameters(values)
        try:
            return compiled.documents_of(_run(connection.connection, compiled.text, parameters))
        except dialect.loaded_dbapi.Error as error:
            raise DBAPIError.instance(
                compiled.text, None, error, dialect.loaded_dbapi.Error, hide_parameters=True, dialect=dialect
            ) from error

    def _compiled_for(self, dialect: Dialect) -> "_Compiled":
        compiled = self._compiled.get(dialect.name)
        if compiled is None:
            compiled = _Compiled(self._statement, self._columns, dialect)
            self._compiled[dialect.name] = compiled
        return compiled


class _Compiled:
    def __init__(self, statement: Select | UpdateBase, columns: Sequence[str] | None, dialect: Dialect):
        compiled = statement.compile(dialect=dialect, column_keys=columns)
        self.text = str(compiled)
        self._fixed = {name: bind.value for name, bind in compiled.binds.items() if not bind.required}
        # Where the driver knows no names; what no condition uses is left out either way.
        self._order = compiled.positiontup
        processors = {
            name: bind.type.dialect_impl(dialect).bind_processor(dialect)
            for name, bind in compiled.binds.items()
        }
        self._processors = {name: process for name, process in processors.items() if process}
        # What it selects, or returns.
        selected = statement.exported_columns
        self._names = tuple(column.key for column in selected)
        readers = [_reader(column.type, dialect) for column in selected]
        self._readers = [(name, read) for name, read in zip(self._names, readers, strict=True) if read]

    def parameters(self, values: Mapping[str, Any]) -> Any:
        """The values as the driver takes them."""
        bound = {**self._fixed, **values}
        for name, process in self._processors.items():
            bound[name] = process(bound[name])
        return bound if self._order is None else tuple([bound[name] for name in self._order])

    def documents_of(self, rows: list[tuple]) -> list[dict[str, Any]]:
        """The driver's rows as documents."""
        documents = [dict(zip(self._names, row, strict=True)) for row in rows]
        for name, read in self._readers:
            for document in documents:
                if document[name] is not None:
                    document[name] = read(document[name])
        return documents


def _reader(type_: Any, dialect: Dialect) -> Callable[[Any], Any] | None:
    if isinstance(type_, UtcDateTime):
        return _time_text
    return type_.dialect_impl(dialect).result_processor(dialect, None)


def _time_text(value: datetime | str) -> str:
    """SQLite's driver has times as text, in UTC: it need not become a time to become text again."""
    if isinstance(value, str):
        return f"{value[:10]}T{value[11:19]}Z"
    return f"{value.astimezone(UTC).isoformat()[:19]}Z"


def _fetch(engine: Engine, text: str, parameters: Any) -> list[tuple]:
    try:
        with _connection(engine) as connection:
            return _run(connection, text, parameters)
    except engine.dialect.loaded_dbapi.Error as error:
        raise OperationalError(text, parameters, error) from error


def _run(connection: Any, text: str, parameters: Any) -> list[tuple]:
    # As the engine does where it is told to; who counts statements listens here too.
    log.debug(text)
    cursor = connection.cursor()
    cursor.execute(text, parameters)
    rows = cursor.fetchall() if cursor.description else []
    cursor.close()
    return rows


def _connection(engine: Engine) -> AbstractContextManager[Any]:
    """Whoever holds a connection already must not wait for a second one, and reads what it has written."""
    if db.session.registry.has() and db.session().in_transaction():
        db.session.flush()
        return nullcontext(db.session.connection().connection)
    if engine.dialect.name == "sqlite":
        return nullcontext(reading_connection(engine))
    return closing(engine.raw_connection())
