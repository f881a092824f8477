"""One table of errors, and the three forms in which they are told."""

import pytest

from app.domain import errors
from app.errors import STATUS_BY_ERROR, failure_of

pytestmark = pytest.mark.own_application

RAISED = {
    "invalid": (errors.InvalidInput.of("name", "Too long."), 400),
    "refused": (errors.Refused(["It is LIVE.", "The lobby is missing."]), 400),
    "forbidden": (errors.NotAllowed(), 403),
    "missing": (errors.NotFound(), 404),
    "conflict": (errors.Conflict("Somebody was first.", ["It was started."]), 409),
    "stale": (errors.StaleVersion(7, "alice", ["alice: match start"]), 409),
    "often": (errors.TooManyRequests("Too often.", 42), 429),
}


@pytest.fixture
def failing(app):
    """Addresses that raise each error, as a page and in the API."""
    for name, (error, _) in RAISED.items():
        for prefix in ("", "/api"):

            def fail(error=error):
                raise error

            app.add_url_rule(f"{prefix}/fails/{name}", f"{prefix}fails-{name}", fail)

    def sign_in():
        raise errors.NotSignedIn

    app.add_url_rule("/fails/anonymous", "fails-anonymous", sign_in)

    def burst():
        raise RuntimeError("swordfish")

    app.add_url_rule("/fails/badly", "fails-badly", burst)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    return app


@pytest.mark.parametrize("name", RAISED)
def test_every_error_is_told_in_its_form(failing, client, api_client, name):
    error, status = RAISED[name]
    problem = api_client().get(f"/api/fails/{name}")
    assert (problem.status_code, problem.mimetype) == (status, "application/problem+json")
    assert problem.json["detail"] == error.detail
    assert problem.json["errors"] == error.errors
    page = client.get(f"/fails/{name}")
    assert (page.status_code, page.mimetype) == (status, "text/html")
    assert error.detail in page.text
    assert "<html" in page.text
    partial = client.get(f"/fails/{name}", htmx=True)
    assert partial.status_code == status
    assert error.detail in partial.text
    assert "<html" not in partial.text


def test_what_a_client_can_use_stands_beside_the_words(failing, api_client):
    client = api_client()
    assert client.get("/api/fails/refused").json["reasons"] == ["It is LIVE.", "The lobby is missing."]
    assert client.get("/api/fails/conflict").json["changes"] == ["It was started."]
    assert client.get("/api/fails/stale").json["current_version"] == 7
    assert client.get("/api/fails/stale", headers={"If-Match": '"1"'}).status_code == 412
    assert client.get("/api/fails/often").headers["Retry-After"] == "42"


def test_pages_wait_too_where_they_are_told_to(failing, client):
    assert client.get("/fails/often").headers["Retry-After"] == "42"


def test_who_must_sign_in_is_taken_there_and_back(failing, client):
    response = client.get("/fails/anonymous?tab=2")
    assert response.status_code == 303
    assert response.headers["Location"].startswith("/login?next=")
    assert "tab" in response.headers["Location"]
    htmx = client.get("/fails/anonymous", htmx=True)
    assert htmx.headers["HX-Redirect"].startswith("/login")


def test_a_failure_of_ours_tells_nothing(failing, client):
    page = client.get("/fails/badly")
    assert page.status_code == 500
    assert "swordfish" not in page.text


def test_an_unknown_page_and_a_wrong_method_are_pages(app, client):
    assert "<html" in client.get("/nowhere/").text
    response = client.post("/healthz")
    assert response.status_code in (303, 405)


def test_a_form_without_its_token_says_what_to_do(app, web_client):
    from tests import factories

    response = web_client(factories.user()).post("/logout", csrf=False)
    assert response.status_code == 400
    assert "Load the page again" in response.text


def test_every_domain_error_has_a_status(app):
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type)]
    with app.test_request_context("/"):
        for kind in kinds:
            if issubclass(kind, errors.DomainError) and kind is not errors.DomainError:
                assert any(issubclass(kind, known) for known, _ in STATUS_BY_ERROR), kind
        assert failure_of(errors.NotSignedIn()).status == 401
