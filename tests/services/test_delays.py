""" "+15 from here", on a tournament of the database: what moves, who is told, and how it is taken back."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from app.domain.errors import InvalidInput, NotAllowed, NotSignedIn, Refused
from app.domain.permissions import ANONYMOUS
from app.extensions import db
from app.models import Match
from app.services.schedule.delays import Delay, delay_schedule, preview_delay
from app.services.schedule.versions import undo_version
from tests import factories as make

# The clocks of Berlin are set back on the 25th of October 2026 at 3:00, which is 1:00 in UTC.
SATURDAY = datetime(2026, 10, 24, 8, tzinfo=UTC)


def at(hours: float, minutes: float = 0) -> datetime:
    """So long after ten o'clock, by the tournament's clock, on Saturday."""
    return SATURDAY + timedelta(hours=hours, minutes=minutes)


@dataclass
class Hall:
    """Two courts with matches of an hour each; nobody plays twice."""

    organizer: object
    tournament: object
    courts: list

    def match(self, start, court=0, state="SCHEDULED", **columns):
        columns.setdefault("station_id", self.courts[court].id)
        return make.match(self.tournament, state, scheduled_time=start, **columns)

    def late(self, minutes=15, since=SATURDAY, **scope):
        return {
            "actor": make.actor(self.organizer),
            "tournament_id": self.tournament.id,
            "late": Delay(minutes, since, **scope),
            "now": at(-1),
        }

    def preview(self, *args, **scope):
        db.session.rollback()
        return preview_delay(**self.late(*args, **scope))

    def delay(self, *args, **scope):
        return delay_schedule(**self.late(*args, **scope))


@pytest.fixture
def hall(app_context):
    organizer = make.user()
    tournament = make.tournament(
        organizer, match_minutes=60, rest_minutes=0, enable_check_in=False, time_zone="Europe/Berlin"
    )
    return Hall(organizer, tournament, [make.station(tournament, f"Court {n}") for n in (1, 2)])


def moved(seen):
    return {change["match"]: change["new"] for change in seen["changes"]}


def starts(*matches):
    return [make.fresh(match).scheduled_time for match in matches]


def iso(moment):
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def test_a_late_station_moves_only_as_far_as_needed(hall):
    first, second, later, elsewhere = (
        hall.match(at(0)), hall.match(at(1)), hall.match(at(2, 10)), hall.match(at(0), court=1),
    )  # fmt: skip
    seen = hall.preview(station_id=hall.courts[0].id)
    assert moved(seen) == {
        first.id: iso(at(0, 15)), second.id: iso(at(1, 15)), later.id: iso(at(2, 15)),
    }  # fmt: skip
    assert [change["because"] for change in seen["changes"]] == [[], [first.id], [second.id]]
    assert starts(first, second, later) == [at(0), at(1), at(2, 10)]
    done = hall.delay(station_id=hall.courts[0].id)
    assert (done["number"], done["match_ids"]) == (1, [first.id, second.id, later.id])
    assert starts(first, second, later, elsewhere) == [at(0, 15), at(1, 15), at(2, 15), at(0)]


def test_what_was_planned_stays_visible_however_often_it_is_late(hall):
    match = hall.match(at(0))
    hall.delay(15)
    seen = hall.preview(10)
    assert seen["changes"] == [
        {
            "match": match.id,
            "old": iso(at(0, 15)),
            "new": iso(at(0, 25)),
            "original": iso(at(0)),
            "because": [],
            "past_hours": False,
        }
    ]
    hall.delay(10)
    assert make.fresh(match).original_time == at(0)
    (event,) = make.events(match_id=match.id, type="match.scheduled")[1:]
    assert event.payload["original_time"] == iso(at(0))


def test_a_late_bracket_leaves_the_others_unless_they_are_in_the_way(hall):
    bracket, other = make.bracket(hall.tournament), make.bracket(hall.tournament)
    own = hall.match(at(0), bracket_id=bracket.id)
    behind = hall.match(at(1), bracket_id=other.id)
    aside = hall.match(at(0), court=1, bracket_id=other.id)
    assert moved(hall.preview(30, bracket_id=bracket.id)) == {
        own.id: iso(at(0, 30)), behind.id: iso(at(1, 30)),
    }  # fmt: skip
    assert starts(aside) == [at(0)]


def test_a_late_day_ends_at_the_tournament_s_midnight(hall):
    """Saturday ends at 22:00 in UTC; the night in which the clocks change is Sunday's."""
    evening = hall.match(at(13, 30))
    night = hall.match(at(14), court=1)
    assert evening.scheduled_time < datetime(2026, 10, 24, 22, tzinfo=UTC) <= night.scheduled_time
    assert moved(hall.preview(15)) == {evening.id: iso(at(13, 45))}


