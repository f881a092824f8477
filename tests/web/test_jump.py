"""From any page of a tournament to a match, a participant, a person or another page of it."""

import re

import pytest

from tests import factories


@pytest.fixture
def cup():
    """A tournament with some of everything."""
    scene = factories.scene("READY")
    station = factories.station(scene.tournament, "Blue stage")
    factories.match(scene.tournament, "SCHEDULED", match_number=77, station_id=station.id)
    factories.staff(scene.tournament, factories.user("grace"))
    return scene


def _places(client, scene, words: str) -> list[tuple[str, str, str]]:
    """What is offered for the words: kind, title and address."""
    html = client.get(f"/tournaments/{scene.tournament.slug}/jump?q={words}", htmx=True).text
    assert "<html" not in html
    found = re.findall(
        r'data-href="([^"]*)">\s*<span class="place__kind">(.*?)</span>\s*<span class="place__title">(.*?)</span>',
        html,
    )
    assert html.count('role="option"') == len(found)
    return [(kind, title, address) for address, kind, title in found]


@pytest.mark.parametrize(
    ("words", "kind", "title"),
    [
        ("77", "Match", "M77"),
        ("m77", "Match", "M77"),
        ("blue+stage", "Match", "M77"),
        ("grace", "Organizer", "grace"),
        ("SLIPS", "Page", "Match slips"),
        ("bracket", "Page", "Bracket"),
    ],
)
def test_found_by_number_name_station_and_page(web_client, cup, words, kind, title):
    found = _places(web_client(cup.organizer), cup, words)
    assert [place for place in found if place[0] == kind and place[1].startswith(title)], found
    assert (found[0][0], found[0][1][:3]) == (kind, title[:3])


def test_a_side_is_found_by_its_name_and_by_its_members(web_client, cup):
    client = web_client(cup.organizer)
    by_name = _places(client, cup, cup.team1.name.replace(" ", "+"))
    assert ("Match", f"M{cup.match.match_number}: {cup.team1.name} against {cup.team2.name}") in [
        place[:2] for place in by_name
    ]
    _kind, title, address = next(
        place for place in _places(client, cup, cup.player1.username) if place[0] == "Participant"
    )
    assert title == cup.team1.name
    assert client.get(address).status_code == 200


def test_every_page_that_is_offered_is_there(web_client, cup):
    client = web_client(cup.organizer)
    pages = _places(client, cup, "")
    assert len(pages) > 15
    for kind, title, address in pages:
        assert kind == "Page"
        assert client.get(address).status_code == 200, title


@pytest.mark.parametrize("words", ["nothing+like+it", "%25", "_____", "9" * 300, "%00"])
def test_words_that_fit_nothing_are_answered_calmly(web_client, cup, words):
    client = web_client(cup.organizer)
    assert client.get(f"/tournaments/{cup.tournament.slug}/jump?q={words}", htmx=True).status_code == 200
    page = client.get(f"/tournaments/{cup.tournament.slug}/jump?q={words}")
    assert page.status_code == 200
    assert ("Nothing was found for" in page.text) is (words != "%00")


def test_without_scripts_it_is_a_page_with_links(web_client, cup):
    html = web_client(cup.organizer).get(f"/tournaments/{cup.tournament.slug}/jump?q=77").text
    assert "<html" in html
    assert 'role="option"' not in html
    assert re.search(r'<a class="place__title" href="/matches/\d+/">M77: ', html)


def test_another_tournaments_matches_are_not_offered(web_client, cup):
    other = factories.scene("READY")
    factories.match(other.tournament, "READY", match_number=4711)
    assert _places(web_client(cup.organizer), cup, "4711") == []


def test_its_button_stands_on_the_pages_of_its_staff_alone(web_client, cup):
    base = f"/tournaments/{cup.tournament.slug}/"
    for path in (base, f"{base}desk/", f"{base}schedule/", f"/matches/{cup.match.id}/"):
        assert "data-jump-to" in web_client(cup.organizer).get(path).text, path
    for client in (web_client(), web_client(cup.player1)):
        text = client.get(base).text
        assert "data-jump-to" not in text
        assert "jump.js" not in text
