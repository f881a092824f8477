"""How fast an event goes: what the matches that have begun tell about those to come. Times are in minutes."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from math import sqrt
from operator import mul
from statistics import median

# A plan that leaves more than this between two matches means a pause (lunch, the night), in which lateness is
# made up for. Less than this belongs to the programme, and is kept as far as the event keeps it.
PAUSE = 20.0
# Less than this is no gap at all: plans are made in whole minutes.
GAP = 3.0
# A start further from the plan than this tells of another plan, not of how punctual people are.
ANOTHER_PLAN = 90.0
# The plan counts for as many observations, and what a wider group tells for as many of a narrower one.
PLAN_WEIGHT = 5.0
GROUP_WEIGHT = 10.0
# Of how late people are, little is known before.
LATE_WEIGHT = 2.0
# After so many more an observation counts half, since crews learn and tire; the oldest are left out.
HALF_LIFE = 10.0
LATEST = 60
SHARES = tuple(0.5 ** (age / HALF_LIFE) for age in reversed(range(LATEST)))
# What lies further out than so many times the usual distance is moved in to there.
FAR = 1.5
# Most waits are short and a few long. What is usual lies a little below the middle: this share is below it.
USUAL = 0.42

Groups = tuple[Hashable, ...]


@dataclass(frozen=True, slots=True)
class Begun:
    """A match that has begun; `ended` None: it still runs. `groups` are its groups, the widest first."""

    id: int
    planned: float | None
    minutes: float
    station_id: int | None
    groups: Groups
    started: float
    ended: float | None


@dataclass(frozen=True, slots=True)
class Spread:
    """Where values lie: the usual one, the mean without outliers, how far they go below and above the usual.

    `values` are those that were observed, the oldest first.
    """

    usual: float
    mean: float
    below: float
    above: float
    values: tuple[float, ...] = ()

    def left(self, waited: float) -> float:
        """How much longer it takes, most likely, when it has taken so long already; above zero."""
        longer = [value for value in self.values if value > waited]
        if len(longer) > 2:
            return median(longer) - waited
        return max(self.above / 4, 0.3 * (waited - self.usual))


# What is taken for granted before anything has been seen: lengths, and the time from one start to the next,
# as shares of what is planned; how much of a gap is kept; how late the first match after a pause is; how long
# it takes from an end to the next start; how late a match is that has no station.
AS_PLANNED = Spread(1.0, 1.03, 0.10, 0.25)
KEPT = Spread(0.9, 0.9, 0.5, 0.5)
AFTER_PAUSE = Spread(2.0, 2.0, 4.0, 8.0)
TURNOVER = Spread(3.0, 3.0, 2.0, 4.0)
LATE = Spread(1.0, 2.0, 4.0, 8.0)


def spread(values: Sequence[float], prior: Spread, weight: float) -> Spread:
    """What the values tell, the oldest first; the prior counts for as many of them as the weight says."""
    values = values[-LATEST:]
    if not values:
        return prior
    shares = SHARES[-len(values) :]
    centre = median(values)
    far = FAR * median(abs(value - centre) for value in values) + (prior.below + prior.above) / 2
    near = [min(max(value, centre - far), centre + far) for value in values]
    total = sum(shares) + weight
    mean = (sum(map(mul, near, shares)) + weight * prior.mean) / total
    usual = (sum(shares) * _usual(near, shares) + weight * prior.usual) / total
    away = [(value - usual, share) for value, share in zip(near, shares, strict=True)]
    below = _reach([(-distance, share) for distance, share in away], prior.below, weight)
    return Spread(usual, mean, below, _reach(away, prior.above, weight), tuple(values))


def _usual(values: Sequence[float], shares: Sequence[float]) -> float:
    weighted = sorted(zip(values, shares, strict=True))
    left = USUAL * sum(shares)
    for value, share in weighted:
        left -= share
        if left <= 0:
            return value
    return weighted[-1][0]


def _reach(away: list[tuple[float, float]], prior: float, weight: float) -> float:
    squares = weight * prior * prior + sum(share * away * away for away, share in away if away > 0)
    return sqrt(squares / (weight + sum(share for away, share in away if away > 0)))


def slack(planned: float | None, minutes: float, following: float | None) -> float:
    """How much more time the plan leaves until the following match than this one needs; 0 if unknown."""
    if planned is None or following is None:
        return 0.0
    return max(0.0, following - planned - minutes)


class Pace:
    """What has been learnt from the matches that have begun, given in the order of their starts."""

    def __init__(self, begun: Sequence[Begun]) -> None:
        steps = _steps(begun)
        after_pause = [after.started - after.planned for _, after, free in steps if free > PAUSE]
        self.after_pause = spread(_sane(after_pause), AFTER_PAUSE, LATE_WEIGHT)
        late = [
            one.started - one.planned for one in begun if one.station_id is None and one.planned is not None
        ]
        self.late = spread(_sane(late), LATE, LATE_WEIGHT)
        steps = [step for step in steps if step[2] <= PAUSE]
        self.kept = _kept(steps)
        turnovers = [b.started - a.ended - self.kept * free for a, b, free in steps if a.ended is not None]
        self.turnover = spread(turnovers, TURNOVER, PLAN_WEIGHT)
        cycles = [(a.groups, (b.started - a.started - self.kept * free) / a.minutes) for a, b, free in steps]
        self._cycles = _Grouped((groups, max(0.0, cycle)) for groups, cycle in cycles)
        self._lengths = _Grouped(
            (one.groups, (one.ended - one.started) / one.minutes)
            for one in begun
            if one.ended is not None and one.ended > one.started
        )

    def cycle(self, groups: Groups) -> Spread:
        """The time from a start to the next at the same station, as a share of what is planned."""
        return self._cycles.of(groups)

    def length(self, groups: Groups) -> Spread:
        """How long matches take, as a share of what is planned."""
        return self._lengths.of(groups)


class _Grouped:
    """Shares of what is planned, by groups: a narrow one with few of its own leans on the wider ones."""

    def __init__(self, values: Iterable[tuple[Groups, float]]) -> None:
        self._values: dict[Hashable, list[float]] = defaultdict(list)
        for groups, value in values:
            for group in groups:
                self._values[group].append(value)
        self._known: dict[Groups, Spread] = {(): AS_PLANNED}

    def of(self, groups: Groups) -> Spread:
        if groups not in self._known:
            weight = GROUP_WEIGHT if len(groups) > 1 else PLAN_WEIGHT
            self._known[groups] = spread(self._values.get(groups[-1], ()), self.of(groups[:-1]), weight)
        return self._known[groups]


def _steps(begun: Iterable[Begun]) -> list[tuple[Begun, Begun, float]]:
    """Each match with the next at its station, and the slack of the plan between them."""
    last: dict[int, Begun] = {}
    steps = []
    for match in begun:
        if match.station_id is not None:
            before = last.get(match.station_id)
            if before is not None:
                steps.append((before, match, slack(before.planned, before.minutes, match.planned)))
            last[match.station_id] = match
    return steps


def _kept(steps: Sequence[tuple[Begun, Begun, float]]) -> float:
    """How much of a short gap is kept, as a share."""
    usual = median([(b.started - a.started) / a.minutes for a, b, free in steps if free <= GAP] or [1.0])
    kept = [(b.started - a.started - usual * a.minutes) / free for a, b, free in steps if free > GAP]
    return spread([min(max(0.0, share), 1.5) for share in kept], KEPT, PLAN_WEIGHT).mean


def _sane(lateness: Iterable[float]) -> list[float]:
    return [minutes for minutes in lateness if abs(minutes) < ANOTHER_PLAN]