def test_a_delay_over_the_night_in_which_the_clocks_change_is_as_long_as_it_says(hall):
    """From 2:50 in summer time, 15 minutes later the clock shows 2:05."""
    match = hall.match(datetime(2026, 10, 25, 0, 50, tzinfo=UTC))
    since = datetime(2026, 10, 24, 22, tzinfo=UTC)
    assert moved(hall.preview(15, since)) == {match.id: "2026-10-25T01:05:00Z"}
    last = hall.match(datetime(2026, 10, 25, 22, 30, tzinfo=UTC), court=1)
    assert set(moved(hall.preview(15, since))) == {match.id, last.id}, "that day has 25 hours"


def test_nothing_moves_into_a_break_or_past_the_hours_of_a_day(hall):
    make.pause(hall.tournament, starts_at=at(2), ends_at=at(3))
    first, second = hall.match(at(0)), hall.match(at(1))
    assert moved(hall.preview()) == {first.id: iso(at(0, 15)), second.id: iso(at(3))}


def test_what_no_longer_fits_into_the_hours_says_so(hall):
    court = make.station(hall.tournament, hours=[(at(0), at(2))])
    last = hall.match(at(1), station_id=court.id)
    (change,) = hall.preview()["changes"]
    assert (change["match"], change["past_hours"]) == (last.id, True)
    assert [found["kind"] for found in hall.preview()["conflicts"]] == ["hours"]


def test_whoever_rests_goes_on_resting(hall):
    make.change(hall.tournament, rest_minutes=20)
    team = make.participant(hall.tournament)
    hall.match(at(0), participant1=team)
    again = hall.match(at(1, 25), court=1, participant1=team)
    assert moved(hall.preview(15, station_id=hall.courts[0].id))[again.id] == iso(at(1, 35))


def test_who_must_be_told_is_who_plays_and_who_coordinates(hall):
    helper = make.user("helper")
    one, two, three = (make.participant(hall.tournament, name) for name in ("Ada", "Bob", "Cy"))
    hall.match(at(0), participant1=two, participant2=one, coordinator_id=helper.id)
    hall.match(at(1), participant1=one, participant2=None, coordinator_id=helper.id)
    hall.match(at(0), court=1, participant1=three)
    seen = hall.preview(station_id=hall.courts[0].id)
    assert seen["told"] == {
        "participants": [{"id": one.id, "name": "Ada"}, {"id": two.id, "name": "Bob"}],
        "coordinators": [{"id": helper.id, "username": "helper"}],
    }


def test_people_of_other_tournaments_are_in_the_way_but_do_not_move(hall):
    player = make.user()
    here = make.participant(hall.tournament, members=[player])
    match = hall.match(at(0), participant1=here)
    elsewhere = make.tournament(name="Secret Cup", is_public=False, match_minutes=60, enable_check_in=False)
    there = make.participant(elsewhere, members=[player])
    taken = make.match(elsewhere, "SCHEDULED", participant1=there, scheduled_time=at(1, 5))
    seen = hall.preview()
    assert moved(seen) == {match.id: iso(at(2, 5))}
    assert seen["changes"][0]["because"] == [], "a match that one may not see is not named"
    hall.delay()
    assert starts(match, taken) == [at(2, 5), at(1, 5)]


