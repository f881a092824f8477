"""What can be done in a tournament, in words, in the groups in which one looks for it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Group:
    """Actions that belong together, by name, each in words."""

    title: str
    actions: dict[str, str]


GROUPS: dict[str, Group] = {
    "play": Group(
        "Playing",
        {
            "MATCH_CALL": "Match called",
            "MATCH_CHECK_IN": "Checked in",
            "MATCH_NO_SHOW_FLAG": "No-show noted",
            "MATCH_START": "Match started",
            "MATCH_UNDO_START": "Start undone",
            "MATCH_FORFEIT": "Forfeit",
            "MATCH_CANCEL": "Match cancelled",
            "MATCH_REOPEN": "Match reopened",
            "MATCH_RESTORE": "Match restored",
        },
    ),
    "results": Group(
        "Results and disputes",
        {
            "RESULT_SUBMIT": "Result entered",
            "RESULT_CONFIRM": "Result confirmed",
            "RESULT_RESTORE": "Earlier result made valid again",
            "DISPUTE_CREATE": "Result disputed",
            "DISPUTE_RESOLVE": "Dispute resolved",
        },
    ),
    "schedule": Group(
        "Schedule",
        {
            "MATCH_SCHEDULE": "Match scheduled",
            "MATCH_BULK_SCHEDULE": "Many matches scheduled",
            "MATCH_BULK_UNDO": "Bulk scheduling undone",
            "SCHEDULE_CHANGE": "Schedule changed",
            "SCHEDULE_UNDO": "Schedule change undone",
            "BREAK_CREATE": "Break added",
            "BREAK_UPDATE": "Break changed",
            "BREAK_DELETE": "Break deleted",
        },
    ),
    "matches": Group(
        "Matches, lobbies and coordinators",
        {
            "MATCH_CREATE": "Match created",
            "MATCH_UPDATE": "Match details changed",
            "MATCH_DELETE": "Match deleted",
            "MATCH_UNDELETE": "Match brought back",
            "MATCH_LOBBY_UPDATE": "Lobby changed",
            "MATCH_COORDINATOR_ASSIGN": "Coordinator assigned",
            "MATCH_COORDINATOR_ANSWER": "Coordinator answered",
        },
    ),
    "participants": Group(
        "Participants",
        {
            "PARTICIPANT_CREATE": "Participants entered",
            "PARTICIPANT_UPDATE": "Participant changed",
            "PARTICIPANT_WITHDRAW": "Participant withdrawn",
            "PARTICIPANT_REINSTATE": "Withdrawal taken back",
            "PARTICIPANT_DELETE": "Participant deleted",
            "PARTICIPANT_INVITE": "Invitation link made",
            "PARTICIPANT_INVITE_REVOKE": "Invitation link ended",
            "PARTICIPANT_JOIN": "Joined by invitation",
            "SIGN_IN_LINK_CREATE": "One-time sign-in link made",
            "SIGN_IN_LINK_USE": "One-time sign-in link used",
        },
    ),
    "brackets": Group(
        "Brackets",
        {
            "BRACKET_GENERATE": "Bracket generated",
            "BRACKET_NEXT_ROUND": "Next round paired",
            "BRACKET_DELETE": "Bracket deleted",
        },
    ),
    "tournament": Group(
        "Tournament, staff and stations",
        {
            "TOURNAMENT_CREATE": "Tournament created",
            "TOURNAMENT_IMPORT": "Tournament imported",
            "TOURNAMENT_UPDATE": "Settings changed",
            "TOURNAMENT_DELETE": "Tournament deleted",
            "REHEARSAL_CREATE": "Rehearsal made",
            "REHEARSAL_PACE": "Pace of the rehearsal changed",
            "STAFF_ADD": "Organizer added",
            "STAFF_REMOVE": "Organizer removed",
            "STATION_CREATE": "Station added",
            "STATION_UPDATE": "Station changed",
            "STATION_DELETE": "Station deleted",
            "BOARD_LINK_CREATE": "Board link made",
            "BOARD_LINK_REVOKE": "Board link ended",
            "TOURNAMENT_ANNOUNCE": "Announcement on the boards",
            "SCREEN_NAME": "Screen named",
            "SCREEN_MESSAGE": "Message to the boards",
        },
    ),
}
ACTIONS = {name: words for group in GROUPS.values() for name, words in group.actions.items()}


def actions_of(choice: str) -> frozenset[str] | None:
    """The actions of a group or the one of that name; None for neither, which is all of them."""
    if choice in GROUPS:
        return frozenset(GROUPS[choice].actions)
    return frozenset([choice]) if choice in ACTIONS else None


def actions_named(word: str) -> frozenset[str]:
    """The actions in whose words this one stands, in either case."""
    return frozenset(name for name, words in ACTIONS.items() if word.lower() in words.lower())
