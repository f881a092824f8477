"""The names behind the ids that audit rows hold, so that a page of them can be read."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import select

from app.extensions import db
from app.models import Bracket, Match, Participant, Station, User

_LISTS = {"participant_ids", "participants", "match_ids"}


@dataclass(frozen=True)
class Names:
    """Names by id. What is not known any more is called by its id."""

    matches: dict[int, str] = field(default_factory=dict)
    participants: dict[int, str] = field(default_factory=dict)
    users: dict[int, str] = field(default_factory=dict)
    stations: dict[int, str] = field(default_factory=dict)
    brackets: dict[int, str] = field(default_factory=dict)


def names_of(rows: Iterable[dict]) -> Names:
    """The names that these audit rows mention; one query a kind, however many rows there are."""
    rows = list(rows)
    metas = [row["meta"] for row in rows]
    matches = {row["match_id"] for row in rows} | _ids(metas, "match_ids")
    participants = _ids(
        metas, "participant_id", "participant1_id", "participant2_id", "submitted_by", "reported_by"
    )
    users = _ids(metas, "coordinator_id", "user_id")
    stations = {meta["changes"].get("station_id") for meta in metas if isinstance(meta.get("changes"), dict)}
    stations |= _ids(metas, "station_id")
    return Names(
        matches={id_: f"M{number}" for id_, number in _read(Match.id, Match.match_number, matches)},
        participants=dict(_read(Participant.id, Participant.name, participants)),
        users=dict(_read(User.id, User.username, users)),
        stations=dict(_read(Station.id, Station.name, stations)),
        brackets=dict(_read(Bracket.id, Bracket.name, _ids(metas, "bracket_id"))),
    )


def _ids(metas: list[dict], *keys: str) -> set[int]:
    found: set[int] = set()
    for meta in metas:
        for key in keys:
            value = meta.get(key)
            found |= set(value) if key in _LISTS and isinstance(value, list) else {value}
    return found


def _read(id_column, name_column, ids: set):
    wanted = sorted(id_ for id_ in ids if isinstance(id_, int))
    if not wanted:
        return []
    return [
        tuple(row) for row in db.session.execute(select(id_column, name_column).where(id_column.in_(wanted)))
    ]
