"""What is killed in the middle of its work: no change is half done, none is lost, each is told once."""

from collections.abc import Callable, Iterator

import pytest
import requests

from tests import factories
from tests.live.hall import Hall
from tests.live.listener import until
from tests.support.databases import PostgresServer
from tests.support.processes import ROOT, RedisServer, Server
from tests.support.writers import LOST, busy, send


class CrashingServer(Server):
    """A server whose workers die at the moment that they are told."""

    config = str(ROOT / "tests" / "support" / "crashing.py")

    def __init__(self, database_url, folder, **settings):
        self.order = folder / "order"
        super().__init__(database_url, folder / "server.log", CRASH_ORDER=str(self.order), **settings)

    def die_at(self, moment: str) -> None:
        """Have the first worker killed that comes to the moment: `committed`, or a statement's beginning."""
        draft = self.order.with_name("draft")
        draft.write_text(moment)
        draft.rename(self.order)

    @property
    def is_alone(self) -> bool:
        """True where it has one worker, so that nobody answers until there is a new one."""
        return self.env["WEB_CONCURRENCY"] == "1"

    def has_died(self) -> bool:
        return not self.order.exists()


@pytest.fixture
def start_crashing(tmp_path) -> Iterator[Callable[..., CrashingServer]]:
    servers: list[CrashingServer] = []

    def start(database_url, **settings) -> CrashingServer:
        servers.append(CrashingServer(database_url, tmp_path, **settings))
        servers[-1].start()
        factories.use(database_url)
        return servers[-1]

    yield start
    for server in servers:
        server.stop()
    factories.done()


@pytest.fixture
def one_process(start_crashing, sqlite_template, tmp_path) -> CrashingServer:
    return start_crashing(sqlite_template.copy(tmp_path / "crash.db"), WEB_CONCURRENCY="1")


@pytest.fixture
def two_processes(start_crashing, postgres, redis_server) -> Iterator[CrashingServer]:
    with postgres.database() as url:
        server = start_crashing(url, REDIS_URL=redis_server.url, WEB_CONCURRENCY="2")
        yield server
        server.stop()
        factories.done()


@pytest.fixture(params=["one_process", "two_processes"])
def crashing(request) -> CrashingServer:
    return request.getfixturevalue(request.param)


def test_a_worker_that_is_killed_between_commit_and_sending_loses_no_event(crashing, open_hall):
    hall = open_hall(crashing)
    for match_id in hall.ids[:2]:
        assert hall.send("POST", f"matches/{match_id}/start/")[0] == 200
        crashing.die_at("committed")
        assert hall.send("POST", f"matches/{match_id}/undo-start/")[0] == LOST
        assert crashing.has_died()
        # What was committed stands, though nobody was told so.
        assert factories.fresh(hall.matches[hall.ids.index(match_id)]).state == "READY"
        until(lambda: send(crashing, hall.access, "GET", "matches/")[0] == 200)
    assert hall.assert_all_know_all() == {"MATCH_START": 2, "MATCH_UNDO_START": 2}
    # Others are told as before.
    assert hall.send("POST", f"matches/{hall.ids[0]}/start/")[0] == 200
    hall.assert_all_know_all()


def test_a_worker_that_is_killed_in_the_middle_of_a_bulk_schedule_leaves_nothing_of_it(
    one_process, open_hall
):
    crashing = one_process
    hall = open_hall(crashing)
    times = {match.id: match.scheduled_time for match in hall.matches}
    body = {"match_ids": hall.ids, "scheduled_time": factories.soon(600).isoformat(), "interval_minutes": 5}
    moments = ["UPDATE matches", "INSERT INTO schedule_batch_items", "INSERT INTO events"]
    if crashing.is_alone:
        # Starting the only worker again takes long.
        del moments[:2]
    for moment in moments:
        crashing.die_at(moment)
        assert hall.send("POST", "matches/bulk-schedule/", body)[0] == LOST
        assert crashing.has_died()
        assert hall.books.assert_balanced() == {}
        assert {match.id: match.scheduled_time for match in map(factories.fresh, hall.matches)} == times
        until(lambda: send(crashing, hall.access, "GET", "matches/")[0] == 200)
    # No lock is left behind.
    status, batch = hall.send("POST", "matches/bulk-schedule/", body)
    assert status == 200
    crashing.die_at("committed")
    assert hall.send("POST", f"matches/bulk-schedule/{batch['batch_id']}/undo/")[0] == LOST
    until(lambda: send(crashing, hall.access, "GET", "matches/")[0] == 200)
    assert hall.assert_all_know_all() == {"MATCH_BULK_SCHEDULE": 1, "MATCH_BULK_UNDO": 1}
    assert {match.id: match.scheduled_time for match in map(factories.fresh, hall.matches)} == times


