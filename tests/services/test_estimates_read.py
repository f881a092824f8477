"""What is expected of stored matches, what is kept of it, and how good it was."""

from datetime import datetime, timedelta

import pytest

from app.extensions import db
from app.models import Tournament
from app.services.queries import estimates
from tests import factories
from tests.support.queries import counted
from tests.support.running import RunningLate

MINUTE = timedelta(minutes=1)


@pytest.fixture
def event(app_context) -> RunningLate:
    return RunningLate()


def stored(event) -> Tournament:
    # As at the beginning of a request: what was read before is not looked at any more.
    db.session.rollback()
    return db.session.get(Tournament, event.tournament.id)


def expected(event, now=None):
    return estimates.estimates_of(stored(event), now or factories.soon(0))


def row_of(match, **columns):
    names = ("id", "state", "scheduled_time")
    return {"tournament": match.tournament_id, **{name: getattr(match, name) for name in names}, **columns}


def test_an_event_that_runs_late_goes_on_late(event):
    found = expected(event)
    assert set(found) == {match.id for match in event.coming}
    for match in event.coming:
        one = found[match.id]
        assert one.estimate.low <= one.estimate.likely <= one.estimate.high
        assert abs(one.estimate.likely - match.scheduled_time - event.late) < 5 * MINUTE
        assert one.planned == match.scheduled_time and not one.is_as_planned


def test_what_is_told_has_whole_minutes_and_holds_the_estimate(event):
    now = factories.soon(0)
    for one in expected(event).values():
        wide = one.estimate.high - one.estimate.low > 10 * MINUTE
        assert one.high.second == one.low.second == 0
        assert not wide or one.high.minute % 5 == 0
        assert one.low <= max(one.estimate.low, now) and one.estimate.high <= one.high
        assert one.low >= now.replace(second=0)


def test_an_announced_delay_is_the_plan(event):
    last = event.coming[-1]
    moved = factories.soon(180)
    factories.change(last, scheduled_time=moved, original_time=last.scheduled_time)
    one = expected(event)[last.id]
    assert one.planned == moved
    assert one.estimate.likely >= moved - 5 * MINUTE


def test_who_is_fed_waits_for_the_feeders(event):
    final = event.match(0, "SCHEDULED", scheduled_time=None, station_id=None)
    for match in event.coming[-2:]:
        factories.change(match, winner_to_match_id=final.id)
    found = expected(event)
    assert found[final.id].estimate.likely > found[event.coming[-1].id].estimate.likely + 5 * MINUTE
    assert found[final.id].planned is None and not found[final.id].is_as_planned


def test_who_is_fed_by_a_table_waits_for_its_matches(event):
    group, knockout = factories.bracket(event.tournament), factories.bracket(event.tournament)
    for number, match in enumerate(event.coming, start=1):
        factories.change(match, bracket_id=group.id, group_name="A", match_number=number)
    source = {"bracket": group.id, "group": "A", "rank": 1}
    final = factories.match(
        event.tournament,
        "SCHEDULED",
        participant1=None,
        participant2=None,
        bracket_id=knockout.id,
        scheduled_time=None,
        slot1_source=source,
    )
    found = expected(event)
    assert found[final.id].estimate.likely > found[event.coming[-1].id].estimate.likely


@pytest.mark.parametrize("status", ["draft", "completed", "cancelled"])
def test_what_is_no_running_event_has_none(event, status):
    factories.change(event.tournament, status=status)
    assert expected(event) == {}


def test_left_out_are_other_days_what_is_over_and_what_nothing_is_known_of(event):
    gone = {
        event.match(60, state, started_at=None).id for state in ("COMPLETED", "FORFEIT", "CANCELLED", "LIVE")
    }
    gone |= {event.match(minutes).id for minutes in (25 * 60, -13 * 60)}
    gone.add(event.match(30, is_deleted=True).id)
    gone.add(event.match(0, scheduled_time=None, station_id=None).id)
    assert gone.isdisjoint(expected(event))


