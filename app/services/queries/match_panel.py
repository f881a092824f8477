"""Reads for the controls of one match: what its reader may do to it, what blocks that, and the choices."""

import math
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select

from app.domain.lobby import IDENTIFIERS, SECRET_KEYS, Reveal, public_part, sees_secrets
from app.domain.permissions import Actor, Permission
from app.domain.results import DISPUTES
from app.domain.states import (
    MatchFacts,
    MatchState,
    Move,
    call_blocking_reasons,
    can_move,
    closed_reasons,
    not_from,
    start_blocking_reasons,
)
from app.domain.words import say
from app.extensions import db
from app.models import (
    Dispute,
    LobbyView,
    Match,
    MatchResult,
    Station,
    Tournament,
    TournamentStaff,
    User,
)
from app.services import access, check_ins
from app.services.access import MatchAccess
from app.services.effects import effects_of_taking_back
from app.services.match_changes import facts, iso, reveal_of
from app.services.matches import conflicts_now
from app.services.outcomes import deletion_reasons

from .desk import label_open_sides
from .lobbies import views_of
from .match_detail import list_results


@dataclass(frozen=True)
class Side:
    """One side of a match, as its controls show it."""

    n: int
    id: int | None
    name: str
    checked_in: bool
    score: int | None


@dataclass(frozen=True)
class MatchPanel:
    """A match with all that its controls need. `blocked` has, by verb, every reason why not now."""

    access: MatchAccess
    facts: MatchFacts
    sides: tuple[Side, Side]
    blocked: dict[str, list[str]]
    now: datetime
    # Whether the sides see the lobby now.
    reveal: Reveal
    conflicts: list[str] = field(default_factory=list)
    pending: MatchResult | None = None
    dispute: Dispute | None = None
    # All versions of the result, for those who may make another one the result.
    versions: list[dict] = field(default_factory=list)
    stations: list[Station] = field(default_factory=list)
    coordinators: list[tuple[int, str]] = field(default_factory=list)
    # Who has seen the lobby as it is, for those who may write it.
    views: list[dict] = field(default_factory=list)
    # Whether the reader, who plays, has seen it so.
    has_seen_lobby: bool = False

    @property
    def match(self) -> Match:
        """The match itself."""
        return self.access.match

    @property
    def tournament(self) -> Tournament:
        """The match's tournament."""
        return self.access.tournament

    @property
    def own_side(self) -> Side | None:
        """The side that the reader plays for, if any."""
        return self.sides[self.access.side - 1] if self.access.side else None

    @property
    def is_run_by_reader(self) -> bool:
        """True where the reader runs the match, as an organizer or a coordinator who may."""
        return self.access.may(Permission.MATCH_START)

    @property
    def lobby(self) -> dict[str, str]:
        """The lobby as far as the reader sees it now."""
        own = self.match.lobby
        return own if sees_secrets(self.access.roles, self.reveal) else public_part(own)

    @property
    def shows_secrets(self) -> bool:
        """True where there are secrets in what the reader sees of the lobby."""
        return not SECRET_KEYS.isdisjoint(self.lobby)

    @property
    def lobby_version(self) -> str:
        """Which lobby it is, as who has seen it says."""
        return iso(self.match.lobby_updated_at) or ""

    @property
    def waits_for_lobby(self) -> bool:
        """True where the reader will be shown a lobby that is hidden from them now."""
        return self.may(Permission.MATCH_LOBBY_VIEW) and not sees_secrets(self.access.roles, self.reveal)

    @property
    def seconds_to_reveal(self) -> int | None:
        """So long until the reader sees the lobby; None where it hangs on no time, or is shown."""
        if not self.waits_for_lobby or self.reveal.at is None:
            return None
        return max(1, math.ceil((self.reveal.at - self.now).total_seconds()))

    @property
    def is_reveal_near(self) -> bool:
        """True where the time of day alone says when the lobby is shown."""
        return self.reveal.at is not None and self.reveal.at - self.now < timedelta(hours=12)

    @property
    def objection(self) -> str:
        """What the open dispute objects to, in words; empty without one."""
        return DISPUTES[self.dispute.reason] if self.dispute else ""

    def may(self, permission: str) -> bool:
        """True where the reader may do this to the match."""
        return self.access.may(Permission(permission))

    def side_of(self, participant_id: int | None) -> Side | None:
        """The side of this participant, if it has one here."""
        return next((side for side in self.sides if side.id is not None and side.id == participant_id), None)


