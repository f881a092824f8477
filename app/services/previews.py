"""The blast radius: which matches and standings a verb on a match would change, before it is done.

The verb itself is rehearsed and undone, so that a preview says neither more nor less than what would happen.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import reduce

from sqlalchemy import event, select

from app.domain.brackets.place_labels import label
from app.domain.errors import Blocked
from app.domain.permissions import Actor
from app.domain.states import MatchState
from app.domain.words import say, say_list
from app.extensions import db
from app.models import Bracket, Match, Participant

from .tables import TABLE_FORMATS, BracketTables
from .unit_of_work import rehearsal

_COLUMNS = (
    Match.id,
    Match.match_number,
    Match.state,
    Match.is_deleted,
    Match.participant1_id,
    Match.participant2_id,
    Match.slot1_bye,
    Match.slot2_bye,
    Match.slot1_source,
    Match.slot2_source,
    Match.winner_id,
    Match.bracket_id,
    Match.group_name,
)
# So many of those who change their rank are named.
_MOST_RANKS = 4


@dataclass(frozen=True)
class _Snapshot:
    """Matches by id, their brackets by id, and the ranks by (bracket, group) of the tables they count in."""

    matches: dict[int, Mapping]
    brackets: dict[int, Bracket]
    tables: dict[tuple[int, str], list[tuple]]


def preview(
    verb: Callable[..., None], *, actor: Actor, match_id: int, now: datetime, **arguments: object
) -> dict:
    """What the verb would do: `{"affected": [{"match", "state", "change"}], "blocked_by": [...]}`.

    The match itself comes first; `state` is the present one. Raises what the verb raises, apart from
    Blocked: what forbids it is in `blocked_by`, as `{"match", "state", "why"}`.
    """
    changed: set[int] = set()
    after: list[_Snapshot] = []

    def collect(session, *_) -> None:
        changed.update(thing.id for thing in session.dirty if isinstance(thing, Match))

    session = db.session()
    event.listen(session, "before_flush", collect)
    try:
        with rehearsal(lambda: after.append(_read(changed))):
            verb(actor=actor, match_id=match_id, now=now, **arguments)
    except Blocked as refusal:
        return {"affected": refusal.affected, "blocked_by": refusal.blocked_by}
    finally:
        event.remove(session, "before_flush", collect)
    return {"affected": _differences(match_id, _read(changed), after[0]), "blocked_by": []}


def _read(match_ids: Iterable[int]) -> _Snapshot:
    """The matches as the database has them now."""
    rows = db.session.execute(select(*_COLUMNS).where(Match.id.in_(match_ids))).mappings()
    matches = {row["id"]: row for row in rows}
    ids = {row["bracket_id"] for row in matches.values()} - {None}
    query = select(Bracket.id, Bracket.name, Bracket.format, Bracket.options, Bracket.champion_id)
    brackets = {row.id: row for row in db.session.execute(query.where(Bracket.id.in_(ids)))}
    tables: dict[tuple[int, str], list[tuple]] = {}
    for bracket in brackets.values():
        if bracket.format not in TABLE_FORMATS:
            continue
        own = BracketTables(bracket)
        for group in {row["group_name"] for row in matches.values() if row["bracket_id"] == bracket.id}:
            tables[bracket.id, group] = [(row.entrant, row.rank, row) for row in own.table(group)]
    return _Snapshot(matches, brackets, tables)


def _differences(match_id: int, before: _Snapshot, after: _Snapshot) -> list[dict]:
    names = _names(before, after)
    order = sorted(before.matches, key=lambda each: (each != match_id, each))
    entries = []
    for each in order:
        old, new = before.matches[each], after.matches[each]
        change = _of_itself(old, new, names) if each == match_id else _of_other(old, new, names)
        if change:
            entries.append({"match": each, "state": str(old["state"]), "change": change})
    itself = before.matches.get(match_id)
    beside = [*_of_tables(before, after, names), *_of_champions(before, after, names)]
    if itself is not None:
        entries += [{"match": match_id, "state": str(itself["state"]), "change": change} for change in beside]
    return entries


def _names(*snapshots: _Snapshot) -> dict[int | None, str]:
    ids = set()
    for snapshot in snapshots:
        for row in snapshot.matches.values():
            ids |= {row["participant1_id"], row["participant2_id"], row["winner_id"]}
        ids |= {bracket.champion_id for bracket in snapshot.brackets.values()}
        ids |= {entrant for rows in snapshot.tables.values() for entrant, _, _ in rows}
    query = select(Participant.id, Participant.name).where(Participant.id.in_(ids - {None}))
    return dict(db.session.execute(query).tuples().all())


def _of_itself(old: Mapping, new: Mapping, names: Mapping) -> str:
    if new["is_deleted"] and not old["is_deleted"]:
        return say("would be deleted")
    if new["winner_id"] is None:
        return say("would be %(state)s", state=MatchState(new["state"]).named)
    return say(
        "would be %(state)s, won by %(name)s",
        state=MatchState(new["state"]).named,
        name=names[new["winner_id"]],
    )


def _of_other(old: Mapping, new: Mapping, names: Mapping) -> str:
    """What becomes of another match, in one sentence; empty where nothing that anyone sees."""
    parts = [part for slot in (1, 2) if (part := _of_slot(slot, old, new, names))]
    if outcome := _of_state(old, new, names):
        parts.append(outcome)
    if not parts:
        return ""
    changes = reduce(lambda so_far, then: say("%(so_far)s, and %(then)s", so_far=so_far, then=then), parts)
    return say("M%(number)s %(changes)s", number=new["match_number"], changes=changes)


def _of_slot(slot: int, old: Mapping, new: Mapping, names: Mapping) -> str:
    was, now = old[f"participant{slot}_id"], new[f"participant{slot}_id"]
    was_bye, is_bye = old[f"slot{slot}_bye"], new[f"slot{slot}_bye"]
    if (was, was_bye) == (now, is_bye):
        return ""
    if is_bye:
        return say("gives its other side a walkover")
    if now is not None and was is not None:
        return say("gets %(name)s instead of %(former)s", name=names[now], former=names[was])
    if now is not None:
        return say("gets %(name)s", name=names[now])
    source = new[f"slot{slot}_source"]
    waits = say("waits for a side again")
    if source:
        waits = say("waits for the %(place)s again", place=label(source))
    return say("loses %(name)s, and %(waits)s", name=names[was], waits=waits) if was is not None else waits


def _of_state(old: Mapping, new: Mapping, names: Mapping) -> str:
    if old["state"] == new["state"]:
        return ""
    winner = names.get(new["winner_id"])
    if new["state"] in (MatchState.COMPLETED, MatchState.FORFEIT):
        if not winner:
            return say("ends without a winner")
        return say("goes to %(name)s without being played", name=winner)
    if old["state"] == MatchState.COMPLETED:
        return say("is no walkover any more")
    if new["state"] == MatchState.READY:
        return say("is %(state)s", state=MatchState.READY.named)
    # Where it waits for a side, this is said already.
    waits = None in (new["participant1_id"], new["participant2_id"])
    return "" if waits else say("is %(state)s again", state=MatchState(new["state"]).named)


def _of_tables(before: _Snapshot, after: _Snapshot, names: Mapping) -> list[str]:
    changes = []
    for (bracket_id, group), old in before.tables.items():
        new = after.tables[bracket_id, group]
        if old == new:
            continue
        where = group or before.brackets[bracket_id].name
        if group and len(group) <= 3:
            where = say("group %(name)s", name=group)
        moved = _moved(old, new, names)
        if moved:
            change = say("the standings of %(where)s change: %(moved)s", where=where, moved=moved)
        else:
            change = say("the standings of %(where)s change", where=where)
        changes.append(change)
    return changes


def _moved(old: list[tuple], new: list[tuple], names: Mapping) -> str:
    """Who changed their rank, and how; empty where nobody did."""
    ranks = {entrant: rank for entrant, rank, _ in old}
    moved = [
        say("%(name)s from %(old)s to %(new)s", name=names[entrant], old=ranks[entrant], new=rank)
        for entrant, rank, _ in new
        if entrant in ranks and ranks[entrant] != rank
    ]
    more = ["..."] if len(moved) > _MOST_RANKS else []
    return say_list([*moved[:_MOST_RANKS], *more]) if moved else ""


def _of_champions(before: _Snapshot, after: _Snapshot, names: Mapping) -> list[str]:
    changes = []
    for bracket_id, old in before.brackets.items():
        champion_id = after.brackets[bracket_id].champion_id
        if champion_id == old.champion_id:
            continue
        if champion_id is None:
            champion = names[old.champion_id]
            change = say(
                "%(name)s is not the champion of %(bracket)s any more", name=champion, bracket=old.name
            )
        else:
            change = say("%(name)s is the champion of %(bracket)s", name=names[champion_id], bracket=old.name)
        changes.append(change)
    return changes
