"""/api/auth/: sign-in, refresh, sign-out, and who one is."""

from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import jwt
import pytest
from flask_jwt_extended import create_access_token

from app.models import RefreshToken
from app.services import accounts
from tests import factories
from tests.api.support import assert_problem

LOGIN, REFRESH, LOGOUT, ME = (f"/api/auth/{verb}/" for verb in ("login", "refresh", "logout", "me"))


@pytest.fixture
def user(app):
    return factories.user("Alice")


@pytest.fixture
def nobody(api_client):
    return api_client()


@pytest.fixture
def tokens(user, nobody):
    return nobody.sign_in("Alice")


def me(app, api_client, token):
    return api_client(token=token).get(ME)


def used_long_ago(app, seconds):
    """Move every use of a refresh token into the past."""
    with factories.session(writes=True) as its:
        for row in its.query(RefreshToken).filter(RefreshToken.used_at.is_not(None)):
            row.used_at -= timedelta(seconds=seconds)


def test_login_answers_a_pair_of_tokens_and_sets_no_cookie(user, nobody):
    response = nobody.post(LOGIN, {"username": "Alice", "password": factories.PASSWORD})
    assert response.status_code == 200
    assert response.json.keys() == {"access", "refresh"}
    assert "Set-Cookie" not in response.headers
    assert response.headers["Cache-Control"] == "no-store"
    claims = {
        kind: jwt.decode(token, options={"verify_signature": False}) for kind, token in response.json.items()
    }
    assert claims["access"]["exp"] - claims["access"]["iat"] == 15 * 60
    assert claims["refresh"]["exp"] - claims["refresh"]["iat"] == 7 * 24 * 3600
    assert claims["access"]["jti"] != claims["refresh"]["jti"]
    assert jwt.get_unverified_header(response.json["access"])["alg"] == "HS256"


@pytest.mark.parametrize("name", ["Alice", "alice", " ALICE "])
def test_login_takes_the_name_in_any_case(user, nobody, name):
    assert nobody.post(LOGIN, {"username": name, "password": factories.PASSWORD}).status_code == 200


def test_login_fails_in_the_same_words_whether_or_not_the_user_exists(user, nobody):
    factories.user("gone", is_active=False)
    told = [
        assert_problem(nobody.post(LOGIN, {"username": name, "password": password}), 401)
        for name, password in [
            ("Alice", "wrong"), ("nobody", "wrong"), ("gone", factories.PASSWORD), ("Alice", "x" * 1000),
        ]
    ]  # fmt: skip
    assert all(problem == told[0] for problem in told)


def test_login_hashes_a_password_whether_or_not_the_user_exists(user, nobody, monkeypatch):
    from argon2 import PasswordHasher

    hashed = []
    verify = PasswordHasher.verify
    monkeypatch.setattr(
        PasswordHasher, "verify", lambda self, known, text: hashed.append(known) or verify(self, known, text)
    )
    for name in ("Alice", "nobody"):
        nobody.post(LOGIN, {"username": name, "password": "wrong"})
    assert len(hashed) == 2
    assert hashed[0].split("$")[:4] == hashed[1].split("$")[:4]


@pytest.mark.parametrize(
    "body",
    [{}, {"username": "Alice"}, {"username": 1, "password": "x"}, {"username": "Alice", "password": None},
     {"username": ["Alice"], "password": "x"}, {"username": "", "password": ""}, [],
     {"username": "Alice", "password": "x", "otp": "1"}, {"username": "x" * 999, "password": "x"}],
)  # fmt: skip
def test_login_refuses_a_body_that_is_none(user, nobody, body):
    assert_problem(nobody.post(LOGIN, body), 400)


def test_login_heeds_no_token_that_comes_along(user, nobody):
    credentials = {"username": "Alice", "password": factories.PASSWORD}
    response = nobody.post(LOGIN, credentials, headers={"Authorization": "Bearer expired"})
    assert response.status_code == 200


