"""Making brackets: from entrants in seed order to stored matches that feed each other."""

import random
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import insert, select, update

from app.domain.brackets.double_elimination import plan_double_elimination
from app.domain.brackets.options import best_of_round, check_options
from app.domain.brackets.place_labels import label
from app.domain.brackets.plan import PlannedMatch
from app.domain.brackets.round_robin import group_names, plan_round_robin, snake
from app.domain.brackets.single_elimination import plan_single_elimination
from app.domain.brackets.swiss import check_entrants as check_swiss_entrants
from app.domain.errors import InvalidInput, NotFound, NotSignedIn, Refused
from app.domain.permissions import Actor, Permission
from app.domain.states import BEGUN, MatchFacts, MatchState
from app.domain.words import say
from app.models import Bracket, BracketEntrant, Match, Participant, Tournament

from . import access, audit, slots, swiss
from .audit import AuditAction
from .bracket_end import reopen, tell_bracket
from .match_changes import touch
from .paths import is_walkover
from .progression import fill_slots
from .unit_of_work import UnitOfWork, unit_of_work

NAME_LENGTH = 120

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
    """Make a bracket with all its matches (of Swiss, those of the first round); returns its id.

    `participants` are ids in seed order; None takes all that have not withdrawn. `options` as the API
    names them. With `from` and `slots` the entrants are places of another bracket's tables instead.
    """
    if actor.is_anonymous:
        raise NotSignedIn
    options = dict(options or {})
    with unit_of_work(now) as uow:
        tournament = uow.lock_tournament(tournament_id)
        access.get_tournament(actor, tournament_id, Permission.BRACKET_GENERATE)
        if not name.strip() or len(name.strip()) > NAME_LENGTH:
            raise InvalidInput.of(
                "name", say("Give a name of 1 to %(number)s characters.", number=NAME_LENGTH)
            )
        check_options(format, options)
        sources = slots.check_sources(uow, tournament_id, options) if options.get("slots") else None
        entrants = [] if sources else _entrants(uow, tournament_id, participants)
        seeded = _seeded(entrants, options)
        if format == "swiss":
            check_swiss_entrants(len(seeded))
            options.setdefault("rounds", max(1, (len(seeded) - 1).bit_length()))
        bracket = Bracket(
            tournament_id=tournament_id,
            name=name.strip(),
            format=format,
            options=options,
            is_open=participants is None and sources is None,
            created_at=now,
        )
        uow.session.add(bracket)
        uow.session.flush()
        count = _fill(uow, tournament, bracket, seeded, sources)
        reopen(None, tournament)
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


def delete_bracket(*, actor: Actor, tournament_id: int, bracket_id: int, now: datetime) -> None:
    """Take a bracket and its matches out of sight, so that another can be made in its place.

    Refused once one of its matches has begun, or while its tables are to fill another bracket.
    """
    if actor.is_anonymous:
        raise NotSignedIn
    with unit_of_work(now) as uow:
        uow.lock_tournament(tournament_id)
        access.get_tournament(actor, tournament_id, Permission.BRACKET_GENERATE)
        bracket = uow.session.get(Bracket, bracket_id)
        if bracket is None or bracket.is_deleted or bracket.tournament_id != tournament_id:
            raise NotFound
        played = uow.session.scalars(
            select(Match)
            .where(Match.bracket_id == bracket.id, ~Match.is_deleted)
            .order_by(Match.match_number)
        ).all()
        # A bye, which nobody plays, is over from the start.
        begun = [match for match in played if match.state in BEGUN and not is_walkover(match)]
        if begun:
            raise Refused(
                [
                    say(
                        "M%(number)s is %(state)s already.",
                        number=match.match_number,
                        state=MatchState(match.state).named,
                    )
                    for match in begun[:5]
                ]
            )
        fed = {match.bracket_id for match, _, _ in slots.fed_matches(bracket)}
        if fed:
            raise Refused([say("Another bracket takes its entrants from this one; delete that one first.")])
        for match in played:
            match.is_deleted = True
            touch(match, now)
        bracket.is_deleted = True
        tell_bracket(uow, bracket, None, [match.id for match in played])
        audit.record(
            uow,
            actor=actor,
            action=AuditAction.BRACKET_DELETE,
            tournament_id=tournament_id,
            meta={"tournament_id": tournament_id, "bracket_id": bracket.id, "matches": len(played)},
        )


