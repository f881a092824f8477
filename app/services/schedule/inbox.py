"""The conflict inbox: what clashes in an organizer's tournaments, and what one click can do about it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from app.domain.errors import NotFound
from app.domain.permissions import Actor, Permission
from app.domain.schedule.conflicts import Conflict, find_conflicts
from app.domain.schedule.mends import Mend, MendKind, mends
from app.domain.schedule.plan import Plan
from app.extensions import db
from app.models import Match, Station, Tournament
from app.services import access, matches, scheduling
from app.services.match_changes import iso

from . import conflicts
from .plans import read_plan
from .versions import Placement, change_schedule

# What is shown; whoever mends these sees the next.
MOST_SHOWN = 100
_OVER = ("completed", "cancelled")


@dataclass(frozen=True)
class Inbox:
    """The first conflicts by time, as documents with `tournament` and `mends`, and how many there are."""

    conflicts: list[dict]
    count: int


def read_inbox(*, actor: Actor, now: datetime, tournament_id: int | None = None) -> Inbox:
    """The conflicts of all tournaments that the actor runs and that are not over, or of one.

    A document is as `conflicts.as_documents` has it, with a `tournament` (id, name, slug) and `mends`:
    `[{"kind", "match", "version", "start", "station_id", "station"}]`, best first.
    """
    if tournament_id is not None:
        tournaments = [access.get_tournament(actor, tournament_id, Permission.DESK_VIEW).tournament]
    else:
        tournaments = list(
            db.session.scalars(
                select(Tournament)
                .where(access.organized_tournaments(actor), Tournament.status.not_in(_OVER))
                .order_by(Tournament.id)
            )
        )
    if not tournaments:
        return Inbox([], 0)
    plan = read_plan(tournaments, now=now)
    found = find_conflicts(plan, now)
    shown = found[:MOST_SHOWN]
    return Inbox(_documents(actor, tournaments, plan, shown, now), len(found))


def mend_conflict(
    *,
    actor: Actor,
    match_id: int,
    kind: MendKind,
    now: datetime,
    start: datetime | None = None,
    station_id: int | None = None,
    expected_version: int | None = None,
) -> dict:
    """Do what the inbox offers: move the match, change or clear its station, its coordinator or its stream.

    Returns `{"batch_id", "warnings"}`; a batch can be undone. Raises like the verbs that it stands for.
    """
    found = access.get_match(actor, match_id, Permission.MATCH_SCHEDULE)
    match, tournament = found.match, found.tournament
    verb = {"actor": actor, "match_id": match_id, "now": now, "expected_version": expected_version}
    if kind is MendKind.NO_COORDINATOR:
        return {"batch_id": None, "warnings": matches.assign_coordinator(**verb, coordinator_id=None) or []}
    if kind is MendKind.NO_STREAM:
        return {"batch_id": None, "warnings": scheduling.update_match(**verb, changes={"stream_url": ""})}
    placement = Placement(
        match_id,
        start if kind is MendKind.MOVE else match.scheduled_time,
        match.station_id if kind is MendKind.MOVE else station_id,
        expected_version,
    )
    done = change_schedule(actor=actor, tournament_id=tournament.id, placements=[placement], now=now)
    return {"batch_id": done["batch_id"], "warnings": done["warnings"]}


def _documents(
    actor: Actor, tournaments: list[Tournament], plan: Plan, found: list[Conflict], now: datetime
) -> list[dict]:
    offered = [mends(conflict, plan, now) for conflict in found]
    ids = {mend.match_id for several in offered for mend in several}
    versions = dict(
        db.session.execute(select(Match.id, Match.version).where(Match.id.in_(ids))).tuples().all()
    )
    stations = dict(
        db.session.execute(
            select(Station.id, Station.name).where(Station.tournament_id.in_([one.id for one in tournaments]))
        )
        .tuples()
        .all()
    )
    by_id = {one.id: {"id": one.id, "name": one.name, "slug": one.slug} for one in tournaments}

    def mend_document(mend: Mend) -> dict:
        return {
            "kind": str(mend.kind),
            "match": mend.match_id,
            "version": versions[mend.match_id],
            "start": iso(mend.start),
            "station_id": mend.station_id,
            "station": stations.get(mend.station_id, ""),
        }

    return [
        {
            **document,
            "tournament": by_id[_own(conflict, plan, by_id)],
            "mends": [mend_document(mend) for mend in several],
        }
        for document, conflict, several in zip(
            conflicts.as_documents(actor, found), found, offered, strict=True
        )
    ]


def _own(conflict: Conflict, plan: Plan, own: dict) -> int:
    """The tournament that the conflict is shown under: that of its later match, if the actor runs it."""
    for match_id in reversed(conflict.match_ids):
        if (tournament_id := plan.by_id[match_id].tournament_id) in own:
            return tournament_id
    raise NotFound
