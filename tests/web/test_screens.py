"""The board, the overlays, and the organizer's room of the screens."""

import re

import pytest

from app.models import Screen
from app.services import tournaments
from app.web.security import CONTENT_POLICY
from tests import factories

KEY = "0123456789abcdef0123456789abcdef"


def _path(of, rest):
    return f"/tournaments/{of.slug}/{rest}"


def _screen(of, **columns):
    row = Screen(tournament_id=of.id, **{"key": KEY, "last_seen_at": factories.soon(0), **columns})
    factories.save(row)
    return row


def _board_key(app, scene):
    with app.app_context():
        return tournaments.create_board_link(
            actor=factories.actor(scene.organizer), tournament_id=scene.tournament.id, now=factories.soon(0)
        )


def _list(html, name):
    """The list of the board under a heading, or of the overlay of a kind."""
    found = re.search(rf'aria-labelledby="board-{name}".*?<ol[^>]*>(.*?)</ol>', html, re.DOTALL)
    found = found or re.search(rf'data-kind="{name}"[^>]*>(.*?)</ol>', html, re.DOTALL)
    return found[1]


@pytest.fixture
def hall():
    of = factories.tournament()
    court = factories.station(of, "Court 2")
    return {
        "of": of,
        "court": court,
        "live": factories.match(of, "LIVE", station_id=court.id),
        "called": factories.match(of, "READY", station_id=court.id, called_at=factories.soon(-2)),
        "next": factories.match(of, "READY"),
        "done": factories.match(of, "COMPLETED"),
    }


# -- the board ----------------------------------------------------------------------------------------------


def test_the_board_tells_what_is_live_called_next_and_over(client, hall):
    html = client.get(_path(hall["of"], "board/")).text
    for name in ("live", "called", "next", "done"):
        ids = re.findall(r'<li class="match-row" id="match-(\d+)"', _list(html, name))
        assert ids == [str(hall[name].id)], name
    called = _list(html, "called")
    assert f'data-number="M{hall["called"].match_number}"' in called
    assert 'data-to="Court 2"' in called
    assert 'data-started="' in _list(html, "live")
    assert 'data-live-page="screen"' in html


def test_the_board_shows_the_announcement(client, hall):
    factories.change(hall["of"], announcement="Final at <18:00>")
    assert "Final at &lt;18:00&gt;" in client.get(_path(hall["of"], "board/")).text


@pytest.mark.parametrize(
    ("query", "lists", "brackets"),
    [("", 1, 0), ("view=bracket", 0, 1), ("view=rotate", 1, 1), ("view=nonsense", 1, 0)],
)
def test_the_board_has_views(client, hall, query, lists, brackets):
    bracket = factories.bracket(hall["of"], name="Playoffs")
    factories.change(hall["live"], bracket_id=bracket.id)
    html = client.get(_path(hall["of"], f"board/?{query}")).text
    assert html.count("board__columns") == lists
    assert html.count('class="section bracket-section"') == brackets


@pytest.mark.parametrize(
    ("theme", "attribute"),
    [("dark", ' data-theme="dark"'), ("contrast", ' data-theme="contrast"'), ("x", "")],
)
def test_the_board_has_themes(client, hall, theme, attribute):
    html = client.get(_path(hall["of"], f"board/?theme={theme}")).text
    assert f'<html lang="en" dir="ltr" class="board-root"{attribute}>' in html


@pytest.mark.parametrize(("asked", "language"), [("de", "de"), ("bn", "bn"), ("xx", "fr")])
def test_boards_and_overlays_speak_the_language_of_their_address_or_of_the_browser(
    client, hall, asked, language
):
    for screen in ("board/", "overlay/next"):
        path = _path(hall["of"], f"{screen}?lang={asked}")
        assert f'<html lang="{language}"' in client.get(path, headers={"Accept-Language": "fr"}).text


# -- overlays -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["scoreboard", "next", "ticker"])
def test_an_overlay_may_be_framed_and_nothing_else_may(client, hall, kind):
    response = client.get(_path(hall["of"], f"overlay/{kind}"))
    assert response.status_code == 200
    policy = response.headers["Content-Security-Policy"]
    assert policy == CONTENT_POLICY.replace("frame-ancestors 'none'", "frame-ancestors *")
    assert "X-Frame-Options" not in response.headers
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    board = client.get(_path(hall["of"], "board/"))
    assert "frame-ancestors 'none'" in board.headers["Content-Security-Policy"]
    assert board.headers["X-Frame-Options"] == "DENY"
    assert "X-Frame-Options" in client.get(_path(hall["of"], "overlay/nothing")).headers


def test_an_overlay_is_of_one_match_or_of_one_station(client, hall):
    one = client.get(_path(hall["of"], f"overlay/scoreboard?match={hall['next'].id}")).text
    assert re.findall(r'id="match-(\d+)"', one) == [str(hall["next"].id)]
    station = client.get(_path(hall["of"], f"overlay/scoreboard?station={hall['court'].id}")).text
    assert set(re.findall(r'id="match-(\d+)"', station)) == {str(hall["live"].id), str(hall["called"].id)}
    # What comes to another station later does not come here.
    assert f"data-where='[data-station=&#34;{hall['court'].id}&#34;]" in station.replace('"[', "'[")


