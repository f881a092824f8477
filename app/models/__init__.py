"""The tables. Importing this package registers all of them."""

from .accounts import AccessToken, RefreshToken, SignInLink, User
from .activity import AuditLog, Event, ScheduleBatch, ScheduleBatchItem
from .match import Dispute, Match, MatchResult
from .tournament import (
    Bracket,
    BracketEntrant,
    Participant,
    ParticipantInvite,
    ParticipantMember,
    Station,
    Tournament,
    TournamentStaff,
)

__all__ = [
    "AccessToken",
    "AuditLog",
    "Bracket",
    "BracketEntrant",
    "Dispute",
    "Event",
    "Match",
    "MatchResult",
    "Participant",
    "ParticipantInvite",
    "ParticipantMember",
    "RefreshToken",
    "ScheduleBatch",
    "ScheduleBatchItem",
    "SignInLink",
    "Station",
    "Tournament",
    "TournamentStaff",
    "User",
]
