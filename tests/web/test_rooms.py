"""The organizer's rooms: settings, participants, stations, brackets, staff, dashboard."""

import re

import pytest

from app.models import Bracket, Match, Participant, ParticipantInvite, SignInLink, Station, TournamentStaff
from tests import factories


@pytest.fixture
def room(web_client):
    """An organizer's client, and the tournament."""
    organizer = factories.user()
    return web_client(organizer), factories.tournament(organizer)


def _path(tournament, rest: str) -> str:
    return f"/tournaments/{tournament.slug}/{rest}"


def _settings(tournament, **changes) -> dict:
    """What the form of the settings sends; a switch that is off sends nothing."""
    names = [
        "name",
        "slug",
        "game",
        "time_zone",
        "status",
        "check_in_window_minutes",
        "no_show_policy",
        "match_minutes",
        "rest_minutes",
        "best_of",
        "conflict_policy",
        "lobby_reveal",
        "lobby_reveal_minutes",
        "dispute_window_minutes",
        "version",
    ]
    data = {name: getattr(tournament, name) for name in names} | {"is_public": "y", "enable_check_in": "y"}
    return {**data, "auto_confirm_minutes": "", **changes}


# -- settings ---------------------------------------------------------------------------------------------


def test_settings_show_what_stands_and_save_what_is_changed(room):
    client, tournament = room
    page = client.get(_path(tournament, "settings/")).text
    assert f'value="{tournament.name}"' in page
    changes = {"name": "Winter Cup", "rest_minutes": 20, "require_lobby": "y", "auto_confirm_minutes": "30"}
    response = client.post(_path(tournament, "settings/"), _settings(tournament, **changes))
    assert response.status_code == 303
    saved = factories.fresh(tournament)
    assert (saved.name, saved.rest_minutes, saved.require_lobby, saved.auto_confirm_minutes) == (
        "Winter Cup",
        20,
        True,
        30,
    )
    assert [row.action for row in factories.audit_rows(tournament_id=tournament.id)] == ["TOURNAMENT_UPDATE"]


def test_when_the_sides_see_the_lobby_is_chosen_there(room):
    client, tournament = room
    changes = {"lobby_reveal": "minutes_before", "lobby_reveal_minutes": "20"}
    assert client.post(_path(tournament, "settings/"), _settings(tournament, **changes)).status_code == 303
    saved = factories.fresh(tournament)
    assert (saved.lobby_reveal, saved.lobby_reveal_minutes) == ("minutes_before", 20)
    assert '<option selected value="minutes_before">' in client.get(_path(tournament, "settings/")).text
    wrong = _settings(saved, lobby_reveal="never")
    assert client.post(_path(tournament, "settings/"), wrong).status_code == 400


def test_switches_that_are_left_out_are_off(room):
    client, tournament = room
    data = _settings(tournament)
    del data["is_public"]
    client.post(_path(tournament, "settings/"), data)
    assert factories.fresh(tournament).is_public is False


def test_another_address_leads_on(room):
    client, tournament = room
    response = client.post(_path(tournament, "settings/"), _settings(tournament, slug="winter-cup"))
    assert response.location == "/tournaments/winter-cup/settings/"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"name": "   "}, "Give it a name."),
        ({"slug": "no spaces"}, "Use letters from a to z"),
        ({"slug": "new"}, "taken by another page"),
        ({"time_zone": "Mars/Base"}, "Must be the name of a time zone"),
        ({"game": "chess"}, "Not a valid choice"),
        ({"match_minutes": "0"}, "A whole number from 1"),
        ({"rest_minutes": ""}, "Enter a number of minutes."),
        ({"auto_confirm_minutes": "x"}, "Not a valid integer"),
        ({"best_of": "2"}, "Not a valid choice"),
    ],
)
def test_refused_settings_are_shown_again(room, change, why):
    client, tournament = room
    response = client.post(_path(tournament, "settings/"), _settings(tournament, rest_minutes=17) | change)
    assert response.status_code == 400
    assert why in response.text
    assert 'role="alert"' in response.text
    if "rest_minutes" not in change:
        assert 'value="17"' in response.text
    assert factories.fresh(tournament).version == tournament.version


