"""The audit of a tournament as a chain of lines, and such a chain beside what the database has."""

from collections.abc import Iterable, Iterator
from itertools import chain

from sqlalchemy import Integer, bindparam

from app.domain.audit_chain import canonical, written
from app.domain.permissions import Actor, Permission
from app.extensions import db
from app.models import AuditLog
from app.services import access
from app.services.prepared import Prepared

from .audit_log import rows_select

BATCH = 500
_AFTER, _TOURNAMENT = (bindparam(name, type_=Integer) for name in ("after", "tournament_id"))
_ROWS = Prepared(
    rows_select()
    .where(AuditLog.tournament_id == _TOURNAMENT, AuditLog.id > _AFTER)
    .order_by(AuditLog.id)
    .limit(BATCH)
)


def export_audit(actor: Actor, tournament_id: int) -> Iterator[bytes]:
    """The lines of the tournament's audit, oldest first (app/domain/audit_chain.py), read as they are taken.

    They have addresses for admins only, and say in the first line (`has_ip`) whether they do. Raises
    NotSignedIn, NotFound or NotAllowed before the first line.
    """
    found = access.get_tournament(actor, tournament_id, Permission.AUDIT_VIEW)
    of, has_ip = found.tournament, found.may(Permission.AUDIT_IP_VIEW)
    head = {"tournament": {"id": of.id, "slug": of.slug, "name": of.name}, "has_ip": has_ip}
    # Whoever saves the file slowly must not hold a connection while they do.
    db.session.rollback()
    return written(head, _rows(tournament_id, has_ip))


def compare_audit(tournament_id: int, has_ip: bool, told: Iterable[dict]) -> tuple[list[str], int]:
    """Told rows beside the stored ones: each difference in a sentence, and how many rows came since.

    Whoever may ask is the caller's to decide.
    """
    differences: list[str] = []
    stored = _rows(tournament_id, has_ip)
    here, last = next(stored, None), 0
    for row in told:
        id_ = row.get("id")
        if type(id_) is not int or id_ <= last:
            differences.append(f"Entry {id_!r} is none that can stand there.")
            continue
        last = id_
        while here is not None and here["id"] < id_:
            differences.append(f"Entry {here['id']} is missing in the file.")
            here = next(stored, None)
        if here is None or here["id"] > id_:
            differences.append(f"Entry {id_} is not in the database.")
            continue
        if unlike := _unlike(here, row):
            differences.append(f"Entry {id_} has another {', '.join(unlike)} in the database.")
        here = next(stored, None)
    return differences, sum(1 for row in chain([here], stored) if row is not None)


def _rows(tournament_id: int, has_ip: bool) -> Iterator[dict]:
    """The rows as documents, in batches, so that no more than one of them is held at a time."""
    after = 0
    while batch := _ROWS.documents({"tournament_id": tournament_id, "after": after}):
        after = batch[-1]["id"]
        for row in batch:
            row["username"] = row["username"] or ""
            if not has_ip:
                del row["ip"]
            yield row


def _unlike(stored: dict, told: dict) -> list[str]:
    names = sorted(stored.keys() | told.keys())
    return [name for name in names if _text(stored, name) != _text(told, name)]


def _text(row: dict, name: str) -> bytes:
    # Written out, as to Python 1, 1.0 and true are the same.
    return canonical({name: row[name]} if name in row else {})
