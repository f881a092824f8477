"""What all tests share: databases, the application, clients, real servers and a browser."""

import gc
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import hypothesis
import pytest
from flask import Flask

from app.config import Settings
from app.extensions import db, limiter
from tests import factories
from tests.support.clients import ApiClient, WebClient
from tests.support.databases import POSTGRESQL, SQLITE, PostgresServer, SqliteTemplate, scratch_folder
from tests.support.processes import SECRET_KEY, RedisServer, Server
from tests.support.speed import share_engines, share_templates, share_url_builders
from tests.support.uncommitted import watch

pytest_plugins = ["tests.support.browser"]

# How long an example takes says more about the machine than about the code.
hypothesis.settings.register_profile("matchdesk", deadline=None)
hypothesis.settings.load_profile("matchdesk")
share_url_builders()
share_engines()


_SOCKETS = Path(__file__).parent / "live"
# The files that take longest, so that none of them is the last one that everybody waits for.
_FIRST = (
    # By turns: what waits for servers, and what computes.
    "test_crashes",
    "test_bracket_life",
    "test_processes",
    "test_fuzz",
    "test_backups",
    "test_crowd",
    "test_whole_tournament",
    "test_nginx",
    "test_replays",
    "test_stopping",
    "test_startup",
    "test_bench",
    "test_migrations",
    "test_table_life",
    "test_cli",
    "test_races",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take longest."""
    for item in items:
        if item.path.is_relative_to(_SOCKETS):
            item.add_marker(pytest.mark.own_application)
    items.sort(key=lambda item: _FIRST.index(item.path.stem) if item.path.stem in _FIRST else len(_FIRST))


def pytest_collection_finish() -> None:
    """What is loaded and collected by now stays to the end: the collector of garbage need not walk over it."""
    gc.collect()
    gc.freeze()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run what is marked `both_databases` once on each."""
    is_both = metafunc.definition.get_closest_marker("both_databases")
    if is_both and "database_kind" in metafunc.fixturenames:
        metafunc.parametrize("database_kind", [SQLITE, POSTGRESQL], indirect=True)


@pytest.fixture(scope="session")
def sqlite_template() -> Iterator[SqliteTemplate]:
    """An empty SQLite database to be copied."""
    with scratch_folder() as folder:
        yield SqliteTemplate(folder)


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL server, started at the first test that needs it."""
    server = PostgresServer()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """A Redis server, started at the first test that needs it."""
    server = RedisServer(tmp_path_factory.mktemp("redis"))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def database_kind(request: pytest.FixtureRequest) -> str:
    """`sqlite`, or what the mark `both_databases` asks for."""
    return getattr(request, "param", SQLITE)


@pytest.fixture
def database_url(request: pytest.FixtureRequest, database_kind: str) -> Iterator[str]:
    """The URL of an empty database, the same one for each test of a kind, but made anew for it."""
    if database_kind == SQLITE:
        with request.getfixturevalue("sqlite_template").database() as url:
            yield url
    else:
        with request.getfixturevalue("postgres").database() as url:
            yield url


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """The settings of the test's application."""
    environ = {"MATCHDESK_ENV": "test", "SECRET_KEY": SECRET_KEY, "DATABASE_URL": database_url}
    return Settings.from_env(environ, instance_path=tmp_path)


@pytest.fixture(scope="session")
def compiled_templates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the applications of all tests find each other's compiled templates."""
    return tmp_path_factory.mktemp("templates")


@pytest.fixture(scope="session")
def applications() -> dict[str, tuple[Flask, list[str]]]:
    """The applications that tests share, by their settings: making one takes longer than most tests."""
    return {}


@pytest.fixture
def app(
    request: pytest.FixtureRequest,
    settings: Settings,
    compiled_templates: Path,
    applications: dict[str, tuple[Flask, list[str]]],
) -> Iterator[Flask]:
    """The application on a database of its own. A request that leaves a change uncommitted fails its test.

    It is as good as new. What changes the application itself, or needs the sockets' own state, is marked
    `own_application`.
    """
    from app import create_app  # the tests of the domain must not need it

    factories.use(settings.database_url)
    is_own = request.node.get_closest_marker("own_application") is not None
    key = repr(replace(settings, instance_path=Path()))
    if is_own or key not in applications:
        application = create_app(settings)
        share_templates(application, compiled_templates)
        made = application, watch(application)
        if not is_own:
            applications[key] = made
    else:
        made = applications[key]
    application, left_open = made
    left_open.clear()
    # It counts where the application that was made last counts.
    limiter.init_app(application)
    with application.app_context():
        # A connection that another test left open would still read the file that stood here before.
        db.engine.dispose()
    yield application
    factories.done()
    with application.app_context():
        db.session.remove()
        db.engine.dispose()
    assert not left_open, f"changed, and neither committed nor rolled back: {left_open}"


@pytest.fixture
def app_context(app: Flask) -> Iterator[Flask]:
    """The application with its context pushed, for tests that call services; not for requests."""
    with app.app_context():
        yield app


@pytest.fixture
def client(app: Flask) -> WebClient:
    """Somebody who is not signed in, with a browser."""
    return WebClient(app)


@pytest.fixture
def web_client(app: Flask) -> Callable[..., WebClient]:
    """Makes clients for pages: `web_client(user)` is signed in, `web_client()` is not."""
    return lambda user=None: WebClient(app, user)


@pytest.fixture
def api_client(app: Flask) -> Callable[..., ApiClient]:
    """Makes clients for the API: `api_client(user)` has a token, `api_client()` has none."""
    return lambda user=None, token=None: ApiClient(app, user, token)


@pytest.fixture
def start_server(
    tmp_path_factory: pytest.TempPathFactory, sqlite_template: SqliteTemplate
) -> Iterator[Callable[..., Server]]:
    """Starts real servers, on a new SQLite file unless told otherwise; they end with the test.

    The factories write to the database of the last one started.
    """
    with ExitStack() as stack:

        def start(database_url: str | None = None, **environ: str) -> Server:
            folder = tmp_path_factory.mktemp("server")
            url = database_url or sqlite_template.new()
            server = Server(url, folder / "server.log", **environ)
            server.start()
            stack.callback(server.stop)
            factories.use(url)
            return server

        yield start
    factories.done()


@pytest.fixture(scope="module")
def module_server(
    tmp_path_factory: pytest.TempPathFactory, sqlite_template: SqliteTemplate
) -> Iterator[Server]:
    """One real server for all tests of a file."""
    folder = tmp_path_factory.mktemp("server")
    server = Server(sqlite_template.new(), folder / "server.log")
    server.start()
    yield server
    server.stop()


@pytest.fixture
def live_server(module_server: Server) -> Iterator[Server]:
    """The file's real server, with the factories writing to its database. Rows of earlier tests remain."""
    factories.use(module_server.database_url)
    yield module_server
    factories.done()
