"""The conflict inbox: words, mends that end what they are offered for, and who learns of what."""

from datetime import datetime

import pytest

from app.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound, NotSignedIn
from app.domain.permissions import ANONYMOUS
from app.domain.schedule.mends import MendKind
from app.extensions import db
from app.models import Match, Participant, ScheduleBatch
from app.services.schedule.handovers import list_handovers
from app.services.schedule.inbox import mend_conflict, open_inbox
from app.services.schedule.versions import undo_version
from tests import factories as make
from tests.support.clashing import clash, clashes
from tests.support.queries import counted

pytestmark = pytest.mark.usefixtures("app_context")


def inbox(user, tournament=None):
    db.session.rollback()
    return open_inbox(
        actor=make.actor(user), now=make.soon(0), tournament=tournament.id if tournament else None
    )


def mend(user, offered, **more):
    start = offered["start"]
    return mend_conflict(
        actor=make.actor(user),
        match_id=offered["match"],
        kind=MendKind(offered["kind"]),
        start=datetime.fromisoformat(start) if start else None,
        station_id=offered["station_id"],
        expected_version=offered["version"],
        now=make.soon(0),
        **more,
    )


def named(match):
    sides = [make.rows(Participant, id=id_)[0].name for id_ in (match.participant1_id, match.participant2_id)]
    return f"M{match.match_number} ({sides[0]} v {sides[1]})"


@pytest.mark.both_databases
def test_a_conflict_is_told_with_what_mends_it():
    scene = clash()
    first, second = scene.matches
    (found,) = inbox(scene.organizer).rows()
    assert {name: value for name, value in found.items() if name != "mends"} == {
        "tournament": scene.tournament.id,
        "tournament_name": scene.tournament.name,
        "kind": "station",
        "rest": False,
        "matches": [first.id, second.id],
        "subject": "Court 1",
        "detail": f"Court 1 has {named(first)} and {named(second)} at the same time.",
        "starts_at": scene.after(0),
        "ends_at": scene.after(40),
    }
    common = {"match": second.id, "match_number": 2, "version": 1}
    assert found["mends"] == [
        {
            "kind": "station",
            **common,
            "start": None,
            "station_id": scene.stations[1].id,
            "station": "Court 2",
        },
        {
            "kind": "move",
            **common,
            "start": scene.after(40),
            "station_id": None,
            "station": "",
        },
        {"kind": "no_station", **common, "start": None, "station_id": None, "station": ""},
    ]


def _every_kind():
    """A tournament with a conflict of each kind that the database can hold, and its organizer."""
    organizer, dana, erin = make.user(), make.user("dana"), make.user("erin")
    of = make.tournament(organizer, match_minutes=30, rest_minutes=10, enable_check_in=False)
    alpha, beta = make.participant(of, "Alpha", members=[dana]), make.participant(of, "Beta", members=[dana])
    court = make.station(of, "Court 1", hours=[(make.soon(0), make.soon(2000))])
    make.pause(of, "Lunch", starts_at=make.soon(900), ends_at=make.soon(960))

    def match(minute, **columns):
        return make.match(of, scheduled_time=make.soon(minute), **columns)

    match(100, participant1=alpha), match(120, participant1=alpha)
    match(200, participant1=alpha), match(235, participant1=alpha)
    match(300, participant1=alpha), match(310, participant1=beta)
    match(400, station_id=court.id), match(410, station_id=court.id)
    match(500, coordinator_id=erin.id), match(510, coordinator_id=erin.id)
    match(600, stream_url="https://e.org/s"), match(610, stream_url="https://e.org/s")
    final = make.match(of, "SCHEDULED", participant1=None, participant2=None, scheduled_time=make.soon(690))
    match(700, winner_to_match_id=final.id, winner_to_slot=1)
    last = make.match(of, "SCHEDULED", participant1=None, participant2=None, scheduled_time=make.soon(835))
    match(800, winner_to_match_id=last.id, winner_to_slot=1)
    match(890)
    match(1990, station_id=court.id)
    return organizer, of