def assert_nothing_lost(hall: Hall, togglers) -> None:
    """Check that what was said to be done was done, once."""
    hall.assert_all_know_all()
    for toggler in togglers:
        done = [row.action for row in factories.audit_rows(match_id=toggler.match_id)]
        assert done == ["MATCH_START", "MATCH_UNDO_START"] * (len(done) // 2) + ["MATCH_START"] * (
            len(done) % 2
        )
        first = hall.books.versions[toggler.match_id]
        assert set(toggler.accepted) <= set(range(first + 1, first + len(done) + 1))
        assert len(set(toggler.accepted)) == len(toggler.accepted)
        assert len(toggler.accepted) <= len(done) <= len(toggler.accepted) + toggler.unknown()


def go_on_for(togglers, changes: int) -> None:
    """Wait until each of the writers has made so many changes more."""
    wanted = [len(toggler.accepted) + changes for toggler in togglers]
    until(
        lambda: all(len(each.accepted) >= number for each, number in zip(togglers, wanted, strict=True)),
        why=lambda: str([each.statuses for each in togglers]),
    )


def test_while_redis_is_away_writes_go_on_and_everybody_hears_of_them(
    start_server, postgres, tmp_path, open_hall
):
    redis = RedisServer(tmp_path)
    redis.start()
    with postgres.database() as url:
        server = start_server(url, REDIS_URL=redis.url, WEB_CONCURRENCY="2")
        workers = server.workers()
        hall = open_hall(server)
        with busy(server, hall.access, hall.ids[:4]) as togglers:
            for _ in range(2):
                go_on_for(togglers, 3)
                redis.kill()
                assert "Redis does not answer" in requests.get(f"{server.url}/readyz", timeout=10).text
                go_on_for(togglers, 3)
                reached = hall.last_seq()
                for listener in hall.listeners:
                    until(lambda one=listener, seq=reached: max(one.seqs()) >= seq)
                redis.start()
            go_on_for(togglers, 3)
            assert "Redis answers" in requests.get(f"{server.url}/readyz", timeout=10).text
        assert {status for toggler in togglers for status in toggler.statuses} == {200}
        assert max(toggler.slowest for toggler in togglers) < 3
        assert_nothing_lost(hall, togglers)
        assert server.workers() == workers
        hall.leave()
        server.stop()
    redis.stop()


@pytest.fixture(scope="module")
def durable_postgres() -> Iterator[PostgresServer]:
    server = PostgresServer(is_durable=True)
    yield server
    server.stop()


def test_while_postgresql_is_killed_no_accepted_write_is_lost(
    start_server, durable_postgres, redis_server, open_hall
):
    with durable_postgres.database() as url:
        server = start_server(url, REDIS_URL=redis_server.url, WEB_CONCURRENCY="2")
        workers = server.workers()
        hall = open_hall(server)
        with busy(server, hall.access, hall.ids[:6]) as togglers:
            for _ in range(2):
                go_on_for(togglers, 3)
                durable_postgres.kill()
                until(lambda: all(each.statuses[503] for each in togglers))
                pages = [
                    requests.get(f"{server.url}{path}", timeout=20)
                    for path in ("/", "/api/tournaments/", "/readyz")
                ]
                assert [page.status_code for page in pages] == [503, 503, 503]
                durable_postgres.start_again()
                factories.use(url)
            go_on_for(togglers, 3)
        assert {status for toggler in togglers for status in toggler.statuses} <= {200, 400, 503}
        assert server.workers() == workers
        assert all(listener.is_connected() for listener in hall.listeners)
        assert_nothing_lost(hall, togglers)
        hall.leave()
        server.stop()
