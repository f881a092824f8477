"""The verbs on a match as the tests of their forms go through them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache

from tests import factories
from tests.factories import Scene

ROLES = ("admin", "organizer", "coordinator", "player1", "player2", "stranger", "anonymous")
STAFF = frozenset({"admin", "organizer"})
SIDES = frozenset({"player1", "player2"})


@dataclass(frozen=True)
class Case:
    """One verb: the state it starts from, what its form sends, who may, and what it leaves behind."""

    verb: str
    state: str
    action: str
    holds: Callable[[object], bool]
    data: Callable[[Scene], dict] = lambda scene: {}
    may: frozenset[str] = STAFF
    columns: dict = field(default_factory=dict)
    match_columns: dict = field(default_factory=dict)
    actor: str = "organizer"
    # True where the match's page is gone afterwards.
    leaves: bool = False

    def leads_to(self, scene: Scene) -> str:
        """The page on which one finds oneself afterwards."""
        if self.leaves:
            return f"/tournaments/{scene.tournament.slug}/deleted/#match-{scene.match.id}"
        return f"/matches/{scene.match.id}/"

    def scene(self, **more) -> Scene:
        """A match from which the verb can go."""
        return factories.scene(self.state, match_columns=self.match_columns, **{**self.columns, **more})


@cache
def _local(minutes: int) -> str:
    """A time in the words of a form; the same one each time that a case asks."""
    return f"{factories.soon(minutes):%Y-%m-%dT%H:%M}"


CASES = (
    Case(
        "schedule",
        "SCHEDULED",
        "MATCH_SCHEDULE",
        lambda match: f"{match.scheduled_time:%Y-%m-%dT%H:%M}" == _local(300),
        lambda scene: {"scheduled_time": _local(300)},
    ),
    Case("call", "READY", "MATCH_CALL", lambda match: match.called_at is not None),
    Case("start", "READY", "MATCH_START", lambda match: match.state == "LIVE" and match.started_at),
    Case("undo-start", "LIVE", "MATCH_UNDO_START", lambda match: match.state == "READY"),
    Case(
        "lobby",
        "READY",
        "MATCH_LOBBY_UPDATE",
        lambda match: match.lobby == {"room_code": "ALPHA-1", "region": "EU"},
        lambda scene: {"room_code": "ALPHA-1", "region": "EU", "map": ""},
    ),
    Case(
        "rotate-code",
        "READY",
        "MATCH_LOBBY_UPDATE",
        lambda match: match.lobby["room_code"] != "LEAKED" and match.lobby["region"] == "EU",
        match_columns={"lobby": {"room_code": "LEAKED", "region": "EU"}},
    ),
    Case(
        "assign-coordinator",
        "READY",
        "MATCH_COORDINATOR_ASSIGN",
        lambda match: match.coordinator_id is not None,
        lambda scene: {"coordinator_id": scene.stranger.id},
    ),
    Case(
        "accept",
        "READY",
        "MATCH_COORDINATOR_ANSWER",
        lambda match: match.coordinator_answer == "accepted",
        may=frozenset({"coordinator"}),
        actor="coordinator",
    ),
    Case(
        "hand-over",
        "READY",
        "MATCH_COORDINATOR_ANSWER",
        lambda match: (match.coordinator_answer, match.coordinator_note) == ("hand_over", "Ill today."),
        lambda scene: {"note": "Ill today."},
        may=frozenset({"coordinator"}),
        actor="coordinator",
    ),
    Case(
        "check-in",
        "SCHEDULED",
        "MATCH_CHECK_IN",
        lambda match: match.state == "CHECK_IN" and match.participant1_checked_in,
        lambda scene: {"participant_id": scene.team1.id},
        may=STAFF | {"player1"},
    ),
    Case(
        "submit-result",
        "LIVE",
        "RESULT_SUBMIT",
        lambda match: (
            (match.state, match.participant1_score, match.participant2_score) == ("COMPLETED", 13, 7)
        ),
        lambda scene: {"participant1_score": 13, "participant2_score": 7},
        may=STAFF | SIDES,
    ),
    Case(
        "confirm-result",
        "PENDING_RESULT",
        "RESULT_CONFIRM",
        lambda match: match.state == "COMPLETED",
        may=STAFF | {"player2"},
    ),
    Case(
        "report-dispute",
        "PENDING_RESULT",
        "DISPUTE_CREATE",
        lambda match: match.state == "DISPUTED",
        lambda scene: {"reason": "wrong_winner", "description": "It was us."},
        may=STAFF | SIDES,
        actor="player2",
    ),
    Case(
        "resolve-dispute",
        "DISPUTED",
        "DISPUTE_RESOLVE",
        lambda match: match.state == "COMPLETED",
        lambda scene: {"decision": "uphold", "notes": "Looked at the recording."},
    ),
    Case(
        "cancel",
        "SCHEDULED",
        "MATCH_CANCEL",
        lambda match: match.state == "CANCELLED",
        lambda scene: {"reason": "The hall closes."},
    ),
    Case(
        "forfeit",
        "READY",
        "MATCH_FORFEIT",
        lambda match: match.state == "FORFEIT" and match.winner_id == match.participant2_id,
        lambda scene: {"participant_id": str(scene.team1.id), "reason": "Left early."},
    ),
    Case(
        "reopen",
        "COMPLETED",
        "MATCH_REOPEN",
        lambda match: match.state == "LIVE" and match.winner_id is None,
        lambda scene: {"reason": "Wrong map."},
    ),
    Case(
        "restore-result",
        "COMPLETED",
        "RESULT_RESTORE",
        lambda match: match.state == "COMPLETED" and match.winner_id == match.participant1_id,
        lambda scene: {"n": "1"},
    ),
    Case("delete", "READY", "MATCH_DELETE", lambda match: match.is_deleted, leaves=True),
    Case("restore", "CANCELLED", "MATCH_RESTORE", lambda match: match.state == "SCHEDULED"),
)
BY_NAME = {case.verb: case for case in CASES}
