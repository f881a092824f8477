"""What a link to a page says of itself elsewhere: title, state and time in words, one address, no secrets."""

import re
from datetime import UTC, datetime
from html import unescape

import pytest

from tests import factories

AT = datetime(2027, 7, 1, 16, 30, tzinfo=UTC)


def told(text: str) -> dict[str, str]:
    """The page's description, canonical address and Open Graph values, by name."""
    head = text.split("</head>", maxsplit=1)[0]
    found = re.findall(r'<meta (?:property|name)="((?:og:|twitter:)\w+|description)" content="([^"]*)"', head)
    found += [("canonical", address) for address in re.findall(r'<link rel="canonical" href="([^"]*)"', head)]
    assert len(found) == len(dict(found))
    return {name: unescape(value) for name, value in found}


def test_a_tournament_says_how_it_stands(client):
    of = factories.tournament(
        name='Cup "24" & more', slug="cup-24", game="valorant", time_zone="Europe/Berlin"
    )
    values = told(client.get(f"/tournaments/{of.slug}/").text)
    words = "Under way. VALORANT. Live scores, what is next, brackets and schedule. Times in Europe/Berlin."
    assert values == {
        "canonical": "http://localhost/tournaments/cup-24/",
        "description": words,
        "og:site_name": "Matchdesk",
        "og:type": "website",
        "og:title": 'Cup "24" & more',
        "og:description": words,
        "og:url": "http://localhost/tournaments/cup-24/",
        "twitter:card": "summary",
    }


@pytest.mark.parametrize("part", ["matches/", "bracket/", "schedule/", "participants/"])
def test_its_pages_have_one_address_whatever_is_filtered(client, part):
    of = factories.tournament()
    factories.match(of)
    values = told(client.get(f"/tournaments/{of.slug}/{part}?search=x&page=1").text)
    assert values["canonical"] == values["og:url"] == f"http://localhost/tournaments/{of.slug}/{part}"


@pytest.mark.parametrize("role", ["anonymous", "player1", "organizer"])
def test_a_match_says_state_and_time_in_words(web_client, role):
    lobby = {"room_code": "SECRET-77", "region": "EU", "map": "Ascent"}
    scene = factories.scene(
        "READY", match_columns={"lobby": lobby, "scheduled_time": AT}, time_zone="America/New_York"
    )
    values = told(web_client(scene.person(role)).get(f"/matches/{scene.match.id}/?view=side").text)
    assert values["canonical"] == f"http://localhost/matches/{scene.match.id}/"
    assert values["og:title"] == f"M1: {scene.team1.name} against {scene.team2.name}"
    assert values["og:description"] == values["description"]
    assert values["description"] == (
        f"Ready. Thursday 1 July 2027, 12:30 in America/New York. Round 1 · M1. {scene.tournament.name}."
    )
    assert "SECRET-77" not in str(values)


@pytest.mark.parametrize(
    ("state", "columns", "begins"),
    [
        ("COMPLETED", {}, "Completed, 2–1. "),
        ("SCHEDULED", {"scheduled_time": None, "check_in_deadline": None}, "Scheduled. No time yet. "),
    ],
)
def test_a_match_tells_its_score_and_that_it_has_no_time(client, state, columns, begins):
    match = factories.match(state=state, **columns)
    assert told(client.get(f"/matches/{match.id}/").text)["description"].startswith(begins)


def test_a_private_tournament_says_nothing(web_client):
    scene = factories.scene("READY", is_public=False)
    client = web_client(scene.organizer)
    for path in (f"/tournaments/{scene.tournament.slug}/", f"/matches/{scene.match.id}/"):
        response = client.get(path)
        assert response.status_code == 200
        assert told(response.text) == {}


def test_the_rooms_of_an_organizer_say_nothing(web_client):
    scene = factories.scene()
    client = web_client(scene.organizer)
    for part in ("desk/", "settings/", "schedule/delay/"):
        assert told(client.get(f"/tournaments/{scene.tournament.slug}/{part}").text) == {}