@pytest.mark.both_databases
def test_every_kind_has_its_words_and_every_mend_ends_it():
    organizer, _ = _every_kind()
    found = inbox(organizer).rows()
    starts = [(each["kind"], each["rest"], each["detail"].split(" M")[0]) for each in found]
    assert starts == [
        ("participant", False, "Alpha plays"),
        ("participant", True, "Alpha has too little rest between"),
        ("person", False, "dana plays"),
        ("station", False, "Court 1 has"),
        ("coordinator", False, "erin coordinates"),
        ("stream", False, found[5]["detail"].split(" M")[0]),
        ("order", False, found[6]["detail"].split(" M")[0]),
        ("order", True, "Whoever comes from"),
        ("break", False, found[8]["detail"].split(" M")[0]),
        ("hours", False, found[9]["detail"].split(" M")[0]),
    ]
    assert found[6]["detail"].startswith("M13 (open v open) is planned before M14 (")
    assert found[8]["detail"].endswith("runs into Lunch.")
    assert found[9]["detail"].endswith("is outside the hours of Court 1.")
    before = {(each["kind"], *each["matches"]) for each in found}
    for each in found:
        assert each["mends"], each["detail"]
        for offered in each["mends"]:
            done = mend(organizer, _as_it_is_now(offered))
            assert done["warnings"] == []
            left = {(one["kind"], *one["matches"]) for one in inbox(organizer).rows()}
            assert (each["kind"], *each["matches"]) not in left
            assert left < before
            if done["batch_id"] is None:
                break
            undo_version(actor=make.actor(organizer), batch_id=done["batch_id"], now=make.soon(0))


def _as_it_is_now(offered):
    (match,) = make.rows(Match, id=offered["match"])
    return {**offered, "version": match.version}


def test_the_inbox_is_over_all_that_one_runs_and_each_by_itself():
    scene = clash()
    other = clash(scene.organizer)
    clash(scene.organizer, status="completed")
    clash()
    seen = inbox(scene.organizer)
    assert seen.count() == 2
    assert seen.counts() == {scene.tournament.id: 1, other.tournament.id: 1}
    assert [row["tournament"] for row in seen.rows()] == [scene.tournament.id, other.tournament.id]
    assert [row["tournament"] for row in inbox(scene.organizer, other.tournament).rows()] == [
        other.tournament.id
    ]
    assert inbox(make.user()).rows() == []


def test_two_own_tournaments_that_share_somebody_are_both_named():
    organizer, dana = make.user(), make.user("dana")
    for name in ("Spring Cup", "Night Cup"):
        of = make.tournament(organizer, name=name)
        make.match(of, participant1=make.participant(of, "Alpha", members=[dana]))
    (found,) = inbox(organizer).rows()
    assert found["tournament_name"] == "Night Cup"
    assert ") of Spring Cup and M1 (Alpha v " in found["detail"]
    assert ") of Night Cup at the same time." in found["detail"]


@pytest.mark.both_databases
def test_a_match_of_somebody_elses_private_tournament_is_never_named():
    scene, dana = clash(), make.user("dana")
    secret = make.tournament(name="Secret Cup", is_public=False)
    own = make.match(
        scene.tournament,
        participant1=make.participant(scene.tournament, members=[dana]),
        scheduled_time=make.soon(300),
    )
    hidden = make.match(
        secret,
        participant1=make.participant(secret, "Hidden Team", members=[dana]),
        scheduled_time=make.soon(290),
    )
    found = inbox(scene.organizer).rows()[-1]
    assert found["matches"] == [own.id]
    assert found["detail"] == f"dana plays a match of another tournament and {named(own)} at the same time."
    assert "Secret" not in str(found) and "Hidden" not in str(found)
    assert all(offered["match"] == own.id for offered in found["mends"])
    make.change(secret, is_public=True)
    found = inbox(scene.organizer).rows()[-1]
    assert found["matches"] == [hidden.id, own.id]
    assert "of Secret Cup" in found["detail"]


def test_pages_have_their_own_mends_and_the_count_is_of_all(app):
    organizer = make.user()
    clashes(organizer, 30)
    seen = inbox(organizer)
    first, rest = seen.rows(offset=0, limit=25), seen.rows(offset=25, limit=25)
    assert (seen.count(), len(first), len(rest)) == (30, 25, 5)
    assert all(row["mends"] for row in first + rest)
    assert first[-1]["starts_at"] < rest[0]["starts_at"]
    spent = []
    for limit in (1, 25):
        with counted(app) as statements:
            inbox(organizer).rows(offset=0, limit=limit)
        spent.append(len(statements))
    assert spent[0] == spent[1]


