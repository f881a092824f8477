"""What a format plans: matches that know whom they feed, before anything is stored.

A format drafts its bracket for a full size, each side named by where it comes from. `resolve` then takes
the byes out: a match that nobody can play is left out, and whoever would have had a bye in it stands in
the next one.
"""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Seed:
    """The entrant with this seed, from 1."""

    number: int


@dataclass(frozen=True)
class WinnerOf:
    """Whoever wins the drafted match with this key."""

    key: Hashable


@dataclass(frozen=True)
class LoserOf:
    """Whoever loses the drafted match with this key."""

    key: Hashable


Source = Seed | WinnerOf | LoserOf


@dataclass(frozen=True)
class Draft:
    """A match of the full bracket, whether or not byes leave anybody to play it."""

    key: Hashable
    section: str
    round_number: int
    source1: Source
    source2: Source


@dataclass(frozen=True)
class Feed:
    """Where a winner or loser goes: the number of the match (from 1), and the slot (1 or 2) in it."""

    match_number: int
    slot: int


@dataclass(frozen=True)
class PlannedMatch:
    """A match of the plan; a side is the seed (from 1) that starts in it, or None for one still open."""

    match_number: int
    section: str
    round_number: int
    seed1: int | None = None
    seed2: int | None = None
    winner_to: Feed | None = None
    loser_to: Feed | None = None
    group: str = ""


def resolve(drafts: Iterable[Draft], entrants: int) -> list[PlannedMatch]:
    """The matches that are played, numbered in the order of the drafts; seeds above `entrants` are byes."""
    # What comes out of each draft: who wins it, and who loses it; None is a bye.
    outcomes: dict[Hashable, tuple[Source | None, Source | None]] = {}
    played: list[tuple[Draft, Source, Source]] = []
    for draft in drafts:
        first, second = (_resolved(source, outcomes, entrants) for source in (draft.source1, draft.source2))
        if first is not None and second is not None:
            played.append((draft, first, second))
            outcomes[draft.key] = (WinnerOf(draft.key), LoserOf(draft.key))
        else:
            outcomes[draft.key] = (first or second, None)
    feeds = {
        source: Feed(number, slot)
        for number, (_, *sources) in enumerate(played, start=1)
        for slot, source in enumerate(sources, start=1)
    }
    return [
        PlannedMatch(
            match_number=number,
            section=draft.section,
            round_number=draft.round_number,
            seed1=first.number if isinstance(first, Seed) else None,
            seed2=second.number if isinstance(second, Seed) else None,
            winner_to=feeds.get(WinnerOf(draft.key)),
            loser_to=feeds.get(LoserOf(draft.key)),
        )
        for number, (draft, first, second) in enumerate(played, start=1)
    ]


def _resolved(
    source: Source, outcomes: dict[Hashable, tuple[Source | None, Source | None]], entrants: int
) -> Source | None:
    if isinstance(source, Seed):
        return source if source.number <= entrants else None
    winner, loser = outcomes[source.key]
    return winner if isinstance(source, WinnerOf) else loser
