"""What the tests of live updates share."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask

from app import create_app
from app.config import Settings
from app.extensions import db
from app.services import rate_limits
from tests import factories
from tests.live.hall import Hall
from tests.live.listener import Listener
from tests.support.databases import SqliteTemplate
from tests.support.processes import SECRET_KEY, RedisServer, Server


@pytest.fixture(scope="module")
def module_server(
    tmp_path_factory: pytest.TempPathFactory, sqlite_template: SqliteTemplate, redis_server: RedisServer
) -> Iterator[Server]:
    """One real server for all tests of a file, which hears at once of what other processes did."""
    folder = tmp_path_factory.mktemp("server")
    server = Server(sqlite_template.new(), folder / "server.log", REDIS_URL=redis_server.url)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def listen(live_server: Server) -> Iterator[Callable[..., Listener]]:
    """Makes clients of the file's server, which leave with the test."""
    made: list[Listener] = []

    def connect(auth: dict | None = None, server: Server | None = None, **options: Any) -> Listener:
        made.append(Listener(server or live_server, auth, **options))
        return made[-1]

    yield connect
    for listener in made:
        listener.close()


@pytest.fixture
def open_hall() -> Iterator[Callable[..., Hall]]:
    halls: list[Hall] = []

    def make(*arguments, **options) -> Hall:
        halls.append(Hall(*arguments, **options))
        return halls[-1]

    yield make
    for hall in halls:
        hall.leave()


class Desk:
    """Changes made by a process of its own, as by a command."""

    def __init__(self, app: Flask):
        self.app = app

    def do(self, verb: Callable[..., Any], user: Any, **arguments: Any) -> Any:
        """Call a service for the user."""
        with self.app.app_context():
            return verb(actor=factories.actor(user), now=datetime.now(UTC), **arguments)


def desk_on(database_url: str, folder: Any, **environ: str) -> Desk:
    """A process of its own on this database."""
    environ = {"MATCHDESK_ENV": "test", "SECRET_KEY": SECRET_KEY, "DATABASE_URL": database_url, **environ}
    return Desk(create_app(Settings.from_env(environ, instance_path=folder)))


@contextmanager
def writes_left(desk: Desk, user: Any, number: int) -> Iterator[None]:
    """Leave the user so many writes in this minute; all of them again afterwards, for whoever has the id then."""
    limit, key = rate_limits.LIMITS["write"], str(user.id)
    with desk.app.app_context():
        rate_limits.limiter.limiter.clear(limit, key)
        assert rate_limits.limiter.limiter.hit(limit, key, cost=limit.amount - number)
        yield
        rate_limits.limiter.limiter.clear(limit, key)


@pytest.fixture
def desk(live_server: Server, redis_server: RedisServer, tmp_path: Any) -> Iterator[Desk]:
    """Changes to the file's server's database from outside of it."""
    outside = desk_on(live_server.database_url, tmp_path, REDIS_URL=redis_server.url)
    yield outside
    with outside.app.app_context():
        db.engine.dispose()
