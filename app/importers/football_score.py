"""Scores of football files: full time, extra time, penalties, and who won by them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from app.domain.words import say
from app.importers.json_text import shown
from app.importers.neutral import MAX_SCORE, Outcome, Unclear

Pair = tuple[int, int]


class UnclearScore(Unclear):
    """A score that cannot be."""


def read_outcome(score: Any, is_knockout: bool, warn: Callable[[str], None]) -> Outcome | None:
    """The outcome that a `score` object tells, or None where the match was not played to its end.

    A drawn knockout is decided by extra time (`et`, which includes full time), then by penalties (`p`);
    a drawn group match stays a draw. Raises UnclearScore.
    """
    if score is None:
        return None
    if not isinstance(score, dict):
        raise UnclearScore(say('score is not an object such as {"ft": [2, 1]}'))
    full_time, extra_time, penalties = (_read_pair(score, key) for key in ("ft", "et", "p"))
    half_time = _read_pair(score, "ht")
    if full_time is None and extra_time is None:
        if penalties:
            raise UnclearScore(say("score.p stands without a full time score"))
        if half_time:
            warn(say("the score has no full time: taken as not played yet"))
        return None
    _check_order("score.ft", full_time, "score.ht", half_time)
    _check_order("score.et", extra_time, "score.ft", full_time)
    if not is_knockout:
        if extra_time or penalties:
            warn(say("extra time and penalties do not count in a group: the full time score was taken"))
        final = full_time or extra_time
        return Outcome(final, winner_slot=_leader(final))
    return _decide(extra_time or full_time, penalties)


def _decide(final: Pair, penalties: Pair | None) -> Outcome:
    winner = _leader(final)
    if winner and penalties:
        raise UnclearScore(say("score.p stands, but the match was not level before it"))
    if winner:
        return Outcome(final, winner_slot=winner)
    if penalties is None:
        raise UnclearScore(say("the knockout match ended level, and neither score.et nor score.p decides it"))
    winner = _leader(penalties)
    if not winner:
        raise UnclearScore(say("score.p is level, so nobody won"))
    return Outcome(final, tiebreak=penalties, winner_slot=winner)


def _read_pair(score: dict[str, Any], key: str) -> Pair | None:
    value = score.get(key)
    if value is None:
        return None
    if not isinstance(value, list) or len(value) != 2 or not all(type(goals) is int for goals in value):
        raise UnclearScore(
            say("score.%(key)s is %(value)s, not two whole numbers", key=key, value=shown(value))
        )
    if min(value) < 0:
        raise UnclearScore(
            say("score.%(key)s is %(value)s: a score is never negative", key=key, value=shown(value))
        )
    if max(value) > MAX_SCORE:
        raise UnclearScore(say("score.%(key)s is higher than %(most)s", key=key, most=MAX_SCORE))
    return value[0], value[1]


def _check_order(later_name: str, later: Pair | None, earlier_name: str, earlier: Pair | None) -> None:
    if later and earlier and (later[0] < earlier[0] or later[1] < earlier[1]):
        raise UnclearScore(say("%(later)s is lower than %(earlier)s", later=later_name, earlier=earlier_name))


def _leader(pair: Pair) -> int | None:
    if pair[0] == pair[1]:
        return None
    return 1 if pair[0] > pair[1] else 2
