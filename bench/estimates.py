"""`python -m bench.estimates`: how far off estimated starts are, beside the plan and a predictor."""

import argparse
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from statistics import fmean, median

from app.domain.schedule.estimates import Estimate, Event
from bench.frc.events import ZONES, Timed, moment, observed, read
from bench.frc.predictor import predict

# So many matches ahead, seen from the start of each match; and so many minutes ahead of each start.
MATCHES_AHEAD = (1, 3, 5, 10)
MINUTES_AHEAD = (1, 30, 60)
# What The Blue Alliance said last, it said after the start before; so it is comparable with these.
LAST_WORD = ("1 match", "1 min")
# One event was broken off for the night in the middle of its first day, which nobody could foresee: what was
# estimated before for matches after counts nowhere.
BROKEN_OFF = timedelta(hours=6)
# What The Blue Alliance said last was said between the start before and shortly after the match's own.
LAST_WORD = ("1 match", "1 min")
HEAD = ("event", "ahead", "n", "plan", "The Blue Alliance", "its last word", "Matchdesk", "spans held")


@dataclass(frozen=True)
class Case:
    """A start, by how many minutes it came later than planned, predicted and estimated, and if the span held.

    `last_word` is measured against what The Blue Alliance itself said last before the match.
    """

    plan: float
    published: float
    last_word: float
    own: float
    held: bool


@dataclass(frozen=True)
class Figures:
    """Of some cases: how many, the median and mean absolute errors in minutes, the share that held."""

    count: int
    plan: tuple[float, float]
    published: tuple[float, float]
    last_word: tuple[float, float]
    own: tuple[float, float]
    held: float

    @classmethod
    def of(cls, cases: Iterable[Case]) -> "Figures":
        """The figures of these cases; at least one."""
        cases = list(cases)

        def off(name: str) -> tuple[float, float]:
            errors = [abs(getattr(case, name)) for case in cases]
            return median(errors), fmean(errors)

        held = fmean(case.held for case in cases)
        return cls(len(cases), off("plan"), off("published"), off("last_word"), off("own"), held)


def main(arguments: list[str] | None = None) -> None:
    """Print the table, as Markdown."""
    parser = argparse.ArgumentParser(prog="python -m bench.estimates", description=__doc__)
    parser.add_argument(
        "--event", choices=ZONES, action="append", help="of this event alone; may be repeated"
    )
    events = parser.parse_args(arguments).event or list(ZONES)
    print("| " + " | ".join(HEAD) + " |\n|" + " --- |" * len(HEAD))
    together = defaultdict(list)
    for event in events:
        for ahead, cases in measured(event).items():
            together[ahead] += cases
            print(_line(event, ahead, Figures.of(cases)), flush=True)
    for ahead, cases in together.items():
        print(_line("together", ahead, Figures.of(cases)))


def _line(event: str, ahead: str, figures: Figures) -> str:
    last_word = _pair(figures.last_word) if ahead in LAST_WORD else ""
    errors = (_pair(figures.plan), _pair(figures.published), last_word, _pair(figures.own))
    return f"| {event} | {ahead} | {figures.count} | {' | '.join(errors)} | {figures.held:.0%} |"


def _pair(errors: tuple[float, float]) -> str:
    return "{:.1f} / {:.1f}".format(*errors)


def _name(matches: int) -> str:
    return "1 match" if matches == 1 else f"{matches} matches"


def measured(event: str) -> dict[str, list[Case]]:
    """What was planned, predicted and estimated for the matches of an event, by how far ahead.

    Everybody is told the same: which matches had begun by then, and when.
    """
    matches = read(event)
    cases = defaultdict(list)
    for ahead, now, match, estimate, predicted in _foreseen(event, matches):
        if not _is_across_the_break(match, now):
            started = moment(match.started)
            cases[ahead].append(
                Case(
                    plan=(match.started - match.planned) / 60,
                    published=(match.started - predicted) / 60,
                    last_word=(match.started - match.predicted) / 60,
                    own=(started - estimate.likely).total_seconds() / 60,
                    held=estimate.low <= started <= estimate.high,
                )
            )
    return cases


def _foreseen(event: str, matches: list[Timed]) -> Iterator[tuple[str, int, Timed, Estimate, float]]:
    known = Event(observed(matches))

    def seen(now: int):
        return known.estimates(moment(now)), predict(matches, now, ZONES[event])

    for now in sorted(match.started for match in matches):
        estimates, predicted = seen(now)
        waiting = [(place, match) for place, match in enumerate(matches) if match.started > now]
        for count in MATCHES_AHEAD:
            for place, match in waiting[count - 1 : count]:
                yield _name(count), now, match, estimates[place], predicted[match.key]
    first = min(match.started for match in matches)
    for minutes in MINUTES_AHEAD:
        for place, match in enumerate(matches):
            now = match.started - 60 * minutes
            if now >= first:
                estimates, predicted = seen(now)
                yield f"{minutes} min", now, match, estimates[place], predicted[match.key]


def _is_across_the_break(match: Timed, now: int) -> bool:
    limit = BROKEN_OFF.total_seconds()
    return match.started - now > limit and match.planned - now < limit


if __name__ == "__main__":
    main()
