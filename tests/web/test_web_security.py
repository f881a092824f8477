"""What the paragraph on web security asks for, sentence by sentence."""

import re

import pytest
from sqlalchemy import text

from app import create_app
from app.config import Settings
from app.web.security import CONTENT_POLICY
from tests import factories
from tests.support.processes import SECRET_KEY

PAGES = ["/", "/tournaments/", "/login", "/register", "/nowhere/", "/static/css/base.css"]


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Content-Security-Policy", CONTENT_POLICY),
        ("X-Content-Type-Options", "nosniff"),
        ("X-Frame-Options", "DENY"),
        ("Referrer-Policy", "same-origin"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
    ],
)
def test_every_answer_has_the_header(client, path, name, value):
    assert client.get(path).headers[name] == value


def test_the_content_policy_allows_no_inline_script_or_style_and_no_frame():
    rules = dict(rule.split(" ", 1) for rule in CONTENT_POLICY.split("; "))
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == rules["style-src"] == "'self'"
    assert rules["frame-ancestors"] == rules["base-uri"] == "'none'"
    assert "unsafe" not in CONTENT_POLICY


@pytest.mark.parametrize("path", ["/", "/tournaments/", "/login", "/register", "/nowhere/"])
def test_pages_have_neither_inline_script_nor_style(client, path):
    factories.match(state="LIVE")
    text = client.get(path).text
    assert not re.search(r"<script(?![^>]*\bsrc=)", text)
    assert "<style" not in text
    assert " style=" not in text
    assert not re.search(r"\son[a-z]+=", text)
    assert not re.search(r'(?:src|href)="https?://', text)


def test_the_session_cookie_is_for_the_server_only_and_for_this_site(client):
    cookie = client.get("/login").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie


def test_the_session_cookie_is_secure_in_production(database_url, tmp_path):
    environ = {"MATCHDESK_ENV": "production", "SECRET_KEY": SECRET_KEY, "DATABASE_URL": database_url}
    app = create_app(Settings.from_env(environ, instance_path=tmp_path))
    response = app.test_client().get("/login", base_url="https://desk.example/")
    assert "Secure" in response.headers["Set-Cookie"]


@pytest.mark.parametrize("htmx", [False, True])
def test_a_form_without_its_token_is_refused_and_told_what_to_do(web_client, htmx):
    client = web_client(factories.user())
    response = client.post("/account/sessions/end", csrf=False, htmx=htmx)
    assert response.status_code == 400
    assert "Load the page again, and send the form once more." in response.text
    assert ("<html" in response.text) is not htmx


def test_the_login_form_needs_its_token_too(client):
    user = factories.user()
    response = client.post("/login", {"username": user.username, "password": factories.PASSWORD}, csrf=False)
    assert response.status_code == 400


@pytest.mark.parametrize(
    "path", ["/matches/1/start", "/matches/99999/start", "/logout", "/nowhere/", "/account/tokens"]
)
@pytest.mark.parametrize("csrf", [False, True])
def test_an_anonymous_write_leads_to_the_login_page_whether_the_thing_exists_or_not(client, path, csrf):
    factories.match()
    response = client.post(path, csrf=csrf)
    assert response.status_code == 303
    assert response.location.startswith("/login")


def test_an_anonymous_write_by_htmx_makes_the_browser_load_the_login_page(client):
    response = client.post("/matches/1/start", htmx=True)
    assert response.status_code == 204
    assert response.headers["HX-Redirect"].startswith("/login")


def test_personal_pages_are_not_kept_and_public_ones_are_asked_for_again(web_client):
    assert web_client(factories.user()).get("/").headers["Cache-Control"] == "private, no-store"
    public = web_client().get("/")
    assert public.headers["Cache-Control"] == "no-cache"
    assert "Cookie" in public.headers["Vary"]


def test_static_files_may_be_kept_where_their_address_names_their_content(client):
    address = re.search(r"/static/js/theme\.js\?v=\w+", client.get("/").text)[0]
    assert "immutable" in client.get(address).headers["Cache-Control"]
    assert "immutable" not in client.get("/static/css/base.css").headers["Cache-Control"]


@pytest.mark.parametrize("path", ["/nowhere/", "/matches/424242/", "/tournaments/none/"])
def test_an_error_is_a_page_or_a_part_of_one(client, path):
    page, part = client.get(path), client.get(path, htmx=True)
    assert page.status_code == part.status_code == 404
    assert "<html" in page.text
    assert "<html" not in part.text
    assert "gone or not public" in page.text


@pytest.mark.parametrize("signed_in", [False, True])
def test_a_database_that_does_not_answer_is_told_as_such(web_client, signed_in):
    client = web_client(factories.user() if signed_in else None)
    with factories.session(writes=True) as its:
        for table in ("matches", "users"):
            its.execute(text(f"ALTER TABLE {table} RENAME TO {table}_away"))
    response = client.get("/")
    assert response.status_code == 503
    assert response.headers["Retry-After"]
    assert "try again in a moment" in response.text
    assert response.headers["Content-Security-Policy"] == CONTENT_POLICY


def test_a_wrong_method_says_so(web_client):
    response = web_client(factories.user()).post("/tournaments/")
    assert response.status_code == 405
    assert "does not answer to this method" in response.text
