"""Tournaments as a service: who may, what a lost race says, and many at once."""

import pytest

from app.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound, NotSignedIn
from app.domain.permissions import ANONYMOUS
from app.models import Participant, ParticipantMember, Station, Tournament, TournamentStaff
from app.services import tournaments
from app.services.queries import tournaments as queries
from tests import factories as make
from tests.services.test_races import race

pytestmark = pytest.mark.both_databases


@pytest.fixture
def of(app):
    return make.tournament()


@pytest.fixture
def organizer(of):
    return make.actor(make.staff(of))


def call(verb, actor, of, **arguments):
    return verb(actor=actor, tournament_id=of.id, now=make.soon(0), **arguments)


def create(actor, **values):
    return tournaments.create_tournament(actor=actor, values=values, now=make.soon(0))


VERBS = [
    (tournaments.update_tournament, {"changes": {"name": "X"}}),
    (tournaments.delete_tournament, {}),
    (tournaments.add_participant, {"values": {"name": "X"}}),
    (tournaments.add_participants, {"participants": [{"name": "X"}]}),
    (tournaments.update_participant, {"participant_id": 1, "changes": {}}),
    (tournaments.withdraw_participant, {"participant_id": 1}),
    (tournaments.reinstate_participant, {"participant_id": 1}),
    (tournaments.delete_participant, {"participant_id": 1}),
    (tournaments.create_invite, {"participant_id": 1}),
    (tournaments.revoke_invite, {"participant_id": 1}),
    (tournaments.create_sign_in_link, {"participant_id": 1, "username": "x"}),
    (tournaments.create_board_link, {}),
    (tournaments.revoke_board_link, {}),
    (tournaments.add_staff, {"username": "x"}),
    (tournaments.remove_staff, {"staff_id": 1}),
    (tournaments.add_station, {"name": "X"}),
    (tournaments.update_station, {"station_id": 1, "name": "X"}),
    (tournaments.delete_station, {"station_id": 1}),
]


def test_every_verb_asks_who_it_is_first(of, organizer, app_context):
    stranger = make.actor(make.user())
    reader = make.actor(make.staff(of), can_write=False)
    private = make.tournament(is_public=False)
    for verb, arguments in VERBS:
        with pytest.raises(NotSignedIn):
            call(verb, ANONYMOUS, of, **arguments)
        with pytest.raises(NotAllowed):
            call(verb, stranger, of, **arguments)
        with pytest.raises(NotAllowed):
            call(verb, reader, of, **arguments)
        with pytest.raises(NotFound):
            call(verb, stranger, private, **arguments)
    for actor, error in ((ANONYMOUS, NotSignedIn), (make.actor(make.user(), can_write=False), NotAllowed)):
        with pytest.raises(error):
            create(actor, name="X")
        with pytest.raises(error):
            tournaments.accept_invite(actor=actor, token="x", now=make.soon(0))
    assert make.audit_rows() == []


def test_services_check_by_themselves_what_the_doors_check(of, organizer, app_context):
    for values in ({}, {"name": ""}, {"name": "X", "best_of": 4}, {"name": "X", "board_key_hash": "0"}):
        with pytest.raises(InvalidInput):
            create(organizer, **values)
    with pytest.raises(InvalidInput):
        call(tournaments.update_tournament, organizer, of, changes={"is_deleted": True})
    with pytest.raises(InvalidInput):
        call(tournaments.add_staff, organizer, of, username=make.user().username, role="owner")
    with pytest.raises(InvalidInput) as caught:
        call(
            tournaments.add_participants,
            organizer,
            of,
            participants=[{"name": "A"}, {"name": "B", "seed": 0}],
        )
    assert set(caught.value.errors) == {"1.seed"}
    assert call(tournaments.add_participants, organizer, of, participants=[]) == []
    assert make.audit_rows() == []


def test_settings_changed_meanwhile_are_told_with_who_and_what(of, organizer, app_context):
    other = make.actor(make.staff(of, make.user("quick")))
    call(tournaments.update_tournament, other, of, changes={"match_minutes": 15}, expected_version=of.version)
    with pytest.raises(Conflict) as caught:
        call(
            tournaments.update_tournament,
            organizer,
            of,
            changes={"match_minutes": 20},
            expected_version=of.version,
        )
    assert caught.value.detail == "quick changed these settings in the meantime."
    assert caught.value.changes == ["quick: match minutes is now 15"]
    assert make.fresh(of).match_minutes == 15


