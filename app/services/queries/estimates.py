"""When the matches of a tournament are expected to begin, and how good such estimates were.

Only matches of these hours are looked at. What was estimated is kept until something in the tournament
changes, and for a minute at most, since estimates follow the clock: a hall of viewers is told it once.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol
from weakref import WeakKeyDictionary

from cachetools import LRUCache
from sqlalchemy import ColumnElement, Engine, RowMapping, and_, event, func, or_, select

from app.domain.permissions import Actor, Permission
from app.domain.schedule import estimates as rules
from app.domain.schedule.estimates import LATEST_ERRORS, LATEST_STARTS, Accuracy, Estimate, Observed
from app.domain.schedule.plan import planned_minutes
from app.domain.states import BEGUN, CLOSED, MatchState
from app.extensions import db
from app.models import Match, Tournament
from app.services import access
from app.services.match_changes import iso
from app.services.schedule.plans import feeders_of

from .listing import Listing

# What was planned longer ago than this and has not begun is forgotten; what is planned later, too far away.
_SINCE, _UNTIL = timedelta(hours=12), timedelta(hours=24)
# So many waiting matches are looked at, the next ones, and so much is kept: two things of each tournament.
MOST_WAITING = 500
MOST_KEPT = 128
# The plan is as good as an estimate that is no further off.
_AS_PLANNED = timedelta(minutes=5)
_GIVEN_TO = ("upcoming", "live")
_COMING = tuple(str(state) for state in MatchState if state not in BEGUN | CLOSED)
_COLUMNS = (
    *(Match.id, Match.state, Match.best_of, Match.round_number, Match.bracket_id, Match.group_name),
    *(Match.station_id, Match.scheduled_time, Match.original_time, Match.started_at, Match.completed_at),
    *(Match.winner_to_match_id, Match.loser_to_match_id, Match.slot1_source, Match.slot2_source),
)
_kept: "WeakKeyDictionary[Engine, LRUCache]" = WeakKeyDictionary()


class Estimated(Protocol):
    """What is to be known of a tournament: the row, or these columns of it."""

    id: int
    revision: int
    status: str
    match_minutes: int
    best_of: int


@dataclass(frozen=True, slots=True)
class Expected:
    """When a match is expected to begin: the `estimate`, and from `low` to `high` as people are told it.

    `planned` is its time in the plan, None where it has none.
    """

    estimate: Estimate
    low: datetime
    high: datetime
    planned: datetime | None

    @property
    def is_as_planned(self) -> bool:
        """True where the plan is no further off."""
        return self.planned is not None and abs(self.estimate.likely - self.planned) <= _AS_PLANNED


def estimates_of(tournament: Estimated, now: datetime) -> dict[int, Expected]:
    """What is expected of the tournament's matches that have not begun, by id.

    Left out is what is planned for other days, and what nothing is known of. One that is a draft or over has
    no estimates.
    """
    if tournament.status not in _GIVEN_TO:
        return {}
    kept, as_of = _kept_of(db.engine), (_minute(now), tournament.revision)
    known = kept.get(("expected", tournament.id))
    if known is None or known[0] != as_of:
        known = kept["expected", tournament.id] = as_of, _estimated(tournament, now)
    return known[1]


def tell(rows: Iterable[dict], now: datetime, *, tournament: str = "tournament", anew: bool = True) -> None:
    """Put into each row of a match that has not begun what is `expected` of it, None where nothing is.

    `tournament` names the field with its tournament's id. One query, and two for each that changed. Without
    `anew`, what was estimated in this minute will do, unless a row has another time since.
    """
    coming: dict[int, list[dict]] = defaultdict(list)
    for row in rows:
        if row["state"] in _COMING:
            coming[row[tournament]].append(row)
    expected = {} if anew else _known(coming, now)
    expected |= {found.id: estimates_of(found, now) for found in _find(coming.keys() - expected.keys())}
    for tournament_id, own in coming.items():
        for row in own:
            row["expected"] = expected.get(tournament_id, {}).get(row["id"])


def list_estimates(actor: Actor, tournament_id: int, now: datetime) -> Listing:
    """The matches of which something is expected, by id, with the exact times. Raises NotFound."""
    expected = estimates_of(access.get_tournament(actor, tournament_id).tournament, now)

    def documents(rows: Sequence[RowMapping]) -> list[dict]:
        return [_document(row, expected[row["match"]].estimate) for row in rows]

    query = select(Match.id.label("match"), Match.scheduled_time, Match.original_time)
    return Listing(query.where(Match.id.in_(expected)).order_by(Match.id), documents)


def get_accuracy(actor: Actor, tournament_id: int, now: datetime) -> Accuracy | None:
    """`accuracy_of` for who runs the tournament. Raises NotFound or NotAllowed."""
    return accuracy_of(access.get_tournament(actor, tournament_id, Permission.DESK_VIEW).tournament, now)


def accuracy_of(tournament: Estimated, now: datetime) -> Accuracy | None:
    """How far off estimates of the latest starts were, half an hour before, and the first plan beside them.

    None before anything has begun. Judged anew with each start, and after a minute at the earliest.
    """
    kept, minute = _kept_of(db.engine), _minute(now)
    as_of, known, found = kept.get(("accuracy", tournament.id), (None, None, None))
    if as_of != minute:
        began = _count_begun(tournament.id)
        if began != known:
            known, found = began, _judged(tournament)
        kept["accuracy", tournament.id] = minute, known, found
    return found


def _document(row: RowMapping, estimate: Estimate) -> dict:
    return {
        "match": row["match"],
        "scheduled_time": iso(row["scheduled_time"]),
        "original_time": iso(row["original_time"]),
        "low": iso(estimate.low),
        "likely": iso(estimate.likely),
        "high": iso(estimate.high),
    }


def _known(coming: dict[int, list[dict]], now: datetime) -> dict[int, dict[int, Expected]]:
    """What was estimated in this minute, by tournament, where it is of these rows as they are now."""
    kept = _kept_of(db.engine)
    found = {}
    for tournament_id, rows in coming.items():
        (minute, _), expected = kept.get(("expected", tournament_id), ((None, None), {}))
        if minute == _minute(now) and all(_has_this_time(row, expected.get(row["id"])) for row in rows):
            found[tournament_id] = expected
    return found


def _has_this_time(row: dict, expected: Expected | None) -> bool:
    """True where the row still has the time from which that was estimated; rows have times or their texts."""
    time = row["scheduled_time"]
    return expected is None or iso(expected.planned) == (time if isinstance(time, str) else iso(time))


def _minute(now: datetime) -> datetime:
    return now.replace(second=0, microsecond=0)


def _kept_of(engine: Engine) -> LRUCache:
    if engine not in _kept:
        kept = _kept[engine] = LRUCache(MOST_KEPT)
        # What is opened next may be another database, in which the same numbers mean something else.
        event.listen(engine, "engine_disposed", lambda _engine: kept.clear())
    return _kept[engine]


def _find(tournament_ids: Collection[int]) -> list[Any]:
    if not tournament_ids:
        return []
    columns = (Tournament.id, Tournament.revision, Tournament.status, Tournament.match_minutes)
    query = select(*columns, Tournament.best_of).where(Tournament.id.in_(tournament_ids))
    return list(db.session.execute(query))


def _estimated(tournament: Estimated, now: datetime) -> dict[int, Expected]:
    planned_in_time = Match.scheduled_time.between(now - _SINCE, now + _UNTIL)
    waiting = _waiting(tournament.id, or_(planned_in_time, Match.scheduled_time.is_(None)))
    if not waiting:
        return {}
    rows = _begun(tournament.id, LATEST_STARTS) + waiting
    # An announced delay is the plan: nothing begins before it, whatever was planned first.
    observed = [_observed(row, row.scheduled_time, tournament, feeders) for row, feeders in _fed(rows)]
    planned = {one.id: one.planned_start for one in observed}
    given = rules.estimate(observed, now)
    return {match_id: _expected(one, planned[match_id], now) for match_id, one in given.items()}


def _judged(tournament: Estimated) -> Accuracy | None:
    rows = _begun(tournament.id, LATEST_ERRORS + LATEST_STARTS)
    if not rows:
        return None
    # What was to be played in these hours and waits still stood in the queues as well.
    first, last = (pick(row.started_at for row in rows) for pick in (min, max))
    rows += _waiting(tournament.id, Match.scheduled_time.between(first - _SINCE, last))
    # A delay was announced when it was there; how good the plan was shows what was planned first.
    observed = [
        _observed(row, row.original_time or row.scheduled_time, tournament, feeders)
        for row, feeders in _fed(rows)
    ]
    return rules.accuracy(rules.errors(observed))


def _has_begun(tournament_id: int) -> tuple[ColumnElement[bool], ...]:
    return (
        Match.tournament_id == tournament_id,
        Match.started_at.is_not(None),
        Match.state.not_in([*_COMING, str(MatchState.CANCELLED)]),
        ~Match.is_deleted,
    )


def _count_begun(tournament_id: int) -> tuple[int, datetime | None]:
    query = select(func.count(), func.max(Match.started_at)).where(*_has_begun(tournament_id))
    return db.session.execute(query).tuples().one()


def _begun(tournament_id: int, most: int) -> list:
    query = select(*_COLUMNS).where(*_has_begun(tournament_id))
    return list(db.session.execute(query.order_by(Match.started_at.desc(), Match.id.desc()).limit(most)))


def _waiting(tournament_id: int, condition: ColumnElement[bool]) -> list:
    own = and_(Match.tournament_id == tournament_id, Match.state.in_(_COMING), ~Match.is_deleted)
    order = (Match.scheduled_time.is_(None), Match.scheduled_time, Match.id)
    query = select(*_COLUMNS).where(own, condition).order_by(*order)
    return list(db.session.execute(query.limit(MOST_WAITING)))


def _fed(rows: list) -> list[tuple[Any, tuple[int, ...]]]:
    feeders = feeders_of(rows)
    return [(row, feeders.get(row.id, ())) for row in rows]


def _observed(
    row: Any, planned: datetime | None, tournament: Estimated, feeders: tuple[int, ...]
) -> Observed:
    has_begun = row.state not in _COMING
    return Observed(
        id=row.id,
        planned_start=planned,
        planned_minutes=planned_minutes(tournament.match_minutes, row.best_of, tournament.best_of),
        best_of=row.best_of,
        round_number=row.round_number,
        bracket_id=row.bracket_id,
        station_id=row.station_id,
        feeders=feeders,
        started_at=row.started_at if has_begun else None,
        completed_at=row.completed_at if has_begun else None,
        is_closed=row.state in CLOSED,
    )


def _expected(estimate: Estimate, planned: datetime | None, now: datetime) -> Expected:
    """The span in whole minutes, or where it is wide in whole five: more is not known."""
    step = 60 if estimate.high - estimate.low <= 2 * _AS_PLANNED else 300
    low = max(_floor(estimate.low, step), _floor(now, 60))
    high = _floor(estimate.high + timedelta(seconds=step - 1), step)
    return Expected(estimate, low, high, planned)


def _floor(moment: datetime, seconds: int) -> datetime:
    return datetime.fromtimestamp(moment.timestamp() // seconds * seconds, UTC)
