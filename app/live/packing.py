"""Events made up into parcels: what is sent, under which name, to which rooms or clients."""

import logging
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy.exc import SQLAlchemyError

from app.domain.events import EventType
from app.languages import ENGLISH, LANGUAGES
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
    in_language,
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
        parcels = self._to_rooms(event, channel_rooms(event), event.type, None)
        for language in LANGUAGES:
            parcels += self._to_pages(event, name, language)
        return parcels

    def _to_pages(self, event: StoredEvent, name: str, language: str) -> list[Parcel]:
        def spoken(rooms: list[str]) -> list[str]:
            return [in_language(room, language) for room in rooms]

        own = self._members_in(spoken(own_rooms(event)))
        return [
            *self._to_rooms(event, spoken(row_rooms(event)), name, ROW, language),
            *self._to_rooms(event, spoken(bracket_rooms(event)), name, BRACKET, language),
            *self._to_rooms(event, spoken(scoreboard_rooms(event)), name, SCOREBOARD, language),
            *self._to_rooms(event, spoken(conflicts_rooms(event)), name, None),
            *self._to_members(event, self._players(own, event), name, ROW, language),
        ]

    def _to_page(self, event: StoredEvent, member: Member, room: str) -> list[Parcel]:
        name = EventType(event.type).page_name
        language = member.page.language if member.page else ENGLISH

        def is_one_of(rooms: list[str]) -> bool:
            return room in [in_language(each, language) for each in rooms]

        if event.type == EventType.SCREEN_UPDATED:
            # A screen that comes back reports, and is answered with what it is to show.
            return []
        if is_one_of(scoreboard_rooms(event)):
            return self._to_members(event, [member], name, SCOREBOARD, language)
        if is_one_of(bracket_rooms(event)):
            return self._to_members(event, [member], name, BRACKET, language)
        if is_one_of(row_rooms(event)) and self._is_open_to(room):
            return self._to_members(event, [member], name, ROW, language)
        if is_one_of(conflicts_rooms(event)):
            return self._to_members(event, [member], name, None)
        players = self._players([member], event) if is_one_of(own_rooms(event)) else []
        return self._to_members(event, players, name, ROW, language)

    def _to_screens(self, event: StoredEvent, name: str) -> list[Parcel]:
        """To each screen what it is to show, as it stands now: its own message, and the announcement."""
        rooms = [in_language(screen_room(event), language) for language in LANGUAGES]
        members = [member for member in self._members_in(rooms) if member.screen]
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
        self,
        event: StoredEvent,
        rooms: list[str],
        name: str,
        fragment: str | None,
        language: str = ENGLISH,
    ) -> list[Parcel]:
        rooms = [room for room in rooms if self._rooms.is_occupied(room) and self._is_open_to(room)]
        if not rooms:
            return []
        variants = self._variants(event, fragment, language)
        if self._audience.is_open and variants.are_same:
            return [Parcel(name, variants.inside, rooms)]
        return self._to_members(event, self._members_in(rooms), name, fragment, language)

    def _is_open_to(self, room: str) -> bool:
        return self._audience.is_on_home or not room.startswith(HOME)

    def _to_members(
        self,
        event: StoredEvent,
        members: Collection[Member],
        name: str,
        fragment: str | None,
        language: str = ENGLISH,
    ) -> list[Parcel]:
        if not members:
            return []
        variants = self._variants(event, fragment, language)
        self._audience.meet(members)
        told: dict[int, tuple[dict, list[str]]] = {}
        for member in members:
            payload = self._audience.payload_for(member, event, variants)
            if payload is not None:
                told.setdefault(id(payload), (payload, []))[1].append(member.sid)
        return [Parcel(name, payload, sids) for payload, sids in told.values()]

    def _variants(self, event: StoredEvent, fragment: str | None, language: str) -> Variants:
        variants = self._builder.variants(event)
        more = self._builder.for_page(event, fragment, language) if fragment else {}
        return variants.with_more(more) if more else variants

    def _members_in(self, rooms: list[str]) -> list[Member]:
        """Everyone in these rooms, once."""
        return list(
            {member.sid: member for room in rooms for member in self._rooms.members_in(room)}.values()
        )

    def _players(self, members: list[Member], event: StoredEvent) -> list[Member]:
        self._audience.meet(members)
        return [member for member in members if self._audience.plays(member, event)]
