"""What a format plans: matches that know whom they feed, before anything is stored."""

from dataclasses import dataclass


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
