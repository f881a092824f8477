"""The match desk: its sections, rows, filters and pages, and who may see it."""

import re

import pytest

from tests import factories
from tests.support.queries import counted


def _desk(tournament, query: str = "") -> str:
    return f"/tournaments/{tournament.slug}/desk/{query}"


def _section(html: str, name: str) -> str:
    found = re.search(rf'<ol [^>]*data-desk-list="{name}"[^>]*>(.*?)</ol>', html, re.DOTALL)
    assert found, name
    return found[1]


def test_who_may_see_the_desk(web_client):
    scene = factories.scene()
    other = factories.scene().organizer
    for role, status in (
        ("admin", 200),
        ("organizer", 200),
        ("coordinator", 403),
        ("player1", 403),
        ("stranger", 403),
    ):
        assert web_client(scene.person(role)).get(_desk(scene.tournament)).status_code == status, role
    assert web_client(other).get(_desk(scene.tournament)).status_code == 403
    assert web_client(factories.staff(scene.tournament)).get(_desk(scene.tournament)).status_code == 200
    anonymous = web_client().get(_desk(scene.tournament))
    assert anonymous.status_code == 303
    assert anonymous.location.startswith("/login?next=")


def test_a_private_desk_is_not_there_for_others(web_client):
    scene = factories.scene(is_public=False)
    assert web_client(scene.stranger).get(_desk(scene.tournament)).status_code == 404
    assert web_client(scene.stranger).get("/tournaments/no-such-thing/desk/").status_code == 404


def test_each_match_stands_in_its_section_with_one_next_step(web_client):
    tournament = factories.tournament(enable_check_in=True)
    organizer = factories.rows(type(factories.user()), id=tournament.organizer_id)[0]
    expected = {
        "ready": ("READY", {}, "Start match"),
        "live": ("LIVE", {}, "Enter result"),
        "result": ("PENDING_RESULT", {}, "Confirm result"),
        "upcoming": ("SCHEDULED", {}, "Check in"),
        "finished": ("COMPLETED", {}, None),
        "attention": ("READY", {"scheduled_time": factories.soon(-20)}, "Start match"),
    }
    made = {
        section: factories.match(tournament, state, **columns)
        for section, (state, columns, _) in expected.items()
    }
    factories.result(made["result"])
    html = web_client(organizer).get(_desk(tournament)).text
    for section, (_, _, step) in expected.items():
        shown = _section(html, section)
        assert f'id="desk-row-{made[section].id}"' in shown
        assert shown.count('class="desk-row"') == 1
        assert (step in shown) if step else ("<form" not in shown)
    assert "Should have started" in _section(html, "attention")


def test_attention_gathers_what_needs_somebody(web_client):
    scene = factories.scene("DISPUTED", game="valorant")
    tournament = scene.tournament
    absent = factories.match(tournament, "SCHEDULED", check_in_deadline=factories.soon(-1))
    no_lobby = factories.match(tournament, "READY", scheduled_time=factories.soon(10))
    waiting = factories.match(tournament, "PENDING_RESULT")
    factories.result(waiting, submitted_at=factories.soon(-40))
    shown = _section(web_client(scene.organizer).get(_desk(tournament)).text, "attention")
    for match in (scene.match, absent, no_lobby, waiting):
        assert f'id="desk-row-{match.id}"' in shown
    assert "Disputed: score dispute." in shown
    assert "did not check in in time." in shown
    assert "The lobby still lacks Room code, Region." in shown
    assert "has waited 40 min for a confirmation." in shown
    # Disputes first.
    assert shown.index(f"desk-row-{scene.match.id}") < shown.index(f"desk-row-{waiting.id}")


def test_an_open_side_says_what_it_waits_for(web_client):
    tournament = factories.tournament()
    final = factories.match(tournament, "SCHEDULED", participant1=None, match_number=3)
    factories.match(tournament, "LIVE", match_number=1, winner_to_match_id=final.id, winner_to_slot=1)
    organizer = factories.rows(type(factories.user()), id=tournament.organizer_id)[0]
    assert "Winner of M1" in web_client(organizer).get(_desk(tournament)).text


def test_lobby_values_never_stand_on_the_desks_rows(web_client):
    scene = factories.scene("READY", match_columns={"lobby": {"room_code": "SECRET-77", "region": "EU"}})
    assert "SECRET-77" not in web_client(scene.organizer).get(_desk(scene.tournament)).text


def test_filters_narrow_the_desk(web_client):
    scene = factories.scene("READY")
    factories.match(scene.tournament, "READY", round_number=2, match_number=77)
    client = web_client(scene.organizer)
    for query, shown, hidden in (
        (f"?search={scene.team1.name.lower().replace(' ', '+')}", scene.team1.name, "M77"),
        ("?search=m77", "M77", scene.team1.name),
        ("?round=2", "M77", scene.team1.name),
        ("?search=%25", "No match fits this search.", "M77"),
        ("?bracket=4711", "No match fits this search.", "M77"),
    ):
        html = client.get(_desk(scene.tournament, query)).text
        assert shown in html, query
        assert hidden not in html.split("<main")[1], query


