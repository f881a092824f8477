"""Brackets of sources whose matches name those that feed them, and count lower rounds below zero. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

from app.domain.words import say
from app.importers.neutral import Problem
from app.importers.snapshot import Game, Key, Link, Place, Stage

FORMATS = ("single_elimination", "double_elimination", "round_robin", "swiss")


@dataclass(frozen=True)
class Prereq:
    """The match whose winner (or loser) comes to a side."""

    match: Key
    wins: bool = True


@dataclass
class Fed:
    """A match as such a source tells it; `round` is below zero in the lower bracket."""

    game: Game
    round: int
    prereqs: list[Prereq | None] = field(default_factory=lambda: [None, None])


def make_stage(
    stage: Stage, matches: list[Fed], problems: list[Problem], seeds: dict[Key, int]
) -> list[Game]:
    """Fill in the stage and its matches: sections, rounds, numbers, links; the matches in playing order.

    `stage.format` may be empty: then it is what the matches show. `seeds` rank who is known to be seeded.
    """
    by_key = {match.game.key: match for match in matches}
    _check_prereqs(matches, by_key, problems)
    if problems:
        return []
    stage.format = stage.format or _format(matches)
    depths = _depths(matches, by_key)
    ordered = sorted(matches, key=lambda match: depths[match.game.key])
    is_tree = stage.format.endswith("elimination")
    if is_tree:
        _name_sections(ordered, by_key)
    else:
        for match in matches:
            match.game.section = "group" if stage.format == "round_robin" else "swiss"
    _count_rounds(matches)
    for number, match in enumerate(ordered, 1):
        match.game.match_number = number
    for match in ordered:
        _link(match, by_key)
    _enter(stage, ordered, seeds)
    _set_options(stage, ordered)
    return [match.game for match in ordered]


def _check_prereqs(matches: list[Fed], by_key: dict[Key, Fed], problems: list[Problem]) -> None:
    """Each match waits for matches of the file, and nobody else waits for the same side of them."""
    problems += [
        Problem(
            match.game.where, say("waits for the match %(match)s, which the file lacks", match=prereq.match)
        )
        for match in matches
        for prereq in match.prereqs
        if prereq is not None and prereq.match not in by_key
    ]
    taken: dict[Prereq, Fed] = {}
    for match in matches:
        for prereq in filter(None, match.prereqs):
            first = taken.setdefault(prereq, match)
            if first is not match:
                names = {"match": prereq.match, "other": first.game.where}
                if prereq.wins:
                    why = say("waits for the winner of the match %(match)s, as %(other)s does", **names)
                else:
                    why = say("waits for the loser of the match %(match)s, as %(other)s does", **names)
                problems.append(Problem(match.game.where, why))


def _format(matches: list[Fed]) -> str:
    if any(match.round < 0 for match in matches):
        return "double_elimination"
    has_links = any(prereq for match in matches for prereq in match.prereqs)
    return "single_elimination" if has_links or len(matches) == 1 else "round_robin"


def _depths(matches: list[Fed], by_key: dict[Key, Fed]) -> dict[Key, int]:
    """How many matches must be played before each; the checks name a circle, which here only ends."""
    if not any(prereq for match in matches for prereq in match.prereqs):
        return {match.game.key: match.round for match in matches}
    depths = dict.fromkeys(by_key, 0)
    waits = {match.game.key: sum(prereq is not None for prereq in match.prereqs) for match in matches}
    fed: dict[Key, list[Key]] = {}
    for match in matches:
        for prereq in filter(None, match.prereqs):
            fed.setdefault(prereq.match, []).append(match.game.key)
    ready = [key for key, count in waits.items() if not count]
    for key in ready:
        for later in fed.get(key, ()):
            depths[later] = max(depths[later], depths[key] + 1)
            waits[later] -= 1
            if not waits[later]:
                ready.append(later)
    return depths


def _name_sections(ordered: list[Fed], by_key: dict[Key, Fed]) -> None:
    """Finals are where the two brackets meet, or else the last match of the only one."""
    has_lower = any(match.round < 0 for match in ordered)
    feeding = {prereq.match for match in ordered for prereq in match.prereqs if prereq and prereq.wins}
    for match in ordered:
        feeders = [by_key[prereq.match] if prereq else None for prereq in match.prereqs]
        is_for_losers = all(prereq is not None and not prereq.wins for prereq in match.prereqs)
        if match.round < 0:
            match.game.section = "lower"
        elif has_lower and any(f and (f.round < 0 or f.game.section == "final") for f in feeders):
            match.game.section = "final"
            # Here the upper side stands first, which tells whether a second final is played.
            if feeders[0] and feeders[0].round < 0 and not (feeders[1] and feeders[1].round < 0):
                match.game.swap()
                match.prereqs.reverse()
        elif not has_lower and (match.round == 0 or is_for_losers):
            match.game.section = "third_place"
        elif not has_lower and match.game.key not in feeding:
            match.game.section = "final"


def _count_rounds(matches: list[Fed]) -> None:
    """Rounds from 1, without gaps, in the lower bracket too."""
    for is_lower in (False, True):
        own = [match for match in matches if (match.round < 0) == is_lower]
        rounds = sorted({abs(match.round) for match in own if match.round})
        for match in own:
            match.game.round_number = rounds.index(abs(match.round)) + 1 if match.round else len(rounds) or 1


def _link(match: Fed, by_key: dict[Key, Fed]) -> None:
    feeders = [by_key[prereq.match].game if prereq else None for prereq in match.prereqs]
    for slot, prereq in enumerate(match.prereqs, 1):
        if prereq is not None:
            name = "winner_to" if prereq.wins else "loser_to"
            setattr(feeders[slot - 1], name, Link(match.game.key, slot))
    first, second = feeders
    if first is not None and first is second and first.winner is not None and first.winner == first.sides[0]:
        match.game.sides, match.game.byes, match.game.state = [None, None], [True, True], "COMPLETED"


def _enter(stage: Stage, ordered: list[Fed], seeds: dict[Key, int]) -> None:
    """Who plays, by seed where the file has them, else in the order of appearance."""
    known = dict.fromkeys(side for match in ordered for side in match.game.sides if side is not None)
    ranked = sorted(known, key=lambda side: (side not in seeds, seeds.get(side, 0)))
    groups = {side: match.game.group for match in ordered for side in match.game.sides}
    stage.places = [
        Place(side, seed, groups[side] if stage.format == "round_robin" else "")
        for seed, side in enumerate(ranked, 1)
    ]


def _set_options(stage: Stage, ordered: list[Fed]) -> None:
    finals = sum(match.game.section == "final" for match in ordered)
    if stage.format == "double_elimination":
        stage.options = {"grand_final": ("none", "single", "double")[min(finals, 2)]}
    elif stage.format == "single_elimination":
        stage.options = {"third_place": any(match.game.section == "third_place" for match in ordered)}
    else:
        stage.options = {"draws": True}
        if stage.format == "swiss":
            stage.options["rounds"] = max(match.game.round_number for match in ordered)
        else:
            stage.options["groups"] = len({match.game.group for match in ordered})


def series(games: list[tuple[int, int]]) -> tuple[int, tuple[int, int]] | None:
    """`(best_of, score)` of a match by its games: won games decide, the only game's score where it is one.

    None where so many games can be no series of 3, 5 or 7.
    """
    if len(games) == 1:
        return 1, games[0]
    won = (sum(a > b for a, b in games), sum(b > a for a, b in games))
    best_of = 2 * max(won) - 1
    return (best_of, won) if best_of in (3, 5, 7) else None
