"""Reads for calendar feeds: whose they are, what they are called, and the matches in them. Nothing secret."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import RowMapping, Select, or_, select
from sqlalchemy.orm import aliased

from app.domain.errors import NotFound
from app.domain.permissions import Actor
from app.domain.schedule.plan import planned_minutes
from app.domain.words import say
from app.extensions import db
from app.models import Bracket, CalendarFeed, Match, Participant, Station, Tournament, User
from app.services.access import listed_tournaments
from app.services.match_changes import iso

from .desk import label_open_sides
from .listing import Listing

# What a calendar can still draw; of more, the latest are told.
MOST_EVENTS = 2000
_THINGS = {"participant": Participant, "station": Station, "tournament": Tournament}
_SIDE1, _SIDE2 = aliased(Participant), aliased(Participant)


@dataclass(frozen=True)
class Feed:
    """A feed that works, and who reads it."""

    reader: Actor
    kind: str
    subject_id: int


def find_feed(token_hash: str) -> Feed | None:
    """The feed of this token, with its user as they are now; None where either is over."""
    row = db.session.execute(
        select(CalendarFeed.kind, CalendarFeed.subject_id, User.id, User.username, User.is_admin)
        .join(User, User.id == CalendarFeed.user_id)
        .where(CalendarFeed.token_hash == token_hash, CalendarFeed.revoked_at.is_(None), User.is_active)
    ).first()
    if row is None:
        return None
    reader = Actor(row.id, row.username, is_admin=row.is_admin, can_write=False)
    return Feed(reader, row.kind, row.subject_id)


def find_subject(actor: Actor, kind: str, subject_id: int) -> dict | None:
    """What a feed is about, as the actor may see it: `title`, `name`, `tournament`, `tournament_name`."""
    return _subjects(actor, kind, [subject_id]).get(subject_id)


def list_feeds(actor: Actor) -> Listing:
    """The actor's feeds that are not revoked, newest first; without their addresses, which nobody knows."""
    return Listing(_feeds(actor), lambda rows: _documents(actor, rows))


def feed_document(actor: Actor, feed_id: int) -> dict:
    """One of the actor's feeds; raises NotFound."""
    rows = db.session.execute(_feeds(actor).where(CalendarFeed.id == feed_id)).mappings().all()
    if not rows:
        raise NotFound
    return _documents(actor, rows)[0]


def _feeds(actor: Actor) -> Select:
    columns = (CalendarFeed.id, CalendarFeed.kind, CalendarFeed.subject_id, CalendarFeed.created_at)
    live = (CalendarFeed.user_id == actor.user_id, CalendarFeed.revoked_at.is_(None))
    return select(*columns).where(*live).order_by(CalendarFeed.id.desc())


_GONE = {"title": "", "name": "", "tournament": None, "tournament_name": ""}


def _documents(actor: Actor, rows: Sequence[RowMapping]) -> list[dict]:
    """The rows with what they are about; what the actor may not see any more is not named."""
    known = {
        kind: _subjects(actor, kind, {row["subject_id"] for row in rows if row["kind"] == kind})
        for kind in {row["kind"] for row in rows}
    }
    return [
        {**row, "created_at": iso(row["created_at"]), **known[row["kind"]].get(row["subject_id"], _GONE)}
        for row in rows
    ]


def _subjects(actor: Actor, kind: str, ids: Collection[int]) -> dict[int, dict]:
    """What feeds of this kind are about, by id, as far as the actor may see it."""
    if kind == "coordinator":
        own = _GONE | {"title": say("%(name)s coordinates", name=actor.username), "name": actor.username}
        return {actor.user_id: own} if actor.user_id in ids else {}
    thing = _THINGS[kind]
    query = select(
        thing.id, thing.name, Tournament.id.label("tournament"), Tournament.name.label("tournament_name")
    )
    if thing is not Tournament:
        query = query.join(Tournament, Tournament.id == thing.tournament_id)
    rows = db.session.execute(query.where(thing.id.in_(ids), listed_tournaments(actor))).mappings()
    found = {}
    for row in rows:
        subject = dict(row)
        subject_id = subject.pop("id")
        both = dict.fromkeys((subject["name"], subject["tournament_name"]))
        found[subject_id] = {"title": " · ".join(both), **subject}
    return found


def list_choices(tournament: Tournament) -> list[tuple[str, list[tuple[str, str]]]]:
    """What of the tournament there are feeds of, in groups: `[(heading, [("kind:id", name)])]`."""
    groups = [("", [(f"tournament:{tournament.id}", say("All matches"))])]
    for heading, kind in (
        (say("At one station"), "station"),
        (say("Of one participant"), "participant"),
    ):
        thing = _THINGS[kind]
        query = select(thing.id, thing.name).where(thing.tournament_id == tournament.id)
        rows = db.session.execute(query.order_by(thing.name, thing.id))
        if names := [(f"{kind}:{row.id}", row.name) for row in rows]:
            groups.append((heading, names))
    return groups


def list_events(actor: Actor, kind: str, subject_id: int) -> list[dict]:
    """The matches of a feed that have a time, by time; each tells what everybody may see who sees it.

    Beside the names of its sides and places a match has `minutes`, its planned length.
    """
    rows = db.session.execute(
        _select_events()
        .where(_OF_KIND[kind](subject_id), listed_tournaments(actor))
        .order_by(Match.scheduled_time.desc(), Match.id.desc())
        .limit(MOST_EVENTS)
    ).mappings()
    events = [dict(row) for row in rows][::-1]
    label_open_sides(events)
    for event in events:
        usual = event.pop("usual_best_of")
        event["minutes"] = planned_minutes(event.pop("match_minutes"), event["best_of"], usual)
    return events


_OF_KIND = {
    "participant": lambda id_: or_(Match.participant1_id == id_, Match.participant2_id == id_),
    "coordinator": lambda id_: Match.coordinator_id == id_,
    "station": lambda id_: Match.station_id == id_,
    "tournament": lambda id_: Match.tournament_id == id_,
}


def _select_events() -> Select:
    return (
        select(
            Match.id,
            Match.state,
            Match.version,
            Match.created_at,
            Match.updated_at,
            Match.scheduled_time,
            Match.original_time,
            Match.best_of,
            Match.group_name,
            Match.round_number,
            Match.match_number,
            Match.participant1_id,
            Match.participant2_id,
            _SIDE1.name.label("participant1_name"),
            _SIDE2.name.label("participant2_name"),
            Match.slot1_label,
            Match.slot2_label,
            Bracket.name.label("bracket_name"),
            Station.name.label("station_name"),
            Tournament.name.label("tournament_name"),
            Tournament.time_zone,
            Tournament.match_minutes,
            Tournament.best_of.label("usual_best_of"),
        )
        .select_from(Match)
        .join(Tournament, Tournament.id == Match.tournament_id)
        .outerjoin(Bracket, Bracket.id == Match.bracket_id)
        .outerjoin(Station, Station.id == Match.station_id)
        .outerjoin(_SIDE1, _SIDE1.id == Match.participant1_id)
        .outerjoin(_SIDE2, _SIDE2.id == Match.participant2_id)
        # Nobody comes to a bye.
        .where(~Match.is_deleted, Match.scheduled_time.is_not(None), ~Match.slot1_bye, ~Match.slot2_bye)
    )
