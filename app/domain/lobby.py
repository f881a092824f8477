"""Lobbies: what each game needs to know of a room, which of it is secret, and how changes merge."""

from collections.abc import Mapping
from dataclasses import dataclass

from .errors import InvalidInput

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
LABELS = {
    "room_code": "Room code",
    "room_id": "Room ID",
    "room_password": "Room password",
    "lobby_code": "Lobby code",
    "match_id": "Match ID",
    "region": "Region",
    "draft_mode": "Draft mode",
    "map": "Map",
    "mode": "Mode",
    "notes": "Notes",
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
        LobbySchema("generic", "Generic", (), ("room_code", "region", "map", "mode")),
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
        raise InvalidInput(f"{key}: {reasons[0]}", errors)
    merged = {**lobby, **{key: str(value).strip() for key, value in changes.items() if value is not None}}
    for key, value in changes.items():
        if value is None:
            merged.pop(key, None)
    if not any(merged.get(key) for key in IDENTIFIERS):
        sentence = f"A lobby needs at least one of {', '.join(IDENTIFIERS)}."
        raise InvalidInput(sentence, {"lobby_info": [sentence]})
    return merged


def _reasons_against(key: str, value: object) -> list[str]:
    if key in READ_ONLY_KEYS:
        return ["This key is set by Matchdesk and can't be written."]
    if key not in KEY_LENGTHS:
        return ["Unknown key."]
    if value is None:
        return []
    if not isinstance(value, str):
        return ["Must be a text, or null to remove it."]
    if "\x00" in value:
        return ["May not contain NUL."]
    if not value.strip():
        return ["May not be blank; send null to remove it."]
    if len(value) > KEY_LENGTHS[key]:
        return [f"May have at most {KEY_LENGTHS[key]} characters."]
    return []


def changed_keys(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """The keys whose value differs, sorted."""
    return sorted(key for key in {*before, *after} if before.get(key) != after.get(key))


def public_part(lobby: Mapping[str, str]) -> dict[str, str]:
    """What everyone may see: the keys that are known and not secret."""
    return {key: value for key, value in lobby.items() if key in KEY_LENGTHS and key not in SECRET_KEYS}
