"""Conflicts of a schedule in words, and what a tournament says to a change that makes new ones."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import aliased

from app.domain.errors import Refused
from app.domain.permissions import Actor
from app.domain.schedule.conflicts import Conflict, ConflictKind, new_conflicts
from app.domain.words import say
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
    sentences = [told.detail for told in tell(actor, that_come(tournament, changes, now))]
    if sentences and tournament.conflict_policy == "refuse":
        raise Refused(sentences)
    return sentences


def as_documents(actor: Actor, conflicts: Sequence[Conflict]) -> list[dict]:
    """The conflicts for the actor, each as `Told.document` has it."""
    return [told.document() for told in tell(actor, conflicts)]


@dataclass(frozen=True)
class Told:
    """A conflict in words, for somebody who learns nothing of matches that they may not see.

    The `sentence` has places for `who`, `first` and `second`; by place, `labels` has the matches in words,
    and `links` their ids, None for one that the reader may not see.
    """

    conflict: Conflict
    sentence: str
    subject: str
    labels: dict[str, str]
    links: dict[str, int | None]

    @property
    def detail(self) -> str:
        """The whole sentence."""
        return say(self.sentence, who=self.subject, **self.labels)

    def document(self) -> dict:
        """`{"kind", "rest", "matches": [ids], "subject", "detail", "starts_at", "ends_at"}`, times in UTC."""
        conflict = self.conflict
        return {
            "kind": str(conflict.kind),
            "rest": conflict.rest,
            "matches": [id_ for id_ in conflict.match_ids if id_ in self.links.values()],
            "subject": self.subject,
            "detail": self.detail,
            "starts_at": iso(conflict.interval.start),
            "ends_at": iso(conflict.interval.end),
        }


def tell(actor: Actor, conflicts: Sequence[Conflict]) -> list[Told]:
    """The conflicts in words for the actor; few queries, however many there are."""
    known = _known(actor, {id_ for conflict in conflicts for id_ in conflict.match_ids})
    subjects = {
        kind: _read(query, {one.subject_id for one in conflicts if one.kind == kind} - {None})
        for kind, query in _SUBJECTS.items()
    }
    return [
        _told(conflict, subjects.get(conflict.kind, {}).get(conflict.subject_id, ""), known)
        for conflict in conflicts
    ]


def _told(conflict: Conflict, subject: str, known: Mapping[int, tuple[str, str]]) -> Told:
    ids = conflict.match_ids
    if conflict.kind is ConflictKind.ORDER and ids[0] == conflict.subject_id:
        # What feeds is told first, whichever of the two is planned first.
        ids = ids[::-1]
    is_across = len({known[id_][1] for id_ in ids if id_ in known}) > 1
    words, links = {}, {}
    for place, id_ in zip(("first", "second"), ids, strict=False):
        label, tournament = known.get(id_, (say("a match of another tournament"), ""))
        if is_across:
            label = say("%(match)s of %(tournament)s", match=label, tournament=tournament)
        words[place] = label
        links[place] = id_ if id_ in known else None
    sentences = _TOO_LITTLE_REST if conflict.rest else _SENTENCES
    return Told(conflict, sentences[conflict.kind], subject, words, links)


_SENTENCES = {
    ConflictKind.PARTICIPANT: say("%(who)s plays %(first)s and %(second)s at the same time."),
    ConflictKind.PERSON: say("%(who)s plays %(first)s and %(second)s at the same time."),
    ConflictKind.STATION: say("%(who)s has %(first)s and %(second)s at the same time."),
    ConflictKind.COORDINATOR: say("%(who)s coordinates %(first)s and %(second)s at the same time."),
    ConflictKind.STREAM: say("%(first)s and %(second)s are on the same stream at the same time."),
    ConflictKind.ORDER: say("%(second)s is planned before %(first)s, which decides who plays, can be over."),
    ConflictKind.BREAK: say("%(first)s runs into %(who)s."),
    ConflictKind.HOURS: say("%(first)s is outside the hours of %(who)s."),
}
_TOO_LITTLE_REST = {
    ConflictKind.PARTICIPANT: say("%(who)s has too little rest between %(first)s and %(second)s."),
    ConflictKind.PERSON: say("%(who)s has too little rest between %(first)s and %(second)s."),
    ConflictKind.ORDER: say("Whoever comes from %(first)s has too little rest before %(second)s."),
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
    """In words those of the matches that the actor may see."""
    return {id_: label for id_, (label, _) in _known(actor, ids).items()}


def _known(actor: Actor, ids: Collection[int]) -> dict[int, tuple[str, str]]:
    """What those of the matches are called that the actor may see, and their tournaments."""
    if not ids:
        return {}
    side1, side2 = aliased(Participant), aliased(Participant)
    rows = db.session.execute(
        select(Match.id, Match.match_number, Tournament.name, side1.name, side2.name)
        .join(Tournament, Tournament.id == Match.tournament_id)
        .outerjoin(side1, side1.id == Match.participant1_id)
        .outerjoin(side2, side2.id == Match.participant2_id)
        .where(Match.id.in_(ids), access.visible_tournaments(actor))
    ).tuples()
    return {
        id_: (_label(number, name1 or say("open"), name2 or say("open")), tournament)
        for id_, number, tournament, name1, name2 in rows
    }


def _label(number: int, side1: str, side2: str) -> str:
    return say("M%(number)s (%(side1)s v %(side2)s)", number=number, side1=side1, side2=side2)
