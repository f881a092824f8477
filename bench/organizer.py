"""The organizer, who starts matches and records results over the API of Matchdesk."""

import json
from collections.abc import Iterator

from bench.requests_load import Connection, request, status
from bench.seeding import ORGANIZER, PASSWORD
from bench.servers import Server

MATCHES = "/api/tournaments/matches/"


class Organizer:
    """Somebody signed in, with a connection that is kept alive."""

    def __init__(self, server: Server):
        self.connection = Connection(server.port)
        credentials = json.dumps({"username": ORGANIZER, "password": PASSWORD}).encode()
        answer = self.connection.ask(request("POST", "/api/auth/login/", credentials))
        self._token = json.loads(answer.partition(b"\r\n\r\n")[2])["access"]

    def starts(self, match_ids: list[int]) -> Iterator[bytes]:
        """The requests, each to start another match."""
        return (self.starting(match_id) for match_id in match_ids)

    def starting(self, match_id: int) -> bytes:
        """The request to start a match."""
        return self._asking(f"{MATCHES}{match_id}/start/", b"{}")

    def deciding(self, match_id: int) -> bytes:
        """The request to record the result of a match that was started."""
        return self._asking(
            f"{MATCHES}{match_id}/submit-result/", b'{"participant1_score": 2, "participant2_score": 0}'
        )

    def do(self, asked: bytes) -> None:
        """Ask, and wait for the answer; RuntimeError where it is a refusal."""
        answer = self.connection.ask(asked)
        if status(answer) != 200:
            raise RuntimeError(f"the organizer was answered:\n{answer[:2000].decode()}")

    def _asking(self, path: str, body: bytes) -> bytes:
        return request("POST", path, body, Authorization=f"Bearer {self._token}")
