"""The public pages of a tournament: overview, bracket, schedule, participants, and the list of tournaments."""

from datetime import UTC, datetime

import pytest

from app.models import Match
from tests import factories
from tests.support.queries import counted

PAGES = ("", "matches/", "bracket/", "schedule/", "participants/", "board/")


def _path(tournament, page: str = "") -> str:
    return f"/tournaments/{tournament.slug}/{page}"


@pytest.mark.parametrize("part", PAGES)
def test_everyone_sees_the_pages_of_a_public_tournament(client, part):
    tournament = factories.tournament(name="Harbour Open")
    factories.match(tournament, "LIVE")
    response = client.get(_path(tournament, part))
    assert response.status_code == 200
    assert "Harbour Open" in response.text


@pytest.mark.parametrize("part", PAGES)
@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("anonymous", 404),
        ("stranger", 404),
        ("player1", 200),
        ("coordinator", 200),
        ("organizer", 200),
        ("admin", 200),
    ],
)
def test_a_private_tournament_is_there_for_its_own_people_only(web_client, part, role, status):
    scene = factories.scene(is_public=False)
    response = web_client(scene.person(role)).get(_path(scene.tournament, part))
    assert response.status_code == status
    assert status == 200 or scene.tournament.name not in response.text


@pytest.mark.parametrize("part", PAGES)
def test_not_there_looks_the_same_as_not_allowed(client, part):
    hidden = factories.tournament(is_public=False)
    pages = [client.get(f"/tournaments/{slug}/{part}").text for slug in (hidden.slug, "no-such-thing")]
    assert pages[0] == pages[1]


@pytest.mark.parametrize("part", PAGES)
def test_pages_without_any_match_say_so(client, part):
    response = client.get(_path(factories.tournament(), part))
    assert response.status_code == 200
    assert 'class="empty"' in response.text


def test_only_managers_see_the_tabs_of_the_organizers_rooms(web_client):
    scene = factories.scene()
    for role, sees in {"organizer": True, "admin": True, "player1": False, "anonymous": False}.items():
        text = web_client(scene.person(role)).get(_path(scene.tournament)).text
        assert (f"{_path(scene.tournament)}desk/" in text) is sees, role


def test_list_of_tournaments_shows_what_the_reader_may_see(web_client):
    scene = factories.scene(is_public=False)
    shown = factories.tournament(name="For all")
    for role, sees in {"player1": True, "organizer": True, "stranger": False, "anonymous": False}.items():
        text = web_client(scene.person(role)).get("/tournaments/").text
        assert shown.name in text
        assert (scene.tournament.name in text) is sees, role


def test_list_of_tournaments_can_be_searched_and_is_paged(client):
    for number in range(30):
        factories.tournament(name=f"Cup {number:02d}")
    factories.tournament(name="100% Open")
    assert "Page 1 of 2" in client.get("/tournaments/").text
    found = client.get("/tournaments/", query_string={"search": "100%"}).text
    assert "100% Open" in found
    assert "Cup 01" not in found
    assert "has “nothing” in its name" in client.get("/tournaments/?search=nothing").text


@pytest.mark.parametrize("number", ["0", "x", "-1", "99999999999999"])
def test_list_of_tournaments_refuses_what_is_no_page(client, number):
    assert client.get(f"/tournaments/?page={number}").status_code == 404


def test_overview_lists_brackets_with_their_progress(client):
    tournament = factories.tournament()
    bracket = factories.bracket(tournament, name="Playoffs")
    factories.match(tournament, "COMPLETED", bracket_id=bracket.id)
    factories.match(tournament, "READY", bracket_id=bracket.id)
    text = client.get(_path(tournament)).text
    assert "Playoffs" in text
    assert "1 of 2 matches over" in text


def _knockout(tournament, count: int = 4) -> list[Match]:
    """Two semi-finals whose numbers run against the bracket's order, and the final that they feed."""
    bracket = factories.bracket(tournament)
    final = factories.match(
        tournament,
        "SCHEDULED",
        participant1=None,
        participant2=None,
        bracket_id=bracket.id,
        round_number=2,
        match_number=3,
        section="final",
    )
    semis = [
        factories.match(
            tournament,
            "READY",
            bracket_id=bracket.id,
            match_number=number,
            winner_to_match_id=final.id,
            winner_to_slot=slot,
        )
        for number, slot in ((1, 2), (2, 1))
    ]
    return [*semis, final]


def test_bracket_draws_rounds_in_the_order_in_which_matches_feed_each_other(client):
    tournament = factories.tournament()
    second, first, final = _knockout(tournament)
    text = client.get(_path(tournament, "bracket/")).text
    places = [text.index(f'data-match-id="{match.id}"') for match in (first, second, final)]
    assert places == sorted(places)
    assert "Semi-finals" in text
    assert ">Final<" in text
    assert (
        text.index("bracket__slot--down") < text.index("bracket__slot--up") < text.index("bracket__slot--fed")
    )
    assert "Winner of M2" in text