@pytest.mark.parametrize(
    "query",
    [
        "?page=x&round=y&bracket=z",
        "?section=nowhere",
        "?batch=99999999999999999999",
        "?selected=a,b,,1",
        "?page=999",
    ],
)
def test_an_address_that_makes_no_sense_shows_the_whole_desk(web_client, query):
    scene = factories.scene()
    response = web_client(scene.organizer).get(_desk(scene.tournament, query))
    assert response.status_code == 200
    assert f'id="desk-row-{scene.match.id}"' in response.text


def test_a_desk_without_matches_says_what_to_do(web_client):
    organizer = factories.user()
    html = web_client(organizer).get(_desk(factories.tournament(organizer))).text
    assert "No matches yet." in html
    assert "settings/participants/" in html


def test_long_sections_are_cut_and_open_in_pages(web_client):
    organizer = factories.user()
    tournament = factories.tournament(organizer, enable_check_in=False)
    factories.matches(tournament, 130, "SCHEDULED")
    client = web_client(organizer)
    shown = client.get(_desk(tournament)).text
    assert _section(shown, "upcoming").count('class="desk-row"') == 25
    assert "Show all 130" in shown
    first = client.get(_desk(tournament, "?section=upcoming")).text
    assert _section(first, "upcoming").count('class="desk-row"') == 100
    assert "Page 1 of 2" in first
    second = client.get(_desk(tournament, "?section=upcoming&page=2")).text
    assert _section(second, "upcoming").count('class="desk-row"') == 30


def test_without_scripts_a_section_is_selected_by_a_link(web_client):
    organizer = factories.user()
    tournament = factories.tournament(organizer)
    factories.matches(tournament, 3, "SCHEDULED")
    html = web_client(organizer).get(_desk(tournament, "?select=upcoming")).text
    assert html.count(" checked>") == 3
    assert "data-selected-count>3<" in html


def test_as_many_queries_for_thirty_rows_as_for_one(app, web_client):
    counts = []
    for number in (1, 30):
        organizer = factories.user()
        tournament = factories.tournament(organizer)
        for state in ("READY", "LIVE", "COMPLETED"):
            factories.matches(tournament, number, state, match_number=1)
        client = web_client(organizer)
        client.get(_desk(tournament))
        with counted(app) as statements:
            client.get(_desk(tournament))
        counts.append(len(statements))
    assert counts[0] == counts[1]
    assert counts[1] <= 14


def test_a_row_can_be_fetched_by_itself(web_client):
    scene = factories.scene("LIVE")
    client = web_client(scene.organizer)
    path = _desk(scene.tournament, f"rows/{scene.match.id}")
    line = client.get(path, htmx=True)
    assert f'id="desk-row-{scene.match.id}-line"' in line.text
    assert 'data-section="live"' in line.text
    assert "<li" not in line.text
    assert f'<li class="desk-row" id="desk-row-{scene.match.id}"' in client.get(path + "?whole=1").text
    foreign = factories.match()
    assert client.get(_desk(scene.tournament, f"rows/{foreign.id}")).status_code == 404
    assert web_client(scene.player1).get(path).status_code == 403


def test_a_step_in_a_row_answers_with_the_row(web_client):
    scene = factories.scene("READY")
    client = web_client(scene.organizer)
    data = {"version": scene.match.version, "view": "row"}
    response = client.post(f"/matches/{scene.match.id}/start", data, htmx=True)
    assert f'id="desk-row-{scene.match.id}-line"' in response.text
    assert 'data-section="live"' in response.text
    assert "Match started." in response.text
    # Pressed once more, by somebody whose page is old: what happened meanwhile stands in the row.
    again = client.post(f"/matches/{scene.match.id}/start", data, htmx=True)
    assert again.status_code == 409
    assert "changed this match in the meantime" in again.text
    assert f'id="desk-row-{scene.match.id}-line"' in again.text


def test_without_htmx_a_step_leads_back_to_the_desk(web_client):
    scene = factories.scene("READY")
    response = web_client(scene.organizer).post(f"/matches/{scene.match.id}/start", {"view": "row"})
    assert response.status_code == 303
    assert response.location == _desk(scene.tournament, f"#desk-row-{scene.match.id}")


def test_a_blocked_step_says_why_in_its_row(web_client):
    scene = factories.scene("READY", game="valorant", require_lobby=True)
    client = web_client(scene.organizer)
    response = client.post(f"/matches/{scene.match.id}/start", {"view": "row"}, htmx=True)
    assert response.status_code == 400
    assert "The lobby still lacks" in response.text
    page = client.post(f"/matches/{scene.match.id}/start", {"view": "row"})
    assert page.status_code == 400
    assert "<html" in page.text
    assert "The lobby still lacks" in page.text


