"""The matches of a tournament that were deleted, for those who may bring them back."""

from sqlalchemy import func, select

from app.models import AuditLog, Match, User
from app.services.audit import AuditAction

from .match_list import page_row_select
from .rows import list_rows


def list_deleted_matches(tournament_id: int) -> list[dict]:
    """Rows as lists show them, and `version`, `deleted_at`, `deleted_by`; the last one deleted first."""
    last = (
        select(func.max(AuditLog.id))
        .where(AuditLog.match_id == Match.id, AuditLog.action == AuditAction.MATCH_DELETE)
        .correlate(Match)
        .scalar_subquery()
    )
    query = (
        page_row_select(Match.version, AuditLog.created_at.label("deleted_at"), User.username)
        .outerjoin(AuditLog, AuditLog.id == last)
        .outerjoin(User, User.id == AuditLog.user_id)
        .where(Match.tournament_id == tournament_id, Match.is_deleted)
        .order_by(AuditLog.id.desc(), Match.id)
    )
    return list_rows(query)
