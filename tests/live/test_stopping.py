"""A server that is asked to stop: everybody is told when to come back, and nothing is lost."""

import json
import threading
import time

import pytest
import requests
import socketio
from playwright.sync_api import expect

from app.live.leaving import LATEST_MS, SOONEST_MS
from tests import factories
from tests.live.listener import Listener, Wiretap, call, token, until
from tests.support.processes import Server

CROWD = 200


def parting_of(tap: Wiretap) -> int:
    """The milliseconds after which the client is asked to come back; its connection has ended."""
    packets = []
    while (packet := tap.receive()) not in ("", "1"):
        packets.append(packet)
    name, payload = json.loads(packets[-1].removeprefix("42"))
    assert name == "server.restarting"
    return payload["retry_in_ms"]


@pytest.fixture
def server(live_server: Server) -> Server:
    """The file's server, started again at the same address and on the same database where a test stopped it."""
    if not live_server.is_running():
        live_server.start()
    return live_server


def subscribe(tap: Wiretap, channel: str, **fields) -> dict:
    tap.send(f"421{json.dumps(['subscribe', {'channel': channel, **fields}])}")
    while not (packet := tap.receive()).startswith("431"):
        pass
    return json.loads(packet.removeprefix("431"))[0]


def test_two_hundred_clients_are_told_and_resume_where_they_were(server):
    scene = factories.scene()
    channel = f"tournament_{scene.tournament.id}"
    access = token(server, scene.organizer)
    crowd = [Wiretap(server) for _ in range(CROWD)]
    for tap in crowd:
        assert subscribe(tap, channel)["seq"] == 0
    call(server, access, "POST", f"matches/{scene.match.id}/start/")
    for tap in crowd:
        assert json.loads(tap.receive().removeprefix("42"))[1]["seq"] == 1

    began = time.monotonic()
    server.stop()
    assert time.monotonic() - began < 20
    assert server.wait(1) == 0

    delays = [parting_of(tap) for tap in crowd]
    assert all(SOONEST_MS <= delay <= LATEST_MS for delay in delays)
    # In no tenth of the time more than a fifth of them.
    width = (LATEST_MS - SOONEST_MS) / 10
    tenths = [int((delay - SOONEST_MS) / width) for delay in delays]
    assert max(tenths.count(place) for place in range(10)) < CROWD / 5
    assert "Traceback" not in server.output()

    server.start()
    call(server, access, "POST", f"matches/{scene.match.id}/undo-start/")
    for _ in crowd:
        tap = Wiretap(server)
        assert subscribe(tap, channel, after=1) == {"ok": True, "channel": channel, "seq": 2}
        assert json.loads(tap.receive().removeprefix("42"))[1]["seq"] == 2
        tap.close()


def test_the_library_s_clients_come_back_by_themselves(server):
    client, heard = socketio.Client(reconnection_delay=0.5, reconnection_delay_max=1), []
    client.on("server.restarting", heard.append)
    client.connect(server.url, transports=["websocket"])
    server.stop()
    until(lambda: heard and not client.connected)
    assert SOONEST_MS <= heard[0]["retry_in_ms"] <= LATEST_MS
    server.start()
    until(lambda: client.connected)
    client.disconnect()


def test_a_client_on_long_polling_is_told_too(server):
    listener = Listener(server, transports=["polling"])
    time.sleep(0.5)
    server.stop()
    assert SOONEST_MS <= listener.wait_for("server.restarting")["retry_in_ms"] <= LATEST_MS


@pytest.mark.parametrize("workers", [1, 2])
def test_what_is_accepted_while_it_stops_is_written(start_server, postgres, redis_server, workers):
    with postgres.database() as url:
        server = start_server(url, REDIS_URL=redis_server.url, WEB_CONCURRENCY=str(workers))
        scene = factories.scene()
        headers = {"Authorization": f"Bearer {token(server, scene.organizer)}"}
        accepted, refused = [], []

        def write(number: int) -> None:
            path = f"{server.url}/api/tournaments/matches/{scene.match.id}/lobby/"
            with requests.Session() as session:
                for round_ in range(10_000):
                    code = f"{number}-{round_}"
                    try:
                        answer = session.patch(path, json={"room_code": code}, headers=headers, timeout=30)
                    except requests.ConnectionError:
                        return
                    accepted.append(code) if answer.ok else refused.append(answer.text)

        writers = [threading.Thread(target=write, args=(number,)) for number in range(8)]
        for writer in writers:
            writer.start()
        until(lambda: len(accepted) > 40)
        server.stop()
        for writer in writers:
            writer.join(30)

        assert refused == []
        written = factories.audit_rows(action="MATCH_LOBBY_UPDATE")
        seqs = [event.seq for event in factories.events(tournament_id=scene.tournament.id)]
        assert seqs == list(range(1, len(seqs) + 1))
        assert len(written) == len(seqs) >= len(accepted)
        # At most the one that each writer had under way was written without an answer.
        assert len(written) - len(accepted) <= len(writers)
        factories.done()


def test_an_answer_under_way_is_finished(server):
    scene = factories.scene()
    access = token(server, scene.organizer)
    answers = []

    def hold() -> None:
        # Another process has the only right to write: the request waits for it while the server is stopped.
        with factories.session(writes=True) as its:
            its.connection()
            held.set()
            time.sleep(2.5)

    def start() -> None:
        answers.append(call(server, access, "POST", f"matches/{scene.match.id}/start/"))

    held = threading.Event()
    holder, starter = threading.Thread(target=hold), threading.Thread(target=start)
    holder.start()
    assert held.wait(5)
    starter.start()
    time.sleep(0.3)
    server.stop()
    holder.join(10)
    starter.join(10)
    assert [answer["state"] for answer in answers] == ["LIVE"]
    assert factories.fresh(scene.match).state == "LIVE"


COUNT_SOCKETS = """
window.opened = []; window.told = [];
const Plain = window.WebSocket;
window.WebSocket = class extends Plain {
  constructor(...given) {
    super(...given);
    window.opened.push(Date.now());
    this.addEventListener("message", (message) => {
      const text = String(message.data);
      if (text.includes("server.restarting"))
        window.told.push({ at: Date.now(), wait: JSON.parse(text.slice(2))[1].retry_in_ms });
    });
  }
};
"""


def test_a_page_comes_back_when_it_was_told_to_and_makes_up_for_what_it_missed(server, new_context):
    scene = factories.scene()
    context = new_context()
    context.add_init_script(COUNT_SOCKETS)
    page = context.new_page()
    page.goto(f"{server.url}/tournaments/{scene.tournament.slug}/")
    expect(page.locator("body")).to_have_attribute("data-live-state", "live", timeout=15_000)

    server.stop()
    expect(page.locator("body")).to_have_attribute("data-live-state", "reconnecting", timeout=15_000)
    until(lambda: page.evaluate("window.opened.length") > 1)
    (told,) = page.evaluate("window.told")
    waited = page.evaluate("window.opened[1]") - told["at"]
    assert told["wait"] - 50 <= waited <= told["wait"] + 2000

    server.start()
    call(server, token(server, scene.organizer), "POST", f"matches/{scene.match.id}/start/")
    asked = []
    page.on("request", lambda request: "/socket.io/" in request.url or asked.append(request.url))
    expect(page.locator("body")).to_have_attribute("data-live-state", "live", timeout=30_000)
    row = page.locator(f'.match-row[data-match-id="{scene.match.id}"]')
    expect(row).to_have_attribute("data-state", "LIVE")
    assert asked == []
