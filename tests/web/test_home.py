"""GET /: what goes on now, over all public tournaments."""

import pytest

from tests import factories
from tests.support.queries import counted


def _section(text: str, heading: str) -> str:
    """The part of the page that this heading opens."""
    return text.split(f'id="{heading}"')[1].split("</section>", maxsplit=1)[0]


def test_home_puts_each_match_in_its_section(client):
    live, ready, done = (factories.match(state=state) for state in ("LIVE", "READY", "COMPLETED"))
    text = client.get("/").text
    assert f'data-match-id="{live.id}" data-state="LIVE"' in _section(text, "live-now")
    assert f'data-match-id="{ready.id}" data-state="READY"' in _section(text, "up-next")
    assert f'data-match-id="{done.id}" data-state="COMPLETED"' in _section(text, "just-finished")


def test_home_leaves_private_and_deleted_matches_out(client):
    private = factories.match(factories.tournament(is_public=False), "LIVE")
    deleted = factories.match(state="LIVE", is_deleted=True)
    gone = factories.match(factories.tournament(is_deleted=True), "LIVE")
    text = client.get("/").text
    for match in (private, deleted, gone):
        assert f'data-match-id="{match.id}"' not in text


def test_home_shows_no_match_whose_sides_are_unknown(client):
    match = factories.match(state="SCHEDULED", participant1=None)
    assert f'data-match-id="{match.id}"' not in client.get("/").text


def test_home_forgets_what_was_planned_long_ago_and_never_began(client):
    match = factories.match(state="SCHEDULED", scheduled_time=factories.soon(-60 * 24))
    assert f'data-match-id="{match.id}"' not in client.get("/").text


def test_home_says_so_when_nothing_is_on(client):
    response = client.get("/")
    assert response.status_code == 200
    assert "Nothing is being played right now." in response.text


def test_live_matches_stand_before_those_that_await_a_result(client):
    waiting = factories.match(state="PENDING_RESULT", scheduled_time=factories.soon(-90))
    live = factories.match(state="LIVE", scheduled_time=factories.soon(-10))
    text = client.get("/").text
    assert text.index(f'id="match-{live.id}"') < text.index(f'id="match-{waiting.id}"')
    keys = [text.split(f'id="match-{match.id}"')[1].split('data-sort="')[1][:20] for match in (live, waiting)]
    assert float(keys[0].split('"')[0]) < float(keys[1].split('"')[0])


def test_home_never_shows_a_lobby(client):
    factories.match(state="LIVE", lobby={"room_code": "SECRET-77", "region": "EU"})
    assert "SECRET-77" not in client.get("/").text


def test_home_sets_no_cookie_for_a_stranger(client):
    assert "Set-Cookie" not in client.get("/").headers


def test_names_are_escaped(client):
    tournament = factories.tournament()
    side = factories.participant(tournament, "<script>alert(1)</script>")
    factories.match(tournament, "LIVE", participant1=side)
    text = client.get("/").text
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text


@pytest.mark.parametrize("state", ["LIVE", "SCHEDULED", "COMPLETED"])
def test_home_asks_as_often_for_thirty_matches_as_for_one(app, client, state):
    tournament = factories.tournament()
    factories.matches(tournament, 1, state)
    client.get("/")
    with counted(app) as one:
        client.get("/?anew")
    factories.matches(tournament, 30, state)
    with counted(app) as thirty:
        assert client.get("/").status_code == 200
    assert len(thirty) == len(one) <= 8
