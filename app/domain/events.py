"""What happened: the types of events, as subscribers know them."""

from enum import StrEnum


class EventType(StrEnum):
    """The events of a tournament. Pages know them by their `page_name`."""

    MATCH_CREATED = "match.created"
    MATCH_UPDATED = "match.updated"
    MATCH_SCHEDULED = "match.scheduled"
    MATCH_CHECKED_IN = "match.checked_in"
    MATCH_READY = "match.ready"
    MATCH_CALLED = "match.called"
    MATCH_STARTED = "match.started"
    MATCH_SCORE_UPDATED = "match.score_updated"
    MATCH_COMPLETED = "match.completed"
    MATCH_FORFEITED = "match.forfeited"
    MATCH_CANCELLED = "match.cancelled"
    MATCH_REOPENED = "match.reopened"
    MATCH_LOBBY_UPDATED = "match.lobby_updated"
    MATCH_COORDINATOR_ASSIGNED = "match.coordinator_assigned"
    MATCH_DELETED = "match.deleted"
    DISPUTE_CREATED = "dispute.created"
    BRACKET_UPDATED = "bracket.updated"
    TOURNAMENT_UPDATED = "tournament.updated"
    TOURNAMENT_COMPLETED = "tournament.completed"
    # For the screens in the hall alone: a message or the announcement is another one.
    SCREEN_UPDATED = "screen.updated"

    @property
    def page_name(self) -> str:
        """The name under which open pages receive the event."""
        return self.value.replace(".", "_")


# Only those who may see a match's lobby are told of these.
PRIVATE = frozenset({EventType.MATCH_LOBBY_UPDATED})