def test_two_reads_and_then_none_until_something_changes_or_the_minute_is_over(app, event):
    tournament, now = stored(event), factories.soon(0).replace(second=0)
    with counted(app) as first:
        estimates.estimates_of(tournament, now)
    assert len(first) == 2
    with counted(app) as again:
        estimates.estimates_of(tournament, now + timedelta(seconds=59))
    assert again == []
    with counted(app) as later:
        estimates.estimates_of(tournament, now + MINUTE)
    assert len(later) == 2
    before = expected(event, now)
    factories.change(event.coming[0], state="CANCELLED")
    assert set(before) - set(expected(event, now)) == {event.coming[0].id}


def test_rows_are_told_what_is_expected(app, event):
    rows = [row_of(match) for match in (*event.coming, event.played[-1])]
    stored(event)
    with counted(app) as statements:
        estimates.tell(rows, factories.soon(0))
    assert len(statements) == 3
    assert [row["expected"] for row in rows[:-1]] == list(expected(event).values())
    assert "expected" not in rows[-1]
    with counted(app) as statements:
        estimates.tell([], factories.soon(0))
    assert statements == []


def test_small_changes_do_not_estimate_anew_but_another_time_does(app, event):
    now = factories.soon(0).replace(second=0)
    match = event.coming[-1]
    estimates.tell([row_of(match)], now)
    factories.change(match, participant1_checked_in=True)
    row = row_of(match, scheduled_time=f"{match.scheduled_time:%Y-%m-%dT%H:%M:%SZ}")
    with counted(app) as statements:
        estimates.tell([row], now, anew=False)
    assert statements == [] and row["expected"].planned == match.scheduled_time
    moved = factories.change(match, scheduled_time=factories.soon(200))
    row = row_of(moved)
    stored(event)
    estimates.tell([row], now, anew=False)
    assert row["expected"].planned == moved.scheduled_time


def test_how_good_they_were_beside_the_plan(event):
    found = estimates.accuracy_of(stored(event), factories.soon(0))
    assert found.count == 8
    assert found.plan_median == found.plan_mean == 20
    assert found.median < found.plan_median


def test_the_first_plan_counts_and_not_the_one_after_the_delay(event):
    for match in event.played:
        factories.change(match, original_time=match.scheduled_time, scheduled_time=match.started_at)
    assert estimates.accuracy_of(stored(event), factories.soon(0)).plan_median == 20


def test_they_are_judged_anew_with_each_start_and_no_more_than_once_a_minute(app, event):
    tournament, now = stored(event), factories.soon(0).replace(second=0)
    estimates.accuracy_of(tournament, now)
    event.match(-20, "LIVE", started_at=now)
    with counted(app) as statements:
        assert estimates.accuracy_of(tournament, now).count == 8
    assert statements == []
    tournament = stored(event)
    with counted(app) as statements:
        assert estimates.accuracy_of(tournament, now + MINUTE).count == 9
    assert len(statements) == 3
    with counted(app) as statements:
        assert estimates.accuracy_of(tournament, now + 2 * MINUTE).count == 9
    assert len(statements) == 1


def test_before_the_first_start_there_is_nothing_to_judge(app_context):
    of = factories.tournament()
    factories.match(of)
    assert estimates.accuracy_of(db.session.get(Tournament, of.id), factories.soon(0)) is None


def test_of_many_matches_only_the_next_ones_are_looked_at(app_context):
    of = factories.tournament(match_minutes=1)
    made = factories.matches(of, 600, scheduled_time=factories.soon(30))
    found = estimates.estimates_of(db.session.get(Tournament, of.id), factories.soon(0))
    assert set(found) == {match.id for match in made[: estimates.MOST_WAITING]}
    assert all(isinstance(one.low, datetime) for one in found.values())
