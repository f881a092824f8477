"""Where events go: the channels that clients name, and the rooms in which our own pages sit."""

import re
from collections.abc import Collection
from dataclasses import dataclass, field

from flask_socketio import ConnectionRefusedError as ConnectionRefused

from app.languages import ENGLISH, LANGUAGES
from app.services.queries.live import Place, StoredEvent

from .visitors import Visitor

# Ids are 32 bits wide in the database; a longer number names nothing.
_CHANNEL = re.compile(r"(tournament|match)_([1-9][0-9]{0,8})", re.ASCII)
_LARGEST_ID = 2**31 - 1
# As browsers make them: a random UUID, or what looks like one.
_SCREEN_KEY = re.compile(r"[0-9a-f-]{32,36}", re.ASCII)
HOME = "page:home"
SCREEN, MATCH, DESK = "screen", "match", "desk"
PAGES = ("home", "tournament", "bracket", MATCH, DESK, "me", "conflicts", SCREEN)
# These show matches of several tournaments, and so have no one seq from which to go on.
ACROSS_TOURNAMENTS = ("home", "me", "conflicts")
# Longer than anybody needs; a longer absence is a reset.
LONGEST_ABSENCE_SECONDS = 3600.0
# More matches than one person looks at.
MOST_OPEN = 20


class BadRequest(ValueError):
    """What the client sent cannot be understood; the message goes back to it."""


@dataclass(frozen=True)
class Channel:
    """A channel as clients name it."""

    kind: str
    id: int

    @property
    def name(self) -> str:
        """The name on the wire, which is that of its room too."""
        return f"{self.kind}_{self.id}"


@dataclass
class Listening:
    """One channel of one client: it has been sent all events of the channel after the seq `since`."""

    channel: Channel
    tournament_id: int
    since: int

    def covers(self, event: StoredEvent) -> bool:
        """True where the event belongs to the channel."""
        if self.channel.kind == "match":
            return event.match_id == self.channel.id
        return not event.is_private


@dataclass(frozen=True)
class Page:
    """One of our own pages, as it introduces itself: which, of what, and how fresh it is.

    `seq` is the last event that the page shows, `age` the seconds for which it may have missed some.
    """

    kind: str
    id: int | None
    seq: int | None
    age: float
    language: str = ENGLISH

    def room(self, tournament_id: int | None) -> str:
        """The room in which the page hears of a tournament (of all of them, for the home page)."""
        if self.kind == "home":
            return in_language(HOME, self.language)
        number = self.id if self.kind == "match" else tournament_id
        return in_language(f"page:{self.kind}:{number}", self.language)


@dataclass(frozen=True)
class ScreenId:
    """Which screen it is, as it says itself."""

    key: str
    kind: str


@dataclass
class Member:
    """A connected client."""

    sid: str
    visitor: Visitor
    page: Page | None = None
    board_key_hash: str | None = None
    screen: ScreenId | None = None
    listening: dict[str, Listening] = field(default_factory=dict)
    tournaments: set[int] = field(default_factory=set)


def in_language(room: str, language: str) -> str:
    """The room of the pages in that language, to whom the same is told in other words."""
    return room if language == ENGLISH else f"{room}:{language}"


def channel_rooms(event: StoredEvent) -> list[str]:
    """The rooms of those who asked for the event by the name of a channel."""
    rooms = [] if event.is_private else [Channel("tournament", event.tournament_id).name]
    if event.match_id is not None:
        rooms.append(Channel("match", event.match_id).name)
    return rooms


def row_rooms(event: StoredEvent) -> list[str]:
    """The rooms of pages that show the match as a row."""
    tournament, desk = f"page:tournament:{event.tournament_id}", f"page:desk:{event.tournament_id}"
    return [desk] if event.is_private else [tournament, desk, HOME]


def bracket_rooms(event: StoredEvent) -> list[str]:
    """The rooms of pages that show the match in a drawing, or turn to one, and the drawing itself."""
    return [] if event.is_private else [f"page:bracket:{event.tournament_id}", screen_room(event)]


