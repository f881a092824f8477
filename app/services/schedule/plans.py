"""Schedules read from the database, as the values that the rules work on."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import ceil

from sqlalchemy import ColumnElement, and_, or_, select

from app.domain.schedule.plan import Break, Interval, Plan, PlannedMatch, StationHours, planned_minutes
from app.domain.states import BEGUN, CLOSED, MatchState
from app.domain.tournament_settings import BEST_OF
from app.extensions import db
from app.models import (
    Match,
    Participant,
    ParticipantMember,
    ScheduleBreak,
    Station,
    Tournament,
)
from app.models import StationHours as StationHoursRow

# What other tournaments plan to be longer ago, or later, than this touches no match.
_REACH = timedelta(days=1)
_GOES_ON = BEGUN - CLOSED
_COLUMNS = (
    Match.id,
    Match.tournament_id,
    Match.bracket_id,
    Match.round_number,
    Match.match_number,
    Match.state,
    Match.best_of,
    Match.participant1_id,
    Match.participant2_id,
    Match.station_id,
    Match.coordinator_id,
    Match.stream_url,
    Match.scheduled_time,
    Match.started_at,
    Match.completed_at,
    Match.winner_to_match_id,
    Match.loser_to_match_id,
    Match.group_name,
    Match.slot1_source,
    Match.slot2_source,
)


@dataclass(frozen=True)
class _Rules:
    match_minutes: int
    rest_minutes: int
    best_of: int

    @property
    def reach(self) -> timedelta:
        """So far from its start a match can have to do with another one."""
        longest = planned_minutes(self.match_minutes, max(BEST_OF), self.best_of)
        return timedelta(minutes=longest + self.rest_minutes)


def read_plan(
    tournaments: Iterable[Tournament],
    *,
    now: datetime,
    near: Collection[int] = (),
    moments: Collection[datetime] = (),
    users: Collection[int] = (),
) -> Plan:
    """The plan of these tournaments, and of what their people do elsewhere meanwhile, which is `fixed`.

    With `near`, ids of matches, only what can touch those where they are, or at the `moments`. What the
    `users` do elsewhere is read too, whether or not they have to do with these tournaments.
    """
    rules = {one.id: _Rules(one.match_minutes, one.rest_minutes, one.best_of) for one in tournaments}
    within = [Match.tournament_id.in_(rules)]
    if near:
        within.append(_near(rules, near, moments))
    own = _rows(and_(*within))
    people = _people(Participant.tournament_id.in_(rules))
    matches = [_planned(row, rules[row.tournament_id], people, now) for row in own]
    feeders = feeders_of(own)
    matches = [replace(match, feeders=feeders.get(match.id, ())) for match in matches]
    stations, breaks = _places(rules)
    times = [match.start for match in matches if match.start is not None and not match.fixed]
    helpers = {match.coordinator_id for match in matches} | set(users)
    elsewhere = _elsewhere(rules, [*times, *moments], bool(people), helpers - {None}, now)
    return Plan(tuple(matches + elsewhere), stations, breaks)


def _near(
    rules: dict[int, _Rules], ids: Collection[int], moments: Collection[datetime]
) -> ColumnElement[bool]:
    times = [*moments, *db.session.scalars(select(Match.scheduled_time).where(Match.id.in_(ids)))]
    times = [time for time in times if time is not None]
    next_ones = [
        Match.id.in_(select(following).where(Match.id.in_(ids), following.is_not(None)))
        for following in (Match.winner_to_match_id, Match.loser_to_match_id)
    ]
    wanted = [
        Match.id.in_(ids),
        Match.winner_to_match_id.in_(ids),
        Match.loser_to_match_id.in_(ids),
        *next_ones,
        *_by_tables(rules, ids),
    ]
    if times:
        reach = max(one.reach for one in rules.values())
        wanted.append(_is_between(min(times) - reach, max(times) + reach))
    return or_(*wanted)


def _by_tables(rules: Collection[int], ids: Collection[int]) -> Iterable[ColumnElement[bool]]:
    """Who waits for the tables in which these matches count, and whose tables these matches wait for."""
    waiting = db.session.execute(
        select(Match.id, Match.slot1_source, Match.slot2_source).where(
            Match.tournament_id.in_(rules),
            or_(Match.slot1_source.is_not(None), Match.slot2_source.is_not(None)),
        )
    ).all()
    if not waiting:
        return
    own = set(db.session.scalars(select(Match.bracket_id).where(Match.id.in_(ids)))) - {None}
    tables = {
        row.id: {source["bracket"] for source in (row.slot1_source, row.slot2_source) if source}
        for row in waiting
    }
    yield Match.id.in_([match_id for match_id, brackets in tables.items() if brackets & own])
    yield Match.bracket_id.in_(set().union(*(tables.get(match_id, ()) for match_id in ids)))


def _is_between(since: datetime, until: datetime) -> ColumnElement[bool]:
    """Planned, begun or ended within this time, or not over at all."""
    columns = (Match.scheduled_time, Match.started_at, Match.completed_at)
    return or_(*(column.between(since, until) for column in columns), Match.state.in_(_GOES_ON))


def _rows(condition: ColumnElement[bool]) -> list:
    return db.session.execute(
        select(*_COLUMNS)
        .where(condition, ~Match.is_deleted, Match.state != MatchState.CANCELLED)
        .order_by(Match.id)
    ).all()


def _planned(row, rules: _Rules, people: dict[int, frozenset[int]], now: datetime) -> PlannedMatch:
    sides = tuple(side for side in (row.participant1_id, row.participant2_id) if side is not None)
    minutes = planned_minutes(rules.match_minutes, row.best_of, rules.best_of)
    fixed = row.state in BEGUN
    start = row.started_at if fixed else row.scheduled_time
    if fixed and start is not None:
        until = row.completed_at or (now if row.state not in CLOSED else start)
        lasted = max(1, ceil((until - start) / timedelta(minutes=1)))
        minutes = lasted if row.state in CLOSED else max(minutes, lasted)
    return PlannedMatch(
        id=row.id,
        tournament_id=row.tournament_id,
        start=start,
        minutes=minutes,
        rest_minutes=rules.rest_minutes,
        participants=sides,
        people=frozenset().union(*(people.get(side, frozenset()) for side in sides)),
        station_id=row.station_id,
        coordinator_id=row.coordinator_id,
        stream=row.stream_url,
        bracket_id=row.bracket_id,
        round_number=row.round_number,
        match_number=row.match_number,
        fixed=fixed,
    )


def _people(of_participants: ColumnElement[bool]) -> dict[int, frozenset[int]]:
    found: dict[int, set[int]] = {}
    for participant_id, user_id in db.session.execute(
        select(ParticipantMember.participant_id, ParticipantMember.user_id)
        .join(Participant, Participant.id == ParticipantMember.participant_id)
        .where(of_participants)
    ):
        found.setdefault(participant_id, set()).add(user_id)
    return {participant_id: frozenset(users) for participant_id, users in found.items()}


def feeders_of(rows: Sequence) -> dict[int, tuple[int, ...]]:
    """Which of these must be over before each match: those that send a side, and the tables that do.

    Rows are matches, or their columns `id`, `bracket_id`, `group_name`, where sides go and what fills slots.
    """
    found: dict[int, set[int]] = defaultdict(set)
    groups: dict[tuple[int, str | None], set[int]] = defaultdict(set)
    for row in rows:
        for following in {row.winner_to_match_id, row.loser_to_match_id} - {None}:
            found[following].add(row.id)
        if row.bracket_id is not None:
            groups[row.bracket_id, row.group_name].add(row.id)
            groups[row.bracket_id, None].add(row.id)
    for row in rows:
        for source in filter(None, (row.slot1_source, row.slot2_source)):
            # The best of all groups are known when all of them are done.
            found[row.id] |= groups[source["bracket"], source.get("group") or None]
    return {match_id: tuple(sorted(feeders - {match_id})) for match_id, feeders in found.items()}


def _places(tournament_ids: Collection[int]) -> tuple[tuple[StationHours, ...], tuple[Break, ...]]:
    rows = db.session.execute(
        select(Station.id, Station.tournament_id, StationHoursRow.starts_at, StationHoursRow.ends_at)
        .outerjoin(StationHoursRow, StationHoursRow.station_id == Station.id)
        .where(Station.tournament_id.in_(tournament_ids))
        .order_by(Station.id, StationHoursRow.starts_at)
    ).all()
    hours: dict[tuple[int, int], list[Interval]] = {}
    for row in rows:
        of_station = hours.setdefault((row.id, row.tournament_id), [])
        if row.starts_at is not None:
            of_station.append(Interval(row.starts_at, row.ends_at))
    breaks = db.session.scalars(
        select(ScheduleBreak)
        .where(ScheduleBreak.tournament_id.in_(tournament_ids))
        .order_by(ScheduleBreak.starts_at, ScheduleBreak.id)
    )
    return (
        tuple(
            StationHours(station_id, tournament_id, tuple(open_))
            for (station_id, tournament_id), open_ in hours.items()
        ),
        tuple(
            Break(one.id, one.tournament_id, Interval(one.starts_at, one.ends_at), one.station_id)
            for one in breaks
        ),
    )


def _elsewhere(
    own: Collection[int], times: Collection[datetime], has_people: bool, helpers: set[int], now: datetime
) -> list[PlannedMatch]:
    """What those who play or help here do in other tournaments at these times. Nothing here moves that."""
    if not times or not (has_people or helpers):
        return []
    here = (
        select(ParticipantMember.user_id)
        .join(Participant, Participant.id == ParticipantMember.participant_id)
        .where(Participant.tournament_id.in_(own))
    )
    their_own = or_(ParticipantMember.user_id.in_(here), ParticipantMember.user_id.in_(helpers))
    there = select(ParticipantMember.participant_id).where(their_own)
    rows = _rows(
        and_(
            Match.tournament_id.not_in(own),
            _is_between(min(times) - _REACH, max(times) + _REACH),
            or_(
                Match.participant1_id.in_(there),
                Match.participant2_id.in_(there),
                Match.coordinator_id.in_(helpers),
            ),
        )
    )
    if not rows:
        return []
    rules = {
        one.id: _Rules(one.match_minutes, one.rest_minutes, one.best_of)
        for one in db.session.execute(
            select(
                Tournament.id, Tournament.match_minutes, Tournament.rest_minutes, Tournament.best_of
            ).where(Tournament.id.in_({row.tournament_id for row in rows}), ~Tournament.is_deleted)
        )
    }
    sides = {row.participant1_id for row in rows} | {row.participant2_id for row in rows}
    their_people = _people(Participant.id.in_(sides - {None}))
    return [
        # Its station and stream are that tournament's own concern.
        replace(
            _planned(row, rules[row.tournament_id], their_people, now),
            fixed=True,
            station_id=None,
            stream="",
        )
        for row in rows
        if row.tournament_id in rules
    ]
