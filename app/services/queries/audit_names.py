"""The names behind the ids that audit rows hold, so that a page of them can be read."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import aliased

from app.domain.words import say
from app.extensions import db
from app.models import Bracket, Match, Participant, Station, User

# Which ids stand under which names in a meta, at whatever depth: alone or as a list.
_KINDS = {
    "matches": ("match_id", "match_ids", "forfeited_match_ids"),
    "participants": (
        "participant_id",
        "participant1_id",
        "participant2_id",
        "submitted_by",
        "reported_by",
        "absent",
    ),
    "users": ("coordinator_id", "user_id"),
    "stations": ("station_id", "old_station_id", "new_station_id"),
    "brackets": ("bracket_id",),
}
_KIND_OF = {name: kind for kind, names in _KINDS.items() for name in names}
_Side1, _Side2 = aliased(Participant), aliased(Participant)


@dataclass(frozen=True)
class Names:
    """Names by id; of a match its number, and `sides`. What is not known any more is called by its id."""

    matches: dict[int, str] = field(default_factory=dict)
    participants: dict[int, str] = field(default_factory=dict)
    users: dict[int, str] = field(default_factory=dict)
    stations: dict[int, str] = field(default_factory=dict)
    brackets: dict[int, str] = field(default_factory=dict)
    sides: dict[int, str] = field(default_factory=dict)

    def match(self, id_: int) -> str:
        """The match's number."""
        return self.matches.get(id_) or say("match %(id)s", id=id_)

    def participant(self, id_: int) -> str:
        """The participant's name."""
        return self.participants.get(id_) or say("participant %(id)s", id=id_)

    def user(self, id_: int) -> str:
        """The user's name."""
        return self.users.get(id_) or say("user %(id)s", id=id_)

    def station(self, id_: int) -> str:
        """The station's name."""
        return self.stations.get(id_) or say("station %(id)s", id=id_)

    def bracket(self, id_: int) -> str:
        """The bracket's name."""
        return self.brackets.get(id_) or say("bracket %(id)s", id=id_)


def names_of(rows: Iterable[dict]) -> Names:
    """The names that these audit rows mention; one query a kind, however many rows there are."""
    ids: dict[str, set[int]] = {kind: set() for kind in _KINDS}
    for row in rows:
        for kind, id_ in _mentioned({"match_id": row["match_id"], "meta": row["meta"]}):
            ids[kind].add(id_)
    matches = _matches(ids["matches"])
    return Names(
        matches={id_: f"M{number}" for id_, number, *_ in matches},
        participants=dict(_read(Participant.id, Participant.name, ids["participants"])),
        users=dict(_read(User.id, User.username, ids["users"])),
        stations=dict(_read(Station.id, Station.name, ids["stations"])),
        brackets=dict(_read(Bracket.id, Bracket.name, ids["brackets"])),
        sides={id_: f"{one} – {two}" for id_, _, one, two in matches if one and two},
    )


def _mentioned(document: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    for key, value in document.items():
        kind = _KIND_OF.get(key)
        for part in value if isinstance(value, list) else (value,):
            if isinstance(part, dict):
                yield from _mentioned(part)
            elif kind is not None and isinstance(part, int):
                yield kind, part


def _matches(ids: set[int]) -> list[tuple[int, int, str | None, str | None]]:
    if not ids:
        return []
    rows = db.session.execute(
        select(Match.id, Match.match_number, _Side1.name, _Side2.name)
        .outerjoin(_Side1, _Side1.id == Match.participant1_id)
        .outerjoin(_Side2, _Side2.id == Match.participant2_id)
        .where(Match.id.in_(sorted(ids)))
    )
    return [tuple(row) for row in rows]


def _read(id_column, name_column, ids: set[int]):
    if not ids:
        return []
    rows = db.session.execute(select(id_column, name_column).where(id_column.in_(sorted(ids))))
    return [tuple(row) for row in rows]