def test_me_says_who_one_is(user, app, api_client, tokens):
    response = me(app, api_client, tokens["access"])
    assert response.json == {"id": user.id, "username": "Alice", "is_admin": False}
    assert_problem(api_client().get(ME), 401)


def rubbish_tokens(app, user):
    secret = app.config["SECRET_KEY"]
    claims = {
        "sub": str(user.id), "jti": "1", "type": "access", "family": "f", "epoch": 0,
        "iat": 1, "exp": 99999999999,
    }  # fmt: skip
    yield from ("", "x", "a.b.c", "....", "Bearer", "null", "\N{SNOWMAN}", "mdpat_unknown", "e30.e30.e30")
    yield jwt.encode(claims, "another secret of some length, you see", "HS256")
    yield jwt.encode(claims, secret, "HS512")
    yield jwt.encode(claims, None, "none")
    yield jwt.encode({"sub": str(user.id)}, secret, "HS256")
    yield jwt.encode({**claims, "sub": user.id}, secret, "HS256")
    yield jwt.encode({**claims, "sub": "999999"}, secret, "HS256")
    yield jwt.encode({**claims, "epoch": 7}, secret, "HS256")
    yield jwt.encode({**claims, "exp": 2}, secret, "HS256")
    deep = jwt.utils.base64url_encode(b"[" * 3000).decode()
    yield f"{deep}.e30.x"
    yield f"eyJhbGciOiJIUzI1NiJ9.{deep}.x"


def test_rubbish_as_access_token_is_401_everywhere(user, app, api_client):
    for token in rubbish_tokens(app, user):
        client = api_client(token=token.encode().decode("latin-1"))
        for response in (
            client.get(ME),
            client.get("/api/tournaments/matches/"),
            client.post("/api/nowhere/"),
        ):
            problem = assert_problem(response, 401)
            assert response.headers["WWW-Authenticate"] == "Bearer"
            assert token == "" or token not in str(problem)


def test_a_refresh_token_is_no_access_token_and_the_other_way_round(app, api_client, nobody, tokens):
    assert_problem(me(app, api_client, tokens["refresh"]), 401)
    assert_problem(nobody.post(REFRESH, {"refresh": tokens["access"]}), 401)


def test_an_expired_access_token_is_refused(user, app, api_client):
    with app.app_context():
        claims = {"epoch": 0, "family": "f"}
        token = create_access_token(
            str(user.id), expires_delta=timedelta(seconds=-1), additional_claims=claims
        )
    assert_problem(me(app, api_client, token), 401)


def test_another_scheme_than_bearer_counts_as_nobody(user, app, nobody):
    assert nobody.get("/api/tournaments/matches/", headers={"Authorization": "Basic YTpi"}).status_code == 200
    assert_problem(nobody.get(ME, headers={"Authorization": "Basic YTpi"}), 401)


def test_refresh_gives_a_new_pair_that_works(app, api_client, nobody, tokens):
    response = nobody.post(REFRESH, {"refresh": tokens["refresh"]})
    assert response.status_code == 200
    assert response.json["refresh"] != tokens["refresh"]
    assert me(app, api_client, response.json["access"]).status_code == 200
    assert nobody.post(REFRESH, {"refresh": response.json["refresh"]}).status_code == 200


def test_a_second_use_at_once_is_refused_and_harms_nothing_else(app, api_client, nobody, tokens):
    pair = nobody.post(REFRESH, {"refresh": tokens["refresh"]}).json
    used_long_ago(app, 5)
    assert_problem(nobody.post(REFRESH, {"refresh": tokens["refresh"]}), 401)
    assert me(app, api_client, pair["access"]).status_code == 200
    assert nobody.post(REFRESH, {"refresh": pair["refresh"]}).status_code == 200