def test_settings_that_lost_a_race_are_shown_again(room, web_client):
    client, tournament = room
    rival = factories.staff(tournament)
    web_client(rival).post(_path(tournament, "settings/"), _settings(tournament, match_minutes=45))
    response = client.post(_path(tournament, "settings/"), _settings(tournament, name="Mine"))
    assert response.status_code == 409
    assert rival.username in response.text
    assert "match minutes is now 45" in response.text
    assert 'value="Mine"' in response.text
    again = _settings(factories.fresh(tournament), name="Mine")
    assert client.post(_path(tournament, "settings/"), again).status_code == 303


def test_the_boards_link_is_shown_once_and_can_be_ended(room, client):
    owner, tournament = room
    factories.change(tournament, is_public=False)
    page = owner.post(_path(tournament, "settings/board-link"), {}).text
    link = re.search(r"<code>http://localhost(/tournaments/[^<]+)</code>", page)[1]
    assert client.get(link).status_code == 200
    assert link.split("key=")[1] not in owner.get(_path(tournament, "settings/")).text
    assert owner.post(_path(tournament, "settings/board-link/revoke"), {}).status_code == 303
    assert client.get(link).status_code == 404


def test_a_tournament_is_deleted_only_by_its_name(room):
    client, tournament = room
    client.post(_path(tournament, "settings/delete"), {"confirm": "something else"})
    assert factories.fresh(tournament).is_deleted is False
    response = client.post(_path(tournament, "settings/delete"), {"confirm": tournament.name})
    assert response.location == "/dashboard/"
    assert factories.fresh(tournament).is_deleted is True
    assert client.get(_path(tournament, "settings/")).status_code == 404


def test_a_tournament_with_a_live_match_is_not_deleted(room):
    client, tournament = room
    factories.match(tournament, "LIVE")
    response = client.post(
        _path(tournament, "settings/delete"), {"confirm": tournament.name}, follow_redirects=True
    )
    assert "under way" in response.text
    assert factories.fresh(tournament).is_deleted is False


# -- participants -----------------------------------------------------------------------------------------


def test_a_pasted_list_enters_all_of_it(room):
    client, tournament = room
    anna, ben = factories.user("anna-p"), factories.user("ben-p")
    lines = f"Red Foxes; 1; {anna.username}, {ben.username}\r\n\r\nBlue Owls\t2\r\nLone Wolf"
    response = client.post(_path(tournament, "settings/participants/"), {"lines": lines})
    assert response.status_code == 303
    entrants = factories.rows(Participant, tournament_id=tournament.id)
    assert [(entrant.name, entrant.seed) for entrant in entrants] == [
        ("Red Foxes", 1),
        ("Blue Owls", 2),
        ("Lone Wolf", None),
    ]
    page = client.get(response.location).text
    assert "3 participants entered." in page
    assert "anna-p, ben-p" in page


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        ("", "Enter at least one participant."),
        ("A\nA", "A: A stands in this list twice."),
        ("A; first", "A:"),
        ("A; 1; nobody-at-all", "There is no active user called nobody-at-all."),
        ("Fine\n; 3", "A line without a name"),
        ("x" * 101, "100"),
    ],
)
def test_a_bad_line_is_named_and_nothing_is_entered(room, lines, why):
    client, tournament = room
    response = client.post(_path(tournament, "settings/participants/"), {"lines": lines})
    assert response.status_code == 400
    assert why in response.text
    assert not factories.rows(Participant, tournament_id=tournament.id)


def test_an_entrant_is_edited_withdrawn_taken_back_and_deleted(room):
    client, tournament = room
    entrant = factories.participant(tournament, "Red Foxes")
    base = _path(tournament, f"settings/participants/{entrant.id}/")
    assert client.post(base + "edit", {"name": "Red Wolves", "seed": "3", "members": ""}).status_code == 303
    changed = factories.fresh(entrant)
    assert (changed.name, changed.seed) == ("Red Wolves", 3)
    client.post(base + "withdraw", {})
    assert factories.fresh(entrant).withdrawn_at is not None
    assert "withdrawn" in client.get(_path(tournament, "settings/participants/")).text
    client.post(base + "reinstate", {})
    assert factories.fresh(entrant).withdrawn_at is None
    client.post(base + "delete", {})
    assert not factories.rows(Participant, id=entrant.id)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        ({"name": ""}, "Give it a name."),
        ({"name": "Taken"}, "is called Taken"),
        ({"name": "Fine", "seed": "x"}, "Not a valid integer"),
        ({"name": "Fine", "members": "nobody-at-all"}, "no active user"),
    ],
)
def test_a_refused_edit_is_shown_again_beside_the_entrant(room, data, why):
    client, tournament = room
    factories.participant(tournament, "Taken")
    entrant = factories.participant(tournament, "Red Foxes")
    response = client.post(
        _path(tournament, f"settings/participants/{entrant.id}/edit"), {"seed": "", "members": "", **data}
    )
    assert response.status_code == 400
    assert why in response.text
    assert "details class" in response.text
    assert factories.fresh(entrant).name == "Red Foxes"


