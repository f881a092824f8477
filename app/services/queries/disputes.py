"""Disputes of a tournament, for those whom they concern."""

from sqlalchemy import ColumnElement, RowMapping, or_, select
from sqlalchemy.orm import aliased

from app.domain.permissions import Actor, Permission
from app.models import Dispute, Match, Participant, ParticipantMember
from app.services import access
from app.services.access import TournamentAccess
from app.services.match_changes import iso

from .listing import Listing

_Reporter = aliased(Participant)


def list_disputes(actor: Actor, tournament_id: int) -> Listing:
    """The disputes that the actor may see, open ones first, then by id; for others the list is empty.

    Whoever runs the tournament sees all, the two sides and the coordinator those of their matches.
    """
    found = access.get_tournament(actor, tournament_id)
    statement = (
        select(
            Dispute.id,
            Dispute.tournament_id.label("tournament"),
            Dispute.match_id.label("match"),
            Match.match_number,
            Dispute.reason,
            Dispute.description,
            Dispute.evidence_url,
            Dispute.reported_by_id.label("reported_by"),
            _Reporter.name.label("reported_by_name"),
            Dispute.created_at,
            Dispute.decision,
            Dispute.resolution_notes,
            Dispute.resolved_at,
        )
        .join(Match, Match.id == Dispute.match_id)
        .outerjoin(_Reporter, _Reporter.id == Dispute.reported_by_id)
        .where(Dispute.tournament_id == tournament_id, ~Match.is_deleted, _is_shown(actor, found))
        .order_by(Dispute.resolved_at.is_not(None), Dispute.id)
    )
    return Listing(statement, lambda rows: [_document(row) for row in rows])


def _is_shown(actor: Actor, found: TournamentAccess) -> ColumnElement[bool]:
    """The condition that the dispute's match concerns the actor."""
    if found.may(Permission.DISPUTE_VIEW):
        return Match.id.is_not(None)
    mine = select(ParticipantMember.participant_id).where(ParticipantMember.user_id == actor.user_id)
    return or_(
        Match.participant1_id.in_(mine),
        Match.participant2_id.in_(mine),
        Match.coordinator_id == (actor.user_id or 0),
    )


def _document(row: RowMapping) -> dict:
    return {
        **row,
        "reported_by_name": row["reported_by_name"] or "",
        "created_at": iso(row["created_at"]),
        "resolved_at": iso(row["resolved_at"]),
    }
