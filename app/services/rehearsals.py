"""Rehearsals: their pace, and what happens in those that are played.

A rehearsal's script (its seed and what it is a copy of) and every change of its pace stand in its audit,
which nobody can rewrite: what is there last, holds.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from sqlalchemy import select

from app.domain import rehearsal
from app.domain.errors import NotFound, Refused
from app.domain.permissions import Actor, Permission
from app.domain.rehearsal import Pace
from app.domain.states import BEGUN, CLOSED
from app.domain.words import say
from app.extensions import db
from app.models import AuditLog, Match, Tournament

from . import access, audit
from .audit import AuditAction
from .match_changes import touch
from .queries.listing import Listing
from .scheduling import reschedule, tell_scheduled
from .tournaments.common import load, matches_of, tell
from .unit_of_work import UnitOfWork, unit_of_work

# The settings in minutes that follow the speed, and the least that each can be.
SQUEEZED = {"match_minutes": 1, "rest_minutes": 0, "check_in_window_minutes": 0, "dispute_window_minutes": 0}
_ACTIONS = (AuditAction.REHEARSAL_CREATE, AuditAction.REHEARSAL_PACE)


@dataclass(frozen=True)
class Script:
    """What a rehearsal is a copy of, its seed, its first speed, and the copied settings in minutes."""

    source_id: int
    seed: int
    speed: int
    minutes: dict[str, int]


@dataclass(frozen=True)
class Run:
    """A rehearsal as it goes: its script, and its paces in order of time, the last of which holds now."""

    tournament_id: int
    script: Script
    paces: tuple[Pace, ...]

    @property
    def pace(self) -> Pace:
        """The present one."""
        return self.paces[-1]

    def minutes_at(self, moment: datetime) -> float:
        """How many minutes of the rehearsal had passed at the moment."""
        return rehearsal.minutes_at(self.paces, moment)


def squeezed_settings(minutes: dict, speed: int) -> dict[str, int]:
    """The settings in minutes as they are at the speed."""
    return {
        name: rehearsal.squeezed_minutes(minutes[name], speed, lowest) for name, lowest in SQUEEZED.items()
    }


def begin(uow: UnitOfWork, actor: Actor, tournament: Tournament, script: Script) -> None:
    """Make a new tournament a rehearsal, which stands at first. For who writes the copy."""
    rehearsal.require_private(True, tournament.is_public)
    tournament.is_rehearsal = True
    _record(uow, actor, tournament.id, AuditAction.REHEARSAL_CREATE, **asdict(script), is_playing=False)


def get_run(actor: Actor, tournament_id: int) -> Run:
    """How the rehearsal goes, for who runs it; raises NotFound for what is no rehearsal."""
    found = access.get_tournament(actor, tournament_id, Permission.DESK_VIEW)
    run = find_run(tournament_id) if found.tournament.is_rehearsal else None
    if run is None:
        raise NotFound
    return run


def get_script(actor: Actor, tournament_id: int) -> Script:
    """The rehearsal's script with its present speed, for who may change it; raises like `get_run`."""
    access.get_tournament(actor, tournament_id, Permission.TOURNAMENT_EDIT)
    run = get_run(actor, tournament_id)
    return replace(run.script, speed=run.pace.speed)


def list_rehearsals(actor: Actor, tournament_id: int) -> Listing:
    """The actor's rehearsals of the tournament, by id.

    Documents have `id`, `name`, `slug`, `seed`, `speed` and `is_playing`.
    """
    access.get_tournament(actor, tournament_id, Permission.DESK_VIEW)
    statement = (
        select(Tournament.id, Tournament.name, Tournament.slug)
        .join(AuditLog, AuditLog.tournament_id == Tournament.id)
        .where(
            Tournament.is_rehearsal,
            access.organized_tournaments(actor),
            AuditLog.action == AuditAction.REHEARSAL_CREATE,
            AuditLog.meta["source_id"].as_integer() == tournament_id,
        )
        .order_by(Tournament.id)
    )
    return Listing(statement, lambda rows: [_document(row, find_run(row["id"])) for row in rows])