def screen_room(event: StoredEvent) -> str:
    """The room of the tournament's screens and overlays."""
    return f"page:{SCREEN}:{event.tournament_id}"


def scoreboard_rooms(event: StoredEvent) -> list[str]:
    """The rooms of pages that show the match as a scoreboard."""
    return [] if event.match_id is None else [f"page:match:{event.match_id}"]


def own_rooms(event: StoredEvent) -> list[str]:
    """The rooms of people who look at their own matches."""
    return [f"page:me:{event.tournament_id}"]


def conflicts_rooms(event: StoredEvent) -> list[str]:
    """The rooms of organizers who look at the conflicts in what they run."""
    return [] if event.is_private else [f"page:conflicts:{event.tournament_id}"]


def read_channel(message: object) -> Channel:
    """The channel that a subscribe or unsubscribe names; raises BadRequest."""
    name = message.get("channel") if isinstance(message, dict) else None
    if not isinstance(name, str):
        raise BadRequest('expected {"channel": "tournament_<id>" or "match_<id>"}')
    found = _CHANNEL.fullmatch(name)
    if found is None:
        raise BadRequest("no such channel")
    return Channel(found[1], int(found[2]))


def read_after(message: dict) -> int | None:
    """The seq from which a subscriber goes on, None for from now on; raises BadRequest."""
    after = message.get("after")
    if after is None:
        return None
    if type(after) is not int or after < 0:
        raise BadRequest("after must be a whole number from 0")
    return after


def read_page(auth: object) -> Page | None:
    """The page that the `auth` of a connection names, None for other clients.

    Raises ConnectionRefused for one that there cannot be.
    """
    kind = auth.get("page") if isinstance(auth, dict) else None
    if kind is None:
        return None
    if kind not in PAGES:
        raise ConnectionRefused("no such page")
    number = _whole(auth.get("id"))
    if kind not in ACROSS_TOURNAMENTS and not (number and number <= _LARGEST_ID):
        raise ConnectionRefused("no such page")
    language = auth.get("language")
    known = language if isinstance(language, str) and language in LANGUAGES else ENGLISH
    return Page(kind, number, _whole(auth.get("seq")), _seconds(auth.get("age")), known)


def read_board_key(auth: object) -> str | None:
    """The secret of a board's link, by which a page without a sign-in sees a private tournament."""
    key = auth.get("key") if isinstance(auth, dict) else None
    return key if isinstance(key, str) and 0 < len(key) <= 200 else None


def read_screen(message: object, kinds: Collection[str]) -> ScreenId:
    """Which screen reports; raises BadRequest."""
    key, kind = (message.get(name) if isinstance(message, dict) else None for name in ("key", "kind"))
    if not (isinstance(key, str) and _SCREEN_KEY.fullmatch(key) and isinstance(kind, str) and kind in kinds):
        raise BadRequest(f'expected {{"key": a UUID, "kind": one of {", ".join(kinds)}}}')
    return ScreenId(key, kind)


def read_open(message: object) -> frozenset[int]:
    """Which matches a desk has open; raises BadRequest."""
    numbers = message.get("open") if isinstance(message, dict) else None
    if not isinstance(numbers, list) or len(numbers) > MOST_OPEN:
        raise BadRequest(f'expected {{"open": [ids of at most {MOST_OPEN} matches]}}')
    if not all(type(number) is int and 0 < number <= _LARGEST_ID for number in numbers):
        raise BadRequest("open must hold ids of matches")
    return frozenset(numbers)


def _whole(value: object) -> int | None:
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 19:
        return int(value)
    return value if type(value) is int and 0 <= value < 10**18 else None


def _seconds(value: object) -> float:
    if type(value) not in (int, float) or not 0 <= value <= LONGEST_ABSENCE_SECONDS:
        return LONGEST_ABSENCE_SECONDS if value else 0.0
    return float(value)


def is_known_board(member_key_hash: str | None, place: Place) -> bool:
    """True where the member came by the board's present link."""
    return member_key_hash is not None and member_key_hash == place.board_key_hash
