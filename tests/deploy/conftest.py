"""Two instances of Matchdesk behind nginx, with PostgreSQL and Redis, as in production."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests import factories
from tests.live.listener import Listener
from tests.support.processes import Nginx, Server, nginx_path


@dataclass(frozen=True)
class Site:
    """The instances, and the nginx that everybody comes through."""

    nginx: Nginx
    instances: list[Server]


@pytest.fixture(scope="module")
def running_site(tmp_path_factory, postgres, redis_server) -> Iterator[Site]:
    """One site for all tests of a file."""
    if nginx_path() is None:
        pytest.skip("there is no nginx on this machine")
    folder = tmp_path_factory.mktemp("site")
    with postgres.database() as url, pytest.MonkeyPatch.context() as patch:
        settings = {"MATCHDESK_ENV": "production", "TRUSTED_PROXIES": "127.0.0.1"}
        instances = [
            Server(url, folder / f"{name}.log", REDIS_URL=redis_server.url, **settings)
            for name in ("app1", "app2")
        ]
        nginx = Nginx(folder, instances)
        processes = [*instances, nginx]
        for name in ("REQUESTS_CA_BUNDLE", "WEBSOCKET_CLIENT_CA_BUNDLE"):
            patch.setenv(name, str(nginx.certificate))
        try:
            for process in processes:
                process.start()
            yield Site(nginx, instances)
        finally:
            for process in processes:
                process.stop()


@pytest.fixture
def site(running_site: Site) -> Iterator[Site]:
    """The file's site, with the factories writing to its database. Rows of earlier tests remain."""
    factories.use(running_site.instances[0].database_url)
    yield running_site
    factories.done()


@pytest.fixture
def listen(site: Site) -> Iterator[Callable[..., Listener]]:
    """Makes clients, through nginx unless told otherwise, which leave with the test."""
    made: list[Listener] = []

    def connect(server: Server | Nginx | None = None, auth: dict | None = None, **options: Any) -> Listener:
        made.append(Listener(server or site.nginx, auth, **options))
        return made[-1]

    yield connect
    for listener in made:
        listener.close()
