"""One-time sign-in links, when they are used; the board's key."""

from datetime import timedelta

import pytest

from app.domain.errors import NotFound
from app.models import SignInLink
from app.services import tournaments
from app.services.queries import tournaments as queries
from tests import factories as make

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("app_context")]


class Link:
    """A fresh link for a member who is nothing else."""

    def __init__(self):
        self.tournament = make.tournament()
        self.organizer = make.actor(make.staff(self.tournament))
        self.player = make.user()
        self.team = make.participant(self.tournament, members=[self.player])
        self.token = self.again()

    def again(self):
        return tournaments.create_sign_in_link(
            actor=self.organizer,
            tournament_id=self.tournament.id,
            participant_id=self.team.id,
            username=self.player.username,
            now=make.soon(0),
        )

    def use(self, after=timedelta()):
        return tournaments.use_sign_in_link(token=self.token, now=make.soon(0) + after, ip="10.0.0.1")


def test_it_works_once():
    link = Link()
    assert queries.find_sign_in_link(link.token, make.soon(0))["username"] == link.player.username
    assert link.use() == link.player.id
    [row] = make.audit_rows(action="SIGN_IN_LINK_USE")
    assert (row.user_id, row.tournament_id, row.ip) == (link.player.id, link.tournament.id, "10.0.0.1")
    with pytest.raises(NotFound):
        link.use()
    assert queries.find_sign_in_link(link.token, make.soon(0)) is None
    assert len(make.audit_rows(action="SIGN_IN_LINK_USE")) == 1


def test_it_works_for_a_day():
    link = Link()
    with pytest.raises(NotFound):
        link.use(after=timedelta(hours=25))
    assert link.use(after=timedelta(hours=23)) == link.player.id


def test_a_new_one_ends_the_one_before():
    link = Link()
    newer = link.again()
    with pytest.raises(NotFound):
        link.use(after=timedelta(seconds=1))
    assert tournaments.use_sign_in_link(token=newer, now=make.soon(0)) == link.player.id


def _deactivate(link):
    make.change(link.player, is_active=False)


def _delete_tournament(link):
    make.change(link.tournament, is_deleted=True)


def _leave(link):
    tournaments.update_participant(
        actor=link.organizer,
        tournament_id=link.tournament.id,
        participant_id=link.team.id,
        changes={"members": []},
        now=make.soon(0),
    )


def _become_admin(link):
    make.change(link.player, is_admin=True)


def _become_organizer(link):
    make.tournament(link.player)


@pytest.mark.parametrize(
    "happens", [_deactivate, _delete_tournament, _leave, _become_admin, _become_organizer]
)
def test_it_ends_with_what_it_was_given_for(happens):
    link = Link()
    happens(link)
    with pytest.raises(NotFound):
        link.use()
    assert make.rows(SignInLink)[0].used_at is None


@pytest.mark.parametrize("token", ["", "guess", "\udcff", "x" * 5000])
def test_a_made_up_token_signs_nobody_in(token):
    with pytest.raises(NotFound):
        tournaments.use_sign_in_link(token=token, now=make.soon(0))


def test_the_boards_key_opens_its_own_board_only():
    link = Link()
    key = tournaments.create_board_link(
        actor=link.organizer, tournament_id=link.tournament.id, now=make.soon(0)
    )
    of = make.fresh(link.tournament)
    assert tournaments.opens_board(of, key)
    assert not tournaments.opens_board(of, key + "x")
    assert not tournaments.opens_board(of, "")
    assert not tournaments.opens_board(of, None)
    assert not tournaments.opens_board(make.tournament(), key)
