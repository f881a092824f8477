"""QR codes, the address of a check-in, and match slips."""

import re

import pytest

from app.services import lobby
from tests import factories


def test_the_codes_lead_to_the_match_and_to_its_check_in(app, client):
    from app.web.codes import qr_code

    scene = factories.scene()
    for query, address in (("", ""), ("?of=check-in", "check-in")):
        response = client.get(f"/matches/{scene.match.id}/qr.svg{query}")
        assert response.mimetype == "image/svg+xml"
        path = re.search(r'class="qrline"[^>]*d="([^"]+)"', response.text)[1]
        wanted = qr_code(f"http://localhost/matches/{scene.match.id}/{address}")
        assert f'd="{path}"' in wanted


def test_a_code_can_be_read():
    from app.web.codes import qr_code

    # A code of the standard's own look: three finder patterns of seven modules, dark on light.
    code = qr_code("https://example.org/matches/7/check-in")
    assert 'fill="#fff"' in code and 'stroke="#000"' in code
    assert "h7m" in code
    assert "style" not in code


def test_opening_the_check_in_changes_nothing(web_client, client):
    scene = factories.scene("SCHEDULED")
    address = f"/matches/{scene.match.id}/check-in"
    to_login = client.get(address)
    assert to_login.status_code == 303
    assert to_login.location.startswith("/login?next=")
    assert "check-in" in to_login.location
    opened = web_client(scene.player1).get(address)
    assert (opened.status_code, opened.location) == (
        303,
        f"/matches/{scene.match.id}/#match-{scene.match.id}-side",
    )
    page = web_client(scene.player1).get(f"/matches/{scene.match.id}/").text
    assert f'id="match-{scene.match.id}-side"' in page
    assert factories.fresh(scene.match).version == scene.match.version
    assert web_client(scene.player1).post(address, {}).status_code == 303
    assert factories.fresh(scene.match).participant1_checked_in


def test_the_organizer_finds_the_codes_on_the_match_page(web_client):
    scene = factories.scene()
    image = f'src="/matches/{scene.match.id}/qr.svg?of=check-in"'
    assert image in web_client(scene.organizer).get(f"/matches/{scene.match.id}/").text
    assert image not in web_client(scene.player1).get(f"/matches/{scene.match.id}/").text


# -- slips --------------------------------------------------------------------------------------------------


def _slips(client, of, query=""):
    response = client.get(f"/tournaments/{of.slug}/slips/{query}")
    assert response.status_code == 200, response.text
    return re.findall(r'class="slip" data-match-id="(\d+)"', response.text), response.text


def test_slips_of_what_can_be_played_next(app, web_client):
    scene = factories.scene("READY", match_columns={"best_of": 3})
    court = factories.station(scene.tournament, "Court 2")
    factories.change(scene.match, station_id=court.id)
    factories.match(scene.tournament, "COMPLETED")
    factories.match(scene.tournament, "SCHEDULED", participant1=None)
    with app.app_context():
        lobby.update_lobby(
            actor=factories.actor(scene.organizer),
            match_id=scene.match.id,
            changes={"room_code": "SECRET"},
            now=factories.soon(0),
        )
    found, html = _slips(web_client(scene.organizer), scene.tournament)
    assert found == [str(scene.match.id)]
    assert scene.team1.name in html and scene.team2.name in html
    assert "Court 2" in html
    assert f"{scene.match.scheduled_time:%-d %b %H:%M}" in html
    assert "<svg" in html and "SECRET" not in html
    # Three games and the whole, for two sides.
    assert html.count("<td") == 8


def test_slips_of_chosen_matches_and_of_a_round(web_client):
    of = factories.tournament()
    other = factories.match()
    bracket = factories.bracket(of, name="Playoffs")
    first, second = (
        factories.match(of, "COMPLETED", bracket_id=bracket.id, round_number=number) for number in (1, 2)
    )
    owner = web_client(factories.admin())
    found, html = _slips(owner, of, f"?matches={first.id},{other.id}&matches={second.id}")
    assert set(found) == {str(first.id), str(second.id)}
    assert "Playoffs, round 2" in html
    found, html = _slips(owner, of, f"?round={bracket.id}.2")
    assert found == [str(second.id)]
    assert f'<option value="{bracket.id}.2" selected>' in html
    assert "There is nothing to print." in _slips(owner, of)[1]


@pytest.mark.parametrize(
    "query", ["matches=x", "matches=0", "matches=1;2", "round=1", "round=a.1", "round=1.99999999999"]
)
def test_slips_of_what_cannot_be(web_client, query):
    of = factories.tournament()
    assert web_client(factories.admin()).get(f"/tournaments/{of.slug}/slips/?{query}").status_code == 400