def test_an_entrant_that_plays_is_not_deleted(room):
    client, tournament = room
    match = factories.match(tournament)
    path = _path(tournament, f"settings/participants/{match.participant1_id}/delete")
    assert "withdraw it instead" in client.post(path, {}, follow_redirects=True).text


def test_an_invitation_is_shown_once_and_can_be_ended(room):
    client, tournament = room
    entrant = factories.participant(tournament)
    base = _path(tournament, f"settings/participants/{entrant.id}/")
    page = client.post(base + "invite", {}).text
    token = re.search(r"<code>http://localhost/join/([^<]+)</code>", page)[1]
    assert token not in client.get(_path(tournament, "settings/participants/")).text
    assert client.post(base + "revoke-invite", {}).status_code == 303
    assert factories.rows(ParticipantInvite, participant_id=entrant.id)[0].revoked_at is not None


def test_a_member_gets_a_one_time_sign_in_link(room, client):
    owner, tournament = room
    member = factories.user()
    entrant = factories.participant(tournament, members=[member])
    base = _path(tournament, f"settings/participants/{entrant.id}/sign-in-link")
    page = owner.post(base, {"username": member.username})
    assert page.status_code == 200
    link = re.search(r"<code>http://localhost(/sign-in/[^<]+)</code>", page.text)[1]
    assert client.get(link).status_code == 200
    assert len(factories.rows(SignInLink, user_id=member.id)) == 1
    stranger = owner.post(base, {"username": factories.user().username})
    assert stranger.status_code == 400
    assert "no active member" in stranger.text
    assert owner.post(base, {"username": ""}).status_code == 400


def test_many_entrants_come_in_pages(room):
    client, tournament = room
    made = factories.participants(tournament, 130)
    path = _path(tournament, "settings/participants/")
    assert client.get(path).text.count('plain-list__row entrant"') == 100
    assert "Page 2 of 2" in client.get(f"{path}?page=2").text
    assert "Page 1 of 2" in client.get(f"{path}?page=nonsense").text
    # What was refused is shown where its entrant stands.
    refused = client.post(f"{path}{made[-1].id}/edit", {"name": ""})
    assert "Page 2 of 2" in refused.text
    assert "Give it a name." in refused.text


# -- stations ---------------------------------------------------------------------------------------------


def test_stations_are_added_renamed_and_deleted(room):
    client, tournament = room
    path = _path(tournament, "settings/stations/")
    assert client.post(path, {"name": "Court 1"}).status_code == 303
    station = factories.rows(Station, tournament_id=tournament.id)[0]
    assert "Court 1" in client.get(path).text
    client.post(f"{path}{station.id}/edit", {"name": "Centre Court"})
    assert factories.fresh(station).name == "Centre Court"
    client.post(f"{path}{station.id}/delete", {})
    assert not factories.rows(Station, tournament_id=tournament.id)


def test_refused_stations_say_why(room):
    client, tournament = room
    path = _path(tournament, "settings/stations/")
    station = factories.station(tournament, "Court 1")
    other = factories.station(tournament, "Court 2")
    for response in (
        client.post(path, {"name": "court 1"}),
        client.post(f"{path}{other.id}/edit", {"name": "Court 1"}),
    ):
        assert response.status_code == 400
        assert "has this name" in response.text
    assert client.post(f"{path}{other.id}/edit", {"name": ""}).status_code == 400
    assert client.post(path, {"name": ""}).status_code == 400
    factories.match(tournament, station_id=station.id)
    refused = client.post(f"{path}{station.id}/delete", {}, follow_redirects=True)
    assert "placed at Court 1" in refused.text
    assert client.post(f"{path}4711/delete", {}).status_code == 404


# -- brackets ---------------------------------------------------------------------------------------------


