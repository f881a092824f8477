"""What is read of a schedule: which matches, how long they take, what they wait for, and who is elsewhere."""

from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain.schedule.conflicts import ConflictKind, new_conflicts
from app.domain.schedule.plan import Interval
from app.extensions import db
from app.models import Match, Participant, ParticipantMember, ScheduleBreak, Station, Tournament
from app.services.schedule import conflicts
from app.services.schedule.plans import read_plan
from tests import factories as make

pytestmark = pytest.mark.usefixtures("app_context")
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.fixture
def of(app_context):
    return make.tournament(match_minutes=40, rest_minutes=10, best_of=3)


def plan_of(*tournaments, **more):
    db.session.rollback()
    return read_plan(tournaments, now=make.soon(0), **more)


def that_come(tournament, changes):
    db.session.rollback()
    return conflicts.that_come(db.session.get(Tournament, tournament.id), changes, make.soon(0))


@pytest.mark.both_databases
def test_a_match_is_read_as_it_is_planned(of):
    court, coordinator = make.station(of), make.user()
    team = make.participant(of, members=[make.user(), make.user()])
    match = make.match(
        of, "SCHEDULED", participant1=team, participant2=None, station_id=court.id, coordinator_id=coordinator.id,
        stream_url="https://e.org/s", best_of=5, round_number=2, match_number=7,
    )  # fmt: skip
    (read,) = plan_of(of).matches
    members = {row.user_id for row in make.rows(ParticipantMember, participant_id=team.id)}
    assert (read.id, read.tournament_id, read.start, read.fixed) == (match.id, of.id, make.soon(60), False)
    assert (read.participants, read.people) == ((team.id,), members)
    assert (read.station_id, read.coordinator_id, read.stream) == (
        court.id,
        coordinator.id,
        "https://e.org/s",
    )
    # The mean of 3 and 5 games instead of 2 and 3.
    assert (read.minutes, read.rest_minutes) == (64, 10)
    assert (read.round_number, read.match_number) == (2, 7)


@pytest.mark.both_databases
def test_what_is_over_took_as_long_as_it_took(of):
    begun, done = make.soon(-100), make.soon(-73.5)
    over = make.match(of, "COMPLETED", best_of=3, started_at=begun, completed_at=done)
    walkover = make.match(of, "COMPLETED", started_at=None, completed_at=done)
    plan = plan_of(of)
    read = plan.by_id[over.id]
    assert (read.fixed, read.start, read.minutes) == (True, begun, 27)
    assert (plan.by_id[walkover.id].fixed, plan.by_id[walkover.id].start) == (True, None)


@pytest.mark.both_databases
def test_what_goes_on_takes_as_planned_and_at_least_until_now(of):
    late = make.match(of, "LIVE", best_of=3, started_at=make.soon(-75), scheduled_time=make.soon(-200))
    fresh = make.match(of, "PENDING_RESULT", best_of=3, started_at=make.soon(-5))
    plan = plan_of(of)
    assert (plan.by_id[late.id].start, plan.by_id[late.id].minutes) == (make.soon(-75), 75)
    assert (plan.by_id[fresh.id].fixed, plan.by_id[fresh.id].minutes) == (True, 40)


def test_what_is_cancelled_or_deleted_is_not_read(of):
    make.match(of, "CANCELLED")
    make.match(of, is_deleted=True)
    assert plan_of(of).matches == ()


@pytest.mark.both_databases
def test_places_are_read_with_their_hours_and_breaks(of):
    hours = [(make.soon(300), make.soon(360)), (make.soon(0), make.soon(240))]
    court, other = make.station(of, hours=hours), make.station(of)
    make.station(make.tournament())
    lunch, ceremony = make.pause(of), make.pause(of, at=other, starts_at=make.soon(10), ends_at=make.soon(20))
    plan = plan_of(of)
    assert [(one.id, one.tournament_id) for one in plan.stations] == [(court.id, of.id), (other.id, of.id)]
    assert [one.open for one in plan.stations] == [tuple(Interval(*each) for each in reversed(hours)), ()]
    assert [(one.id, one.station_id) for one in plan.breaks] == [(ceremony.id, other.id), (lunch.id, None)]


@pytest.mark.both_databases
def test_matches_and_tables_feed(of):
    groups, knockout = make.bracket(of, format="round_robin"), make.bracket(of)

    def of_group(name):
        return make.match(of, bracket_id=groups.id, group_name=name)

    of_a, of_b = [of_group("A"), of_group("A")], [of_group("B")]
    final = make.match(of, "SCHEDULED", bracket_id=knockout.id, participant1=None, participant2=None)

    def semifinal(source1, source2, **more):
        return make.match(
            of, "SCHEDULED", bracket_id=knockout.id, participant1=None, participant2=None,
            slot1_source={"bracket": groups.id, **source1}, slot2_source={"bracket": groups.id, **source2},
            winner_to_match_id=final.id, winner_to_slot=more.get("slot", 1),
        )  # fmt: skip

    first = semifinal({"group": "A", "rank": 1}, {"group": "A", "rank": 2})
    second = semifinal({"group": "B", "rank": 1}, {"group": "", "rank": 3, "best": 1}, slot=2)
    by_id = plan_of(of).by_id
    assert by_id[first.id].feeders == tuple(match.id for match in of_a)
    # The best third one is known when all groups are done.
    assert by_id[second.id].feeders == tuple(match.id for match in of_a + of_b)
    assert by_id[final.id].feeders == (first.id, second.id)
    assert by_id[of_a[0].id].feeders == ()