def _fill(
    uow: UnitOfWork,
    tournament: Tournament,
    bracket: Bracket,
    seeded: Sequence[Participant],
    sources: Sequence[Mapping] | None,
) -> int:
    """Store the entrants and the matches of a new bracket; returns how many matches."""
    groups = bracket.options.get("groups", 1)
    group_of = {}
    if bracket.format == "round_robin" and groups > 1:
        for name, seeds in zip(group_names(groups), snake(len(seeded), groups), strict=True):
            group_of |= dict.fromkeys(seeds, name)
    uow.session.add_all(
        BracketEntrant(
            bracket_id=bracket.id,
            participant_id=participant.id,
            seed=seed,
            group_name=group_of.get(seed, ""),
        )
        for seed, participant in enumerate(seeded, start=1)
    )
    uow.session.flush()
    if bracket.format == "swiss":
        swiss.pair_round(uow, tournament, bracket, 1)
        return (len(seeded) + 1) // 2
    plan = _plan(bracket, len(sources or seeded))
    matches = _store(uow, tournament, bracket, plan, seeded, sources)
    if sources:
        fill_slots(uow, uow.session.get(Bracket, sources[0]["bracket"]), tournament)
    return matches


def _plan(bracket: Bracket, entrants: int) -> list[PlannedMatch]:
    options = bracket.options
    if bracket.format == "single_elimination":
        return plan_single_elimination(entrants, third_place=options.get("third_place", False))
    if bracket.format == "double_elimination":
        return plan_double_elimination(entrants, grand_final=options.get("grand_final", "single"))
    return plan_round_robin(entrants, groups=options.get("groups", 1), legs=options.get("legs", 1))


def _entrants(uow: UnitOfWork, tournament_id: int, ids: Sequence[int] | None) -> list[Participant]:
    everyone = uow.session.scalars(
        select(Participant)
        .where(Participant.tournament_id == tournament_id)
        .order_by(Participant.seed.is_(None), Participant.seed, Participant.id)
    ).all()
    if ids is None:
        return [entrant for entrant in everyone if entrant.withdrawn_at is None]
    if len(set(ids)) < len(ids):
        raise InvalidInput.of("participants", say("A participant may be given only once."))
    by_id = {entrant.id: entrant for entrant in everyone}
    if unknown := [id_ for id_ in ids if id_ not in by_id]:
        raise InvalidInput.of(
            "participants",
            say("There is no participant %(ids)s in this tournament.", ids=", ".join(map(str, unknown))),
        )
    if gone := [by_id[id_].name for id_ in ids if by_id[id_].withdrawn_at is not None]:
        raise InvalidInput.of("participants", say("%(names)s withdrew.", names=", ".join(gone)))
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


def _store(
    uow: UnitOfWork,
    tournament: Tournament,
    bracket: Bracket,
    plan: Sequence[PlannedMatch],
    seeded: Sequence[Participant],
    sources: Sequence[Mapping] | None,
) -> int:
    """Store the planned matches, ready where nothing keeps them from it; returns how many."""
    rows = []
    for planned in plan:
        row = {
            "tournament_id": tournament.id,
            "bracket_id": bracket.id,
            "section": planned.section,
            "group_name": planned.group,
            "round_number": planned.round_number,
            "match_number": planned.match_number,
            "best_of": best_of_round(bracket.options, planned.round_number, tournament.best_of),
            "created_at": uow.now,
            "updated_at": uow.now,
        }
        for slot, seed in ((1, planned.seed1), (2, planned.seed2)):
            source = sources[seed - 1] if sources and seed else None
            row[f"participant{slot}_id"] = seeded[seed - 1].id if seed and not sources else None
            row[f"slot{slot}_source"] = source
            row[f"slot{slot}_label"] = label(source) if source else ""
        facts = MatchFacts(
            MatchState.SCHEDULED,
            *("known" if row[f"participant{slot}_id"] else None for slot in (1, 2)),
            check_in_enabled=tournament.enable_check_in,
        )
        row["state"] = MatchState.READY if facts.is_ready else MatchState.SCHEDULED
        rows.append(row)
    uow.session.execute(insert(Match), rows)
    _link(uow, bracket, plan)
    return len(rows)


def _link(uow: UnitOfWork, bracket: Bracket, plan: Sequence[PlannedMatch]) -> None:
    """Have each match name those that it feeds."""
    id_of = dict(
        uow.session.execute(select(Match.match_number, Match.id).where(Match.bracket_id == bracket.id)).all()
    )
    links = []
    for planned in plan:
        if planned.winner_to is None and planned.loser_to is None:
            continue
        link = {"id": id_of[planned.match_number]}
        for outcome, feed in (("winner", planned.winner_to), ("loser", planned.loser_to)):
            link[f"{outcome}_to_match_id"] = id_of[feed.match_number] if feed else None
            link[f"{outcome}_to_slot"] = feed.slot if feed else None
        links.append(link)
    if links:
        uow.session.execute(update(Match), links)