def test_an_overlay_of_what_there_is_not(client, hall):
    other = factories.match()
    for query in (
        f"match={other.id}",
        "match=x",
        "match=0",
        "match=99999999999999",
        "station=999",
        "station=-1",
    ):
        assert client.get(_path(hall["of"], f"overlay/next?{query}")).status_code == 404, query


def test_the_size_of_an_overlay_is_in_its_address(client, hall):
    html = client.get(_path(hall["of"], "overlay/ticker?width=1920&height=80&scale=1.5")).text
    assert 'data-width="1920" data-height="80" data-scale="1.5"' in html
    for query in ("width=0", "width=x", "height=1e9", "scale=nan", "scale=0", "width=" + "9" * 400):
        assert client.get(_path(hall["of"], f"overlay/ticker?{query}")).status_code == 400, query


def test_overlays_of_a_private_tournament_open_with_its_key_alone(app, client, web_client):
    scene = factories.scene("LIVE", is_public=False)
    key = _board_key(app, scene)
    path = _path(scene.tournament, "overlay/scoreboard")
    response = client.get(path, query_string={"key": key})
    assert f'data-match-id="{scene.match.id}"' in response.text
    assert response.headers["Cache-Control"] == "private, no-store"
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert client.get(path, query_string={"key": key + "x"}).status_code == 404
    assert web_client(scene.organizer).get(path).status_code == 404
    assert web_client(scene.organizer).get(_path(scene.tournament, "board/")).status_code == 200


def test_neither_shows_a_lobby(client):
    of = factories.tournament()
    match = factories.match(of, "LIVE", lobby={"room_code": "SECRET-1", "notes": "SECRET-2"})
    for rest in ("board/", "board/?view=rotate", f"overlay/scoreboard?match={match.id}"):
        assert "SECRET" not in client.get(_path(of, rest)).text


# -- the room -----------------------------------------------------------------------------------------------


def test_the_room_tells_which_screens_are_open(web_client):
    scene = factories.scene()
    owner = web_client(scene.organizer)
    room = _path(scene.tournament, "settings/screens/")
    assert "No screen is open." in owner.get(room).text
    _screen(scene.tournament, name="Hall <left>")
    _screen(scene.tournament, key="f" * 32, kind="ticker", last_seen_at=factories.soon(-10))
    html = owner.get(room).text
    assert "Hall &lt;left&gt;" in html
    assert re.search(r"seen \d+ s ago", html)
    assert f"gone since {factories.soon(-10):%H:%M}" in html
    part = owner.get(room, headers={"HX-Request": "true"}).text
    assert part.startswith('<div id="screens"')


def test_a_screen_is_named_messaged_and_cleared(web_client):
    scene = factories.scene()
    owner, screen = web_client(scene.organizer), _screen(scene.tournament)
    room = _path(scene.tournament, "settings/screens/")
    assert owner.post(f"{room}{screen.id}/name", {"name": "Hall left"}).status_code == 303
    sent = owner.post(f"{room}message", {"screen_id": str(screen.id), "message": "Lunch\r\nuntil 14:00"})
    assert sent.status_code == 303
    row = factories.fresh(screen)
    assert (row.name, row.message) == ("Hall left", "Lunch until 14:00")
    assert "Shows: Lunch until 14:00" in owner.get(room).text
    assert owner.post(f"{room}message", {"screen_id": "", "message": ""}).status_code == 303
    assert factories.fresh(screen).message == ""
    audit = owner.get(_path(scene.tournament, "audit/")).text
    assert "Message to the boards: Hall left, Lunch until 14:00" in audit
    assert "Screen named: no name → Hall left" in audit


def test_what_is_refused_is_shown_again(web_client):
    scene = factories.scene()
    owner, screen = web_client(scene.organizer), _screen(scene.tournament)
    room = _path(scene.tournament, "settings/screens/")
    for where, data in (
        ("announcement", {"announcement": "x" * 281}),
        ("message", {"screen_id": "", "message": "x" * 281}),
        ("message", {"screen_id": "999", "message": "y"}),
        (f"{screen.id}/name", {"name": "x" * 81}),
        (f"{screen.id}/name", {"name": "a\0b"}),
    ):
        refused = owner.post(f"{room}{where}", data)
        assert refused.status_code == 400, where
    assert owner.post(f"{room}999/name", {"name": "x"}).status_code == 404
    assert factories.audit_rows(action="SCREEN_MESSAGE") == []


def test_the_announcement_is_saved(web_client):
    scene = factories.scene()
    owner = web_client(scene.organizer)
    room = _path(scene.tournament, "settings/screens/")
    assert owner.post(f"{room}announcement", {"announcement": "Final at 18:00"}).status_code == 303
    assert factories.fresh(scene.tournament).announcement == "Final at 18:00"
    assert "Final at 18:00" in owner.get(_path(scene.tournament, "board/")).text