# -- elsewhere ---------------------------------------------------------------------------------------------


@pytest.mark.both_databases
def test_what_people_do_elsewhere_is_read_and_fixed(of):
    dana, erin = make.user(), make.user()
    make.match(of, participant1=make.participant(of, members=[dana]), coordinator_id=erin.id)
    other = make.tournament(match_minutes=25)
    common = {"station_id": make.station(other).id, "stream_url": "https://e.org/other"}
    plays = make.match(other, participant1=make.participant(other, members=[dana]), **common)
    coordinates = make.match(other, coordinator_id=erin.id)
    make.match(other)
    make.match(other, participant1=make.participant(other, members=[dana]), scheduled_time=make.soon(4000))
    elsewhere = [match for match in plan_of(of).matches if match.tournament_id != of.id]
    assert [match.id for match in elsewhere] == [plays.id, coordinates.id]
    assert all(match.fixed for match in elsewhere)
    assert (elsewhere[0].people, elsewhere[0].minutes) == ({dana.id}, 25)
    assert (elsewhere[0].station_id, elsewhere[0].stream) == (None, "")


def test_two_tournaments_together_move_both(of):
    dana = make.user()
    other = make.tournament()
    for each in (of, other):
        make.match(each, participant1=make.participant(each, members=[dana]))
    assert [match.fixed for match in plan_of(of, other).matches] == [False, False]


def test_what_was_begun_elsewhere_long_after_its_time_is_read(of):
    dana = make.user()
    make.match(of, participant1=make.participant(of, members=[dana]))
    other = make.tournament()
    live = make.match(
        other,
        "LIVE",
        participant1=make.participant(other, members=[dana]),
        scheduled_time=make.soon(-5000),
        started_at=make.soon(-2),
    )
    assert live.id in plan_of(of).by_id


# -- a part of a plan -----------------------------------------------------------------------------------------


def test_a_match_without_a_time_meets_what_its_people_do_elsewhere(of):
    dana, other = make.user(), make.tournament()
    match = make.match(
        of, participant1=make.participant(of, members=[dana]), scheduled_time=None, check_in_deadline=None
    )
    there = make.match(other, participant1=make.participant(other, members=[dana]))
    (found,) = that_come(of, {match.id: {"start": make.soon(70)}})
    assert (found.kind, found.match_ids) == (ConflictKind.PERSON, (there.id, match.id))


def test_a_coordinator_who_is_busy_elsewhere_is_one(of):
    erin = make.user()
    match, there = make.match(of), make.match(coordinator_id=erin.id)
    (found,) = that_come(of, {match.id: {"coordinator_id": erin.id}})
    assert found.kind is ConflictKind.COORDINATOR
    assert set(found.match_ids) == {match.id, there.id}
    assert that_come(of, {match.id: {"coordinator_id": None}}) == []


@pytest.mark.both_databases
def test_tables_are_waited_for_however_far_away_they_are(of):
    groups = make.bracket(of, format="round_robin")
    group_match = make.match(of, bracket_id=groups.id, group_name="A", scheduled_time=make.soon(9 * 1440))
    final = make.match(
        of, "SCHEDULED", scheduled_time=None, check_in_deadline=None, participant1=None,
        slot1_source={"bracket": groups.id, "group": "A", "rank": 1},
    )  # fmt: skip
    (found,) = that_come(of, {final.id: {"start": make.soon(60)}})
    assert found.kind is ConflictKind.ORDER
    make.change(final, scheduled_time=make.soon(60))
    make.change(group_match, scheduled_time=None)
    (found,) = that_come(of, {group_match.id: {"start": make.soon(9 * 1440)}})
    assert (found.kind, set(found.match_ids)) == (ConflictKind.ORDER, {group_match.id, final.id})


def test_who_has_played_for_days_still_needs_rest(of):
    team = make.participant(of)
    live = make.match(of, "LIVE", participant1=team, started_at=make.soon(-9000))
    match = make.match(of, scheduled_time=None, check_in_deadline=None, participant1=team)
    assert that_come(of, {match.id: {"start": make.soon(10)}}) == []
    (found,) = that_come(of, {match.id: {"start": make.soon(9)}})
    assert (found.match_ids, found.rest) == ((live.id, match.id), True)


