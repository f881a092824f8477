"""The conflict inbox: what clashes in an organizer's tournaments, and what one click can do about it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from sqlalchemy import case, select

from app.domain.errors import InvalidInput, NotSignedIn
from app.domain.permissions import Actor, Permission
from app.domain.schedule.conflicts import Conflict, find_conflicts
from app.domain.schedule.mends import Mend, MendKind, mends
from app.domain.schedule.plan import Plan
from app.domain.words import say
from app.extensions import db
from app.models import Match, Station, Tournament
from app.services import access, matches, scheduling
from app.services.match_changes import iso

from . import conflicts
from .plans import read_plan
from .versions import Placement, change_schedule

# So many tournaments at once, those under way first; any other one can be asked for by itself.
MOST_TOURNAMENTS = 60
_OVER = ("completed", "cancelled")


@dataclass(frozen=True)
class Entry:
    """A conflict of the inbox, under the tournament of its later match that the actor runs.

    `mends` are `{"kind", "match", "match_number", "version", "start", "station_id", "station"}`, best first:
    the new time in UTC or None, the new station or None, and its name.
    """

    told: conflicts.Told
    tournament: Tournament
    mends: list[dict]

    def document(self) -> dict:
        """The conflict as `Told.document` has it, with its tournament and mends."""
        return {
            "tournament": self.tournament.id,
            "tournament_name": self.tournament.name,
            **self.told.document(),
            "mends": self.mends,
        }


class Inbox:
    """The conflicts of some tournaments at one moment, by time. What mends them is looked for by page."""

    def __init__(self, actor: Actor, tournaments: Sequence[Tournament], now: datetime):
        self.tournaments = tournaments
        self._actor = actor
        self._now = now
        self._by_id = {tournament.id: tournament for tournament in tournaments}

    def count(self) -> int:
        """How many conflicts there are on all pages."""
        return len(self._found)

    def counts(self) -> Counter[int]:
        """How many there are in each tournament, by its id."""
        return Counter(self._own(conflict) for conflict in self._found)

    def rows(self, *, offset: int = 0, limit: int | None = None) -> list[dict]:
        """The documents of one page."""
        return [entry.document() for entry in self.entries(offset=offset, limit=limit)]

    def entries(self, *, offset: int = 0, limit: int | None = None) -> list[Entry]:
        """The conflicts of one page, in words and with their mends."""
        found = self._found[offset : None if limit is None else offset + limit]
        offered = [mends(conflict, self.plan, self._now) for conflict in found]
        documents = self._mend_documents({mend for several in offered for mend in several})
        return [
            Entry(
                told,
                self._by_id[self._own(told.conflict)],
                [documents[mend] for mend in several],
            )
            for told, several in zip(conflicts.tell(self._actor, found), offered, strict=True)
        ]

    @cached_property
    def plan(self) -> Plan:
        """All that is planned in these tournaments."""
        return read_plan(self.tournaments, now=self._now) if self.tournaments else Plan(())

    @cached_property
    def _found(self) -> list[Conflict]:
        return find_conflicts(self.plan, self._now)

    def _own(self, conflict: Conflict) -> int:
        places = (self.plan.by_id[match_id].tournament_id for match_id in reversed(conflict.match_ids))
        # What is elsewhere is fixed, and of two that are fixed nothing is told.
        return next(tournament_id for tournament_id in places if tournament_id in self._by_id)

    def _mend_documents(self, offered: Iterable[Mend]) -> dict[Mend, dict]:
        rows = db.session.execute(
            select(Match.id, Match.match_number, Match.version).where(
                Match.id.in_({mend.match_id for mend in offered})
            )
        )
        known = {row.id: row for row in rows}
        stations = select(Station.id, Station.name).where(Station.tournament_id.in_(self._by_id))
        names = dict(db.session.execute(stations).tuples().all())
        return {
            mend: {
                "kind": str(mend.kind),
                "match": mend.match_id,
                "match_number": known[mend.match_id].match_number,
                "version": known[mend.match_id].version,
                "start": iso(mend.start),
                "station_id": mend.station_id,
                "station": names.get(mend.station_id, ""),
            }
            for mend in offered
        }


def open_inbox(*, actor: Actor, now: datetime, tournament: int | str | None = None) -> Inbox:
    """The conflicts of one tournament, by its id or slug, or of all that the actor runs and are not over.

    Raises NotSignedIn, and for one tournament NotFound or NotAllowed.
    """
    if tournament is not None:
        found = access.get_tournament(actor, tournament, Permission.DESK_VIEW).tournament
        return Inbox(actor, [found], now)
    return Inbox(actor, list_tournaments(actor), now)


def list_tournaments(actor: Actor) -> Sequence[Tournament]:
    """The tournaments that the actor runs and that are not over, those under way first; not too many.

    Raises NotSignedIn.
    """
    if actor.is_anonymous:
        raise NotSignedIn
    order = case({"live": 0, "upcoming": 1, "draft": 2}, value=Tournament.status, else_=3)
    return db.session.scalars(
        select(Tournament)
        .where(access.organized_tournaments(actor), Tournament.status.not_in(_OVER))
        .order_by(order, Tournament.id.desc())
        .limit(MOST_TOURNAMENTS)
    ).all()


def mend_conflict(
    *,
    actor: Actor,
    match_id: int,
    kind: MendKind,
    now: datetime,
    tournament_id: int | None = None,
    start: datetime | None = None,
    station_id: int | None = None,
    expected_version: int | None = None,
) -> dict:
    """Do what the inbox offers: move the match, change or clear its station, its coordinator or its stream.

    Returns `{"batch_id", "warnings"}`; a batch can be undone. With a `tournament_id` the match must be in it.
    Raises InvalidInput where the time or the station is missing, and else what the verbs raise that it stands
    for.
    """
    tournament = access.get_match(actor, match_id, Permission.MATCH_SCHEDULE).tournament
    if tournament_id not in (None, tournament.id):
        raise InvalidInput.of("match", say("There is no such match in this tournament."))
    verb = {"actor": actor, "match_id": match_id, "now": now, "expected_version": expected_version}
    if kind is MendKind.NO_COORDINATOR:
        return {"batch_id": None, "warnings": matches.assign_coordinator(**verb, coordinator_id=None)}
    if kind is MendKind.NO_STREAM:
        return {"batch_id": None, "warnings": scheduling.update_match(**verb, changes={"stream_url": ""})}
    done = change_schedule(
        actor=actor,
        tournament_id=tournament.id,
        placements=[_placement(match_id, kind, start, station_id, expected_version)],
        now=now,
    )
    return {"batch_id": done["batch_id"], "warnings": done["warnings"]}


def _placement(
    match_id: int, kind: MendKind, start: datetime | None, station_id: int | None, version: int | None
) -> Placement:
    if kind is MendKind.NO_STATION:
        return Placement(match_id, station_id=None, expected_version=version)
    if kind is MendKind.STATION:
        if station_id is None:
            raise InvalidInput.of("station_id", say("Name the station to use."))
        return Placement(match_id, station_id=station_id, expected_version=version)
    if start is None:
        raise InvalidInput.of("start", say("Name the time to move it to."))
    return Placement(match_id, start=start, expected_version=version)
