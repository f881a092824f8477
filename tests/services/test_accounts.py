"""Accounts: made, proven, changed and closed, on both databases."""

from threading import Barrier, Thread

import pytest

from app.domain.errors import InvalidInput, NotAllowed, NotFound, NotSignedIn, TooManyRequests
from app.domain.permissions import ANONYMOUS
from app.models import User
from app.services import accounts, tokens
from tests import factories as make

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("app_context")]
NEW = "battery staple 9"


def authenticate(username, password=make.PASSWORD):
    return accounts.authenticate(username=username, password=password, now=make.soon(0), ip="10.0.0.1")


def test_register_makes_an_account_that_can_sign_in_and_audits_it():
    user_id = accounts.register(username=" Alice.B ", password=NEW, now=make.soon(0), ip="10.0.0.9")
    user = authenticate("alice.b", NEW)
    assert (user.id, user.username, user.is_admin) == (user_id, "Alice.B", False)
    assert NEW not in user.password_hash
    (row,) = make.audit_rows()
    assert (row.action, row.user_id, row.ip) == ("USER_CREATE", user_id, "10.0.0.9")


@pytest.mark.parametrize("name", ["alice", "ALICE", " Alice "])
def test_register_refuses_a_name_that_is_taken_in_any_case(name):
    make.user("Alice")
    with pytest.raises(InvalidInput) as refused:
        accounts.register(username=name, password=NEW, now=make.soon(0))
    assert "username" in refused.value.errors


@pytest.mark.parametrize(
    "name", ["", " ", "a b", "-alice", "al\x00ice", "älice", "x" * 51, "<b>", "a/b", "a\n"]
)
def test_register_refuses_a_name_that_could_mislead(name):
    if name == "a\n":
        name = "a\nb"
    with pytest.raises(InvalidInput) as refused:
        accounts.register(username=name, password=NEW, now=make.soon(0))
    assert "username" in refused.value.errors


@pytest.mark.parametrize("password", ["", "short 7", "x" * 257])
def test_register_refuses_a_password_too_short_or_too_long(password):
    with pytest.raises(InvalidInput) as refused:
        accounts.register(username="alice", password=password, now=make.soon(0))
    assert "password" in refused.value.errors
    assert make.rows(User) == []


def test_of_two_who_register_the_same_name_at_once_one_wins(app):
    barrier, outcomes = Barrier(2), []

    def register():
        with app.app_context():
            barrier.wait()
            try:
                accounts.register(username="alice", password=NEW, now=make.soon(0))
                outcomes.append("made")
            except InvalidInput:
                outcomes.append("taken")

    threads = [Thread(target=register) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["made", "taken"]


def test_an_admin_who_makes_an_account_is_named_in_the_audit():
    admin = make.admin()
    user_id = accounts.create_user(
        username="helper", password="pass123", now=make.soon(0), actor=make.actor(admin), is_admin=True
    )
    (row,) = make.audit_rows()
    assert (row.user_id, row.meta) == (admin.id, {"user_id": user_id})
    assert make.rows(User, id=user_id)[0].is_admin


@pytest.mark.parametrize(
    ("username", "password"), [("alice", "wrong"), ("nobody", "wrong"), ("a\0", "x"), ("alice", "x" * 999)]
)
def test_authenticate_refuses_in_the_same_words(username, password):
    make.user("alice")
    with pytest.raises(NotSignedIn, match="username or the password is wrong"):
        authenticate(username, password)


def test_authenticate_refuses_a_closed_account_and_too_many_tries():
    make.user("alice", is_active=False)
    for _ in range(10):
        with pytest.raises(NotSignedIn):
            authenticate("alice")
    with pytest.raises(TooManyRequests) as refused:
        authenticate("alice")
    assert 1 <= refused.value.retry_after <= 60


def test_has_password_counts_nothing():
    make.user("alice")
    for _ in range(20):
        assert not accounts.has_password(username="alice", password="wrong")
    assert accounts.has_password(username="alice", password=make.PASSWORD)
    assert not accounts.has_password(username="nobody", password=make.PASSWORD)


def change(user, current=make.PASSWORD, new=NEW):
    accounts.change_password(
        actor=make.actor(user), current_password=current, new_password=new, now=make.soon(0)
    )


def test_an_access_token_that_was_good_runs_out():
    user = make.user("alice")
    token = tokens.issue_tokens(user=user, now=make.soon(0))["access"]
    for minutes in (0, 14):
        assert tokens.actor_of_bearer(token, now=make.soon(minutes)).user_id == user.id
    with pytest.raises(NotSignedIn):
        tokens.actor_of_bearer(token, now=make.soon(16))


def test_change_password_ends_sessions_and_families():
    user = make.user("alice")
    session_key = user.get_id()
    assert accounts.find_session_user(session_key).id == user.id
    pair = tokens.issue_tokens(user=user, now=make.soon(0))
    change(user)
    assert authenticate("alice", NEW).id == user.id
    assert accounts.find_session_user(session_key) is None
    with pytest.raises(NotSignedIn):
        tokens.refresh_tokens(token=pair["refresh"], now=make.soon(0))
    with pytest.raises(NotSignedIn):
        tokens.actor_of_bearer(pair["access"], now=make.soon(0))
    (row,) = make.audit_rows()
    assert (row.action, row.meta) == ("USER_PASSWORD_CHANGE", {"user_id": user.id})


@pytest.mark.parametrize(
    ("field", "values"),
    [("current_password", {"current": "wrong"}), ("new_password", {"new": "short"})],
)
def test_change_password_refuses_a_wrong_one_by_its_field(field, values):
    user = make.user("alice")
    with pytest.raises(InvalidInput) as refused:
        change(user, **values)
    assert field in refused.value.errors
    assert authenticate("alice").id == user.id


def test_nobody_changes_no_password():
    with pytest.raises(NotSignedIn):
        accounts.change_password(actor=ANONYMOUS, current_password="x", new_password=NEW, now=make.soon(0))


def test_set_password_is_for_those_who_run_the_server():
    user = make.user("alice")
    accounts.set_password(username="ALICE", password="pass123", now=make.soon(0))
    assert authenticate("alice", "pass123").id == user.id
    accounts.set_password(username="alice", password=NEW, now=make.soon(0), actor=make.actor(make.admin()))
    assert authenticate("alice", NEW).id == user.id
    with pytest.raises(NotAllowed):
        accounts.set_password(username="alice", password="x", now=make.soon(0), actor=make.actor(user))
    with pytest.raises(NotFound):
        accounts.set_password(username="nobody", password="x", now=make.soon(0))


def test_deactivate_user_ends_everything_once():
    user = make.user("alice")
    session_key = user.get_id()
    pair = tokens.issue_tokens(user=user, now=make.soon(0))
    for _ in range(2):
        accounts.deactivate_user(username="alice", now=make.soon(0))
    assert accounts.find_session_user(session_key) is None
    with pytest.raises(NotSignedIn):
        tokens.refresh_tokens(token=pair["refresh"], now=make.soon(0))
    assert [row.action for row in make.audit_rows()] == ["USER_DEACTIVATE"]
    assert make.fresh(user).is_active is False
    with pytest.raises(NotAllowed):
        accounts.deactivate_user(username="alice", now=make.soon(0), actor=make.actor(make.user()))
    with pytest.raises(NotFound):
        accounts.deactivate_user(username="nobody", now=make.soon(0))


@pytest.mark.parametrize("key", ["", "1", "x.0", "1.x", "1.1", "999999.0", "9" * 30 + ".0", "-1.0", "١.0"])
def test_a_session_key_that_is_not_of_this_epoch_is_nobodys(key):
    make.user()
    assert accounts.find_session_user(key) is None


def test_no_password_stands_in_an_audit_row():
    user_id = accounts.register(username="alice", password=NEW, now=make.soon(0))
    change(make.rows(User, id=user_id)[0], current=NEW, new="another one 8")
    told = str([row.meta for row in make.audit_rows()])
    assert NEW not in told
    assert "another" not in told
