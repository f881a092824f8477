"""Events made up into parcels: what is sent, under which name, to which rooms or clients."""

import logging
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy.exc import SQLAlchemyError

from app.domain.events import EventType
from app.services.queries.live import Place, StoredEvent
from app.services.queries.screens import list_shown

from .audience import Audience
from .fragments import BRACKET, ROW, SCOREBOARD, Fragments
from .payloads import Builder, Variants
from .rooms import (
    HOME,
    Member,
    bracket_rooms,
    channel_rooms,
    conflicts_rooms,
    own_rooms,
    row_rooms,
    scoreboard_rooms,
    screen_room,
)

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Parcel:
    """One message, and the rooms or clients (never none) that it goes to."""

    name: str
    payload: dict
    to: list[str]


class Rooms(Protocol):
    """Who is in which room."""

    members: dict[str, Member]

    def members_in(self, room: str) -> list[Member]:
        """The members in the room."""

    def is_occupied(self, room: str) -> bool:
        """True where somebody is in the room."""


class Packing:
    """Makes up some events of one tournament, for all rooms or for one client."""

    def __init__(self, place: Place, events: Collection[StoredEvent], rooms: Rooms, fragments: Fragments):
        self._events = events
        self._rooms = rooms
        self._builder = Builder(events, fragments)
        self._audience = Audience(place, events)

    def for_rooms(self) -> list[Parcel]:
        """The parcels for everyone who listens."""
        return self._made_up(self._for_rooms)

    def for_channel(self, member: Member) -> list[Parcel]:
        """The parcels for one client that goes on with a channel."""
        return self._made_up(lambda event: self._to_members(event, [member], event.type, None))

    def for_page(self, member: Member, room: str) -> list[Parcel]:
        """The parcels for one page that goes on in its room."""
        return self._made_up(lambda event: self._to_page(event, member, room))

    def _made_up(self, make: Callable[[StoredEvent], list[Parcel]]) -> list[Parcel]:
        parcels: list[Parcel] = []
        for event in self._events:
            try:
                parcels += make(event)
            except SQLAlchemyError:
                # The database will be back, and the event is still there.
                raise
            except Exception:
                log.exception("event %s of tournament %s is left out", event.seq, event.tournament_id)
        return parcels

    def _for_rooms(self, event: StoredEvent) -> list[Parcel]:
        name = EventType(event.type).page_name
        if event.type == EventType.SCREEN_UPDATED:
            return self._to_screens(event, name)
        return [
            *self._to_rooms(event, channel_rooms(event), event.type, None),
            *self._to_rooms(event, row_rooms(event), name, ROW),
            *self._to_rooms(event, bracket_rooms(event), name, BRACKET),
            *self._to_rooms(event, scoreboard_rooms(event), name, SCOREBOARD),
            *self._to_rooms(event, conflicts_rooms(event), name, None),
            *self._to_members(event, self._players(self._members_in(own_rooms(event)), event), name, ROW),
        ]

    def _to_page(self, event: StoredEvent, member: Member, room: str) -> list[Parcel]:
        name = EventType(event.type).page_name
        if event.type == EventType.SCREEN_UPDATED:
            # A screen that comes back reports, and is answered with what it is to show.
            return []
        if room in scoreboard_rooms(event):
            return self._to_members(event, [member], name, SCOREBOARD)
        if room in bracket_rooms(event):
            return self._to_members(event, [member], name, BRACKET)
        if room in row_rooms(event) and self._is_open_to(room):
            return self._to_members(event, [member], name, ROW)
        if room in conflicts_rooms(event):
            return self._to_members(event, [member], name, None)
        return self._to_members(
            event, self._players([member], event) if room in own_rooms(event) else [], name, ROW
        )

    def _to_screens(self, event: StoredEvent, name: str) -> list[Parcel]:
        """To each screen what it is to show, as it stands now: its own message, and the announcement."""
        members = [member for member in self._rooms.members_in(screen_room(event)) if member.screen]
        self._audience.meet(members)
        announcement, messages = list_shown(
            event.tournament_id, {member.screen.key for member in members if member.screen}
        )
        told: dict[str, list[str]] = {}
        for member in members:
            if member.screen and self._audience.sees(member, event):
                told.setdefault(messages.get(member.screen.key, ""), []).append(member.sid)
        payload = {**event.payload, "seq": event.seq, "announcement": announcement}
        return [Parcel(name, {**payload, "message": message}, sids) for message, sids in told.items()]

    def _to_rooms(
        self, event: StoredEvent, rooms: list[str], name: str, fragment: str | None
    ) -> list[Parcel]:
        rooms = [room for room in rooms if self._rooms.is_occupied(room) and self._is_open_to(room)]
        if not rooms:
            return []
        variants = self._variants(event, fragment)
        if self._audience.is_open and variants.are_same:
            return [Parcel(name, variants.inside, rooms)]
        return self._to_members(event, self._members_in(rooms), name, fragment)

    def _is_open_to(self, room: str) -> bool:
        return room != HOME or self._audience.is_on_home

    def _to_members(
        self, event: StoredEvent, members: Collection[Member], name: str, fragment: str | None
    ) -> list[Parcel]:
        if not members:
            return []
        variants = self._variants(event, fragment)
        self._audience.meet(members)
        told: dict[int, tuple[dict, list[str]]] = {}
        for member in members:
            payload = self._audience.payload_for(member, event, variants)
            if payload is not None:
                told.setdefault(id(payload), (payload, []))[1].append(member.sid)
        return [Parcel(name, payload, sids) for payload, sids in told.values()]

    def _variants(self, event: StoredEvent, fragment: str | None) -> Variants:
        variants = self._builder.variants(event)
        more = self._builder.for_page(event, fragment) if fragment else {}
        return variants.with_more(more) if more else variants

    def _members_in(self, rooms: list[str]) -> list[Member]:
        """Everyone in these rooms, once."""
        return list(
            {member.sid: member for room in rooms for member in self._rooms.members_in(room)}.values()
        )

    def _players(self, members: list[Member], event: StoredEvent) -> list[Member]:
        self._audience.meet(members)
        return [member for member in members if self._audience.plays(member, event)]
