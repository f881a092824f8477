"""What a change of a tournament's settings does to matches that have not begun."""

from app.domain.states import MatchState
from app.domain.timetable import check_in_deadline
from app.models import Match, Tournament
from app.services.match_changes import become_ready_if_due, touch
from app.services.unit_of_work import UnitOfWork

from .common import matches_of

_NOT_BEGUN = (MatchState.SCHEDULED, MatchState.CHECK_IN, MatchState.READY)


def follow_settings(uow: UnitOfWork, tournament: Tournament, changed: dict) -> list[int]:
    """Have the matches follow the tournament's changed check-in settings; returns the ids of those that did.

    Check-in off: a match with both sides known is READY. Check-in on: a READY match stays so, as no move
    leads back, but its start waits for the sides, which may check in there too. Deadlines follow the window.
    """
    if not changed.keys() & {"enable_check_in", "check_in_window_minutes"}:
        return []
    # Switched off, the deadlines count for nothing, and may stay as they are.
    deadlines_count = changed.get("enable_check_in", True)
    moved = []
    for match in matches_of(uow, Match.tournament_id == tournament.id, Match.state.in_(_NOT_BEGUN)):
        has_new_deadline = deadlines_count and _follow_window(match, tournament, uow)
        has_new_state = "enable_check_in" in changed and become_ready_if_due(uow, match, tournament)
        if has_new_deadline or has_new_state:
            touch(match, uow.now)
            moved.append(match.id)
    return moved


def _follow_window(match: Match, tournament: Tournament, uow: UnitOfWork) -> bool:
    deadline = check_in_deadline(match.scheduled_time, tournament.check_in_window_minutes, uow.now)
    if match.check_in_deadline == deadline:
        return False
    match.check_in_deadline = deadline
    return True