def test_settings_changed_behind_the_audit_are_told_too(of, organizer, app_context):
    make.change(of, version=9)
    with pytest.raises(Conflict, match="Someone else"):
        call(tournaments.update_tournament, organizer, of, changes={"name": "X"}, expected_version=1)


def test_an_invitation_can_be_looked_at_before_it_is_taken_up(of, organizer, app_context):
    team = make.participant(of)
    token = call(tournaments.create_invite, organizer, of, participant_id=team.id)
    found = queries.find_invite(token)
    assert (found["participant_id"], found["tournament_slug"]) == (team.id, of.slug)
    assert queries.list_invited_participants(of.id) == {team.id}
    assert queries.find_invite("guess") is None


def test_many_tournaments_of_the_same_name_at_once(app):
    users = [make.actor(make.user()) for _ in range(6)]
    outcomes = race(app, *[lambda user=user: create(user, name="Cup") for user in users])
    assert outcomes == [None] * 6
    slugs = {row.slug for row in make.rows(Tournament)}
    assert slugs == {"cup", *(f"cup-{number}" for number in range(2, 7))}
    assert len(make.audit_rows(action="TOURNAMENT_CREATE")) == 6


def test_many_want_the_same_slug_at_once(app):
    users = [make.actor(make.user()) for _ in range(4)]
    outcomes = race(app, *[lambda user=user: create(user, name="Cup", slug="cup") for user in users])
    assert outcomes.count(None) == 1
    assert all("slug" in error.errors for error in outcomes if error)
    assert len(make.rows(Tournament)) == 1


def test_two_tournaments_are_given_the_same_slug_at_once(app):
    pair = [make.tournament(), make.tournament()]
    actors = [make.actor(make.staff(of)) for of in pair]
    outcomes = race(
        app,
        *[
            lambda actor=actor, of=of: call(
                tournaments.update_tournament, actor, of, changes={"slug": "same"}
            )
            for actor, of in zip(actors, pair, strict=True)
        ],
    )
    assert outcomes.count(None) == 1
    assert [set(error.errors) for error in outcomes if error] == [{"slug"}]


def test_the_same_things_are_added_at_once(app, of, organizer):
    make.user("ann")
    rivals = {
        Participant: lambda: call(tournaments.add_participant, organizer, of, values={"name": "Reds"}),
        Station: lambda: call(tournaments.add_station, organizer, of, name="Court"),
        TournamentStaff: lambda: call(tournaments.add_staff, organizer, of, username="ann"),
    }
    before = len(make.rows(TournamentStaff))
    for model, verb in rivals.items():
        outcomes = race(app, verb, verb, verb)
        assert outcomes.count(None) == (3 if model is TournamentStaff else 1)
    assert len(make.rows(Participant)) == len(make.rows(Station)) == 1
    assert len(make.rows(TournamentStaff)) == before + 1
    numbers = [event.seq for event in make.events(tournament_id=of.id)]
    assert numbers == list(range(1, len(numbers) + 1))


def test_one_joins_several_times_at_once(app, of, organizer, app_context):
    team = make.participant(of)
    token = call(tournaments.create_invite, organizer, of, participant_id=team.id)
    newcomer = make.actor(make.user())

    def join():
        tournaments.accept_invite(actor=newcomer, token=token, now=make.soon(0))

    assert race(app, join, join, join) == [None] * 3
    assert len(make.rows(ParticipantMember)) == 1


def test_a_sign_in_link_is_used_several_times_at_once(app, of, organizer, app_context):
    player = make.user()
    team = make.participant(of, members=[player])
    token = call(
        tournaments.create_sign_in_link, organizer, of, participant_id=team.id, username=player.username
    )
    uses = [lambda: tournaments.use_sign_in_link(token=token, now=make.soon(0))] * 4
    assert race(app, *uses).count(None) == 1
    assert len(make.audit_rows(action="SIGN_IN_LINK_USE")) == 1
