"""What must hold of a tournament's rows whatever happened to the processes that wrote them.

Every change is one transaction with one audit row. Its events carry the time of that row, so that each can be
traced to it; each match that it changed has one version more; the tournament has one revision more.
"""

from collections import Counter
from collections.abc import Iterable
from itertools import chain

from app.models import AuditLog, Event, Match, ScheduleBatch, ScheduleBatchItem, Tournament
from app.services.match_changes import iso
from tests import factories

# What clients know of a match from its events alone.
_KNOWN_FACTS = (
    "state",
    "winner_id",
    *(f"participant{side}_{fact}" for side in (1, 2) for fact in ("id", "score", "checked_in")),
)
# What each change tells of a match: one of these.
TOLD: dict[str, tuple[str, ...]] = {
    "MATCH_START": ("match.started",),
    "MATCH_UNDO_START": ("match.ready",),
    "MATCH_CALL": ("match.called",),
    "MATCH_CHECK_IN": ("match.checked_in", "match.checked_in match.ready"),
    "MATCH_LOBBY_UPDATE": ("match.lobby_updated", "match.lobby_updated match.ready"),
    "MATCH_SCHEDULE": ("match.scheduled",),
    "MATCH_BULK_SCHEDULE": ("match.scheduled",),
    "MATCH_BULK_UNDO": ("match.scheduled",),
    "MATCH_FORFEIT": ("match.forfeited",),
    "RESULT_SUBMIT": ("match.score_updated", "match.completed", "dispute.created"),
    "RESULT_CONFIRM": ("match.completed",),
    "DISPUTE_CREATE": ("dispute.created",),
}


class Books:
    """A tournament as it was before anything happened, to compare with what it has become."""

    def __init__(self, tournament: Tournament):
        self.tournament = factories.fresh(tournament)
        self.versions = {row.id: row.version for row in factories.rows(Match, tournament_id=tournament.id)}

    def assert_balanced(self) -> Counter:
        """Check all of it; returns how often each change was made."""
        now = factories.fresh(self.tournament)
        events = factories.events(tournament_id=now.id)
        audit = factories.audit_rows(tournament_id=now.id)
        assert [event.seq for event in events] == list(range(1, len(events) + 1))
        assert now.event_seq == len(events)
        assert now.revision == self.tournament.revision + len(audit)
        _assert_told(events, audit)
        matches = _matches_by_change(audit)
        changes = Counter(chain.from_iterable(matches[row.id] for row in audit))
        for match in factories.rows(Match, tournament_id=now.id):
            assert match.version == self.versions[match.id] + changes[match.id], (match.id, match.state)
        return Counter(row.action for row in audit)


def _assert_told(events: list[Event], audit: list[AuditLog]) -> None:
    rows = {(row.created_at, row.match_id): row.id for row in audit}
    assert len(rows) == len(audit)
    told: dict[tuple[int, int], list[str]] = {}
    for event in events:
        of_match, of_many = (event.created_at, event.match_id), (event.created_at, None)
        audit_id = rows.get(of_match) or rows[of_many]
        told.setdefault((audit_id, event.match_id), []).append(event.type)
    matches = _matches_by_change(audit)
    assert set(told) == {(row.id, match_id) for row in audit for match_id in matches[row.id]}
    for row in audit:
        for match_id in matches[row.id]:
            assert " ".join(told[row.id, match_id]) in TOLD[row.action], (row.action, match_id)


def _matches_by_change(audit: list[AuditLog]) -> dict[int, list[int]]:
    """By audit row the matches that it changed: its own, or those of its batch."""
    matches = {row.id: [row.match_id] for row in audit if row.match_id is not None}
    for batch in factories.rows(ScheduleBatch):
        its = [item.match_id for item in factories.rows(ScheduleBatchItem, batch_id=batch.id)]
        matches[batch.audit_id] = its
        if batch.undo_audit_id:
            matches[batch.undo_audit_id] = its
    return matches


def assert_heard_all(heard: Iterable[tuple[str, dict]], tournament: Tournament) -> None:
    """Check that a client of the tournament's channel has each public event once and in order.

    What it then knows of each match is what the database has.
    """
    heard = list(heard)
    public = [event for event in factories.events(tournament_id=tournament.id) if not event.is_private]
    got, told = [payload["seq"] for _, payload in heard], [each.seq for each in public]
    first = next(
        (place for place, pair in enumerate(zip(got, told, strict=False)) if pair[0] != pair[1]), None
    )
    assert got == told, (
        f"heard {len(got)} of {len(told)}, otherwise from place {first}: {got[-9:]}, {told[-9:]}"
    )
    known: dict[int, dict] = {}
    for name, payload in heard:
        assert name == payload["type"]
        facts = known.setdefault(payload["match_id"], {})
        facts.update(payload)
        if payload["state"] == "SCHEDULED":
            # Given another time, a check-in that had begun starts anew.
            facts.update(participant1_checked_in=False, participant2_checked_in=False)
    matches = {match.id: match for match in factories.rows(Match, tournament_id=tournament.id)}
    for match_id, facts in known.items():
        match = matches[match_id]
        now = {name: getattr(match, name) for name in _KNOWN_FACTS} | {
            "scheduled_time": iso(match.scheduled_time)
        }
        heard_of = {name: facts[name] for name in now if facts.get(name) is not None}
        assert heard_of == {name: now[name] for name in heard_of}
