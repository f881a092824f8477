"""The tables. Importing this package registers all of them."""

from .accounts import AccessToken, RefreshToken, SignInLink, User
from .activity import AuditLog, Event, ScheduleBatch, ScheduleBatchItem
from .following import CalendarFeed, LobbyView, Screen, SeenMatch
from .match import Dispute, Match, MatchResult
from .tournament import (
    Bracket,
    BracketEntrant,
    Participant,
    ParticipantInvite,
    ParticipantMember,
    ScheduleBreak,
    Station,
    StationHours,
    Tournament,
    TournamentStaff,
)

__all__ = [
    "AccessToken",
    "AuditLog",
    "Bracket",
    "BracketEntrant",
    "CalendarFeed",
    "Dispute",
    "Event",
    "LobbyView",
    "Match",
    "MatchResult",
    "Participant",
    "ParticipantInvite",
    "ParticipantMember",
    "RefreshToken",
    "ScheduleBatch",
    "ScheduleBatchItem",
    "ScheduleBreak",
    "Screen",
    "SeenMatch",
    "SignInLink",
    "Station",
    "StationHours",
    "Tournament",
    "TournamentStaff",
    "User",
]
