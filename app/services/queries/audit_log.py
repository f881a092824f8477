"""What was done in a tournament, for those who run it."""

from sqlalchemy import RowMapping, Select, func, select

from app.domain.permissions import Actor, Permission
from app.models import AuditLog, Match, User
from app.services import access
from app.services.match_changes import iso

from .listing import Listing


def list_audit(
    actor: Actor,
    tournament_id: int,
    *,
    action: str | None = None,
    match_id: int | None = None,
    match_number: int | None = None,
    username: str | None = None,
    newest_first: bool = False,
) -> Listing:
    """The audit rows of the tournament by id; addresses are shown to admins only.

    Raises NotFound or NotAllowed. `action` and `username` are taken in either case.
    """
    found = access.get_tournament(actor, tournament_id, Permission.AUDIT_VIEW)
    order = AuditLog.id.desc() if newest_first else AuditLog.id
    statement = _rows().where(AuditLog.tournament_id == tournament_id).order_by(order)
    if action is not None:
        statement = statement.where(AuditLog.action == action.upper())
    if match_id is not None:
        statement = statement.where(AuditLog.match_id == match_id)
    if match_number is not None:
        numbered = select(Match.id).where(
            Match.tournament_id == tournament_id, Match.match_number == match_number
        )
        statement = statement.where(AuditLog.match_id.in_(numbered))
    if username is not None:
        statement = statement.where(func.lower(User.username) == username.lower())
    shows_ip = found.may(Permission.AUDIT_IP_VIEW)
    return Listing(statement, lambda rows: [_document(row, shows_ip) for row in rows])


def _rows() -> Select:
    return select(
        AuditLog.id,
        AuditLog.user_id.label("user"),
        User.username,
        AuditLog.action,
        AuditLog.tournament_id,
        AuditLog.match_id,
        AuditLog.meta,
        AuditLog.created_at,
        AuditLog.ip,
    ).outerjoin(User, User.id == AuditLog.user_id)


def _document(row: RowMapping, shows_ip: bool) -> dict:
    document = {**row, "created_at": iso(row["created_at"]), "username": row["username"] or ""}
    if not shows_ip:
        del document["ip"]
    return document
