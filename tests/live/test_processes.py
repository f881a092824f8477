"""Several processes, and processes that die: no event is lost, none comes twice."""

import re
import threading
import time
from collections.abc import Iterator

import pytest
import redis
import requests
from socketio.exceptions import ConnectionError as Refused

from app.extensions import db
from app.live.bus import CHANNEL, Bus
from app.live.clock import DUE_SECONDS
from app.services import matches
from tests import factories
from tests.live.conftest import Desk, desk_on, writes_left
from tests.live.listener import Listener, call, cookies, sign_in, token, until
from tests.support.databases import SqliteTemplate
from tests.support.processes import Server


@pytest.fixture
def heard_by():
    """Makes clients that leave with the test."""
    made: list[Listener] = []

    def connect(server, channel=None, auth=None, **fields):
        made.append(Listener(server, auth))
        if channel:
            assert made[-1].subscribe(channel, **fields)["ok"]
        return made[-1]

    yield connect
    for listener in made:
        listener.close()


@pytest.fixture(scope="module")
def module_server(
    tmp_path_factory: pytest.TempPathFactory, sqlite_template: SqliteTemplate
) -> Iterator[Server]:
    """One server for all tests that need no other process, and no Redis."""
    server = Server(sqlite_template.new(), tmp_path_factory.mktemp("server") / "server.log")
    server.start()
    yield server
    server.stop()


@pytest.fixture
def postgres_url(postgres) -> Iterator[str]:
    with postgres.database() as url:
        yield url


def outside(url, folder, **environ) -> Desk:
    desk = desk_on(url, folder, **environ)
    with desk.app.app_context():
        db.engine.dispose()
    return desk


def channel_of(scene):
    return f"tournament_{scene.tournament.id}"


def readiness(server) -> tuple[int, str]:
    """How it says that it can serve, and what of Redis."""
    answer = requests.get(f"{server.url}/readyz", timeout=10)
    return answer.status_code, next(line for line in answer.text.splitlines() if "Redis" in line)


def test_a_start_in_one_process_reaches_the_clients_of_the_other(
    start_server, postgres_url, redis_server, heard_by
):
    servers = [start_server(postgres_url, REDIS_URL=redis_server.url) for _ in range(2)]
    scene = factories.scene()
    listeners = [heard_by(server, channel_of(scene)) for server in servers]
    assert readiness(servers[0]) == (200, "Redis answers.")
    access = token(servers[0], scene.organizer)

    call(servers[0], access, "POST", f"matches/{scene.match.id}/start/")
    for listener in listeners:
        listener.wait(1)
    call(servers[1], access, "POST", f"matches/{scene.match.id}/undo-start/")

    for listener in listeners:
        listener.wait(2)
        assert listener.names() == ["match.started", "match.ready"]
        assert listener.seqs() == [1, 2]


def test_what_a_command_commits_goes_out_without_redis(start_server, postgres_url, heard_by, tmp_path):
    server = start_server(postgres_url)
    scene = factories.scene()
    listener = heard_by(server, channel_of(scene))
    desk = outside(postgres_url, tmp_path)

    desk.do(matches.start, scene.organizer, match_id=scene.match.id)

    listener.wait(1)
    assert listener.names() == ["match.started"]


def test_redis_may_be_away(start_server, postgres_url, heard_by):
    gone = "redis://127.0.0.1:9/0"
    servers = [start_server(postgres_url, REDIS_URL=gone) for _ in range(2)]
    scene = factories.scene()
    # No reason to be unready.
    assert readiness(servers[0]) == (200, "Redis does not answer.")
    listeners = [heard_by(server, channel_of(scene)) for server in servers]

    call(servers[0], token(servers[0], scene.organizer), "POST", f"matches/{scene.match.id}/start/")

    for listener in listeners:
        listener.wait(1)
        assert listener.seqs() == [1]


def test_a_process_that_is_killed_after_a_commit_loses_no_event(start_server, heard_by, tmp_path):
    server = start_server()
    scene = factories.scene()
    before = heard_by(server, channel_of(scene))
    server.kill()
    until(lambda: not before.is_connected())

    # Committed while nobody was there to send it.
    outside(server.database_url, tmp_path).do(matches.start, scene.organizer, match_id=scene.match.id)
    again = start_server(server.database_url)

    after = heard_by(again, channel_of(scene), after=0)
    after.wait(1)
    assert after.names() == ["match.started"]
    page = heard_by(again, auth={"page": "tournament", "id": scene.tournament.id, "seq": 0})
    assert page.wait_for("match_started")["seq"] == 1


