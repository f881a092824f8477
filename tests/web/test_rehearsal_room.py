"""The room of rehearsals, their mark on every page, and that nobody else can get at one."""

import re

import pytest

from app.models import Match, Tournament
from tests import factories

MARK = '<aside class="rehearsal-note"'


@pytest.fixture
def source(app, api_client):
    """A tournament with a bracket, and its organizer."""
    organizer = factories.user()
    of = factories.tournament(organizer, enable_check_in=False)
    factories.participants(of, 4)
    body = {"name": "Main", "format": "single_elimination"}
    assert api_client(organizer).post(f"/api/tournaments/{of.id}/brackets/", json=body).status_code == 201
    return of, organizer


def rehearse(client, of):
    """The slug of a new rehearsal, made in the browser."""
    answer = client.post(f"/tournaments/{of.slug}/settings/rehearsal/", {"speed": 60, "seed": 7})
    assert answer.status_code == 303, answer.text
    return re.fullmatch(r"/tournaments/([^/]+)/settings/rehearsal/", answer.location)[1]


def test_made_played_paused_and_reset(source, web_client):
    of, organizer = source
    client = web_client(organizer)
    assert "No rehearsal yet." in client.get(f"/tournaments/{of.slug}/settings/rehearsal/").text
    here = f"/tournaments/{rehearse(client, of)}/settings/rehearsal/"
    assert "Paused" in client.get(here).text
    assert client.post(f"{here}pace", {"act": "play", "speed": 30}).status_code == 303
    page = client.get(here).text
    assert "Playing" in page and "30 ×" in page
    assert client.post(f"{here}pace", {"act": "pause", "speed": 30}).status_code == 303
    assert "Paused" in client.get(here).text
    assert f'href="{here}"' in client.get(f"/tournaments/{of.slug}/settings/rehearsal/").text
    answer = client.post(f"{here}reset", {})
    assert answer.status_code == 303 and answer.location != here
    assert client.get(here).status_code == 404
    assert client.get(answer.location).status_code == 200


@pytest.mark.parametrize("form", [{"speed": 0}, {"speed": 61}, {"speed": "x"}, {"seed": -1}, {"seed": ""}])
def test_what_is_refused_is_shown_again(source, web_client, form):
    of, organizer = source
    client = web_client(organizer)
    page = client.post(f"/tournaments/{of.slug}/settings/rehearsal/", {"speed": 60, "seed": 7, **form})
    assert page.status_code == 400
    assert "No rehearsal was made." in page.text
    if "speed" in form:
        slug = rehearse(client, of)
        page = client.post(f"/tournaments/{slug}/settings/rehearsal/pace", {"act": "play", **form})
        assert page.status_code == 400
        assert "Nothing was changed." in page.text


def test_what_is_no_rehearsal_has_no_pace(source, web_client):
    of, organizer = source
    client = web_client(organizer)
    for act in ("pace", "reset"):
        answer = client.post(f"/tournaments/{of.slug}/settings/rehearsal/{act}", {"act": "play", "speed": 1})
        assert answer.status_code == 404
    slug = rehearse(client, of)
    page = client.post(f"/tournaments/{slug}/settings/rehearsal/", {"speed": 60, "seed": 7})
    assert page.status_code == 400 and "rehearsal already" in page.text


def test_every_page_of_it_says_that_it_is_one(source, web_client):
    of, organizer = source
    client = web_client(organizer)
    slug = rehearse(client, of)
    (made,) = factories.rows(Tournament, slug=slug)
    match = factories.rows(Match, tournament_id=made.id)[0]
    rooms = ("desk/", "stations/", "settings/", "settings/participants/", "settings/rehearsal/", "audit/")
    pages = ("", "matches/", "bracket/", "schedule/", "participants/", "board/", "staff/")
    for path in (*pages, *rooms):
        page = client.get(f"/tournaments/{slug}/{path}")
        assert page.status_code == 200 and MARK in page.text, path
    assert MARK in client.get(f"/matches/{match.id}/").text
    assert MARK not in client.get(f"/tournaments/{of.slug}/").text


@pytest.mark.parametrize("role", ["stranger", None])
def test_nobody_else_finds_it(source, web_client, api_client, role):
    of, organizer = source
    slug = rehearse(web_client(organizer), of)
    (made,) = factories.rows(Tournament, slug=slug)
    match = factories.rows(Match, tournament_id=made.id)[0]
    other = factories.user() if role else None
    pages, api = web_client(other), api_client(other)
    for path in ("/", "/tournaments/"):
        assert "Rehearsal:" not in pages.get(path).text
    for path in (f"/tournaments/{slug}/", f"/tournaments/{slug}/board/", f"/matches/{match.id}/"):
        assert pages.get(path).status_code == 404
    for path in (f"{made.id}/", f"{made.id}/brackets/", f"matches/{match.id}/"):
        assert api.get(f"/api/tournaments/{path}").status_code == 404
    assert made.id not in [row["id"] for row in api.get("/api/tournaments/").json["results"]]
    listed = api.get("/api/tournaments/matches/?page_size=100").json["results"]
    assert made.id not in [row["tournament"] for row in listed]


def test_it_cannot_be_made_public_over_the_api(source, api_client, web_client):
    of, organizer = source
    (made,) = factories.rows(Tournament, slug=rehearse(web_client(organizer), of))
    answer = api_client(organizer).patch(f"/api/tournaments/{made.id}/", json={"is_public": True})
    assert answer.status_code == 400
    assert answer.json["errors"]["is_public"] == ["A rehearsal is never public."]
    assert not factories.fresh(made).is_public


def test_the_api_makes_paces_and_resets_it(source, api_client):
    of, organizer = source
    client = api_client(organizer)
    made = client.post(f"/api/tournaments/{of.id}/rehearsals/", json={"seed": 5, "speed": 12})
    assert made.status_code == 201
    assert (made.json["seed"], made.json["speed"], made.json["is_playing"]) == (5, 12, False)
    here = f"/api/tournaments/{made.json['id']}/rehearsal/"
    assert made.headers["Location"].endswith(here)
    played = client.patch(here, json={"is_playing": True})
    assert (played.status_code, played.json["is_playing"], played.json["speed"]) == (200, True, 12)
    assert client.get(here).json == played.json
    listed = f"/api/tournaments/{of.id}/rehearsals/"
    page = {"count": 1, "next": None, "previous": None, "results": [played.json]}
    assert client.get(f"{listed}?page_size=1").json == page
    assert client.get(f"{listed}?page=2").status_code == 404
    assert client.patch(here, json={"speed": 61}).status_code == 400
    assert client.get(f"/api/tournaments/{of.id}/rehearsal/").status_code == 404
    anew = client.post(f"{here}reset/", json={})
    assert anew.status_code == 201 and anew.json["id"] != made.json["id"]
    assert client.get(here).status_code == 404