@pytest.mark.parametrize(
    ("part", "shown"),
    [
        ("run", ["Start match", "Call match"]),
        ("schedule", ["Save schedule"]),
        ("lobby", ["Save lobby"]),
        ("coordinator", ["Assign coordinator"]),
        ("cancel", ["Forfeit", "Cancel match"]),
        ("nonsense", ["Start match", "Call match"]),
    ],
)
def test_controls_open_under_a_row_part_by_part(web_client, part, shown):
    scene = factories.scene("READY")
    response = web_client(scene.organizer).get(
        f"/matches/{scene.match.id}/panel?view=desk&part={part}", htmx=True
    )
    assert response.status_code == 200
    # Those that show what would change are for browsers without scripts.
    buttons = re.findall(
        r'<button class="button[^>]*type="submit"(?![^>]*formaction)[^>]*>([^<]+)<', response.text
    )
    assert buttons == shown


def test_a_form_under_a_row_goes_away_once_it_is_done(web_client):
    scene = factories.scene("READY")
    client = web_client(scene.organizer)
    path = f"/matches/{scene.match.id}/lobby"
    done = client.post(path, {"view": "desk", "room_code": "A1"}, htmx=True)
    assert done.headers["HX-Reswap"] == "delete"
    assert f'id="desk-row-{scene.match.id}-line"' in done.text
    refused = client.post(path, {"view": "desk", "room_code": "x" * 60}, htmx=True)
    assert refused.status_code == 400
    assert "HX-Reswap" not in refused.headers
    assert "Save lobby" in refused.text
    # While a refused form stands, no event may take it away.
    assert "data-refetch" not in refused.text


def test_what_is_finished_is_put_right_from_its_row(web_client):
    scene = factories.scene("COMPLETED")
    client = web_client(scene.organizer)
    assert "part=cancel" in client.get(_desk(scene.tournament)).text
    panel = client.get(f"/matches/{scene.match.id}/panel?view=desk&part=cancel", htmx=True).text
    assert "Reopen" in panel
    refused = client.post(f"/matches/{scene.match.id}/restore", {"view": "desk"}, htmx=True)
    assert refused.status_code == 400
    assert "The match is COMPLETED" in refused.text
    assert "Reopen" in refused.text


def test_controls_asked_for_as_a_page_are_the_matchs_page(web_client):
    scene = factories.scene()
    response = web_client(scene.organizer).get(f"/matches/{scene.match.id}/panel")
    assert response.status_code == 303
    assert response.location == f"/matches/{scene.match.id}/"


@pytest.mark.parametrize(
    ("role", "sees"),
    [
        ("organizer", "Start match"),
        ("player1", "Your part in match"),
        ("coordinator", "LOBBY-9"),
        ("stranger", None),
    ],
)
def test_controls_show_each_what_is_theirs(web_client, role, sees):
    scene = factories.scene("READY", match_columns={"lobby": {"room_code": "LOBBY-9", "region": "EU"}})
    html = web_client(scene.person(role)).get(f"/matches/{scene.match.id}/panel", htmx=True).text
    if sees:
        assert sees in html
    else:
        assert "LOBBY-9" not in html
        assert "<form" not in html


def test_a_coordinator_runs_the_match_where_the_tournament_lets_them(web_client):
    scene = factories.scene("READY", coordinators_run_matches=True)
    client = web_client(scene.coordinator)
    html = client.get(f"/matches/{scene.match.id}/panel", htmx=True).text
    assert "Start match" in html
    assert "Save lobby" in html
    assert "Save schedule" not in html
    assert "Cancel match" not in html
    assert client.post(f"/matches/{scene.match.id}/start").status_code == 303
    assert client.post(f"/matches/{scene.match.id}/cancel").status_code == 403


def test_a_closed_match_shows_its_buttons_disabled_with_the_reason(web_client):
    scene = factories.scene("COMPLETED")
    html = web_client(scene.organizer).get(f"/matches/{scene.match.id}/").text
    for button in ("Start match", "Save schedule", "Save lobby", "Assign coordinator", "Cancel match"):
        assert re.search(rf"<button[^>]* disabled title=\"[^\"]*COMPLETED[^\"]*\"[^>]*>{button}<", html), (
            button
        )


def test_a_blocked_start_names_every_reason(web_client):
    scene = factories.scene("CHECK_IN")
    html = web_client(scene.organizer).get(f"/matches/{scene.match.id}/").text
    start = re.search(r"<button[^>]*>Start match<", html)[0]
    assert "disabled" in start
    assert "only a match that is READY can start" in start
    assert f"{scene.team2.name} has not checked in." in start


def test_a_desk_takes_back_only_what_was_done_in_its_own_tournament(web_client):
    organizer = factories.user()
    own, other = (factories.tournament(organizer) for _ in range(2))
    batch = factories.version(other)
    undo = f"/tournaments/{own.slug}/desk/bulk-schedule/{batch.id}/undo"
    assert web_client(organizer).post(undo).status_code == 404
    assert factories.fresh(batch).undone_at is None
