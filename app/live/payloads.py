"""What goes out for an event: one builder for channels and pages, for those inside and for the public.

Stored events hold ids and names of keys. Texts that only some may read are put in here, when the event is
sent, and only into the variant that goes to them.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property

from app.domain.events import EventType
from app.domain.permissions import Permission
from app.services.queries import live as queries
from app.services.queries import lobbies
from app.services.queries.live import StoredEvent
from app.services.tables import changed_tables

from .fragments import BRACKET, Fragments

# Who may read what an event's full variant says; other events are the same for everyone.
READERS = {
    EventType.MATCH_LOBBY_UPDATED: Permission.MATCH_LOBBY_VIEW,
    EventType.DISPUTE_CREATED: Permission.DISPUTE_VIEW,
}
_HIDDEN_DISPUTE = {"reported_by": None, "reason": "", "description": ""}


@dataclass(frozen=True)
class Variants:
    """An event's payload for the public (None where it is not for the public), and for those inside.

    `waiting` is for sides that are not shown their lobby yet; None where they are told what all inside are.
    """

    public: dict | None
    inside: dict
    waiting: dict | None = None

    @property
    def are_same(self) -> bool:
        """True where everyone is sent the same."""
        return self.public is self.inside

    def with_more(self, more: dict) -> "Variants":
        """The same with more in it, which is for everyone."""
        inside = {**self.inside, **more}
        if self.are_same:
            return Variants(inside, inside)
        return Variants(
            self.public and {**self.public, **more}, inside, self.waiting and {**self.waiting, **more}
        )


class Builder:
    """Builds the payloads of some events of one tournament, reading what they need at most once."""

    def __init__(self, events: Collection[StoredEvent], fragments: Fragments):
        self._events = events
        self._fragments = fragments
        self._html: dict[tuple[str, str], dict[int, str]] = {}
        self._drawn: dict[tuple, dict] = {}

    def variants(self, event: StoredEvent) -> Variants:
        """The payload of an event: what was stored, its seq, and what is filled in for those inside."""
        payload = {**event.payload, "seq": event.seq}
        if event.type == EventType.MATCH_LOBBY_UPDATED:
            return self._of_lobby(event, payload)
        if event.type == EventType.DISPUTE_CREATED:
            text = self._disputes.get(payload.get("dispute_id"), _HIDDEN_DISPUTE)
            return Variants({**payload, **_HIDDEN_DISPUTE}, {**payload, **text})
        return Variants(None if event.is_private else payload, payload)

    def _of_lobby(self, event: StoredEvent, payload: dict) -> Variants:
        lobby = self._lobbies.get(event.match_id)
        if lobby is None:
            return Variants(None, {**payload, "lobby_info": {}})
        waiting = None if lobby.reveal.is_revealed else {**payload, "lobby_info": lobby.public}
        return Variants(None, {**payload, "lobby_info": lobby.whole}, waiting)

    def for_page(self, event: StoredEvent, fragment: str, language: str) -> dict:
        """What a page needs besides to redraw: `html`, the rendered fragment of the match as it is now.

        What happened to a bracket is told to drawings of brackets only: see `_redrawn`.
        """
        if event.type == EventType.BRACKET_UPDATED:
            return self._redrawn(event, language) if fragment == BRACKET else {}
        html = self.html(event, fragment, language)
        return {"html": html} if html else {}

    def _redrawn(self, event: StoredEvent, language: str) -> dict:
        """`tables` that a match changed; or `html`, the bracket that is new, has a new round or is gone.

        Nothing where no table changed, and where the drawing is too large to be sent to everyone.
        """
        bracket_id, match_id = event.payload.get("bracket_id"), event.payload.get("match_id")
        if (bracket_id, match_id, language) not in self._drawn:
            if match_id is None:
                drawn = self._fragments.bracket(event.tournament_id, bracket_id, language)
                name, value = "html", drawn
            else:
                name, value = "tables", changed_tables(bracket_id, match_id) or None
            self._drawn[bracket_id, match_id, language] = {} if value is None else {name: value}
        return self._drawn[bracket_id, match_id, language]

    def html(self, event: StoredEvent, fragment: str, language: str) -> str | None:
        """The public fragment of the event's match as it is now; None for an event without one."""
        if event.match_id is None or event.is_private:
            return None
        if (fragment, language) not in self._html:
            matches = {each.match_id for each in self._events if each.match_id and not each.is_private}
            self._html[fragment, language] = self._fragments.render(fragment, matches, language)
        return self._html[fragment, language].get(event.match_id)

    @cached_property
    def _lobbies(self) -> dict[int, lobbies.Lobby]:
        matches = {event.match_id for event in self._events if event.type == EventType.MATCH_LOBBY_UPDATED}
        return lobbies.list_lobbies(matches, datetime.now(UTC))

    @cached_property
    def _disputes(self) -> dict[int, dict]:
        disputes = {
            event.payload["dispute_id"] for event in self._events if event.type == EventType.DISPUTE_CREATED
        }
        return queries.list_dispute_texts(disputes)
