"""Two hundred people write to one tournament at the same moment: each change is whole, and told once."""

import random
from collections import Counter
from collections.abc import Callable
from functools import partial

import pytest

from app.models import Match, MatchResult, ParticipantMember
from tests import factories
from tests.live.hall import Hall
from tests.live.listener import token
from tests.support.books import Books
from tests.support.processes import Server
from tests.support.writers import all_at_once, send

WRITERS = 200


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
    with postgres.database() as shared:
        url = shared if processes > 1 else sqlite_template.new()
        server = start_server(url, **settings)
        hall = mixed_hall(open_hall, server)
        calls = Crowd(hall).calls()
        hall.books = Books(hall.tournament)
        assert len(calls) == WRITERS
        answers = all_at_once(calls)
        # On a slow machine some are told to come again; nobody is told that something went wrong.
        assert {status for _, status in answers} <= {200, 400, 403, 409, 503}
        accepted = Counter(action for action, status in answers if status == 200)
        assert hall.assert_all_know_all() == accepted
        finals = factories.rows(MatchResult, status="final")
        assert len({each.match_id for each in finals}) == len(finals)
        hall.leave()
        server.stop()
