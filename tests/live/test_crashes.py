"""What is killed in the middle of its work: no change is half done, none is lost, each is told once."""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial

import pytest
import requests

from app.models import Match, MatchResult, ParticipantMember
from tests import factories
from tests.live.listener import Listener, token, until
from tests.support.books import Books, assert_heard_all
from tests.support.databases import PostgresServer
from tests.support.processes import ROOT, RedisServer, Server
from tests.support.writers import LOST, all_at_once, busy, send

WRITERS = 200


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


class Hall:
    """A tournament, its organizer, and clients that listen to it from before the first change."""

    def __init__(self, server: Server, number: int = 8, listeners: int = 4):
        self.server = server
        self.organizer = factories.user()
        self.tournament = factories.tournament(self.organizer)
        self.matches = factories.matches(self.tournament, number, "READY")
        self.books = Books(self.tournament)
        self.ids = [match.id for match in self.matches]
        self.channel = f"tournament_{self.tournament.id}"
        self.access = token(server, self.organizer)
        self.listeners = [self.listen() for _ in range(listeners)]

    def listen(self, **fields) -> Listener:
        listener = Listener(self.server)
        assert listener.subscribe(self.channel, **fields)["ok"]
        return listener

    def send(self, method: str, path: str, body: dict | None = None) -> tuple[int, dict]:
        return send(self.server, self.access, method, path, body)

    def last_seq(self) -> int:
        """The last that everybody is told."""
        return factories.events(tournament_id=self.tournament.id, is_private=False)[-1].seq

    def assert_all_know_all(self) -> Counter:
        """Check the books, and that everybody has heard all that was told; returns the changes' numbers."""
        changes = self.books.assert_balanced()
        # Clients come back with the last seq that they have, as pages do.
        for place, listener in enumerate(self.listeners):
            if not listener.is_connected():
                heard, mark = listener.heard, max(listener.seqs(), default=0)
                self.listeners[place] = self.listen(after=mark)
                self.listeners[place].heard[:0] = heard
        self.listeners.append(self.listen(after=0))
        last = self.last_seq()
        for listener in self.listeners:
            until(lambda one=listener: max(one.seqs(), default=0) == last, why=listener.seqs)
            assert_heard_all(listener.heard, self.tournament)
        return changes

    def leave(self) -> None:
        for listener in self.listeners:
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
    with postgres.database("crash") as url:
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


def test_a_worker_that_is_killed_in_the_middle_of_a_bulk_schedule_leaves_nothing_of_it(crashing, open_hall):
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
    with postgres.database("redis_away") as url:
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