# -- mends ---------------------------------------------------------------------------------------------------


def test_a_mend_is_a_version_that_can_be_undone():
    scene = clash()
    (found,) = inbox(scene.organizer).rows()
    done = mend(scene.organizer, found["mends"][0])
    assert make.fresh(scene.matches[1]).station_id == scene.stations[1].id
    assert make.fresh(scene.matches[1]).scheduled_time == scene.at
    assert inbox(scene.organizer).rows() == []
    undo_version(actor=make.actor(scene.organizer), batch_id=done["batch_id"], now=make.soon(0))
    assert inbox(scene.organizer).count() == 1


def test_who_is_too_late_is_told():
    scene = clash()
    (found,) = inbox(scene.organizer).rows()
    mend(scene.organizer, found["mends"][0])
    for offered in found["mends"]:
        with pytest.raises(Conflict, match="changed"):
            mend(scene.organizer, offered)
    assert len(make.rows(ScheduleBatch)) == 1


@pytest.mark.parametrize(
    ("kind", "field"), [(MendKind.MOVE, "start"), (MendKind.STATION, "station_id")], ids=str
)
def test_a_mend_without_its_time_or_station_is_refused(kind, field):
    scene = clash()
    with pytest.raises(InvalidInput) as told:
        mend_conflict(
            actor=make.actor(scene.organizer), match_id=scene.matches[0].id, kind=kind, now=make.soon(0)
        )
    assert list(told.value.errors) == [field]


@pytest.mark.parametrize("kind", list(MendKind))
def test_only_who_schedules_mends(kind):
    scene = clash()
    wanted = {"match_id": scene.matches[0].id, "kind": kind, "now": make.soon(0)}
    wanted |= {"start": make.soon(500), "station_id": scene.stations[1].id}
    for actor, error in ((ANONYMOUS, NotSignedIn), (make.actor(make.user()), NotAllowed)):
        with pytest.raises(error):
            mend_conflict(actor=actor, **wanted)
    make.change(scene.tournament, is_public=False)
    db.session.rollback()
    with pytest.raises(NotFound):
        mend_conflict(actor=make.actor(make.user()), **wanted)
    assert make.audit_rows(tournament_id=scene.tournament.id) == []


def test_nobody_and_strangers_open_nothing():
    scene = clash()
    with pytest.raises(NotSignedIn):
        open_inbox(actor=ANONYMOUS, now=make.soon(0))
    with pytest.raises(NotAllowed):
        inbox(make.user(), scene.tournament)


# -- handovers -----------------------------------------------------------------------------------------------


@pytest.mark.both_databases
def test_who_is_free_is_offered_for_a_match_that_is_handed_over():
    organizer, erin, busy = make.user("olga"), make.user("erin"), make.user("busy")
    away, idle, former = make.user("away"), make.user("idle"), make.user("former", is_active=False)
    of, other = make.tournament(organizer, match_minutes=30), make.tournament()
    asked = make.match(
        of, coordinator_id=erin.id, coordinator_answer="hand_over", coordinator_note="My train is late."
    )
    make.match(of, coordinator_id=busy.id)
    make.match(other, coordinator_id=away.id)
    for helper in (away, idle, former):
        make.match(of, coordinator_id=helper.id, scheduled_time=make.soon(500))
    make.match(of, coordinator_id=idle.id, scheduled_time=make.soon(600))
    make.match(of, "COMPLETED", coordinator_id=erin.id, coordinator_answer="hand_over")
    db.session.rollback()
    seen = open_inbox(actor=make.actor(organizer), now=make.soon(0))
    (found,) = list_handovers(make.actor(organizer), seen.tournaments, make.soon(0))
    assert (found.match_id, found.coordinator, found.note) == (asked.id, "erin", "My train is late.")
    assert found.label == named(asked)
    assert (found.scheduled_time, found.version) == (make.soon(60), 1)
    # Whoever coordinates least comes first.
    assert found.free == [(organizer.id, "olga"), (idle.id, "idle")]


def test_nothing_is_asked_of_the_plan_where_nobody_hands_over(app):
    scene = clash()
    with counted(app) as statements:
        assert list_handovers(make.actor(scene.organizer), [scene.tournament], make.soon(0)) == []
    assert [statement[:6] for statement in statements] == ["BEGIN", "SELECT"]
