"""What can be done in a tournament, in words, in the groups in which one looks for it."""

from dataclasses import dataclass

from app.domain.words import say
from app.languages import said


@dataclass(frozen=True)
class Group:
    """Actions that belong together, by name, each in words."""

    title: str
    actions: dict[str, str]


GROUPS: dict[str, Group] = {
    "play": Group(
        say("Playing"),
        {
            "MATCH_CALL": say("Match called"),
            "MATCH_CHECK_IN": say("Checked in"),
            "MATCH_NO_SHOW_FLAG": say("No-show noted"),
            "MATCH_START": say("Match started"),
            "MATCH_UNDO_START": say("Start undone"),
            "MATCH_FORFEIT": say("Forfeit"),
            "MATCH_CANCEL": say("Match cancelled"),
            "MATCH_REOPEN": say("Match reopened"),
            "MATCH_RESTORE": say("Match restored"),
        },
    ),
    "results": Group(
        say("Results and disputes"),
        {
            "RESULT_SUBMIT": say("Result entered"),
            "RESULT_CONFIRM": say("Result confirmed"),
            "RESULT_RESTORE": say("Earlier result made valid again"),
            "DISPUTE_CREATE": say("Result disputed"),
            "DISPUTE_RESOLVE": say("Dispute resolved"),
        },
    ),
    "schedule": Group(
        say("Schedule"),
        {
            "MATCH_SCHEDULE": say("Match scheduled"),
            "MATCH_BULK_SCHEDULE": say("Many matches scheduled"),
            "MATCH_BULK_UNDO": say("Bulk scheduling undone"),
            "SCHEDULE_CHANGE": say("Schedule changed"),
            "SCHEDULE_UNDO": say("Schedule change undone"),
            "BREAK_CREATE": say("Break added"),
            "BREAK_UPDATE": say("Break changed"),
            "BREAK_DELETE": say("Break deleted"),
        },
    ),
    "matches": Group(
        say("Matches, lobbies and coordinators"),
        {
            "MATCH_CREATE": say("Match created"),
            "MATCH_UPDATE": say("Match details changed"),
            "MATCH_DELETE": say("Match deleted"),
            "MATCH_UNDELETE": say("Match brought back"),
            "MATCH_LOBBY_UPDATE": say("Lobby changed"),
            "MATCH_COORDINATOR_ASSIGN": say("Coordinator assigned"),
            "MATCH_COORDINATOR_ANSWER": say("Coordinator answered"),
        },
    ),
    "participants": Group(
        say("Participants"),
        {
            "PARTICIPANT_CREATE": say("Participants entered"),
            "PARTICIPANT_UPDATE": say("Participant changed"),
            "PARTICIPANT_WITHDRAW": say("Participant withdrawn"),
            "PARTICIPANT_REINSTATE": say("Withdrawal taken back"),
            "PARTICIPANT_DELETE": say("Participant deleted"),
            "PARTICIPANT_INVITE": say("Invitation link made"),
            "PARTICIPANT_INVITE_REVOKE": say("Invitation link ended"),
            "PARTICIPANT_JOIN": say("Joined by invitation"),
            "SIGN_IN_LINK_CREATE": say("One-time sign-in link made"),
            "SIGN_IN_LINK_USE": say("One-time sign-in link used"),
        },
    ),
    "brackets": Group(
        say("Brackets"),
        {
            "BRACKET_GENERATE": say("Bracket generated"),
            "BRACKET_NEXT_ROUND": say("Next round paired"),
            "BRACKET_DELETE": say("Bracket deleted"),
        },
    ),
    "tournament": Group(
        say("Tournament, staff and stations"),
        {
            "TOURNAMENT_CREATE": say("Tournament created"),
            "TOURNAMENT_IMPORT": say("Tournament imported"),
            "TOURNAMENT_UPDATE": say("Settings changed"),
            "TOURNAMENT_DELETE": say("Tournament deleted"),
            "REHEARSAL_CREATE": say("Rehearsal made"),
            "REHEARSAL_PACE": say("Pace of the rehearsal changed"),
            "STAFF_ADD": say("Organizer added"),
            "STAFF_REMOVE": say("Organizer removed"),
            "STATION_CREATE": say("Station added"),
            "STATION_UPDATE": say("Station changed"),
            "STATION_DELETE": say("Station deleted"),
            "BOARD_LINK_CREATE": say("Board link made"),
            "BOARD_LINK_REVOKE": say("Board link ended"),
            "TOURNAMENT_ANNOUNCE": say("Announcement on the boards"),
            "SCREEN_NAME": say("Screen named"),
            "SCREEN_MESSAGE": say("Message to the boards"),
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
    """The actions in whose words, in the reader's language or in English, this one stands; in either case."""
    wanted = word.lower()
    return frozenset(
        name for name, words in ACTIONS.items() if wanted in words.lower() or wanted in said(words).lower()
    )