def get_panel(
    actor: Actor, match_id: int, now: datetime, permission: Permission = Permission.MATCH_VIEW
) -> MatchPanel:
    """The match's controls for this reader; raises NotSignedIn, NotFound or NotAllowed, in this order."""
    found = access.get_match(actor, match_id, permission)
    match, tournament = found.match, found.tournament
    present = facts(match, tournament)
    conflicts = conflicts_now(match) if present.sides_known and _may_still_start(present) else []
    pending = _find_pending(match)
    edits = found.may(Permission.MATCH_SCHEDULE)
    return MatchPanel(
        access=found,
        facts=present,
        sides=_sides(match),
        blocked=_blocked(found, present, conflicts, pending, now),
        now=now,
        reveal=reveal_of(match, tournament, now),
        conflicts=[] if tournament.conflict_policy == "refuse" else conflicts,
        pending=pending,
        dispute=_find_dispute(match) if found.may(Permission.DISPUTE_VIEW) else None,
        versions=_versions(actor, found, present),
        stations=_list_stations(tournament) if edits else [],
        coordinators=_list_coordinators(tournament, match) if edits else [],
        views=_views(found),
        has_seen_lobby=_has_seen(actor, found),
    )


def _versions(actor: Actor, found: MatchAccess, present: MatchFacts) -> list[dict]:
    """The versions of a result that is final, for those who may make another one the result."""
    if present.state != MatchState.COMPLETED or not found.may(Permission.RESULT_SET):
        return []
    return list_results(actor, found.match.id)


def _views(found: MatchAccess) -> list[dict]:
    if not found.may(Permission.MATCH_LOBBY_UPDATE) or SECRET_KEYS.isdisjoint(found.match.lobby):
        return []
    return views_of(found.match)


def _has_seen(actor: Actor, found: MatchAccess) -> bool:
    if found.side is None:
        return False
    return db.session.get(LobbyView, (actor.user_id, found.match.id)) is not None


def find_active_user_id(username: str) -> int | None:
    """The id of the active user of this name, in either case; None where there is none."""
    name = func.lower(User.username) == username.lower()
    return db.session.scalar(select(User.id).where(name, User.is_active))


def _may_still_start(present: MatchFacts) -> bool:
    return present.state in (MatchState.SCHEDULED, MatchState.CHECK_IN, MatchState.READY)


def _sides(match: Match) -> tuple[Side, Side]:
    row = {
        "id": match.id,
        "state": match.state,
        "slot1_label": match.slot1_label,
        "slot2_label": match.slot2_label,
    }
    for n, participant in ((1, match.participant1), (2, match.participant2)):
        row[f"participant{n}_id"] = getattr(match, f"participant{n}_id")
        row[f"participant{n}_name"] = participant.name if participant else ""
        row[f"participant{n}_checked_in"] = getattr(match, f"participant{n}_checked_in")
        row[f"participant{n}_score"] = getattr(match, f"participant{n}_score")
    label_open_sides([row])
    return sides_of(row)


def sides_of(row: dict) -> tuple[Side, Side]:
    """The sides of a match's row whose open sides are labelled."""
    first, second = (
        Side(
            n,
            row[f"participant{n}_id"],
            row[f"participant{n}_name"] or row[f"slot{n}_label"] or say("To be decided"),
            row[f"participant{n}_checked_in"],
            row[f"participant{n}_score"],
        )
        for n in (1, 2)
    )
    return first, second


