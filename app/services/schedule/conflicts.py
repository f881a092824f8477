"""Conflicts of a schedule in words, and what a tournament says to a change that makes new ones."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import aliased

from app.domain.errors import Refused
from app.domain.permissions import Actor
from app.domain.schedule.conflicts import Conflict, ConflictKind, new_conflicts
from app.extensions import db
from app.models import Match, Participant, ScheduleBreak, Station, Tournament, User
from app.services import access
from app.services.match_changes import iso

from .plans import read_plan

# What becomes of matches: by id, the fields of PlannedMatch that change.
Changes = Mapping[int, Mapping[str, Any]]


def that_come(tournament: Tournament, changes: Changes, now: datetime) -> list[Conflict]:
    """The conflicts that these changes would make, and that are not there yet."""
    changes = {id_: fields for id_, fields in changes.items() if fields}
    if not changes:
        return []
    moments = [fields["start"] for fields in changes.values() if fields.get("start") is not None]
    users = {fields["coordinator_id"] for fields in changes.values() if "coordinator_id" in fields} - {None}
    before = read_plan([tournament], now=now, near=changes, moments=moments, users=users)
    after = before.with_matches(
        replace(before.by_id[id_], **fields) for id_, fields in changes.items() if id_ in before.by_id
    )
    return new_conflicts(before, after, set(changes), now)


def weigh(actor: Actor, tournament: Tournament, changes: Changes, now: datetime) -> list[str]:
    """A sentence for each conflict that the changes would make.

    Raises Refused with them where the tournament's `conflict_policy` is to refuse.
    """
    sentences = [found["detail"] for found in as_documents(actor, that_come(tournament, changes, now))]
    if sentences and tournament.conflict_policy == "refuse":
        raise Refused(sentences)
    return sentences


def as_documents(actor: Actor, conflicts: Sequence[Conflict]) -> list[dict]:
    """The conflicts for the actor, who learns nothing of matches that they may not see.

    Each is `{"kind", "rest", "matches": [ids], "subject", "detail", "starts_at", "ends_at"}`: a sentence as
    `detail`, times in UTC.
    """
    names = _Names(actor, conflicts)
    return [
        {
            "kind": str(conflict.kind),
            "rest": conflict.rest,
            "matches": [id_ for id_ in conflict.match_ids if id_ in names.matches],
            "subject": names.subject(conflict),
            "detail": _SENTENCES[conflict.kind](names, conflict),
            "starts_at": iso(conflict.interval.start),
            "ends_at": iso(conflict.interval.end),
        }
        for conflict in conflicts
    ]


class _Names:
    """What the things are called that conflicts are about."""

    def __init__(self, actor: Actor, conflicts: Sequence[Conflict]):
        self.matches = labels(actor, {id_ for conflict in conflicts for id_ in conflict.match_ids})
        self._subjects = {
            kind: _read(
                query,
                {one.subject_id for one in conflicts if one.kind == kind and one.subject_id is not None},
            )
            for kind, query in _SUBJECTS.items()
        }

    def subject(self, conflict: Conflict) -> str:
        """The name of what is wanted twice; empty where it is the match itself."""
        return self._subjects.get(conflict.kind, {}).get(conflict.subject_id, "")

    def match(self, conflict: Conflict, place: int) -> str:
        """The match in words; with its tournament's name where that differs from the other's."""
        return self.matches.get(conflict.match_ids[place], "a match of another tournament")

    def both(self, conflict: Conflict) -> str:
        """Both matches in words."""
        return f"{self.match(conflict, 0)} and {self.match(conflict, 1)}"


def _wanted_twice(verb: str) -> Callable[[_Names, Conflict], str]:
    def sentence(names: _Names, conflict: Conflict) -> str:
        who, both = names.subject(conflict), names.both(conflict)
        if conflict.rest:
            return f"{who} has too little rest between {both}."
        return f"{who} {verb} {both} at the same time."

    return sentence


def _order(names: _Names, conflict: Conflict) -> str:
    first, second = names.match(conflict, 0), names.match(conflict, 1)
    if conflict.rest:
        return f"Whoever comes from {first} has too little rest before {second}."
    return f"{second} is planned before {first}, which decides who plays, can be over."


_SENTENCES: dict[ConflictKind, Callable[[_Names, Conflict], str]] = {
    ConflictKind.PARTICIPANT: _wanted_twice("plays"),
    ConflictKind.PERSON: _wanted_twice("plays"),
    ConflictKind.STATION: _wanted_twice("has"),
    ConflictKind.COORDINATOR: _wanted_twice("coordinates"),
    ConflictKind.STREAM: lambda names, one: f"{names.both(one)} are on the same stream at the same time.",
    ConflictKind.ORDER: _order,
    ConflictKind.BREAK: lambda names, one: f"{names.match(one, 0)} runs into {names.subject(one)}.",
    ConflictKind.HOURS: lambda names, one: (
        f"{names.match(one, 0)} is outside the hours of {names.subject(one)}."
    ),
}
_SUBJECTS: dict[ConflictKind, Select] = {
    ConflictKind.PARTICIPANT: select(Participant.id, Participant.name),
    ConflictKind.PERSON: select(User.id, User.username),
    ConflictKind.COORDINATOR: select(User.id, User.username),
    ConflictKind.STATION: select(Station.id, Station.name),
    ConflictKind.HOURS: select(Station.id, Station.name),
    ConflictKind.BREAK: select(ScheduleBreak.id, ScheduleBreak.name),
}


def _read(query: Select, ids: Collection[int]) -> dict[int, str]:
    if not ids:
        return {}
    id_column = query.selected_columns[0]
    return dict(db.session.execute(query.where(id_column.in_(ids))).tuples().all())


def labels(actor: Actor, ids: Collection[int]) -> dict[int, str]:
    """The matches in words, those that the actor may see; with their tournament where there are several."""
    side1, side2 = aliased(Participant), aliased(Participant)
    rows = db.session.execute(
        select(
            Match.id,
            Match.match_number,
            Match.tournament_id,
            Tournament.name,
            side1.name.label("side1"),
            side2.name.label("side2"),
        )
        .join(Tournament, Tournament.id == Match.tournament_id)
        .outerjoin(side1, side1.id == Match.participant1_id)
        .outerjoin(side2, side2.id == Match.participant2_id)
        .where(Match.id.in_(ids), access.visible_tournaments(actor))
    ).all()
    several = len({row.tournament_id for row in rows}) > 1
    return {
        row.id: f"M{row.match_number} ({row.side1 or 'open'} v {row.side2 or 'open'})"
        + (f" of {row.name}" if several else "")
        for row in rows
    }