def rehearsal_document(actor: Actor, tournament_id: int) -> dict:
    """One rehearsal as the list shows it; raises like `get_run`."""
    run = get_run(actor, tournament_id)
    tournament = access.get_tournament(actor, tournament_id).tournament
    return _document({name: getattr(tournament, name) for name in ("id", "name", "slug")}, run)


def _document(tournament: Mapping, run: Run) -> dict:
    return {
        **tournament,
        "seed": run.script.seed,
        "speed": run.pace.speed,
        "is_playing": run.pace.is_playing,
    }


def find_run(tournament_id: int) -> Run | None:
    """How the rehearsal goes, whoever asks; None for what is none."""
    rows = db.session.execute(
        select(AuditLog.meta, AuditLog.created_at)
        .where(AuditLog.tournament_id == tournament_id, AuditLog.action.in_(_ACTIONS))
        .order_by(AuditLog.id)
    ).all()
    if not rows:
        return None
    first = rows[0].meta
    script = Script(first["source_id"], first["seed"], first["speed"], first["minutes"])
    paces = tuple(Pace(row.created_at, row.meta["speed"], row.meta["is_playing"]) for row in rows)
    return Run(tournament_id, script, paces)


def set_pace(
    *,
    actor: Actor,
    tournament_id: int,
    now: datetime,
    is_playing: bool | None = None,
    speed: int | None = None,
) -> None:
    """Play or pause the rehearsal, or change its speed: what has not begun moves accordingly.

    What stands already is no change. Raises NotSignedIn, NotFound, NotAllowed, InvalidInput for the speed,
    and Refused for what is no rehearsal.
    """
    with unit_of_work(now) as uow:
        tournament = load(uow, actor, tournament_id)
        if not tournament.is_rehearsal:
            raise Refused([say("This is no rehearsal; it goes at its own pace.")])
        if speed is not None:
            rehearsal.check_speed(speed)
        run = find_run(tournament_id)
        old = run.pace
        new = Pace(
            now,
            old.speed if speed is None else speed,
            old.is_playing if is_playing is None else is_playing,
        )
        if (new.speed, new.is_playing) == (old.speed, old.is_playing):
            return
        for name, value in squeezed_settings(run.script.minutes, new.speed).items():
            setattr(tournament, name, value)
        _replan(uow, tournament, old, new)
        tell(uow, tournament, ["rehearsal"])
        _record(
            uow, actor, tournament_id, AuditAction.REHEARSAL_PACE, speed=new.speed, is_playing=new.is_playing
        )


def _replan(uow: UnitOfWork, tournament: Tournament, old: Pace, new: Pace) -> None:
    """Move what has not begun: by the pause that is over, and nearer or further with the speed."""
    base, start, factor = new.at if old.is_playing else old.at, new.at, old.speed / new.speed
    if base == start and factor == 1:
        return
    states = [str(state) for state in (*BEGUN, *CLOSED)]
    waiting = matches_of(
        uow,
        Match.tournament_id == tournament.id,
        Match.scheduled_time.is_not(None),
        Match.state.not_in(states),
    )
    for match in waiting:
        before = match.scheduled_time
        after = rehearsal.squeezed(before, base, start, factor if before > base else 1)
        if after != before:
            reschedule(match, tournament, after, uow.now)
            touch(match, uow.now)
            tell_scheduled(uow, match, before)


def remove(*, actor: Actor, tournament_id: int, now: datetime) -> None:
    """Delete the rehearsal, whatever is under way in it; raises like `set_pace`."""
    with unit_of_work(now) as uow:
        tournament = load(uow, actor, tournament_id)
        if not tournament.is_rehearsal:
            raise Refused([say("This is no rehearsal.")])
        tournament.is_deleted = True
        tournament.version += 1
        tournament.updated_at = now
        tell(uow, tournament, ["is_deleted"])
        _record(uow, actor, tournament_id, AuditAction.TOURNAMENT_DELETE, name=tournament.name)


def _record(uow: UnitOfWork, actor: Actor, tournament_id: int, action: AuditAction, **meta) -> None:
    audit.record(
        uow,
        actor=actor,
        action=action,
        tournament_id=tournament_id,
        meta={"tournament_id": tournament_id, **meta},
    )
