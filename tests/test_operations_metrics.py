"""What /metrics tells of requests, clients and events, with one worker and with several."""

import os
import re
import signal

import pytest
import requests

from tests import factories
from tests.live.listener import Listener, call, token, until


def figures(server) -> dict[str, float]:
    """All samples, by name with labels."""
    text = requests.get(f"{server.url}/metrics", timeout=10).text
    return {
        name: float(value) for name, value in re.findall(r"^(\w[^ ]*(?:\{.*\})?) (\S+)$", text, re.MULTILINE)
    }


def total(found: dict[str, float], name: str) -> float:
    """The sum over the labels of a name."""
    return sum(value for key, value in found.items() if key.partition("{")[0] == name)


def requests_of(found: dict[str, float], endpoint: str, method: str = "GET", status: str = "200") -> float:
    labels = f'endpoint="{endpoint}",method="{method}",status="{status}"'
    return found.get(f"matchdesk_requests_total{{{labels}}}", 0.0)


@pytest.fixture
def postgres_url(postgres):
    with postgres.database() as url:
        yield url


@pytest.fixture
def listeners():
    made = []
    yield made
    for listener in made:
        listener.close()


class TestOneWorker:
    def test_requests_are_counted_by_method_endpoint_and_status(self, live_server):
        before = figures(live_server)
        for _ in range(3):
            assert requests.get(f"{live_server.url}/tournaments/", timeout=10).ok
        requests.get(f"{live_server.url}/nowhere/at/all", timeout=10)
        requests.request("BREW", f"{live_server.url}/", timeout=10, allow_redirects=False)
        after = figures(live_server)
        endpoint = "public.tournaments"
        assert requests_of(after, endpoint) - requests_of(before, endpoint) == 3
        assert requests_of(after, "unknown", status="404") - requests_of(before, "unknown", status="404") == 1
        assert not any("BREW" in name for name in after)
        seconds = 'matchdesk_request_seconds_count{kind="page"}'
        # Those of /metrics itself are among them.
        assert after[seconds] - before[seconds] == 6

    def test_an_answer_that_is_kept_counts_for_its_endpoint(self, live_server):
        match = factories.match()
        path = f"{live_server.url}/api/tournaments/matches/{match.id}/"
        before = figures(live_server)
        for _ in range(5):
            requests.get(path, timeout=10)
        after = figures(live_server)
        grown = {
            name: after[name] - before.get(name, 0) for name in after if name.startswith("matchdesk_requests")
        }
        assert [name for name, number in grown.items() if number == 5]
        assert not requests_of(after, "unknown") - requests_of(before, "unknown")

    def test_clients_and_what_is_pushed_to_them(self, live_server, listeners):
        scene = factories.scene()
        before = figures(live_server)
        listeners += [Listener(live_server) for _ in range(4)]
        for listener in listeners:
            listener.subscribe(f"tournament_{scene.tournament.id}")
        meanwhile = figures(live_server)
        assert meanwhile["matchdesk_clients"] == 4
        assert meanwhile["matchdesk_connects_total"] - before["matchdesk_connects_total"] == 4
        call(live_server, token(live_server, scene.organizer), "POST", f"matches/{scene.match.id}/start/")
        for listener in listeners:
            listener.wait(1)
        after = figures(live_server)
        assert after["matchdesk_pushes_total"] - before["matchdesk_pushes_total"] == 4
        assert after["matchdesk_waiting_packets"] == after["matchdesk_waiting_packets_most"] == 0
        assert after["matchdesk_events_behind"] == 0
        while listeners:
            listeners.pop().close()
        until(lambda: figures(live_server)["matchdesk_clients"] == 0)
        gone = figures(live_server)
        assert total(gone, "matchdesk_disconnects_total") - total(before, "matchdesk_disconnects_total") == 4

    def test_the_process_and_its_database(self, live_server):
        found = figures(live_server)
        assert found["matchdesk_database_up"] == 1
        assert found["matchdesk_database_connections_open"] >= 1
        assert found["process_resident_memory_bytes"] > 20e6
        assert found["process_open_fds"] > 5
        assert 0 <= found["matchdesk_loop_lag_seconds"] < 5
        assert "matchdesk_redis_up" not in found
        assert total(found, "matchdesk_build_info") == 1


def test_any_of_two_workers_answers_for_both(start_server, postgres_url, redis_server, listeners):
    server = start_server(postgres_url, REDIS_URL=redis_server.url, WEB_CONCURRENCY="2")
    for _ in range(40):
        # Each with a connection of its own, which the kernel gives to either worker.
        requests.get(f"{server.url}/healthz", timeout=10)
    listeners += [Listener(server) for _ in range(12)]

    def clients():
        return {
            name: value for name, value in figures(server).items() if name.startswith("matchdesk_clients{")
        }

    # Also of one to which the kernel has given nobody.
    until(lambda: sum(clients().values()) == 12 and len(clients()) == 2)
    found = figures(server)
    assert requests_of(found, "operations.healthz") >= 40
    assert found["matchdesk_connects_total"] == 12
    assert found["matchdesk_redis_up"] == 1
    assert total(found, "process_start_time_seconds") > 0
    seen = {requests_of(figures(server), "operations.healthz") for _ in range(10)}
    assert len(seen) == 1, "each worker told something else"

    dead = re.search(r"\d+", next(iter(clients())))[0]
    os.kill(int(dead), signal.SIGKILL)
    until(lambda: len(clients()) == 2 and not any(dead in name for name in clients()))
    assert requests_of(figures(server), "operations.healthz") >= 40, "what it counted stays counted"
