"""Secret links: invitations, the board's key, one-time sign-ins."""

import hashlib
from datetime import timedelta

import pytest

from app.models import ParticipantInvite, ParticipantMember, SignInLink
from tests import factories
from tests.api.around import address, assert_untouched, only_audit
from tests.api.support import assert_problem

JOIN = "/api/tournaments/join/"


@pytest.fixture
def of(app):
    return factories.tournament(is_public=False)


@pytest.fixture
def organizer(api_client, of):
    return api_client(factories.staff(of))


def at(of, participant, what):
    return address(of, f"participants/{participant.id}/{what}/")


def digest(token):
    return hashlib.sha256(token.encode()).hexdigest()


def test_an_invitation_brings_a_signed_in_user_into_the_participant(of, organizer, api_client):
    team = factories.participant(of)
    newcomer = factories.user()
    response = organizer.post(at(of, team, "invite"))
    assert response.status_code == 201
    token = response.json["token"]
    assert response.json["url"] == f"http://localhost/join/{token}"
    (row,) = factories.rows(ParticipantInvite)
    assert row.token_hash == digest(token)
    client = api_client(newcomer)
    assert_problem(client.get(address(of)), 404)
    joined = client.post(JOIN, {"token": token})
    assert (joined.status_code, joined.json["id"]) == (200, team.id)
    assert joined.json["members"] == [newcomer.username]
    assert client.get(address(of)).status_code == 200
    rows = factories.audit_rows(tournament_id=of.id)
    assert [row.action for row in rows] == ["PARTICIPANT_INVITE", "PARTICIPANT_JOIN"]
    assert rows[1].user_id == newcomer.id
    assert token not in str([row.meta for row in rows])


def test_joining_twice_changes_nothing_more(of, organizer, api_client):
    team = factories.participant(of)
    token = organizer.post(at(of, team, "invite")).json["token"]
    client = api_client(factories.user())
    assert [client.post(JOIN, {"token": token}).status_code for _ in range(2)] == [200, 200]
    assert len(factories.rows(ParticipantMember)) == 1
    assert len(factories.audit_rows(action="PARTICIPANT_JOIN")) == 1


def test_a_revoked_or_replaced_invitation_leads_nowhere(of, organizer, api_client):
    team = factories.participant(of)
    old = organizer.post(at(of, team, "invite")).json["token"]
    new = organizer.post(at(of, team, "invite")).json["token"]
    client = api_client(factories.user())
    assert_problem(client.post(JOIN, {"token": old}), 404)
    assert organizer.get(at(of, team, "invite")).json == {"is_active": True}
    assert organizer.delete(at(of, team, "invite")).status_code == 204
    assert organizer.get(at(of, team, "invite")).json == {"is_active": False}
    assert_problem(client.post(JOIN, {"token": new}), 404)
    assert factories.rows(ParticipantMember) == []
    assert organizer.delete(at(of, team, "invite")).status_code == 204
    assert len(factories.audit_rows(action="PARTICIPANT_INVITE_REVOKE")) == 1


def test_an_invitation_ends_with_its_tournament(of, organizer, api_client):
    token = organizer.post(at(of, factories.participant(of), "invite")).json["token"]
    organizer.delete(address(of))
    assert_problem(api_client(factories.user()).post(JOIN, {"token": token}), 404)


@pytest.mark.parametrize("body", [None, {}, {"token": ""}, {"token": 1}, {"token": "x" * 201}, {"key": "x"}])
def test_join_refuses_bad_input(app, api_client, body):
    assert_problem(api_client(factories.user()).post(JOIN, body), 400)


def test_join_with_a_made_up_token_is_not_found_and_without_an_account_refused(app, api_client):
    assert_problem(api_client(factories.user()).post(JOIN, {"token": "guess"}), 404)
    assert_problem(api_client().post(JOIN, {"token": "guess"}), 401)
    assert_problem(api_client(factories.user()).get(JOIN), 405)


def test_a_full_participant_takes_nobody_more(of, organizer, api_client):
    team = factories.participant(of, members=[factories.user() for _ in range(50)])
    token = organizer.post(at(of, team, "invite")).json["token"]
    assert_problem(api_client(factories.user()).post(JOIN, {"token": token}), 400, says="50 members")


def test_the_boards_key_is_made_shown_once_and_revoked(of, organizer):
    where = address(of, "board-link/")
    assert organizer.get(where).json == {"is_active": False}
    response = organizer.post(where)
    assert (response.status_code, response.headers["Location"]) == (201, where)
    key = response.json["token"]
    assert response.json["url"] == f"http://localhost/tournaments/{of.slug}/board/?key={key}"
    assert factories.fresh(of).board_key_hash == digest(key)
    assert organizer.get(where).json == {"is_active": True}
    only_audit(of, "BOARD_LINK_CREATE")
    assert organizer.delete(where).status_code == 204
    assert factories.fresh(of).board_key_hash is None
    assert organizer.delete(where).status_code == 204
    assert len(factories.audit_rows(action="BOARD_LINK_REVOKE")) == 1


def test_a_new_board_key_ends_the_one_before(of, organizer):
    first = organizer.post(address(of, "board-link/")).json["token"]
    second = organizer.post(address(of, "board-link/"), {}).json["token"]
    assert factories.fresh(of).board_key_hash == digest(second) != digest(first)
    assert_problem(organizer.post(address(of, "board-link/"), {"key": "mine"}), 400, "key")


def test_a_sign_in_link_is_made_for_a_member_and_kept_as_a_hash(of, organizer):
    player = factories.user()
    team = factories.participant(of, members=[player])
    response = organizer.post(at(of, team, "sign-in-link"), {"username": player.username.upper()})
    assert response.status_code == 201
    token = response.json["token"]
    assert response.json["url"] == f"http://localhost/sign-in/{token}"
    (link,) = factories.rows(SignInLink)
    assert (link.user_id, link.token_hash, link.used_at) == (player.id, digest(token), None)
    assert link.expires_at - link.created_at == timedelta(hours=24)
    audit = only_audit(of, "SIGN_IN_LINK_CREATE")
    assert audit.meta["user_id"] == player.id
    assert token not in str(audit.meta)


def test_a_sign_in_link_is_for_members_of_the_participant(of, organizer):
    team = factories.participant(of)
    other = factories.user()
    factories.participant(of, members=[other])
    for username in (other.username, "nobody"):
        response = organizer.post(at(of, team, "sign-in-link"), {"username": username})
        assert_problem(response, 400, "username")
    for body in (None, {}, {"username": ""}, {"username": 4}, {"username": "x" * 51}):
        assert_problem(organizer.post(at(of, team, "sign-in-link"), body), 400, "username")
    assert factories.rows(SignInLink) == []


def _admin(user):
    factories.change(user, is_admin=True)


def _organizer(user):
    factories.tournament(user)


def _staff(user):
    factories.staff(factories.tournament(), user)


def _coordinator(user):
    factories.match(coordinator_id=user.id)


def _entrant_elsewhere(user):
    factories.participant(factories.tournament(), members=[user])


OTHER_ROLES = [_admin, _organizer, _staff, _coordinator, _entrant_elsewhere]


@pytest.mark.parametrize("gives_role", OTHER_ROLES)
def test_a_sign_in_link_is_refused_for_whoever_has_another_role(of, organizer, gives_role):
    player = factories.user()
    team = factories.participant(of, members=[player])
    gives_role(player)
    response = organizer.post(at(of, team, "sign-in-link"), {"username": player.username})
    assert_problem(response, 400, says="password")
    assert factories.rows(SignInLink) == []
    assert_untouched(of)