def test_a_second_use_later_revokes_the_whole_family(app, api_client, nobody, tokens):
    other = nobody.sign_in("Alice")
    pair = nobody.post(REFRESH, {"refresh": tokens["refresh"]}).json
    used_long_ago(app, 11)
    assert_problem(nobody.post(REFRESH, {"refresh": tokens["refresh"]}), 401)
    assert_problem(nobody.post(REFRESH, {"refresh": pair["refresh"]}), 401)
    assert_problem(me(app, api_client, pair["access"]), 401)
    assert nobody.post(REFRESH, {"refresh": other["refresh"]}).status_code == 200


@pytest.mark.both_databases
def test_of_two_uses_at_the_same_time_one_wins(database_kind, user, app, api_client, nobody):
    token = nobody.sign_in("Alice")["refresh"]
    barrier, statuses = Barrier(4), []

    def use():
        client = api_client()
        barrier.wait()
        statuses.append(client.post(REFRESH, {"refresh": token}).status_code)

    threads = [Thread(target=use) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200, 401, 401, 401]


@pytest.mark.parametrize(
    "body", [{}, {"refresh": 5}, {"refresh": None}, {"refresh": "x" * 5000}, {"token": "x"}]
)
def test_refresh_and_logout_refuse_a_body_that_is_none(app, nobody, body):
    assert_problem(nobody.post(REFRESH, body), 400, "refresh")
    assert_problem(nobody.post(LOGOUT, body), 400, "refresh")


def test_refresh_and_logout_refuse_rubbish(user, app, nobody):
    for token in rubbish_tokens(app, user):
        if token:
            assert_problem(nobody.post(REFRESH, {"refresh": token}), 401)
            assert_problem(nobody.post(LOGOUT, {"refresh": token}), 401)


def test_logout_ends_the_sign_in_and_no_other(app, api_client, nobody, tokens):
    other = nobody.sign_in("Alice")
    response = nobody.post(LOGOUT, {"refresh": tokens["refresh"]})
    assert (response.status_code, response.data) == (204, b"")
    assert_problem(nobody.post(REFRESH, {"refresh": tokens["refresh"]}), 401)
    assert_problem(me(app, api_client, tokens["access"]), 401)
    assert me(app, api_client, other["access"]).status_code == 200
    assert nobody.post(LOGOUT, {"refresh": tokens["refresh"]}).status_code == 204


def test_a_password_change_ends_every_family_at_once(user, app, api_client, nobody, tokens):
    with app.app_context():
        accounts.change_password(
            actor=factories.actor(user),
            current_password=factories.PASSWORD,
            new_password="another one 8",
            now=datetime.now(UTC),
        )
    assert_problem(me(app, api_client, tokens["access"]), 401)
    assert_problem(nobody.post(REFRESH, {"refresh": tokens["refresh"]}), 401)
    assert_problem(nobody.post(LOGIN, {"username": "Alice", "password": factories.PASSWORD}), 401)
    assert nobody.sign_in("Alice", "another one 8")


def test_a_deactivated_user_is_out_at_once(user, app, api_client, nobody, tokens):
    factories.change(user, is_active=False)
    assert_problem(me(app, api_client, tokens["access"]), 401)
    assert_problem(nobody.post(REFRESH, {"refresh": tokens["refresh"]}), 401)


def test_a_refresh_token_past_its_time_is_refused(app, nobody, tokens):
    with factories.session(writes=True) as its:
        for row in its.query(RefreshToken):
            row.expires_at = factories.soon(-1)
    assert_problem(nobody.post(REFRESH, {"refresh": tokens["refresh"]}), 401)
    nobody.sign_in("Alice")
    assert len(_refresh_rows()) == 1


def _refresh_rows():
    with factories.session() as its:
        return its.query(RefreshToken).all()


@pytest.mark.parametrize("address", [LOGIN, REFRESH, LOGOUT])
def test_credentials_are_taken_by_post_only(app, nobody, address):
    response = nobody.get(address)
    assert_problem(response, 405)
    assert "POST" in response.headers["Allow"]
