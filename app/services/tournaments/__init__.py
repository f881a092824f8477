"""Verbs around the matches of a tournament: the tournament itself, its entrants, staff, stations and links.

Each takes its actor and the time, does everything in one unit of work with its audit row, and raises
NotSignedIn, NotFound or NotAllowed, in this order, before it says anything about the input.
"""

from .lifecycle import create_tournament, delete_tournament, update_tournament
from .links import (
    accept_invite,
    create_board_link,
    create_invite,
    create_sign_in_link,
    opens_board,
    revoke_board_link,
    revoke_invite,
    use_sign_in_link,
)
from .participants import (
    add_participant,
    add_participants,
    delete_participant,
    reinstate_participant,
    update_participant,
    withdraw_participant,
)
from .staff import add_staff, remove_staff
from .stations import add_station, delete_station, update_station

__all__ = [
    "accept_invite",
    "add_participant",
    "add_participants",
    "add_staff",
    "add_station",
    "create_board_link",
    "create_invite",
    "create_sign_in_link",
    "create_tournament",
    "delete_participant",
    "delete_station",
    "delete_tournament",
    "opens_board",
    "reinstate_participant",
    "remove_staff",
    "revoke_board_link",
    "revoke_invite",
    "update_participant",
    "update_station",
    "update_tournament",
    "use_sign_in_link",
    "withdraw_participant",
]
