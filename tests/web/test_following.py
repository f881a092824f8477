"""GET /following/ and its rows: the matches of those whom somebody's browser follows."""

import pytest

from tests import factories
from tests.support.queries import counted


def _ask(client, *participants) -> str:
    response = client.get("/following/rows", query_string={"participant": [one.id for one in participants]})
    assert response.status_code == 200
    return response.text


def test_the_page_tells_how_to_unfollow(client):
    text = client.get("/following/").text
    assert "Press the star again to unfollow." in text
    assert "You follow nobody yet." in text


def test_rows_are_those_of_the_participants_whatever_their_state(client):
    tournament = factories.tournament()
    one, other = factories.participants(tournament, 2)
    theirs = [
        factories.match(tournament, state, **{side: one})
        for state, side in (
            ("LIVE", "participant1"),
            ("SCHEDULED", "participant2"),
            ("COMPLETED", "participant1"),
        )
    ]
    factories.match(tournament, "LIVE")
    text = _ask(client, one, other)
    assert [f'id="match-{match.id}"' in text for match in theirs] == [True] * 3
    assert text.count("<li") == 3
    assert _ask(client) == ""


def test_private_matches_are_for_those_who_may_see_them(client):
    scene = factories.scene("LIVE", is_public=False, match_columns={"lobby": {"room_code": "SECRET-77"}})
    assert _ask(client, scene.team1) == ""
    client.sign_in(scene.player1.username)
    text = _ask(client, scene.team1)
    assert f'id="match-{scene.match.id}"' in text
    assert "SECRET-77" not in text


@pytest.mark.parametrize("status", ["draft", "cancelled"])
def test_what_is_not_held_is_left_out(client, status):
    scene = factories.scene("READY", status=status)
    assert _ask(client, scene.team1) == ""


@pytest.mark.parametrize(
    "query", ["participant=x", "participant=-1", "participant=1.5", "&participant=1" * 51]
)
def test_what_is_no_participant_is_refused(client, query):
    assert client.get(f"/following/rows?{query}").status_code == 404


def test_numbers_of_nobody_find_nothing(client):
    assert client.get(f"/following/rows?participant={'9' * 30}&participant=2147483648").text == ""


def test_as_many_questions_for_thirty_as_for_one(app, client):
    tournament = factories.tournament()
    sides = factories.participants(tournament, 30)
    factories.match(tournament, "LIVE", participant1=sides[0])
    _ask(client, sides[1])
    with counted(app) as one:
        _ask(client, sides[0])
    for side in sides[1:]:
        factories.match(tournament, "LIVE", participant1=side)
    with counted(app) as thirty:
        assert _ask(client, *sides).count("<li") == 30
    assert len(thirty) == len(one)
