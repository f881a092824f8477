"""Where a match stands on the desk: in which section, why it needs somebody, and the one next step."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from .results import DISPUTES
from .states import BEGUN, CLOSED, MatchFacts, MatchState
from .words import Words, say, say_list

# A few minutes of delay are the ordinary course of a match day, and no reason to call anybody.
LATE_AFTER = timedelta(minutes=5)
# So long before its time a match should have its lobby, and its sides should be at hand.
LOBBY_DUE_BEFORE = timedelta(minutes=30)
RESULT_WAITS_LONG_AFTER = timedelta(minutes=15)


class Section(StrEnum):
    """The sections of the desk, in the order in which they stand on it."""

    ATTENTION = "attention"
    READY = "ready"
    LIVE = "live"
    RESULT = "result"
    UPCOMING = "upcoming"
    FINISHED = "finished"

    @property
    def title(self) -> str:
        """The section's heading."""
        return _TITLES[self]


_TITLES = {
    Section.ATTENTION: say("Needs attention"),
    Section.READY: say("Ready to start"),
    Section.LIVE: say("Live"),
    Section.RESULT: say("Awaiting result"),
    Section.UPCOMING: say("Upcoming"),
    Section.FINISHED: say("Finished"),
}
_SECTION_OF_STATE = {
    MatchState.SCHEDULED: Section.UPCOMING,
    MatchState.CHECK_IN: Section.UPCOMING,
    MatchState.READY: Section.READY,
    MatchState.LIVE: Section.LIVE,
    MatchState.PENDING_RESULT: Section.RESULT,
    MatchState.DISPUTED: Section.ATTENTION,
    MatchState.COMPLETED: Section.FINISHED,
    MatchState.FORFEIT: Section.FINISHED,
    MatchState.CANCELLED: Section.FINISHED,
}


class Step(StrEnum):
    """The one next step that the desk offers for a match; the values are the page verbs."""

    RESOLVE_DISPUTE = "resolve-dispute"
    CONFIRM_RESULT = "confirm-result"
    SUBMIT_RESULT = "submit-result"
    START = "start"
    ASSIGN_COORDINATOR = "assign-coordinator"
    LOBBY = "lobby"
    CHECK_IN = "check-in"
    SCHEDULE = "schedule"
    NONE = "none"


@dataclass(frozen=True)
class DeskFacts:
    """What the desk knows of a match, beside what the rules of its states need."""

    match: MatchFacts
    scheduled_time: datetime | None = None
    check_in_deadline: datetime | None = None
    submitted_at: datetime | None = None
    dispute_reason: str | None = None
    # Who asks to be relieved of the match, and why; None where nobody does.
    hands_over: str | None = None
    hand_over_note: str = ""


@dataclass(frozen=True)
class Placement:
    """A match's place on the desk; `reasons` says in words why it needs attention, or what it still lacks."""

    section: Section
    step: Step
    reasons: tuple[str, ...] = ()


def place(facts: DeskFacts, now: datetime) -> Placement:
    """The section, the reasons for attention and the next step of a match at this moment."""
    found = _attention(facts, now)
    if found:
        return Placement(Section.ATTENTION, found[0][0], tuple(reason for _, reason in found))
    return Placement(_SECTION_OF_STATE[facts.match.state], _ordinary_step(facts, now), _lacks(facts))


def _attention(facts: DeskFacts, now: datetime) -> list[tuple[Step, str]]:
    """What is wrong, most pressing first, each with the step that mends it."""
    state = facts.match.state
    if state == MatchState.DISPUTED:
        reason = DISPUTES.get(facts.dispute_reason or "", say("no reason given"))
        return [(Step.RESOLVE_DISPUTE, say("Disputed: %(reason)s.", reason=reason))]
    if state == MatchState.PENDING_RESULT:
        return _waiting_result(facts, now)
    if state in BEGUN or state in CLOSED:
        return []
    if not facts.match.sides_known:
        return _handed_over(facts)
    return [*_absent(facts, now), *_late(facts, now), *_lobby_missing(facts, now), *_handed_over(facts)]


