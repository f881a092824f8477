"""Who may be sent what, decided from the database at the moment of sending."""

from collections.abc import Collection
from datetime import UTC, datetime
from functools import cached_property

from app.domain.permissions import ANONYMOUS, Actor, Permission, Role, Subject, may, roles_of
from app.services.queries import live as queries
from app.services.queries.live import Place, StoredEvent

from .payloads import READERS, Variants
from .rooms import Member, is_known_board
from .visitors import Visitor, present_actors

# Whose page of own matches a match stands on.
_OWN = frozenset({Role.PARTICIPANT, Role.COORDINATOR, Role.MATCH_RUNNER})
# Public, but not yet or no longer for everybody's eyes.
NOT_ON_HOME = ("draft", "cancelled")


class Audience:
    """The rights of members towards some events of one tournament, each read at most once."""

    def __init__(self, place: Place, events: Collection[StoredEvent]):
        self._place = place
        self._events = events
        self._met: set[Visitor] = set()
        self._actors: dict[Visitor, Actor] = {}

    def meet(self, members: Collection[Member]) -> None:
        """Read who these members are now, all at once; the other questions are about members met."""
        strangers = {member.visitor for member in members} - self._met
        if strangers:
            self._met |= strangers
            self._actors |= present_actors(strangers, datetime.now(UTC))

    @property
    def is_open(self) -> bool:
        """True where everyone may see the tournament, so that nobody needs to be asked."""
        return self._place.is_public

    @property
    def is_on_home(self) -> bool:
        """True where the home page shows the tournament."""
        return self._place.is_public and self._place.status not in NOT_ON_HOME

    def payload_for(self, member: Member, event: StoredEvent, variants: Variants) -> dict | None:
        """What of the event the member is sent; None for nothing."""
        roles = self._roles(member, event)
        if may(roles, READERS.get(event.type, Permission.MATCH_LOBBY_VIEW)):
            waits = variants.waiting is not None and not may(roles, Permission.MATCH_LOBBY_EARLY_VIEW)
            return variants.waiting if waits else variants.inside
        return variants.public if self.sees(member, event) else None

    def sees(self, member: Member, event: StoredEvent) -> bool:
        """True where the event's match, or the tournament, exists for the member."""
        is_shown = may(self._roles(member, event), Permission.MATCH_VIEW)
        return is_shown or is_known_board(member.board_key_hash, self._place)

    def plays(self, member: Member, event: StoredEvent) -> bool:
        """True where the event is about a match that the member plays or coordinates, or about the
        tournament as a whole.
        """
        return event.match_id is None or not _OWN.isdisjoint(self._roles(member, event))

    def _roles(self, member: Member, event: StoredEvent) -> frozenset[Role]:
        subject = self._subjects.get(event.match_id) or self._subjects.get(None)
        return roles_of(self._actors.get(member.visitor, ANONYMOUS), subject) if subject else frozenset()

    @cached_property
    def _subjects(self) -> dict[int | None, Subject]:
        matches = {event.match_id for event in self._events if event.match_id is not None}
        return queries.get_subjects(self._place.tournament_id, matches)
