"""Answers to strangers are kept until anything changes, and never reach anybody else."""

from functools import partial
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import create_engine
from werkzeug.test import Client

from app import answers
from app.extensions import db
from app.services.queries.freshness import data_version
from tests import factories as make
from tests.support.queries import counted

pytestmark = pytest.mark.own_application

LIST = "/api/tournaments/matches/"


def places(match, tournament):
    """The addresses whose answers are kept."""
    return [LIST, f"{LIST}{match.id}/", f"/tournaments/{tournament.slug}/matches/", f"/matches/{match.id}/"]


@pytest.fixture
def stranger(app):
    """Somebody without a cookie and without a token, who asks again and again."""
    return app.test_client(use_cookies=False)


def headers_of(response):
    """The headers, but for the one that every request has of its own."""
    return {name: value for name, value in response.headers.items() if name != "X-Request-ID"}


def reads(app, ask):
    """What is asked of the match's tables meanwhile."""
    with counted(app) as statements:
        ask()
    return [statement for statement in statements if "matches" in statement]


@pytest.mark.both_databases
def test_nothing_is_read_again_until_something_changes(app, stranger):
    scene = make.scene()
    for path in places(scene.match, scene.tournament):
        first = stranger.get(path)
        assert first.status_code == 200
        assert reads(app, lambda path=path: stranger.get(path)) == []
        again = stranger.get(path)
        assert (again.data, headers_of(again)) == (first.data, headers_of(first))
        make.change(scene.team1, name=f"Renamed for {path}")
        assert reads(app, lambda path=path: stranger.get(path)) != []
        assert b"Renamed for" in stranger.get(path).data


@pytest.mark.both_databases
def test_what_shows_one_tournament_outlives_changes_elsewhere(app, stranger, api_client):
    scene, elsewhere = make.scene(), make.scene()
    for path in places(scene.match, scene.tournament)[1:]:
        stranger.get(path)
    start = api_client(elsewhere.organizer).post(f"{LIST}{elsewhere.match.id}/start/", {})
    assert start.status_code == 200
    for path in places(scene.match, scene.tournament)[1:]:
        assert reads(app, lambda path=path: stranger.get(path)) == []
    assert "LIVE" in stranger.get(LIST).text


def test_a_page_that_follows_the_clock_is_kept_for_a_moment(app, stranger, monkeypatch):
    scene = make.scene()
    for path in ("/", f"/tournaments/{scene.tournament.slug}/"):
        stranger.get(path)
        assert reads(app, lambda path=path: stranger.get(path)) == []
    later = answers.monotonic() + 6
    monkeypatch.setattr(answers, "monotonic", lambda: later)
    for path in ("/", f"/tournaments/{scene.tournament.slug}/"):
        assert reads(app, lambda path=path: stranger.get(path)) != []


def test_a_page_that_tells_what_is_expected_is_kept_for_a_minute(app, stranger, monkeypatch):
    scene, over = make.scene(), make.scene("COMPLETED")
    paths = [f"/matches/{scene.match.id}/", f"/tournaments/{scene.tournament.slug}/matches/"]
    for path in paths:
        assert "expected" in stranger.get(path).text
        assert reads(app, lambda path=path: stranger.get(path)) == []
    stranger.get(f"/matches/{over.match.id}/")
    later = answers.monotonic() + 61
    monkeypatch.setattr(answers, "monotonic", lambda: later)
    for path in paths:
        assert reads(app, lambda path=path: stranger.get(path)) != []
    assert reads(app, lambda: stranger.get(f"/matches/{over.match.id}/")) == []


@pytest.mark.both_databases
def test_a_change_over_the_api_is_seen_at_once(stranger, api_client):
    scene = make.scene()
    organizer = api_client(scene.organizer)
    paths = places(scene.match, scene.tournament)
    for path in paths:
        assert b"READY" in stranger.get(path).data
    assert organizer.post(f"{LIST}{scene.match.id}/start/", {}).status_code == 200
    for path in paths:
        assert b"LIVE" in stranger.get(path).data


def test_each_address_etag_and_htmx_request_has_its_own_answer(stranger):
    scene = make.scene()
    make.matches(scene.tournament, 3)
    one, _, page, _ = places(scene.match, scene.tournament)
    assert (
        stranger.get(one, query_string={"page_size": 1}).json["results"] != stranger.get(one).json["results"]
    )
    there = stranger.get(one, query_string={"page_size": 1}, base_url="https://desk.example")
    assert there.json["next"].startswith("https://desk.example/")
    whole, part = stranger.get(page), stranger.get(page, headers={"HX-Request": "true"})
    assert b"<html" in whole.data
    assert b"<html" not in part.data


def test_an_unchanged_match_is_304_from_what_is_kept_too(app, stranger):
    path = f"{LIST}{make.scene().match.id}/"
    known = {"If-None-Match": stranger.get(path).headers["ETag"]}
    first = stranger.get(path, headers=known)
    assert reads(app, lambda: stranger.get(path, headers=known)) == []
    again = stranger.get(path, headers=known)
    assert (first.status_code, again.status_code, again.data) == (304, 304, b"")
    assert stranger.head(path).status_code == 200


def test_what_is_kept_is_for_strangers_alone(stranger, api_client, web_client):
    scene = make.scene(is_public=False)
    paths = places(scene.match, scene.tournament)
    organizer, browser = api_client(scene.organizer), web_client(scene.organizer)
    for path in paths:
        before = stranger.get(path)
        inside = (organizer if path.startswith("/api") else browser).get(path)
        assert inside.status_code == 200
        assert inside.data != before.data
        assert inside.headers["Cache-Control"].startswith("private")
        assert stranger.get(path).data == before.data


def test_only_those_asked_for_last_are_kept(app):
    make.scene()
    with app.app_context():
        kept = answers.KeptAnswers(partial(Flask.wsgi_app, app), db.engine, most_kept=7_000)
    stranger = Client(kept, use_cookies=False)
    first, second, third = (f"{LIST}?unknown={number}" for number in range(3))
    for path in (first, second, first, third):
        assert stranger.get(path).status_code == 200
    assert reads(app, lambda: stranger.get(first)) == []
    assert reads(app, lambda: stranger.get(second)) != []


def test_what_went_wrong_is_not_kept(app, stranger):
    make.scene()
    for path in (f"{LIST}?page=99", f"{LIST}?page=x", f"{LIST}999/"):
        assert stranger.get(path).status_code in (400, 404)
    kept = stranger.get(f"{LIST}?page=1")
    assert (kept.status_code, kept.json["count"]) == (200, 1)


def test_pages_of_other_origins_have_their_own_answer(stranger):
    make.scene()
    there = {"Origin": "https://elsewhere.example"}
    first = stranger.get(LIST, headers=there)
    stranger.get(LIST)
    assert headers_of(stranger.get(LIST, headers=there)) == headers_of(first)


def test_a_database_that_cannot_be_looked_at_keeps_nothing(app_context):
    Path(db.engine.url.database).unlink()
    assert data_version(db.engine) is None


def test_a_server_that_is_away_keeps_nothing():
    engine = create_engine("postgresql+psycopg://nobody@127.0.0.1:1/nothing")
    assert data_version(engine) is None