def test_a_bracket_is_generated_with_its_matches(room):
    client, tournament = room
    factories.participants(tournament, 4)
    path = _path(tournament, "settings/brackets/")
    assert "Generate bracket" in client.get(path).text
    data = {"name": "Playoffs", "format": "single_elimination", "seeding": "given", "best_of": "3"}
    response = client.post(path, data | {"third_place": "y"})
    assert response.status_code == 303
    assert response.location == _path(tournament, "desk/")
    bracket = factories.rows(Bracket, tournament_id=tournament.id)[0]
    matches = factories.rows(Match, bracket_id=bracket.id)
    assert len(matches) == 4
    assert {match.best_of for match in matches} == {3}


@pytest.mark.parametrize(
    ("entrants", "change", "why"),
    [
        (1, {}, "2 to"),
        (0, {}, "2 to"),
        (4, {"name": ""}, "Give it a name."),
        (4, {"format": "ladder"}, "Not a valid choice"),
    ],
)
def test_a_refused_bracket_says_why(room, entrants, change, why):
    client, tournament = room
    factories.participants(tournament, entrants) if entrants else None
    data = {"name": "Playoffs", "format": "single_elimination", "seeding": "given", "best_of": "1"} | change
    response = client.post(_path(tournament, "settings/brackets/"), data)
    assert response.status_code == 400
    assert why in response.text
    assert not factories.rows(Bracket, tournament_id=tournament.id)


# -- staff ------------------------------------------------------------------------------------------------


def test_staff_are_added_and_removed(room):
    client, tournament = room
    helper = factories.user()
    path = _path(tournament, "staff/")
    assert "now runs" in client.post(path, {"username": helper.username}, follow_redirects=True).text
    assert "already runs" in client.post(path, {"username": helper.username}, follow_redirects=True).text
    entry = factories.rows(TournamentStaff, tournament_id=tournament.id)[0]
    assert client.post(f"{path}{entry.id}/remove", {}).status_code == 303
    assert not factories.rows(TournamentStaff, tournament_id=tournament.id)
    assert client.post(f"{path}{entry.id}/remove", {}).status_code == 404


def test_unknown_staff_are_refused_with_what_was_typed(room):
    client, tournament = room
    response = client.post(_path(tournament, "staff/"), {"username": "nobody-at-all"})
    assert response.status_code == 400
    assert "There is no active user with this name." in response.text
    assert 'value="nobody-at-all"' in response.text
    assert client.post(_path(tournament, "staff/"), {"username": ""}).status_code == 400


# -- dashboard --------------------------------------------------------------------------------------------


def test_the_dashboard_shows_ones_own_tournaments_and_what_is_urgent(web_client):
    scene = factories.scene("DISPUTED")
    factories.match(scene.tournament, "READY")
    factories.tournament(name="Somebody Else's")
    over = factories.tournament(scene.organizer, status="completed", name="Last Year")
    page = web_client(scene.organizer).get("/dashboard/").text
    assert scene.tournament.name in page
    assert "Disputed: score dispute." in page
    assert "<strong>1</strong> ready" in page
    assert over.name in page
    assert "Somebody Else" not in page
    helper = factories.staff(scene.tournament)
    assert scene.tournament.name in web_client(helper).get("/dashboard/").text
    assert "Your first tournament" in web_client(scene.stranger).get("/dashboard/").text


def test_a_tournament_is_created_from_the_dashboard(web_client):
    client = web_client(factories.user())
    data = {"name": "Spring Open", "game": "valorant", "time_zone": "Europe/Berlin"}
    response = client.post("/dashboard/", data)
    assert response.status_code == 303
    assert response.location == "/tournaments/spring-open/settings/participants/"
    assert client.get(response.location).status_code == 200
    assert client.get("/tournaments/spring-open/desk/").status_code == 200


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"name": " "}, "Give it a name."),
        ({"name": "x" * 121}, "120"),
        ({"time_zone": "Nowhere"}, "Must be the name of a time zone"),
        ({"game": "chess"}, "Not a valid choice"),
    ],
)
def test_a_refused_tournament_is_shown_again(web_client, change, why):
    data = {"name": "Spring Open", "game": "valorant", "time_zone": "UTC"} | change
    response = web_client(factories.user()).post("/dashboard/", data)
    assert response.status_code == 400
    assert why in response.text
