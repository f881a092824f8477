"""Proposals for a whole bracket or day: made with nothing changed, applied as one version, taken back as one."""

from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from app.domain.errors import InvalidInput, NotAllowed, NotSignedIn, Refused, TooManyRequests
from app.domain.permissions import ANONYMOUS
from app.domain.schedule.plan import Interval
from app.extensions import db
from app.models import Match, ParticipantMember, Tournament
from app.services import brackets
from app.services.schedule import solver
from app.services.schedule.auto import Wish, propose_schedule
from app.services.schedule.conflicts import that_come
from app.services.schedule.versions import Placement, change_schedule, undo_version
from tests import factories as make

SECONDS = 1.5


@dataclass
class Cup:
    """Eight teams in a knockout of 30 minutes a match, on two courts, without any time."""

    organizer: object
    tournament: object
    bracket_id: int
    courts: list

    @property
    def matches(self):
        return make.rows(Match, tournament_id=self.tournament.id)

    def propose(self, start=60, end=600, **wish):
        db.session.rollback()
        return propose_schedule(
            actor=make.actor(self.organizer),
            tournament_id=self.tournament.id,
            wish=Wish(**{"windows": [Interval(make.soon(start), make.soon(end))], **wish}),
            now=make.soon(0),
            seconds=SECONDS,
        )

    def apply(self, proposal):
        return change_schedule(
            actor=make.actor(self.organizer),
            tournament_id=self.tournament.id,
            placements=placements(proposal),
            now=make.soon(0),
            kind="auto",
        )


def placements(proposal):
    return [
        Placement(
            change["match"],
            datetime.fromisoformat(change["new"]),
            change["new_station"],
            change["version"],
        )
        for change in proposal["changes"]
    ]


@pytest.fixture
def cup(app_context):
    organizer = make.user()
    tournament = make.tournament(organizer, match_minutes=30, rest_minutes=10, enable_check_in=False)
    teams = make.participants(tournament, 8)
    bracket_id = brackets.generate_bracket(
        actor=make.actor(organizer), tournament_id=tournament.id, name="Cup", format="single_elimination",
        participants=[team.id for team in teams], now=make.soon(0),
    )  # fmt: skip
    return Cup(organizer, tournament, bracket_id, [make.station(tournament, f"Court {n}") for n in (1, 2)])


def placed(cup):
    names = (
        "scheduled_time", "station_id", "original_time", "check_in_deadline", "state", "called_at",
    )  # fmt: skip
    return [[getattr(match, name) for name in names] for match in cup.matches]


def test_a_proposal_changes_nothing_and_has_no_conflict(cup):
    before, audit = placed(cup), len(make.audit_rows())
    found = cup.propose()
    assert len(found["changes"]) == 7
    assert found["unplaced"] == []
    assert found["by"] in ("solver", "list"), "which, is a matter of the machine's haste"
    assert found["gap"] == 0
    assert found["ends_at"] == found["bound"]
    assert {change["new_station"] for change in found["changes"]} == {court.id for court in cup.courts}
    assert {change["old"] for change in found["changes"]} == {None}
    moves = {one.match_id: {"start": one.start, "station_id": one.station_id} for one in placements(found)}
    assert that_come(db.session.get(Tournament, cup.tournament.id), moves, make.soon(0)) == []
    assert placed(cup) == before
    assert len(make.audit_rows()) == audit


def test_it_is_applied_as_one_version_and_undone_exactly(cup):
    first = cup.matches[0]
    make.change(first, scheduled_time=make.soon(90), original_time=make.soon(75), station_id=cup.courts[0].id)
    before = placed(cup)
    found = cup.propose(anew=True)
    done = cup.apply(found)
    assert (done["number"], done["warnings"]) == (1, [])
    assert sorted(done["match_ids"]) == sorted(change["match"] for change in found["changes"])
    for change in found["changes"]:
        match = make.fresh(next(one for one in cup.matches if one.id == change["match"]))
        assert match.scheduled_time == datetime.fromisoformat(change["new"])
        assert match.station_id == change["new_station"]
        assert match.original_time is None
    row = make.audit_rows(tournament_id=cup.tournament.id)[-1]
    assert (row.action, row.meta["kind"]) == ("SCHEDULE_CHANGE", "auto")
    undo_version(actor=make.actor(cup.organizer), batch_id=done["batch_id"], now=make.soon(0))
    assert placed(cup) == before


def test_what_is_placed_already_stays_unless_it_is_done_anew(cup):
    final = cup.matches[-1]
    make.change(final, scheduled_time=make.soon(400), station_id=cup.courts[1].id)
    kept = cup.propose()
    assert final.id not in {change["match"] for change in kept["changes"]}
    assert final.id in {change["match"] for change in cup.propose(anew=True)["changes"]}