def test_while_events_pour_in_everyone_gets_each_once_and_in_order(live_server, heard_by):
    server = live_server
    scene = factories.scene()
    access = token(server, scene.organizer)
    for _ in range(5):
        call(server, access, "POST", f"matches/{scene.match.id}/start/")
        call(server, access, "POST", f"matches/{scene.match.id}/undo-start/")
    listeners = []
    for round_number in range(10):
        verb = "undo-start" if round_number % 2 else "start"
        call(server, access, "POST", f"matches/{scene.match.id}/{verb}/")
        listeners.append(heard_by(server, channel_of(scene), after=round_number))
        assert listeners[-1].subscribe(f"match_{scene.match.id}", after=0)["ok"]

    for missed, listener in enumerate(listeners):
        until(lambda one=listener: len(one.heard) == 20)
        assert [seq for seq in listener.seqs() if seq > missed] == list(range(missed + 1, 21))
        # The match's own channel then asked for what is older, and only that was sent.
        assert [seq for seq in listener.seqs() if seq <= missed] == list(range(1, missed + 1))


def test_processes_wake_each_other_over_redis(redis_server):
    heard: list[list[int]] = []

    def run(task, *arguments):
        threading.Thread(target=task, args=arguments, daemon=True).start()

    told, other = Bus(redis_server.url), Bus(redis_server.url)
    other.listen(run, heard.append)

    def is_heard():
        # Rubbish on the channel, from whomever, is passed over.
        redis.Redis.from_url(redis_server.url).publish(CHANNEL, "[null")
        told.tell([7, 8])
        return [7, 8] in heard

    until(is_heard)
    assert told.is_reachable() is True


def test_a_bus_without_redis_is_silent():
    bus = Bus(None)
    bus.tell([1])
    bus.listen(pytest.fail, pytest.fail)
    assert (bus.is_used, bus.is_reachable()) == (False, None)


def test_a_redis_that_is_away_is_left_alone_for_a_while():
    bus = Bus("redis://127.0.0.1:9/0")
    assert bus.is_reachable() is False
    bus.tell([1])
    began = time.monotonic()
    for _ in range(1000):
        bus.tell([1])
    assert time.monotonic() - began < 1


def test_a_server_does_what_falls_due_by_itself(live_server, heard_by):
    scene = factories.scene(
        "SCHEDULED",
        no_show_policy="forfeit",
        match_columns={"participant1_checked_in": True, "check_in_deadline": factories.soon(-1)},
    )
    listener = heard_by(live_server, channel_of(scene), after=0)
    assert listener.wait_for("match.forfeited")["match_id"] == scene.match.id


@pytest.fixture
def four_workers(start_server, postgres_url, redis_server):
    server = start_server(postgres_url, REDIS_URL=redis_server.url, WEB_CONCURRENCY="4")
    yield server
    server.stop()


def workers_with_clients(server) -> int:
    figures = requests.get(f"{server.url}/metrics", timeout=10).text
    return sum(
        int(float(number)) > 0
        for number in re.findall(r"^matchdesk_clients\S* (\S+)$", figures, re.MULTILINE)
    )


def test_four_workers_are_one_server(four_workers, redis_server, heard_by, tmp_path):
    scene = factories.scene()
    listeners = []
    # The kernel gives each connection to whichever worker it likes.
    while workers_with_clients(four_workers) < 4 and len(listeners) < 100:
        listeners.append(heard_by(four_workers, channel_of(scene)))
    assert workers_with_clients(four_workers) == 4
    with pytest.raises(Refused, match="Invalid transport"):
        Listener(four_workers, transports=["polling"])

    # A sign-in is known to all of them, and what is sent by one is heard by the clients of all.
    browser = sign_in(four_workers, scene.organizer)
    desk = f"{four_workers.url}/tournaments/{scene.tournament.slug}/desk/"
    for _ in range(12):
        # A connection of its own each time, and so perhaps another worker.
        answer = requests.get(desk, headers=cookies(browser), allow_redirects=False, timeout=10)
        assert answer.status_code == 200
    access = token(four_workers, scene.organizer)
    call(four_workers, access, "POST", f"matches/{scene.match.id}/start/")
    for listener in listeners:
        listener.wait(1)
        assert listener.seqs() == [1]

    # What the clock does is done by one of them.
    overdue = factories.matches(
        factories.tournament(no_show_policy="forfeit"),
        5,
        "SCHEDULED",
        participant1_checked_in=True,
        check_in_deadline=factories.soon(-1),
    )
    until(lambda: all(factories.fresh(match).state == "FORFEIT" for match in overdue))
    # All of the workers have looked at them meanwhile.
    time.sleep(DUE_SECONDS + 1)
    for match in overdue:
        assert [row.action for row in factories.audit_rows(match_id=match.id)] == ["MATCH_FORFEIT"]
        assert [event.type for event in factories.events(match_id=match.id)] == ["match.forfeited"]

    # A limit is counted by all of them together.
    desk = outside(four_workers.database_url, tmp_path, REDIS_URL=redis_server.url)
    address = f"{four_workers.url}/api/tournaments/matches/{scene.match.id}/start/"
    header = {"Authorization": f"Bearer {access}"}
    with writes_left(desk, scene.organizer, 5):
        statuses = [requests.post(address, headers=header, timeout=10).status_code for _ in range(12)]
    assert statuses.count(429) >= 7 and 429 not in statuses[:4]
