"""GET /me/: somebody's own matches."""

import re
from datetime import UTC, datetime, timedelta

from tests import factories
from tests.support.queries import counted


def test_strangers_are_sent_to_sign_in_and_back(client):
    response = client.get("/me/")
    assert response.status_code == 303
    assert response.location == "/login?next=/me/"


def test_own_matches_stand_next_first_and_others_do_not(web_client):
    scene = factories.scene("READY", match_columns={"scheduled_time": factories.soon(120)})
    sooner = factories.match(
        scene.tournament, "SCHEDULED", participant1=scene.team1, scheduled_time=factories.soon(30)
    )
    done = factories.match(scene.tournament, "COMPLETED", participant2=scene.team1)
    foreign = factories.match(scene.tournament, "READY")
    text = web_client(scene.player1).get("/me/").text
    places = [text.index(f'data-match-id="{match.id}"') for match in (sooner, scene.match, done)]
    assert places == sorted(places)
    assert f'data-match-id="{foreign.id}"' not in text


def test_a_live_match_comes_before_all_others(web_client):
    scene = factories.scene("LIVE", match_columns={"scheduled_time": factories.soon(60)})
    factories.match(scene.tournament, "SCHEDULED", participant1=scene.team1, scheduled_time=factories.soon(5))
    text = web_client(scene.player1).get("/me/").text
    assert f'id="match-{scene.match.id}-scoreboard"' in text


def test_check_in_is_at_hand(web_client):
    scene = factories.scene("SCHEDULED")
    client = web_client(scene.player1)
    text = client.get("/me/").text
    form = text.split(f'action="/matches/{scene.match.id}/check-in"')[1].split("</form>")[0]
    assert ">Check in</button>" in form
    fields = dict(re.findall(r'name="(version|view)"[^>]*value="([^"]*)"', form))
    response = client.post(f"/matches/{scene.match.id}/check-in", fields)
    assert response.status_code == 303
    assert response.location.startswith("/me/")
    assert factories.fresh(scene.match).participant1_checked_in


def test_check_in_for_a_later_match_is_at_hand_too(web_client):
    scene = factories.scene("READY", match_columns={"scheduled_time": factories.soon(10)})
    later = factories.match(
        scene.tournament, "SCHEDULED", participant1=scene.team1, scheduled_time=factories.soon(90)
    )
    closed = factories.match(
        scene.tournament,
        "SCHEDULED",
        participant2=scene.team1,
        scheduled_time=factories.soon(95),
        check_in_deadline=factories.soon(-1),
    )
    done = factories.match(
        scene.tournament, "CHECK_IN", participant1=scene.team1, scheduled_time=factories.soon(99)
    )
    client = web_client(scene.player1)
    text = client.get("/me/").text
    assert f'action="/matches/{later.id}/check-in"' in text
    for match in (closed, done):
        assert f'action="/matches/{match.id}/check-in"' not in text
    response = client.post(f"/matches/{later.id}/check-in", {"version": later.version, "view": "me"})
    assert response.status_code == 303
    assert factories.fresh(later).participant1_checked_in


def test_lobby_of_the_next_match_is_shown(web_client):
    scene = factories.scene("READY", match_columns={"lobby": {"room_code": "SECRET-77"}})
    assert "SECRET-77" in web_client(scene.player1).get("/me/").text


def test_who_plays_for_nobody_is_told_how_to_begin(web_client):
    text = web_client(factories.user()).get("/me/").text
    assert "You do not play for anyone yet." in text


def test_coordinated_matches_have_a_part_of_their_own(web_client):
    scene = factories.scene("READY")
    text = web_client(scene.coordinator).get("/me/").text
    assert "Matches you coordinate" in text
    assert f'data-match-id="{scene.match.id}"' in text


def test_me_asks_as_often_for_thirty_matches_as_for_one(app, web_client):
    scene = factories.scene("READY")
    client = web_client(scene.player1)
    client.get("/me/")
    with counted(app) as one:
        client.get("/me/")
    for place in range(29):
        factories.match(
            scene.tournament,
            "SCHEDULED",
            participant1=scene.team1,
            participant2=scene.team2,
            scheduled_time=factories.soon(200 + place),
        )
    # What is expected of the matches is estimated anew, once.
    client.get("/me/")
    with counted(app) as thirty:
        client.get("/me/")
    assert len(thirty) == len(one) <= 20


def test_a_station_in_another_zone_shows_its_own_clock_where_that_differs(web_client):
    # On 28 March London and Berlin turn their clocks at the same moment, New York did two weeks before.
    moment = datetime(2027, 3, 28, 12, tzinfo=UTC)
    scene = factories.scene(
        "SCHEDULED", time_zone="Europe/Berlin", match_columns={"scheduled_time": moment, "lobby": {}}
    )
    later = factories.match(
        scene.tournament, "SCHEDULED", participant1=scene.team1, scheduled_time=moment + timedelta(hours=2)
    )
    for match, zone in ((scene.match, "America/New_York"), (later, "Europe/Paris")):
        station = factories.station(scene.tournament)
        factories.change(station, time_zone=zone)
        factories.change(match, station_id=station.id)
    text = web_client(scene.player1).get("/me/").text
    assert "28 Mar 2027, 14:00</time>" in text
    assert text.count("(08:00 there)") == 1
    assert text.count(" there)") == 1