class Crowd:
    """People of all roles who write to the same matches of one tournament."""

    def __init__(self, hall: Hall):
        self.hall = hall
        people = [factories.user() for _ in range(2)]
        self.sides = [hall.matches[0].participant1_id, hall.matches[0].participant2_id]
        for user, side in zip(people, self.sides, strict=True):
            factories.save(ParticipantMember(participant_id=side, user_id=user.id))
        self.players = [token(hall.server, user) for user in people]

    def calls(self) -> list[Callable[[], tuple[str, int]]]:
        """What they are about to do, in whatever order."""
        made = [call for match in self.hall.matches for call in self._calls_for(match)]
        random.Random(7).shuffle(made)
        return made

    def _calls_for(self, match: Match) -> list[Callable[[], tuple[str, int]]]:
        desk, (one, other) = self.hall.access, self.players
        path, at = f"matches/{match.id}", factories.soon(500 + match.match_number).isoformat()
        score = {"participant1_score": 2, "participant2_score": 1}
        dispute = {"reason": "score_dispute", "description": "It was closer."}
        later = factories.soon(1000 + match.match_number).isoformat()
        bulk = {"match_ids": self.hall.ids[match.match_number % 5 :: 10], "scheduled_time": later}
        by_state = {
            "SCHEDULED": [
                ("MATCH_CHECK_IN", one, "POST", f"{path}/check-in/", {}),
                ("MATCH_CHECK_IN", other, "POST", f"{path}/check-in/", {}),
                ("MATCH_SCHEDULE", desk, "PATCH", f"{path}/", {"scheduled_time": at}),
                ("MATCH_BULK_SCHEDULE", desk, "POST", "matches/bulk-schedule/", bulk),
                ("MATCH_START", desk, "POST", f"{path}/start/", {}),
            ],
            "READY": [
                *[("MATCH_START", desk, "POST", f"{path}/start/", {})] * 2,
                ("MATCH_UNDO_START", desk, "POST", f"{path}/undo-start/", {}),
                *[
                    ("MATCH_LOBBY_UPDATE", desk, "PATCH", f"{path}/lobby/", {"room_code": code})
                    for code in "ab"
                ],
            ],
            "LIVE": [
                ("RESULT_SUBMIT", one, "POST", f"{path}/submit-result/", score),
                ("RESULT_SUBMIT", desk, "POST", f"{path}/submit-result/", score),
                ("RESULT_CONFIRM", other, "POST", f"{path}/confirm-result/", {}),
                ("DISPUTE_CREATE", other, "POST", f"{path}/report-dispute/", dispute),
                ("MATCH_LOBBY_UPDATE", desk, "PATCH", f"{path}/lobby/", {"room_code": "c"}),
            ],
            "PENDING_RESULT": [
                ("RESULT_CONFIRM", other, "POST", f"{path}/confirm-result/", {}),
                ("RESULT_CONFIRM", desk, "POST", f"{path}/confirm-result/", {}),
                ("DISPUTE_CREATE", other, "POST", f"{path}/report-dispute/", dispute),
                ("DISPUTE_CREATE", one, "POST", f"{path}/report-dispute/", dispute),
                ("MATCH_LOBBY_UPDATE", desk, "PATCH", f"{path}/lobby/", {"room_code": "d"}),
            ],
        }
        return [partial(self._send, *call) for call in by_state[match.state]]

    def _send(self, action: str, access: str, method: str, path: str, body: dict) -> tuple[str, int]:
        return action, send(self.hall.server, access, method, path, body)[0]


def mixed_hall(open_hall, server: Server) -> Hall:
    """A hall whose matches are in all states in which something can be done."""
    hall = open_hall(server, number=WRITERS // 5, listeners=8)
    for place, state in enumerate(("SCHEDULED", "LIVE", "PENDING_RESULT")):
        for match in hall.matches[place::4]:
            columns = {"state": state}
            if state == "SCHEDULED":
                columns |= {"participant1_checked_in": False, "participant2_checked_in": False}
                columns |= {"scheduled_time": factories.soon(20), "check_in_deadline": factories.soon(300)}
            else:
                columns |= {"started_at": factories.soon(-30)}
            if state == "PENDING_RESULT":
                columns |= {"participant1_score": 2, "participant2_score": 1}
                factories.result(match, submitted_by_id=match.participant1_id)
            factories.change(match, **columns)
    hall.matches = [factories.fresh(match) for match in hall.matches]
    return hall


@pytest.mark.parametrize("processes", [1, 2])
def test_two_hundred_writers_at_once(
    start_server, sqlite_template, postgres, redis_server, tmp_path, open_hall, processes
):
    settings = {"REDIS_URL": redis_server.url, "WEB_CONCURRENCY": str(processes)}
    with postgres.database("crowd") as shared:
        url = shared if processes > 1 else sqlite_template.copy(tmp_path / "crowd.db")
        server = start_server(url, **settings)
        hall = mixed_hall(open_hall, server)
        calls = Crowd(hall).calls()
        hall.books = Books(hall.tournament)
        assert len(calls) == WRITERS
        answers = all_at_once(calls)
        assert {status for _, status in answers} <= {200, 400, 403, 409}
        accepted = Counter(action for action, status in answers if status == 200)
        assert hall.assert_all_know_all() == accepted
        finals = factories.rows(MatchResult, status="final")
        assert len({each.match_id for each in finals}) == len(finals)
        hall.leave()
        server.stop()
