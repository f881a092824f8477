"""The first steps of a new tournament: who sees them, which is next, and when they go."""

import pytest

from app.models import Tournament
from tests import factories

STEPS = 'aria-label="First steps"'


def _next_step(page: str) -> str:
    return page.split('aria-current="step"')[1].split("</li>", maxsplit=1)[0]


def test_the_next_step_is_what_is_not_there_yet(web_client, client):
    user = factories.user()
    tournament = factories.tournament(user, status="draft")
    organizer = web_client(user)
    address = f"/tournaments/{tournament.slug}/"
    assert "Enter participants" in _next_step(organizer.get(address).text)
    for name in ("Red", "Blue"):
        factories.participant(tournament, name)
    assert f'href="{address}settings/brackets/"' in _next_step(organizer.get(f"{address}desk/").text)
    match = factories.match(tournament, "READY")
    page = organizer.get(f"{address}settings/participants/").text
    assert "Start the first match" in _next_step(page)
    assert "check both sides of a match in" in page
    assert STEPS not in client.get(address).text
    assert organizer.post(f"/matches/{match.id}/start").status_code == 303
    assert STEPS not in organizer.get(address).text


@pytest.mark.parametrize(("fields", "asks"), [({}, False), ({"enable_check_in": "y"}, True)])
def test_whoever_creates_a_tournament_says_whether_sides_check_in(web_client, fields, asks):
    data = {"name": "Spring Open", "game": "generic", "time_zone": "UTC"} | fields
    assert web_client(factories.user()).post("/dashboard/", data).status_code == 303
    (made,) = factories.rows(Tournament)
    assert made.enable_check_in is asks


def test_a_newcomer_comes_to_where_a_tournament_is_created_and_an_invited_one_to_the_invitation(client):
    account = {"username": "newcomer", "password": "my first cup"}
    assert client.post("/register", account).location == "/dashboard/"
    page = client.get("/dashboard/").text
    assert "Your first tournament" in page
    account |= {"username": "invited", "next": "/join/abc"}
    assert client.post("/register", account).location == "/join/abc"