def test_bracket_shows_groups_as_tables(client):
    tournament = factories.tournament()
    bracket = factories.bracket(tournament, name="Groups", format="round_robin")
    teams = [factories.participant(tournament, name) for name in ("Alpha", "Bravo", "Charlie")]
    common = {"bracket_id": bracket.id, "section": "group", "group_name": "Group A"}
    for side1, side2, scores in ((0, 1, (2, 0)), (1, 2, (1, 1)), (0, 2, (None, None))):
        is_over = scores[0] is not None
        winner = teams[side1].id if is_over and scores[0] > scores[1] else None
        factories.match(
            tournament,
            "COMPLETED" if is_over else "READY",
            participant1=teams[side1],
            participant2=teams[side2],
            participant1_score=scores[0],
            participant2_score=scores[1],
            winner_id=winner,
            loser_id=teams[side2].id if winner else None,
            **common,
        )
    text = client.get(_path(tournament, "bracket/")).text
    table = text.split(">Group A</caption>")[1].split("</table>")[0]
    assert table.index("Alpha") < table.index("Charlie") < table.index("Bravo")
    assert "2:0" in table


def test_schedule_shows_one_day_of_the_tournaments_own_clock(client):
    tournament = factories.tournament(time_zone="America/New_York")
    late = factories.match(tournament, "READY", scheduled_time=datetime(2027, 3, 2, 3, 30, tzinfo=UTC))
    next_day = factories.match(tournament, "READY", scheduled_time=datetime(2027, 3, 2, 15, 0, tzinfo=UTC))
    text = client.get(_path(tournament, "schedule/?day=2027-03-01&by=time")).text
    assert f'id="match-{late.id}"' in text
    assert ">22:30</time>" in text
    assert f'id="match-{next_day.id}"' not in text
    assert "Monday 1 March 2027" in text


def test_schedule_opens_on_today_or_the_next_day_with_matches(client):
    tournament = factories.tournament()
    past = factories.match(tournament, "COMPLETED", scheduled_time=factories.soon(-60 * 24 * 9))
    coming = factories.match(tournament, "READY", scheduled_time=factories.soon(60 * 24 * 9))
    text = client.get(_path(tournament, "schedule/")).text
    assert f'data-match-id="{coming.id}"' in text
    assert f'data-match-id="{past.id}"' not in text


def test_schedule_has_a_place_for_matches_without_a_time_and_an_order_by_station(client):
    tournament = factories.tournament()
    station = factories.station(tournament, "Court 3")
    untimed = factories.match(tournament, "READY", scheduled_time=None, check_in_deadline=None)
    placed = factories.match(tournament, "READY", station_id=station.id)
    text = client.get(_path(tournament, "schedule/?day=unscheduled")).text
    assert f'id="match-{untimed.id}"' in text
    assert f'id="match-{placed.id}"' not in text
    assert "Court 3" in client.get(_path(tournament, "schedule/?by=station")).text


@pytest.mark.parametrize("day", ["yesterday", "2027-02-30", "99999-01-01", "0001-01-01", "9999-12-31"])
def test_schedule_knows_no_such_day(client, day):
    tournament = factories.tournament()
    factories.match(tournament, "READY")
    assert client.get(_path(tournament, f"schedule/?day={day}")).status_code == 404


@pytest.mark.parametrize("day", ["1970-01-01", "2999-12-31"])
def test_schedule_of_a_day_without_matches_is_empty(client, day):
    tournament = factories.tournament(time_zone="Pacific/Auckland")
    factories.match(tournament, "READY")
    response = client.get(_path(tournament, f"schedule/?day={day}"))
    assert response.status_code == 200
    assert "No match is planned for this day." in response.text


def test_participants_stand_by_seed_with_what_they_won(client):
    tournament = factories.tournament()
    second, first = (
        factories.participant(tournament, name, seed=seed) for name, seed in (("Zulu", 2), ("Kilo", 1))
    )
    factories.match(tournament, "COMPLETED", participant1=second, participant2=first)
    text = client.get(_path(tournament, "participants/")).text
    assert text.index("Kilo") < text.index("Zulu")
    assert f"matches/?participant={first.id}" in text
    zulu = text.split("Zulu</th>")[1].split("</tr>")[0]
    assert zulu.count('<td class="n">1</td>') == 2


@pytest.mark.parametrize("part", ["", "bracket/", "schedule/", "participants/", "board/"])
def test_pages_ask_as_often_for_thirty_matches_as_for_one(app, client, part):
    tournament = factories.tournament()
    bracket = factories.bracket(tournament)
    far = {"bracket_id": bracket.id, "scheduled_time": factories.soon(30)}
    factories.matches(tournament, 1, "SCHEDULED", **far)
    client.get(_path(tournament, part))
    factories.change(tournament, name="Renamed")
    with counted(app) as one:
        client.get(_path(tournament, part))
    for state in ("LIVE", "COMPLETED"):
        factories.matches(tournament, 15, state)
    with counted(app) as thirty:
        assert client.get(_path(tournament, part)).status_code == 200
    assert len(thirty) == len(one) <= 10


def test_list_of_tournaments_asks_as_often_for_twenty_as_for_one(app, client):
    factories.match(factories.tournament(), "READY")
    client.get("/tournaments/")
    with counted(app) as one:
        client.get("/tournaments/?anew")
    for _ in range(20):
        factories.match(factories.tournament(), "READY")
    with counted(app) as twenty:
        client.get("/tournaments/")
    assert len(twenty) == len(one) <= 4
