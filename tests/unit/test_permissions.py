"""Roles, and what each may do."""

import pytest

from app.domain.permissions import ANONYMOUS, READ_ONLY, Actor, Permission, Role, Subject, can, may, roles_of

USER = Actor(user_id=7, username="seven")
PUBLIC = Subject(is_public=True, organizer_ids=frozenset())
PRIVATE = Subject(is_public=False, organizer_ids=frozenset())
P = Permission


def test_everyone_sees_what_is_public_and_nothing_else():
    assert can(ANONYMOUS, P.MATCH_VIEW, PUBLIC)
    assert not can(ANONYMOUS, P.MATCH_VIEW, PRIVATE)
    assert not can(USER, P.MATCH_VIEW, PRIVATE)
    assert {p for p in P if can(USER, p, PUBLIC)} == {P.MATCH_VIEW, P.TOURNAMENT_VIEW}


@pytest.mark.parametrize("field", ["organizer_ids", "coordinator_ids", "member_ids"])
def test_its_own_people_see_a_private_tournament(field):
    subject = Subject(**{"is_public": False, "organizer_ids": frozenset(), field: frozenset({7})})
    assert can(USER, P.TOURNAMENT_VIEW, subject)
    assert not can(Actor(8, "eight"), P.TOURNAMENT_VIEW, subject)


def test_a_member_of_another_match_sees_no_lobby():
    subject = Subject(True, frozenset(), member_ids=frozenset({7}))
    assert not can(USER, P.MATCH_LOBBY_VIEW, subject)
    assert not can(USER, P.MATCH_CHECK_IN, subject)


def test_a_participant_plays_and_sees_the_lobby_but_does_not_run_the_match():
    subject = Subject(True, frozenset(), match_member_ids=frozenset({7}))
    granted = {p for p in P if can(USER, p, subject)}
    assert {
        P.MATCH_LOBBY_VIEW,
        P.MATCH_CHECK_IN,
        P.RESULT_SUBMIT,
        P.RESULT_CONFIRM,
        P.DISPUTE_CREATE,
    } <= granted
    assert granted.isdisjoint(
        {P.MATCH_START, P.MATCH_LOBBY_UPDATE, P.MATCH_SCHEDULE, P.RESULT_SET, P.AUDIT_VIEW}
    )


def test_a_coordinator_reads_all_and_writes_nothing_but_an_answer():
    subject = Subject(True, frozenset(), match_coordinator_id=7)
    granted = {p for p in P if can(USER, p, subject)}
    assert P.MATCH_LOBBY_VIEW in granted and P.DISPUTE_VIEW in granted
    assert granted - READ_ONLY == {P.MATCH_COORDINATOR_ANSWER}


@pytest.mark.parametrize("role", [Role.ORGANIZER, Role.ADMIN])
def test_nobody_answers_for_a_coordinator(role):
    assert not may(frozenset({role}), P.MATCH_COORDINATOR_ANSWER)
    assert may(frozenset({role, Role.COORDINATOR}), P.MATCH_COORDINATOR_ANSWER)


def test_a_coordinator_runs_the_match_where_the_tournament_says_so():
    subject = Subject(True, frozenset(), match_coordinator_id=7, coordinators_run_matches=True)
    granted = {p for p in P if can(USER, p, subject)} - READ_ONLY
    assert granted == {
        P.MATCH_CHECK_IN,
        P.MATCH_CHECK_IN_ANY_SIDE,
        P.MATCH_CALL,
        P.MATCH_START,
        P.MATCH_LOBBY_UPDATE,
        P.RESULT_SUBMIT,
        P.RESULT_SET,
        P.RESULT_CONFIRM,
        P.MATCH_COORDINATOR_ANSWER,
    }


def test_only_an_admin_sees_addresses():
    assert not may(frozenset({Role.ORGANIZER}), P.AUDIT_IP_VIEW)
    assert may(frozenset({Role.ADMIN}), P.AUDIT_IP_VIEW)


def test_a_read_only_actor_writes_nothing_whatever_its_role():
    admin = Actor(7, "seven", is_admin=True, can_write=False)
    assert {p for p in P if can(admin, p, PRIVATE)} == READ_ONLY


def test_nobody_has_a_role_in_what_they_may_not_see():
    assert roles_of(USER, PRIVATE) == frozenset()
