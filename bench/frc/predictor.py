"""The Blue Alliance's published way to predict when the matches of an FRC event begin, to compare with.

The time from start to start is the 35th percentile of the day's, each 0.7 of what it was and 0.3 of what was
planned, leaving out those that took over 1.5 times the plan or go across a planned gap of 15 minutes or more.
Matches follow each other at that distance after the last start, qualification matches at most 15 minutes
ahead of the plan. Those of another day or level are predicted as planned, later by as much as the next match
is overdue; so are all while there is no such distance yet.
"""

from collections.abc import Sequence
from itertools import pairwise

from .events import Timed

PERCENTILE = 0.35
ACTUAL, PLANNED = 0.7, 0.3
LONGEST = 1.5
GAP = 15 * 60
MOST_AHEAD = 15 * 60
# A match is not called overdue before it is late by about a match.
PATIENCE = 4 * 60


def predict(matches: Sequence[Timed], now: float, zone: int) -> dict[tuple[str, int, int], float]:
    """When the matches begin that have not by now, by key; all times in Unix seconds.

    `matches` are in the order of the plan; `zone` is the local time's distance from UTC in hours.
    """
    played = [match for match in matches if match.started <= now]
    waiting = [match for match in matches if match.started > now]
    if not waiting:
        return {}
    following = waiting[0]
    distance = _distance([one for one in played if _day(one, zone) == _day(following, zone)])
    day = _day(played[-1], zone) if played else None
    overdue = max(0.0, now - PATIENCE - following.planned)
    at = max(played[-1].started, now - PATIENCE - (distance or 0)) if played else None
    predicted = {}
    for match in waiting:
        predicted[match.key] = match.planned + overdue
        if match.level == following.level and _day(match, zone) == day and distance:
            at += distance
            if match.level == "qm":
                at = max(at, match.planned - MOST_AHEAD)
            predicted[match.key] = at
    return predicted


def _distance(played: Sequence[Timed]) -> float | None:
    in_order = sorted(played, key=lambda match: match.started)
    pairs = [(b.started - a.started, b.planned - a.planned) for a, b in pairwise(in_order)]
    distances = sorted(
        ACTUAL * actual + PLANNED * planned
        for actual, planned in pairs
        if planned < GAP and actual <= LONGEST * planned
    )
    if not distances:
        return None
    place = (len(distances) - 1) * PERCENTILE
    below, above = distances[int(place)], distances[min(int(place) + 1, len(distances) - 1)]
    return below + (above - below) * (place - int(place))


def _day(match: Timed, zone: int) -> int:
    return (match.planned + zone * 3600) // 86400
