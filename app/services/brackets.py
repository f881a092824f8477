"""Making brackets: from entrants in seed order to stored matches that feed each other."""

import random
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select

from app.domain.brackets.plan import PlannedMatch
from app.domain.brackets.single_elimination import plan_single_elimination
from app.domain.errors import InvalidInput, NotSignedIn
from app.domain.permissions import Actor, Permission
from app.domain.states import MatchFacts, MatchState
from app.domain.tournament_settings import BEST_OF
from app.models import Bracket, Match, Participant, Tournament
from app.models.tournament import BRACKET_FORMATS

from . import access, audit
from .audit import AuditAction
from .progression import tell_bracket
from .unit_of_work import UnitOfWork, unit_of_work

SEEDINGS = ("given", "rank", "random")


def generate_bracket(
    *,
    actor: Actor,
    tournament_id: int,
    name: str,
    format: str,
    now: datetime,
    participants: Sequence[int] | None = None,
    options: Mapping | None = None,
) -> int:
    """Make a bracket with all its matches; returns its id.

    `participants` are ids in seed order; None takes all that have not withdrawn. `options` as the API
    names them: `third_place`, `best_of` (a number, or `{round: number}`), `seeding`.
    """
    if actor.is_anonymous:
        raise NotSignedIn
    options = dict(options or {})
    with unit_of_work(now) as uow:
        tournament = uow.lock_tournament(tournament_id)
        access.get_tournament(actor, tournament_id, Permission.BRACKET_GENERATE)
        _check(name, format, options)
        entrants = _entrants(uow, tournament_id, participants)
        seeded = _seeded(entrants, options)
        plan = plan_single_elimination(len(seeded), third_place=bool(options.get("third_place")))
        bracket = Bracket(
            tournament_id=tournament_id, name=name.strip(), format=format, options=options, created_at=now
        )
        uow.session.add(bracket)
        uow.session.flush()
        count = _store(uow, tournament, bracket, plan, seeded)
        tell_bracket(uow, bracket, None, [])
        audit.record(
            uow,
            actor=actor,
            action=AuditAction.BRACKET_GENERATE,
            tournament_id=tournament_id,
            meta={
                "tournament_id": tournament_id,
                "bracket_id": bracket.id,
                "format": format,
                "participants": [entrant.id for entrant in seeded],
                "matches": count,
            },
        )
        return bracket.id


def _check(name: str, format: str, options: dict) -> None:
    if not name.strip() or len(name.strip()) > 120:
        raise InvalidInput.of("name", "Give a name of 1 to 120 characters.")
    if format not in BRACKET_FORMATS:
        raise InvalidInput.of("format", f"One of {', '.join(BRACKET_FORMATS)}.")
    if format != "single_elimination":
        raise InvalidInput.of("format", "Only single_elimination can be generated so far.")
    if options.get("seeding", "given") not in SEEDINGS:
        raise InvalidInput.of("options", f"seeding is one of {', '.join(SEEDINGS)}.")
    best_of = options.get("best_of", 1)
    lengths = best_of.values() if isinstance(best_of, Mapping) else [best_of]
    if any(length not in BEST_OF for length in lengths):
        raise InvalidInput.of("options", "best_of is 1, 3, 5 or 7, for all rounds or by round.")


def _entrants(uow: UnitOfWork, tournament_id: int, ids: Sequence[int] | None) -> list[Participant]:
    everyone = uow.session.scalars(
        select(Participant)
        .where(Participant.tournament_id == tournament_id)
        .order_by(Participant.seed.is_(None), Participant.seed, Participant.id)
    ).all()
    if ids is None:
        return [entrant for entrant in everyone if entrant.withdrawn_at is None]
    if len(set(ids)) < len(ids):
        raise InvalidInput.of("participants", "A participant may be given only once.")
    by_id = {entrant.id: entrant for entrant in everyone}
    if unknown := [id_ for id_ in ids if id_ not in by_id]:
        raise InvalidInput.of(
            "participants", f"There is no participant {', '.join(map(str, unknown))} in this tournament."
        )
    if gone := [by_id[id_].name for id_ in ids if by_id[id_].withdrawn_at is not None]:
        raise InvalidInput.of("participants", f"{', '.join(gone)} withdrew.")
    return [by_id[id_] for id_ in ids]


def _seeded(entrants: list[Participant], options: dict) -> list[Participant]:
    """The entrants in seed order. A random draw keeps its seed among the options, to be drawn again."""
    seeding = options.get("seeding", "given")
    if seeding == "rank":
        return sorted(entrants, key=lambda entrant: (entrant.seed is None, entrant.seed or 0, entrant.id))
    if seeding == "random":
        options.setdefault("seed", random.SystemRandom().randrange(2**31))
        drawn = list(entrants)
        random.Random(options["seed"]).shuffle(drawn)
        return drawn
    return entrants


def _best_of(options: Mapping, round_number: int, default: int) -> int:
    best_of = options.get("best_of", default)
    if isinstance(best_of, Mapping):
        return best_of.get(str(round_number), best_of.get(round_number, default))
    return best_of


def _store(
    uow: UnitOfWork,
    tournament: Tournament,
    bracket: Bracket,
    plan: Sequence[PlannedMatch],
    seeded: Sequence[Participant],
) -> int:
    """Store the planned matches, ready where nothing keeps them from it; returns how many."""
    by_number: dict[int, Match] = {}
    for planned in plan:
        sides = [seeded[seed - 1] if seed else None for seed in (planned.seed1, planned.seed2)]
        facts = MatchFacts(
            MatchState.SCHEDULED,
            *(side.name if side else None for side in sides),
            check_in_enabled=tournament.enable_check_in,
        )
        by_number[planned.match_number] = Match(
            tournament_id=tournament.id,
            bracket_id=bracket.id,
            section=planned.section,
            round_number=planned.round_number,
            match_number=planned.match_number,
            state=MatchState.READY if facts.is_ready else MatchState.SCHEDULED,
            participant1_id=sides[0].id if sides[0] else None,
            participant2_id=sides[1].id if sides[1] else None,
            best_of=_best_of(bracket.options, planned.round_number, tournament.best_of),
            created_at=uow.now,
            updated_at=uow.now,
        )
    uow.session.add_all(by_number[number] for number in sorted(by_number))
    uow.session.flush()
    for planned in plan:
        match = by_number[planned.match_number]
        for outcome, feed in (("winner", planned.winner_to), ("loser", planned.loser_to)):
            if feed is not None:
                setattr(match, f"{outcome}_to_match_id", by_number[feed.match_number].id)
                setattr(match, f"{outcome}_to_slot", feed.slot)
    return len(by_number)