def _handed_over(facts: DeskFacts) -> list[tuple[Step, str]]:
    if facts.hands_over is None:
        return []
    name, note = facts.hands_over, facts.hand_over_note
    if note:
        reason = say("%(name)s asks to hand over: %(note)s", name=name, note=note)
    else:
        reason = say("%(name)s asks to hand over.", name=name)
    return [(Step.ASSIGN_COORDINATOR, reason)]


def _waiting_result(facts: DeskFacts, now: datetime) -> list[tuple[Step, str]]:
    if facts.submitted_at is None or now - facts.submitted_at < RESULT_WAITS_LONG_AFTER:
        return []
    waited = span(now - facts.submitted_at)
    return [(Step.CONFIRM_RESULT, say("The result has waited %(time)s for a confirmation.", time=waited))]


def _absent(facts: DeskFacts, now: datetime) -> list[tuple[Step, str]]:
    match = facts.match
    due = facts.check_in_deadline
    if not match.check_in_enabled or due is None or now < due:
        return []
    sides = ((match.side1, match.checked_in1), (match.side2, match.checked_in2))
    missing = [name for name, checked_in in sides if not checked_in]
    if not missing:
        return []
    if len(missing) == 1:
        reason = say("%(name)s did not check in in time.", name=missing[0])
    else:
        reason = say(
            "%(first)s and %(second)s did not check in in time.", first=missing[0], second=missing[1]
        )
    return [(Step.CHECK_IN, reason)]


def _late(facts: DeskFacts, now: datetime) -> list[tuple[Step, str]]:
    if facts.scheduled_time is None or now - facts.scheduled_time < LATE_AFTER:
        return []
    reason = say("Should have started %(time)s ago.", time=span(now - facts.scheduled_time))
    return [(_before_start(facts), reason)]


def _lobby_missing(facts: DeskFacts, now: datetime) -> list[tuple[Step, str]]:
    at, match = facts.scheduled_time, facts.match
    due = (
        match.require_lobby and match.state == MatchState.READY
        if at is None
        else at - now <= LOBBY_DUE_BEFORE
    )
    return [(Step.LOBBY, reason) for reason in _lobby_lacks(match)] if due else []


def _lacks(facts: DeskFacts) -> tuple[str, ...]:
    """What a match that waits for nothing but its start is to be given before, if somebody wants to."""
    return (
        _lobby_lacks(facts.match)
        if facts.match.state == MatchState.READY and not facts.scheduled_time
        else ()
    )


def _lobby_lacks(match: MatchFacts) -> tuple[str, ...]:
    lacking = match.lobby_missing
    return (say("The lobby still lacks %(keys)s.", keys=say_list(lacking)),) if lacking else ()


def _ordinary_step(facts: DeskFacts, now: datetime) -> Step:
    state = facts.match.state
    if state in CLOSED:
        return Step.NONE
    if state == MatchState.LIVE:
        return Step.SUBMIT_RESULT
    if state == MatchState.PENDING_RESULT:
        return Step.CONFIRM_RESULT
    if state == MatchState.READY:
        return _before_start(facts)
    if facts.scheduled_time is None:
        return Step.SCHEDULE
    return Step.CHECK_IN if facts.match.sides_known and facts.match.check_in_enabled else Step.SCHEDULE


def _before_start(facts: DeskFacts) -> Step:
    """What stands between the match and its start: the start itself, where nothing does."""
    match = facts.match
    if match.state != MatchState.READY:
        return Step.CHECK_IN if match.check_in_enabled else Step.SCHEDULE
    return Step.LOBBY if match.require_lobby and match.lobby_missing else Step.START


def span(length: timedelta) -> Words:
    """A length of time in words, in at most two units: "12 min", "3 h 5 min", "2 d 4 h"."""
    minutes = max(0, int(length.total_seconds() // 60))
    if minutes < 60:
        return say("%(minutes)s min", minutes=minutes)
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return (
            say("%(hours)s h %(minutes)s min", hours=hours, minutes=minutes)
            if minutes
            else say("%(hours)s h", hours=hours)
        )
    days, hours = divmod(hours, 24)
    return say("%(days)s d %(hours)s h", days=days, hours=hours) if hours else say("%(days)s d", days=days)
