"""Which match of a newer file is which stored one: pure, by names and keys alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass

from app.importers.neutral import SourceMatch


@dataclass(frozen=True, slots=True)
class Known:
    """A stored match: its id, its key, and the teams that the file of the last import named."""

    id: int
    key: str
    teams: tuple[str, str]


def pair(known: Iterable[Known], incoming: Iterable[SourceMatch]) -> dict[str, int]:
    """Key of the incoming match -> id of the stored one; a match that is new has no entry.

    First by both teams in the same group or round, so that a file in another order is no other file.
    Then by key, so that a match whose teams have become known, or were renamed, is still the same.
    """
    old, new = list(known), list(incoming)
    pairs: dict[str, int] = {}
    for of_old, of_new in (
        (lambda m: _named(m.key, m.teams), lambda m: _named(m.key, _teams(m))),
        (lambda m: _unordered(m.key, m.teams), lambda m: _unordered(m.key, _teams(m))),
        (lambda m: m.key, lambda m: m.key),
    ):
        pairs |= _pair_by(old, new, of_old, of_new)
        paired = set(pairs.values())
        old = [match for match in old if match.id not in paired]
        new = [match for match in new if match.key not in pairs]
    return pairs


def renamed_teams(
    known: Iterable[Known], incoming: Iterable[SourceMatch], pairs: dict[str, int]
) -> dict[str, str]:
    """Old name -> new name of each team that the newer file calls otherwise in every match it plays."""
    by_id = {match.id: match for match in known}
    old_names = {team for match in by_id.values() for team in match.teams}
    matches = list(incoming)
    new_names = {team for match in matches for team in _teams(match)}
    renames: dict[str, set[str]] = {}
    for match in matches:
        stored = by_id.get(pairs.get(match.key, 0))
        for old, new in zip(stored.teams, _teams(match), strict=True) if stored else ():
            if old and new and old not in new_names and new not in old_names:
                renames.setdefault(old, set()).add(new)
    found = {old: new.copy().pop() for old, new in renames.items() if len(new) == 1}
    taken = Counter(found.values())
    return {old: new for old, new in found.items() if taken[new] == 1}


def _pair_by(old: list[Known], new: list[SourceMatch], of_old: Callable, of_new: Callable) -> dict[str, int]:
    """Pairs what has the same sign, where it is the only one on both sides that has it."""
    olds, news = _by_sign(old, of_old), _by_sign(new, of_new)
    return {news[sign].key: olds[sign].id for sign in news if sign in olds}


def _by_sign(matches: list, sign_of: Callable[..., Hashable | None]) -> dict:
    signs = [(sign_of(match), match) for match in matches]
    counts = Counter(sign for sign, _ in signs)
    return {sign: match for sign, match in signs if sign is not None and counts[sign] == 1}


def _teams(match: SourceMatch) -> tuple[str, str]:
    return match.sides[0].name, match.sides[1].name


def _named(key: str, teams: tuple[str, str]) -> Hashable | None:
    return (_scope(key), teams) if all(teams) else None


def _unordered(key: str, teams: tuple[str, str]) -> Hashable | None:
    return (_scope(key), frozenset(teams)) if all(teams) else None


def _scope(key: str) -> str:
    """A key without its last part: the group or the round."""
    return key.rpartition(":")[0]