def _blocked(
    found: MatchAccess,
    present: MatchFacts,
    conflicts: list[str],
    pending: MatchResult | None,
    now: datetime,
) -> dict[str, list[str]]:
    state, tournament = present.state, found.tournament
    closed = closed_reasons(state)
    has_code = any(found.match.lobby.get(key) for key in IDENTIFIERS)
    start = start_blocking_reasons(present)
    if tournament.conflict_policy == "refuse":
        start = [*start, *conflicts]
    can_submit = state in (MatchState.LIVE, MatchState.PENDING_RESULT)
    can_exchange = can_submit or state == MatchState.COMPLETED
    return {
        "call": call_blocking_reasons(present),
        "start": start,
        "undo-start": _unless(state, Move.UNDO_START),
        "schedule": closed,
        "lobby": closed,
        "rotate-code": closed or ([] if has_code else [say("The lobby has no code yet.")]),
        "assign-coordinator": closed,
        "accept": closed,
        "hand-over": closed,
        "check-in": _check_in(found, present, now),
        "submit-result": [] if can_submit else [not_from(state, Move.COMPLETE)],
        "confirm-result": _confirm(found, state, pending),
        "report-dispute": _dispute(found.match, tournament, state, now),
        "resolve-dispute": _unless(state, Move.UPHOLD),
        "cancel": _unless(state, Move.CANCEL),
        "forfeit": _forfeit(present),
        "reopen": _reopen(found, state),
        "restore": _unless(state, Move.RESTORE),
        "delete": deletion_reasons(state),
        "restore-result": [] if can_exchange else [not_from(state, Move.COMPLETE)],
    }


def _forfeit(present: MatchFacts) -> list[str]:
    reasons = _unless(present.state, Move.FORFEIT)
    if not reasons and not present.sides_known:
        return [say("Both sides must be known before one can forfeit.")]
    return reasons


def _reopen(found: MatchAccess, state: MatchState) -> list[str]:
    if reasons := _unless(state, Move.REOPEN):
        return reasons
    if None in (found.match.participant1_id, found.match.participant2_id):
        return [say("Nobody played this match.")]
    if not found.may(Permission.MATCH_REOPEN):
        return []
    return effects_of_taking_back(None, found.match).reasons


def _unless(state: MatchState, move: Move) -> list[str]:
    return [] if can_move(state, move) else [not_from(state, move)]


def _check_in(found: MatchAccess, present: MatchFacts, now: datetime) -> list[str]:
    if not present.check_in_enabled:
        return [say("Check-in is off in this tournament.")]
    return check_ins.blocking_reasons(
        found.match, now, by_staff=found.may(Permission.MATCH_CHECK_IN_ANY_SIDE)
    )


def _confirm(found: MatchAccess, state: MatchState, pending: MatchResult | None) -> list[str]:
    if state != MatchState.PENDING_RESULT:
        return [say("The match is %(state)s; only a result that waits can be confirmed.", state=state.named)]
    own = (found.match.participant1_id, found.match.participant2_id)[found.side - 1] if found.side else None
    if pending is not None and own == pending.submitted_by_id and not found.may(Permission.RESULT_SET):
        return [say("You submitted this result; the other side confirms it.")]
    return []


def _dispute(match: Match, tournament: Tournament, state: MatchState, now: datetime) -> list[str]:
    if not can_move(state, Move.DISPUTE):
        return [not_from(state, Move.DISPUTE)]
    window = timedelta(minutes=tournament.dispute_window_minutes)
    if state == MatchState.COMPLETED and (match.completed_at is None or now > match.completed_at + window):
        return [say("The time in which this result could be disputed is over.")]
    return []


def _find_pending(match: Match) -> MatchResult | None:
    query = select(MatchResult).where(MatchResult.match_id == match.id, MatchResult.status == "pending")
    return db.session.scalar(query.order_by(MatchResult.n.desc()).limit(1))


def _find_dispute(match: Match) -> Dispute | None:
    return db.session.scalar(
        select(Dispute).where(Dispute.match_id == match.id, Dispute.resolved_at.is_(None)).limit(1)
    )


def _list_stations(tournament: Tournament) -> list[Station]:
    query = select(Station).where(Station.tournament_id == tournament.id)
    return list(db.session.scalars(query.order_by(Station.id)))


def _list_coordinators(tournament: Tournament, match: Match) -> list[tuple[int, str]]:
    """Who is at hand: the organizers, and whoever coordinates a match of this tournament already."""
    staff = select(TournamentStaff.user_id).where(TournamentStaff.tournament_id == tournament.id)
    busy = select(Match.coordinator_id).where(
        Match.tournament_id == tournament.id, Match.coordinator_id.is_not(None)
    )
    query = select(User.id, User.username).where(
        or_(User.id == tournament.organizer_id, User.id.in_(staff), User.id.in_(busy)),
        or_(User.is_active, User.id == match.coordinator_id),
    )
    return [(row.id, row.username) for row in db.session.execute(query.order_by(func.lower(User.username)))]