def test_one_bracket_and_some_stations(cup):
    other = make.matches(cup.tournament, 2, scheduled_time=None, check_in_deadline=None)
    found = cup.propose(bracket_id=cup.bracket_id, station_ids=[cup.courts[1].id])
    assert {change["new_station"] for change in found["changes"]} == {cup.courts[1].id}
    assert not {match.id for match in other} & {change["match"] for change in found["changes"]}


def test_what_is_to_be_streamed_gets_the_station_with_a_stream(cup):
    stage = make.station(cup.tournament, "Stage", stream_url="https://e.org/stage")
    final = cup.matches[-1]
    found = cup.propose(streamed=[final.id])
    assert {change["new_station"] for change in found["changes"] if change["match"] == final.id} == {stage.id}


def test_without_stations_there_are_only_times(cup):
    for court in cup.courts:
        with make.session(writes=True) as its:
            its.delete(its.merge(court))
    found = cup.propose()
    assert {change["new_station"] for change in found["changes"]} == {None}


def test_what_finds_no_room_is_told(cup):
    found = cup.propose(60, 125)
    assert len(found["changes"]) + len(found["unplaced"]) == 7
    assert found["unplaced"]
    assert all(one["why"] for one in found["unplaced"])
    nothing = cup.propose(60, 80)
    assert (nothing["changes"], nothing["ends_at"], nothing["gap"]) == ([], None, None)


def test_what_people_do_in_other_tournaments_is_in_the_way(cup):
    player = make.user()
    make.save(ParticipantMember(participant_id=cup.matches[0].participant1_id, user_id=player.id))
    other = make.tournament(match_minutes=60, enable_check_in=False)
    taken = make.match(
        other,
        "SCHEDULED",
        participant1=make.participant(other, members=[player]),
        scheduled_time=make.soon(60),
    )
    found = cup.propose()
    start = next(change["new"] for change in found["changes"] if change["match"] == cup.matches[0].id)
    assert datetime.fromisoformat(start) >= taken.scheduled_time + timedelta(minutes=70)


FAR = datetime(9999, 12, 31, tzinfo=UTC)


@pytest.mark.parametrize(
    ("field", "wish"),
    [
        ("windows", lambda cup: {"windows": []}),
        ("windows", lambda cup: {"windows": [Interval(make.soon(60), make.soon(90))] * 32}),
        ("windows", lambda cup: {"windows": [Interval(make.soon(60), make.soon(60))]}),
        ("windows", lambda cup: {"windows": [Interval(make.soon(-60), make.soon(-30))]}),
        ("windows", lambda cup: {"windows": [Interval(make.soon(60), make.soon(60 * 24 * 33))]}),
        ("windows", lambda cup: {"windows": [Interval(FAR, FAR + timedelta(hours=9))]}),
        ("windows", lambda cup: {"windows": [Interval(datetime(1, 1, 1, tzinfo=UTC), make.soon(60))]}),
        ("station_ids", lambda cup: {"station_ids": []}),
        ("station_ids", lambda cup: {"station_ids": [make.station(make.tournament()).id]}),
        ("bracket_id", lambda cup: {"bracket_id": make.bracket(make.tournament()).id}),
        ("bracket_id", lambda cup: {"bracket_id": make.bracket(cup.tournament).id}),
    ],
)
def test_nonsense_is_refused_by_field(cup, field, wish):
    with pytest.raises(InvalidInput) as refused:
        cup.propose(**wish(cup))
    assert list(refused.value.errors) == [field]


def test_a_match_that_began_meanwhile_refuses_the_whole_proposal(cup):
    found = cup.propose()
    make.change(cup.matches[0], state="LIVE", started_at=make.soon(0))
    before = placed(cup)
    with pytest.raises(Refused, match="M1 has begun"):
        cup.apply(found)
    assert placed(cup) == before


def test_only_organizers_ask(cup):
    wish = Wish(windows=[Interval(make.soon(60), make.soon(600))])
    for actor, error in ((ANONYMOUS, NotSignedIn), (make.actor(make.user()), NotAllowed)):
        with pytest.raises(error):
            propose_schedule(actor=actor, tournament_id=cup.tournament.id, wish=wish, now=make.soon(0))


def test_more_than_a_few_at_once_are_sent_away(cup):
    with ExitStack() as line:
        for _ in range(solver.MOST_AT_ONCE):
            line.enter_context(solver.place_in_line(SECONDS))
        with pytest.raises(TooManyRequests) as caught:
            cup.propose()
        assert caught.value.retry_after == 2
    assert len(cup.propose()["changes"]) == 7
