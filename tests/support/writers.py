"""People who write at the same time, whatever they are answered, and remember what that was."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

import requests

from tests.support.processes import Server

LOST = 0  # the status of a request whose connection broke
PATIENCE_SECONDS = 30


def send(server: Server, access: str, method: str, path: str, body: dict | None = None) -> tuple[int, dict]:
    """The status and the body that the JSON API answers; LOST where the connection broke."""
    try:
        answer = requests.request(
            method,
            f"{server.url}/api/tournaments/{path}",
            json=body,
            headers={"Authorization": f"Bearer {access}"},
            timeout=PATIENCE_SECONDS,
        )
    except requests.ConnectionError:
        return LOST, {}
    return answer.status_code, answer.json() if "json" in answer.headers["Content-Type"] else {
        "text": answer.text
    }


class Toggler:
    """Starts a match and takes that back, over and over."""

    def __init__(self, server: Server, access: str, match_id: int):
        self.match_id = match_id
        self.statuses: Counter = Counter()
        self.accepted: list[int] = []
        self.slowest = 0.0
        self._server = server
        self._access = access
        self._verb = "start"

    def step(self) -> None:
        """One more request."""
        began = time.monotonic()
        status, body = send(self._server, self._access, "POST", f"matches/{self.match_id}/{self._verb}/")
        self.slowest = max(self.slowest, time.monotonic() - began)
        self.statuses[status] += 1
        if status == 200:
            self.accepted.append(body["version"])
        # Refused: what got no answer had been done all the same.
        if status in (200, 400):
            self._verb = "undo-start" if self._verb == "start" else "start"

    def unknown(self) -> int:
        """How many requests got no answer that says whether they were done."""
        return self.statuses[LOST] + self.statuses[503]


@contextmanager
def busy(server: Server, access: str, match_ids: Iterable[int]) -> Iterator[list[Toggler]]:
    """Writers that go on for as long as the block lasts, one for each match."""
    togglers = [Toggler(server, access, match_id) for match_id in match_ids]
    is_over = threading.Event()

    def go_on(toggler: Toggler) -> None:
        while not is_over.is_set():
            toggler.step()
            time.sleep(0.02)

    threads = [threading.Thread(target=go_on, args=[toggler]) for toggler in togglers]
    for thread in threads:
        thread.start()
    try:
        yield togglers
    finally:
        is_over.set()
        for thread in threads:
            thread.join()


def all_at_once(calls: Iterable[Callable[[], object]]) -> list:
    """What the calls return, each made by a thread of its own, all begun at the same moment."""
    calls = list(calls)
    barrier = threading.Barrier(len(calls))
    answers: list = [None] * len(calls)

    def run(place: int, call: Callable[[], object]) -> None:
        barrier.wait(timeout=PATIENCE_SECONDS)
        answers[place] = call()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers
