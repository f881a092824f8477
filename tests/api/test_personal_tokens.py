"""Personal access tokens as Bearer: to read or to write, revocable."""

from datetime import UTC, datetime

import pytest

from app.domain.errors import InvalidInput, NotFound, NotSignedIn
from app.domain.permissions import ANONYMOUS
from app.models import AccessToken
from app.services import tokens
from tests import factories
from tests.api.support import assert_problem, assert_unchanged, url


@pytest.fixture
def scene(app):
    return factories.scene()


@pytest.fixture
def service(app):
    """Call a service in a context of its own, as a request would."""

    def call(verb, actor, **values):
        with app.app_context():
            return verb(actor=actor, **values)

    return call


@pytest.fixture
def make(service):
    def create(user, scope, name="script"):
        return service(
            tokens.create_personal_token,
            factories.actor(user),
            name=name,
            scope=scope,
            now=datetime.now(UTC),
        )

    return create


@pytest.fixture
def listed(service):
    return lambda user: service(tokens.list_personal_tokens, factories.actor(user))


@pytest.fixture
def revoke(service):
    def end(user, token_id):
        actor = factories.actor(user)
        service(tokens.revoke_personal_token, actor, token_id=token_id, now=datetime.now(UTC))

    return end


def test_a_write_token_acts_for_its_user(scene, api_client, make):
    client = api_client(token=make(scene.organizer, "write"))
    assert client.get("/api/auth/me/").json["id"] == scene.organizer.id
    assert client.post(url(scene.match, "start")).status_code == 200
    (row,) = factories.audit_rows(match_id=scene.match.id)
    assert row.user_id == scene.organizer.id


def test_a_read_token_sees_what_its_user_sees_and_writes_nothing(scene, api_client, make):
    client = api_client(token=make(scene.organizer, "read"))
    assert "lobby_missing" in client.get(url(scene.match)).json
    problem = assert_problem(client.post(url(scene.match, "start")), 403)
    assert "read" in problem["detail"]
    assert_problem(client.post("/api/tournaments/", {"name": "Mine"}), 403)
    assert_unchanged(scene.match)


def test_a_token_is_kept_as_a_hash_only(scene, make):
    text = make(scene.organizer, "write")
    (row,) = factories.rows(AccessToken)
    assert text not in str(vars(row))
    assert len(row.token_hash) == 64


def test_a_revoked_token_is_over(scene, api_client, make, listed, revoke):
    client = api_client(token=make(scene.organizer, "write"))
    (row,) = listed(scene.organizer)
    revoke(scene.organizer, row["id"])
    assert_problem(client.get("/api/auth/me/"), 401)
    assert listed(scene.organizer) == []
    with pytest.raises(NotFound):
        revoke(scene.organizer, row["id"])


def test_nobody_revokes_the_token_of_somebody_else(scene, api_client, make, listed, revoke):
    client = api_client(token=make(scene.organizer, "write"))
    (row,) = listed(scene.organizer)
    with pytest.raises(NotFound):
        revoke(scene.stranger, row["id"])
    assert client.get("/api/auth/me/").status_code == 200


def test_a_token_of_a_deactivated_user_is_over(scene, api_client, make):
    client = api_client(token=make(scene.organizer, "write"))
    factories.change(scene.organizer, is_active=False)
    assert_problem(client.get("/api/auth/me/"), 401)


def test_a_tokens_last_use_is_noted_once_in_a_while(scene, api_client, make):
    client = api_client(token=make(scene.organizer, "read"))
    client.get("/api/auth/me/")
    (first,) = factories.rows(AccessToken)
    assert first.last_used_at is not None
    client.get("/api/auth/me/")
    assert factories.fresh(first).last_used_at == first.last_used_at
    factories.change(first, last_used_at=factories.soon(-11))
    client.get("/api/auth/me/")
    assert factories.fresh(first).last_used_at > factories.soon(-1)


def test_tokens_are_listed_newest_first(scene, make, listed):
    for name in ("one", "two"):
        make(scene.organizer, "read", name)
    listed = listed(scene.organizer)
    assert [row["name"] for row in listed] == ["two", "one"]


@pytest.mark.parametrize(
    ("field", "values"),
    [("name", {"name": " "}), ("name", {"name": "x" * 81}), ("scope", {"scope": "admin"})],
)
def test_a_token_needs_a_name_and_a_scope(scene, field, values, make):
    with pytest.raises(InvalidInput) as refused:
        make(scene.organizer, **{"scope": "read", **values})
    assert field in refused.value.errors


def test_nobody_has_no_tokens(scene, service):
    with pytest.raises(NotSignedIn):
        service(tokens.create_personal_token, ANONYMOUS, name="x", scope="read", now=datetime.now(UTC))


def test_making_and_revoking_a_token_is_audited_without_its_text(scene, make, listed, revoke):
    text = make(scene.organizer, "write")
    (row,) = listed(scene.organizer)
    revoke(scene.organizer, row["id"])
    rows = factories.audit_rows()
    assert [row.action for row in rows] == ["ACCESS_TOKEN_CREATE", "ACCESS_TOKEN_REVOKE"]
    assert text not in str([row.meta for row in rows])