def test_undo_puts_everything_back(hall):
    make.change(hall.tournament, enable_check_in=True)
    ready = hall.match(at(0), state="CHECK_IN", participant1_checked_in=True, called_at=at(-1))
    late = hall.match(at(1), original_time=at(0, 30), no_show_flagged_at=at(-1))
    names = (
        "scheduled_time", "original_time", "check_in_deadline", "called_at", "no_show_flagged_at", "state",
        "participant1_checked_in", "station_id",
    )  # fmt: skip

    def state():
        return [[getattr(make.fresh(match), name) for name in names] for match in (ready, late)]

    before = state()
    done = hall.delay()
    assert make.fresh(ready).state == "SCHEDULED"
    assert make.fresh(late).original_time == at(0, 30)
    undo_version(actor=make.actor(hall.organizer), batch_id=done["batch_id"], now=at(0))
    assert state() == before


def test_the_audit_says_what_was_late(hall):
    match = hall.match(at(0))
    hall.delay(station_id=hall.courts[0].id)
    (row,) = make.audit_rows(tournament_id=hall.tournament.id)
    assert row.action == "SCHEDULE_CHANGE"
    assert {key: row.meta[key] for key in ("kind", "minutes", "since", "station_id", "match_ids")} == {
        "kind": "delay", "minutes": 15, "since": iso(SATURDAY), "station_id": hall.courts[0].id,
        "match_ids": [match.id],
    }  # fmt: skip


def test_what_has_begun_stays(hall):
    begun = hall.match(at(0), state="LIVE", started_at=at(0))
    after = hall.match(at(1))
    assert moved(hall.preview()) == {after.id: iso(at(1, 15))}
    assert make.fresh(begun).version == begun.version


def test_nothing_to_move_is_refused(hall):
    hall.match(at(0))
    assert hall.preview(since=at(5))["changes"] == []
    with pytest.raises(Refused, match="Nothing is planned"):
        hall.delay(since=at(5))


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("minutes", {"minutes": 0}),
        ("minutes", {"minutes": -5}),
        ("minutes", {"minutes": 7 * 24 * 60 + 1}),
        ("since", {"since": datetime(9999, 12, 31, 23, tzinfo=UTC)}),
        ("since", {"since": datetime(1, 1, 1, tzinfo=UTC)}),
        ("station_id", {"station_id": 999_999}),
        ("bracket_id", {"bracket_id": 999_999}),
    ],
)
def test_nonsense_is_refused_by_field(hall, field, wrong):
    hall.match(at(0))
    for verb in (hall.preview, hall.delay):
        with pytest.raises(InvalidInput) as refused:
            verb(**wrong)
        assert list(refused.value.errors) == [field]


def test_stations_of_others_are_not_there(hall):
    with pytest.raises(InvalidInput):
        hall.preview(station_id=make.station(make.tournament()).id)


def test_conflicts_are_refused_where_the_tournament_says_so(hall):
    make.change(hall.tournament, conflict_policy="refuse")
    court = make.station(hall.tournament, hours=[(at(0), at(2))])
    match = hall.match(at(1), station_id=court.id)
    with pytest.raises(Refused, match="outside the hours"):
        hall.delay()
    assert starts(match) == [at(1)]


def test_only_organizers_delay(hall):
    hall.match(at(0))
    for actor, error in ((ANONYMOUS, NotSignedIn), (make.actor(make.user()), NotAllowed)):
        for verb in (preview_delay, delay_schedule):
            with pytest.raises(error):
                verb(**{**hall.late(), "actor": actor})
    assert make.rows(Match)[0].scheduled_time == at(0)
