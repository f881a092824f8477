"""Sign in, register, sign out, and the own account."""

import re

import pytest

from app.models import AccessToken, User
from tests import factories


def _is_signed_in(client) -> bool:
    return client.get("/account/").status_code == 200


# -- sign in ----------------------------------------------------------------------


def test_sign_in_leads_to_ones_own_matches_or_tournaments(client, web_client):
    player = factories.user()
    response = client.post("/login", {"username": player.username.upper(), "password": factories.PASSWORD})
    assert (response.status_code, response.location) == (303, "/me/")
    assert _is_signed_in(client)
    organizer = factories.scene().organizer
    response = web_client().post("/login", {"username": organizer.username, "password": factories.PASSWORD})
    assert response.location == "/dashboard/"


def test_sign_in_page_has_the_agreed_names(client):
    text = client.get("/login").text
    assert ">Username</label>" in text
    assert ">Password</label>" in text
    assert ">Sign in</button>" in text


@pytest.mark.parametrize("who", ["known", "unknown", "inactive"])
def test_wrong_sign_ins_are_told_in_the_same_words(client, who):
    name = {"known": factories.user().username, "unknown": "nobody"}.get(who) or factories.user(
        is_active=False
    ).username
    password = factories.PASSWORD if who == "inactive" else "not this one"
    response = client.post("/login", {"username": name, "password": password})
    assert response.status_code == 401
    assert "The username or the password is wrong." in response.text
    assert f'value="{name}"' in response.text
    assert password not in response.text
    assert not _is_signed_in(client)


def test_empty_fields_are_named(client):
    response = client.post("/login", {"username": "", "password": ""})
    assert response.status_code == 400
    assert "Enter your username." in response.text
    assert "Enter a password." in response.text


def test_too_many_wrong_tries_have_to_wait(client):
    user = factories.user()
    for _ in range(10):
        assert client.post("/login", {"username": user.username, "password": "wrong"}).status_code == 401
    response = client.post("/login", {"username": user.username, "password": factories.PASSWORD})
    assert response.status_code == 429
    assert int(response.headers["Retry-After"]) > 0


@pytest.mark.parametrize(
    ("target", "leads_to"),
    [
        ("/matches/7/", "/matches/7/"),
        ("/tournaments/?search=a&page=2", "/tournaments/?search=a&page=2"),
        ("https://evil.example/", "/me/"),
        ("//evil.example/", "/me/"),
        ("/\\evil.example/", "/me/"),
        ("\\\\evil.example", "/me/"),
        ("javascript:alert(1)", "/me/"),
        ("/a\r\nSet-Cookie: x=1", "/me/"),
        ("matches/7/", "/me/"),
        ("", "/me/"),
    ],
)
def test_next_leads_to_own_paths_only(client, target, leads_to):
    user = factories.user()
    response = client.post(
        "/login", {"username": user.username, "password": factories.PASSWORD, "next": target}
    )
    assert response.location == leads_to


def test_the_form_carries_next_on(client):
    assert 'name="next" type="hidden" value="/me/"' in client.get("/login?next=/me/").text


def test_who_is_signed_in_already_goes_on(web_client):
    response = web_client(factories.user()).get("/login?next=/matches/7/")
    assert (response.status_code, response.location) == (303, "/matches/7/")


def test_signing_in_begins_a_new_session(client):
    user = factories.user()
    with client.flask_client.session_transaction() as session:
        session["left_by_somebody_else"] = "x"
    before = client.csrf_token()
    client.post("/login", {"username": user.username, "password": factories.PASSWORD, "csrf_token": before})
    with client.flask_client.session_transaction() as session:
        assert "left_by_somebody_else" not in session
    assert client.post("/account/sessions/end", {"csrf_token": before}).status_code == 400


def test_sign_out_ends_the_session(web_client):
    client = web_client(factories.user())
    response = client.post("/logout")
    assert (response.status_code, response.location) == (303, "/")
    assert not _is_signed_in(client)


def test_a_copy_of_the_cookie_opens_nothing_after_signing_out(web_client):
    client = web_client(factories.user())
    copy = client.flask_client.get_cookie("matchdesk_session").value
    client.post("/logout")
    client.flask_client.set_cookie("matchdesk_session", copy)
    assert not _is_signed_in(client)


def test_sign_out_is_no_link(web_client):
    assert web_client(factories.user()).get("/logout").status_code == 405


def test_a_deactivated_users_session_ends_at_once(web_client):
    user = factories.user()
    client = web_client(user)
    factories.change(user, is_active=False)
    assert not _is_signed_in(client)


@pytest.mark.parametrize("path", ["/login", "/register", "/sign-in/unknown"])
def test_looking_at_the_head_of_a_form_sends_nothing_in(web_client, path):
    client = web_client().flask_client
    assert client.head(path).status_code == client.get(path).status_code == 200


# -- register ------------------------------------------------------------------------


def test_who_registers_is_signed_in(client):
    assert client.get("/register?next=/matches/7/").status_code == 200
    response = client.post(
        "/register", {"username": "newcomer", "password": "long enough", "next": "/matches/7/"}
    )
    assert (response.status_code, response.location) == (303, "/matches/7/")
    assert _is_signed_in(client)
    assert not factories.rows(User, username="newcomer")[0].is_admin


