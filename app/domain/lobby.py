"""Lobbies: what each game needs to know of a room, which of it is secret, and how changes merge."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from .errors import InvalidInput
from .permissions import Permission, Role, may
from .states import MatchState
from .words import Words, say, say_n

# Every key that a lobby may have, with the longest value in characters.
KEY_LENGTHS: dict[str, int] = {
    "room_code": 50,
    "room_id": 50,
    "room_password": 50,
    "lobby_code": 50,
    "match_id": 50,
    "region": 20,
    "draft_mode": 20,
    "map": 50,
    "mode": 50,
    "notes": 500,
}
IDENTIFIERS = ("room_code", "room_id", "room_password", "lobby_code", "match_id")
SECRET_KEYS = frozenset((*IDENTIFIERS, "notes"))
# The secrets that a host may choose freely; the others are given out by the game.
CHOSEN_KEYS = ("room_code", "room_password", "lobby_code")
LABELS = {
    "room_code": say("Room code"),
    "room_id": say("Room ID"),
    "room_password": say("Room password"),
    "lobby_code": say("Lobby code"),
    "match_id": say("Match ID"),
    "region": say("Region"),
    "draft_mode": say("Draft mode"),
    "map": say("Map"),
    "mode": say("Mode"),
    "notes": say("Notes"),
}
# Kept beside the lobby by the match itself; nobody writes them through the lobby.
READ_ONLY_KEYS = frozenset(
    {"coordinator_id", "coordinator_assigned_at", "coordinator_assigned_by", "updated_at"}
)


@dataclass(frozen=True)
class LobbySchema:
    """A game's lobby: its keys in the order of a form. Keys not named may be given all the same."""

    game: str
    title: str
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys that a form for this game shows."""
        return (*self.required, *self.optional, "notes")

    def missing(self, lobby: Mapping[str, str]) -> tuple[str, ...]:
        """The required keys that the lobby lacks, in the schema's order."""
        return tuple(key for key in self.required if not lobby.get(key))


SCHEMAS: dict[str, LobbySchema] = {
    schema.game: schema
    for schema in (
        LobbySchema("generic", say("Generic"), (), ("room_code", "region", "map", "mode")),
        LobbySchema("valorant", "VALORANT", ("room_code", "region"), ("map",)),
        LobbySchema("mlbb", "Mobile Legends: Bang Bang", ("room_id", "room_password"), ("draft_mode",)),
        LobbySchema("efootball", "eFootball", ("match_id",), ("lobby_code",)),
        LobbySchema("pubgm", "PUBG Mobile", ("room_id", "room_password", "map", "mode")),
    )
}
GAMES = tuple(SCHEMAS)


def merge(lobby: Mapping[str, str], changes: Mapping[str, object]) -> dict[str, str]:
    """The lobby after the changes; a key given as None is removed.

    Raises InvalidInput for an unknown or read-only key, a value that is not a short enough text, and
    a lobby that would be left without any identifier.
    """
    errors = {key: reasons for key, value in changes.items() if (reasons := _reasons_against(key, value))}
    if errors:
        key, reasons = next(iter(errors.items()))
        raise InvalidInput(say("%(key)s: %(reason)s", key=key, reason=reasons[0]), errors)
    merged = {**lobby, **{key: str(value).strip() for key, value in changes.items() if value is not None}}
    for key, value in changes.items():
        if value is None:
            merged.pop(key, None)
    if not any(merged.get(key) for key in IDENTIFIERS):
        sentence = say("A lobby needs at least one of %(keys)s.", keys=", ".join(IDENTIFIERS))
        raise InvalidInput(sentence, {"lobby_info": [sentence]})
    return merged


def _reasons_against(key: str, value: object) -> list[str]:
    if key in READ_ONLY_KEYS:
        return [say("This key is set by Matchdesk and can't be written.")]
    if key not in KEY_LENGTHS:
        return [say("Unknown key.")]
    if value is None:
        return []
    if not isinstance(value, str):
        return [say("Must be a text, or null to remove it.")]
    if "\x00" in value:
        return [say("May not contain NUL.")]
    if not value.strip():
        return [say("May not be blank; send null to remove it.")]
    if len(value) > KEY_LENGTHS[key]:
        return [say("May have at most %(most)s characters.", most=KEY_LENGTHS[key])]
    return []