class Hall:
    """Two tournaments with the same people, drawn at random: much happens within few hours, some far away."""

    def __init__(self, seed: int):
        self.chance = Random(seed)
        self.of, other = make.tournament(match_minutes=30, rest_minutes=15), make.tournament(rest_minutes=20)
        self.users = [make.user().id for _ in range(4)]
        self.teams, self.courts = self.teams_of(self.of), [make.station(self.of).id for _ in range(2)]
        groups, knockout = make.bracket(self.of, format="round_robin"), make.bracket(self.of)
        make.save(ScheduleBreak(tournament_id=self.of.id, name="Lunch", **self.an_hour()))
        matches = [
            self.match(self.of, n, self.teams, bracket_id=groups.id, group_name="A") for n in (1, 2, 3)
        ]
        matches += [self.match(self.of, n, self.teams, bracket_id=knockout.id) for n in (4, 5, 6, 7)]
        matches[3].slot1_source = {"bracket": groups.id, "group": "A", "rank": 1}
        make.save(*matches)
        for feeder in matches[3:5]:
            make.change(
                feeder,
                winner_to_match_id=matches[5].id,
                winner_to_slot=1 if feeder is matches[3] else 2,
            )
        self.matches = matches
        theirs = self.teams_of(other)
        make.save(*(self.match(other, n, theirs) for n in (1, 2, 3)))

    def teams_of(self, tournament):
        teams = [Participant(tournament_id=tournament.id, name=f"Team {n}", seed=n) for n in range(1, 5)]
        make.save(*teams)
        chosen = [(team.id, self.chance.choice(self.users)) for team in teams]
        make.save(*(ParticipantMember(participant_id=team, user_id=user) for team, user in chosen))
        return [team.id for team in teams]

    def time(self):
        # Most within some hours, a few days away.
        return make.soon(self.chance.randint(-60, 240) + self.chance.choice([0, 0, 0, 0, 2, -2, 9]) * 1440)

    def an_hour(self):
        start = self.time()
        return {"starts_at": start, "ends_at": start + 60 * MINUTE}

    def match(self, tournament, number, teams, **columns):
        chance, state = self.chance, self.chance.choice(["SCHEDULED", "SCHEDULED", "LIVE", "COMPLETED"])
        sides = chance.sample(teams, 2)
        begun = (
            {"started_at": make.soon(-chance.choice([30, 5000]))} if state in ("LIVE", "COMPLETED") else {}
        )
        if state == "COMPLETED":
            begun |= {
                "completed_at": make.soon(-chance.randint(0, 20)),
                "winner_id": sides[0],
                "loser_id": sides[1],
            }
            begun |= {"participant1_score": 2, "participant2_score": 1}
        return Match(
            tournament_id=tournament.id, match_number=number, state=state,
            scheduled_time=self.time() if chance.random() < 0.8 else None,
            participant1_id=sides[0], participant2_id=sides[1],
            station_id=chance.choice([None, *self.courts]) if tournament is self.of else None,
            coordinator_id=chance.choice([None, *self.users]), best_of=chance.choice([1, 3, 7]),
            **begun, **columns,
        )  # fmt: skip

    def changes(self):
        """Other times, stations and coordinators for some that have not begun."""
        chance, found = self.chance, {}
        movable = [match.id for match in self.matches if match.state == "SCHEDULED"]
        for match_id in chance.sample(movable, min(len(movable), chance.randint(1, 2))):
            wanted = {
                "start": self.time(),
                "station_id": chance.choice([None, *self.courts]),
                "coordinator_id": chance.choice(self.users),
            }
            chosen = chance.sample(sorted(wanted), chance.randint(1, 3))
            found[match_id] = {name: wanted[name] for name in chosen}
        return found


@pytest.mark.both_databases
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32))
def test_a_part_of_a_plan_tells_the_same_new_conflicts_as_the_whole(app_context, seed):
    hall = Hall(seed)
    changes = hall.changes()
    now = make.soon(0)
    moments = [fields["start"] for fields in changes.values() if "start" in fields]
    # The whole of it knows what all of these people do in all of the time.
    far = [make.soon(0) - 30 * DAY, make.soon(0) + 30 * DAY]
    whole = plan_of(hall.of, moments=[*moments, *far], users=hall.users)
    assert {match.id for match in hall.matches} <= whole.by_id.keys()
    after = whole.with_matches(replace(whole.by_id[id_], **fields) for id_, fields in changes.items())
    assert that_come(hall.of, changes) == new_conflicts(whole, after, set(changes), now)


def test_a_part_of_a_plan_is_a_part(of):
    court = make.station(of)
    matches = make.matches(of, 40, "READY", station_id=court.id)
    part = plan_of(of, near=[matches[20].id])
    assert matches[20].id in part.by_id
    assert len(part.matches) < 12
    assert db.session.get(Station, court.id).id in {station.id for station in part.stations}