@pytest.mark.parametrize(
    ("username", "password", "reason"),
    [
        ("", "long enough", "Choose a username."),
        ("taken", "long enough", "This username is taken."),
        ("TAKEN", "long enough", "This username is taken."),
        ("sp ace", "long enough", "begins with a letter or digit"),
        ("x" * 51, "long enough", "longer than 50"),
        ("newcomer", "short", "8 to 256 characters"),
        ("newcomer", "x" * 300, "8 to 256 characters"),
    ],
)
def test_what_cannot_be_registered_is_named(client, username, password, reason):
    factories.user("taken")
    response = client.post("/register", {"username": username, "password": password})
    assert response.status_code == 400
    assert reason in response.text
    assert not _is_signed_in(client)


# -- account ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        "/account/language",
        "/account/password",
        "/account/sessions/end",
        "/account/tokens",
        "/account/tokens/1/revoke",
    ],
)
def test_the_account_is_for_who_is_signed_in(client, path):
    assert client.post(path).location == "/login"
    assert client.get("/account/").location == "/login?next=/account/"


def test_the_account_decides_the_language_and_else_the_browser(web_client):
    user = factories.user()
    client = web_client(user)
    german = {"Accept-Language": "de-AT,de;q=0.9"}
    assert 'lang="de"' in client.get("/account/", headers=german).text
    assert client.post("/account/language", {"language": "bn"}, headers=german).status_code == 303
    assert factories.fresh(user).language == "bn"
    page = client.get("/account/", headers=german).text
    assert '<html lang="bn"' in page
    assert '<option lang="bn" selected value="bn">বাংলা</option>' in page
    client.post("/account/language", {"language": ""})
    assert '<html lang="de"' in client.get("/account/", headers=german).text
    assert len(factories.audit_rows(action="USER_LANGUAGE_CHANGE", user_id=user.id)) == 2


def test_a_language_that_no_page_speaks_is_refused(web_client):
    user = factories.user()
    response = web_client(user).post("/account/language", {"language": "tlh"})
    assert response.status_code == 400
    assert "The language was not changed." in response.text
    assert factories.fresh(user).language == ""


def test_another_password_ends_every_other_session(web_client):
    user = factories.user()
    here, elsewhere = web_client(user), web_client(user)
    response = here.post(
        "/account/password", {"current_password": factories.PASSWORD, "new_password": "another horse 8"}
    )
    assert response.status_code == 303
    assert _is_signed_in(here)
    assert not _is_signed_in(elsewhere)
    elsewhere.sign_in(user.username, "another horse 8")
    assert _is_signed_in(elsewhere)


@pytest.mark.parametrize(
    ("current", "new", "reason"),
    [
        ("wrong", "another horse 8", "This is not your current password."),
        (factories.PASSWORD, "short", "8 to 256 characters"),
        ("", "", "Enter a password."),
    ],
)
def test_a_refused_password_changes_nothing(web_client, current, new, reason):
    user = factories.user()
    client, elsewhere = web_client(user), web_client(user)
    response = client.post("/account/password", {"current_password": current, "new_password": new})
    assert response.status_code == 400
    assert reason in response.text
    assert factories.fresh(user).password_hash == user.password_hash
    assert _is_signed_in(elsewhere)


def test_all_other_sessions_can_be_ended(web_client):
    user = factories.user()
    here, elsewhere = web_client(user), web_client(user)
    assert here.post("/account/sessions/end").status_code == 303
    assert _is_signed_in(here)
    assert not _is_signed_in(elsewhere)
    assert factories.audit_rows(action="USER_SESSIONS_END", user_id=user.id)


def test_a_token_is_shown_once_and_works(app, web_client, api_client):
    user = factories.user()
    client = web_client(user)
    response = client.post("/account/tokens", {"name": "overlay", "scope": "read"})
    assert response.status_code == 201
    text = re.search(r"mdpat_[\w-]+", response.text)[0]
    assert api_client(token=text).get("/api/auth/me/").json["username"] == user.username
    again = client.get("/account/").text
    assert "overlay" in again
    assert text not in again


@pytest.mark.parametrize(
    "fields",
    [{"name": "", "scope": "read"}, {"name": "x" * 81, "scope": "read"}, {"name": "x", "scope": "all"}],
)
def test_a_token_needs_a_name_and_a_scope(web_client, fields):
    client = web_client(factories.user())
    response = client.post("/account/tokens", fields)
    assert response.status_code == 400
    assert "No token was made." in response.text
    assert not factories.rows(AccessToken)


def test_a_token_is_revoked_by_its_owner_only(web_client):
    user = factories.user()
    client = web_client(user)
    client.post("/account/tokens", {"name": "bot", "scope": "write"})
    (token,) = factories.rows(AccessToken, user_id=user.id)
    assert web_client(factories.user()).post(f"/account/tokens/{token.id}/revoke").status_code == 404
    assert factories.fresh(token).revoked_at is None
    assert client.post(f"/account/tokens/{token.id}/revoke").status_code == 303
    assert factories.fresh(token).revoked_at is not None
