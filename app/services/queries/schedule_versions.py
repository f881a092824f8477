"""The versions of a schedule: what was changed together, by whom, and whether it can be taken back."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import RowMapping, Select, and_, exists, func, or_, select

from app.domain.errors import NotFound
from app.domain.permissions import Actor, Permission
from app.extensions import db
from app.models import Match, ScheduleBatch, ScheduleBatchItem, User
from app.services import access
from app.services.match_changes import iso

from .listing import Listing


def find_version(tournament_id: int, batch_id: int) -> dict | None:
    """A version that is not taken back: `id`, `number`, `kind`, `count`, `username`, `created_at`."""
    row = db.session.execute(
        select(
            ScheduleBatch.id,
            ScheduleBatch.number,
            ScheduleBatch.kind,
            ScheduleBatch.created_at,
            User.username,
            func.count(ScheduleBatchItem.id).label("count"),
        )
        .outerjoin(User, User.id == ScheduleBatch.user_id)
        .outerjoin(ScheduleBatchItem, ScheduleBatchItem.batch_id == ScheduleBatch.id)
        .where(
            ScheduleBatch.id == batch_id,
            ScheduleBatch.tournament_id == tournament_id,
            ScheduleBatch.undone_at.is_(None),
        )
        .group_by(ScheduleBatch.id, User.username)
    ).first()
    return dict(row._mapping) if row else None


def list_versions(actor: Actor, tournament_id: int) -> Listing:
    """The versions of the tournament's schedule, newest first; raises NotFound or NotAllowed.

    Each is `{"number", "batch_id", "kind", "created_at", "user", "username", "match_count", "undone_at",
    "can_undo"}`. It can be taken back while none of its matches was changed since.
    """
    access.get_tournament(actor, tournament_id, Permission.DESK_VIEW)
    statement = _versions().where(ScheduleBatch.tournament_id == tournament_id)
    return Listing(statement.order_by(ScheduleBatch.id.desc()), _documents)


def version_document(actor: Actor, tournament_id: int, batch_id: int) -> dict:
    """One version, with its `changes` as a preview has them; raises NotFound or NotAllowed."""
    access.get_tournament(actor, tournament_id, Permission.DESK_VIEW)
    statement = _versions().where(ScheduleBatch.tournament_id == tournament_id, ScheduleBatch.id == batch_id)
    found = _documents(db.session.execute(statement).mappings().all())
    if not found:
        raise NotFound
    items = db.session.scalars(
        select(ScheduleBatchItem).where(ScheduleBatchItem.batch_id == batch_id).order_by(ScheduleBatchItem.id)
    )
    return found[0] | {"changes": [_change(item) for item in items]}


def _versions() -> Select:
    items = select(func.count()).where(ScheduleBatchItem.batch_id == ScheduleBatch.id)
    changed_since = exists().where(
        ScheduleBatchItem.batch_id == ScheduleBatch.id,
        Match.id == ScheduleBatchItem.match_id,
        or_(Match.is_deleted, Match.version != ScheduleBatchItem.version_after),
    )
    return select(
        ScheduleBatch.number,
        ScheduleBatch.id.label("batch_id"),
        ScheduleBatch.kind,
        ScheduleBatch.created_at,
        ScheduleBatch.user_id.label("user"),
        User.username,
        items.scalar_subquery().label("match_count"),
        ScheduleBatch.undone_at,
        and_(ScheduleBatch.undone_at.is_(None), ~changed_since).label("can_undo"),
    ).outerjoin(User, User.id == ScheduleBatch.user_id)


def _documents(rows: Sequence[RowMapping]) -> list[dict]:
    return [
        {
            **row,
            "created_at": iso(row["created_at"]),
            "username": row["username"] or "",
            "undone_at": iso(row["undone_at"]),
            "can_undo": bool(row["can_undo"]),
        }
        for row in rows
    ]


def _change(item: ScheduleBatchItem) -> dict:
    before = item.before.get("scheduled_time")
    # The first versions knew of times only, and kept no station.
    knows_stations = "station_id" in item.before
    return {
        "match": item.match_id,
        "old": iso(datetime.fromisoformat(before)) if before else None,
        "new": iso(item.new_time),
        "old_station": item.before["station_id"] if knows_stations else None,
        "new_station": item.new_station_id if knows_stations else None,
    }