def changed_keys(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """The keys whose value differs, sorted."""
    return sorted(key for key in {*before, *after} if before.get(key) != after.get(key))


def public_part(lobby: Mapping[str, str]) -> dict[str, str]:
    """What everyone may see: the keys that are known and not secret."""
    return {key: value for key, value in lobby.items() if key in KEY_LENGTHS and key not in SECRET_KEYS}


def rotated(lobby: Mapping[str, str], make_code: Callable[[], str]) -> dict[str, str]:
    """The lobby after a leak: each code that a host chooses is another one.

    Where there is none of these, what the game gave out is removed, so that a new one is typed.
    """
    chosen = [key for key in CHOSEN_KEYS if lobby.get(key)]
    if not chosen:
        return {key: value for key, value in lobby.items() if key not in IDENTIFIERS}
    return {**lobby, **{key: make_code() for key in chosen}}


# -- when a side sees it ------------------------------------------------------


class RevealPolicy(StrEnum):
    """From when on the sides of a match see its lobby. Its staff always do."""

    AT_ONCE = "at_once"
    BOTH_CHECKED_IN = "both_checked_in"
    MINUTES_BEFORE = "minutes_before"


@dataclass(frozen=True)
class RevealFacts:
    """What decides whether the sides of a match see its lobby; `minutes` count for `minutes_before` only."""

    policy: RevealPolicy
    minutes: int
    state: MatchState
    sides_known: bool
    check_in_enabled: bool
    both_checked_in: bool
    scheduled_time: datetime | None


@dataclass(frozen=True)
class Reveal:
    """Whether the sides see the lobby now; else `reason`, a sentence, and `at`, the moment if it is known."""

    is_revealed: bool
    reason: str = ""
    at: datetime | None = None


_REVEALED = Reveal(True)
# Whoever plays, or has played, was let into the room.
_BEGUN = (MatchState.LIVE, MatchState.PENDING_RESULT, MatchState.DISPUTED, MatchState.COMPLETED)
_CALLED_OFF = (MatchState.CANCELLED, MatchState.FORFEIT)


def reveal(facts: RevealFacts, now: datetime) -> Reveal:
    """Whether the sides of the match see its lobby now."""
    if facts.policy == RevealPolicy.AT_ONCE or facts.state in _BEGUN:
        return _REVEALED
    if facts.state in _CALLED_OFF:
        return Reveal(False, say("The match is not played, and its code is not shown."))
    if facts.policy == RevealPolicy.BOTH_CHECKED_IN:
        return _once_both_are_here(facts)
    return _before_the_match(facts, now)


def _once_both_are_here(facts: RevealFacts) -> Reveal:
    if not facts.sides_known:
        return Reveal(False, say("The code is shown when both sides are known."))
    if facts.check_in_enabled and not facts.both_checked_in:
        return Reveal(False, say("The code is shown when both sides have checked in."))
    return _REVEALED


def _before_the_match(facts: RevealFacts, now: datetime) -> Reveal:
    if facts.scheduled_time is None:
        return Reveal(False, _without_a_time(facts.minutes))
    at = facts.scheduled_time - timedelta(minutes=facts.minutes)
    if now >= at:
        return _REVEALED
    if not facts.minutes:
        return Reveal(False, say("The code is shown at the time of the match."), at)
    sentence = say_n(
        facts.minutes,
        "The code is shown %(num)s minute before the match.",
        "The code is shown %(num)s minutes before the match.",
    )
    return Reveal(False, sentence, at)


def _without_a_time(minutes: int) -> Words:
    if not minutes:
        return say("The code is shown at the time of the match, which has no time yet.")
    return say_n(
        minutes,
        "The code is shown %(num)s minute before the match, which has no time yet.",
        "The code is shown %(num)s minutes before the match, which has no time yet.",
    )


def sees_secrets(roles: frozenset[Role], revealed: Reveal) -> bool:
    """True where one of these roles sees the whole lobby now."""
    return may(roles, Permission.MATCH_LOBBY_EARLY_VIEW) or (
        revealed.is_revealed and may(roles, Permission.MATCH_LOBBY_VIEW)
    )
