"""POST, GET, PATCH, DELETE /api/tournaments/."""

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from app.domain.tournament_settings import SETTINGS
from app.models import Tournament
from tests import factories
from tests.api.around import (
    TOURNAMENTS,
    address,
    assert_constant_queries,
    assert_untouched,
    only_audit,
)
from tests.api.support import assert_problem

DEFAULTS = {
    "game": "generic",
    "time_zone": "UTC",
    "is_public": True,
    "enable_check_in": True,
    "check_in_window_minutes": 30,
    "no_show_policy": "flag",
    "conflict_policy": "warn",
    "best_of": 1,
    "coordinators_run_matches": False,
    "require_lobby": False,
    "auto_confirm_minutes": None,
}
ALL_SETTINGS = {
    "name": "Spring Major",
    "slug": "spring-major",
    "game": "VALORANT",
    "time_zone": "Europe/Berlin",
    "is_public": False,
    "enable_check_in": False,
    "check_in_window_minutes": 0,
    "no_show_policy": "forfeit",
    "conflict_policy": "refuse",
    "match_minutes": 45,
    "rest_minutes": 10,
    "best_of": 3,
    "coordinators_run_matches": True,
    "require_lobby": True,
    "dispute_window_minutes": 60,
    "auto_confirm_minutes": 15,
    "status": "live",
}
REFUSED = [
    ("name", ""),
    ("name", "   "),
    ("name", "x" * 121),
    ("name", "tab\x00nul"),
    ("name", 7),
    ("name", None),
    ("slug", ""),
    ("slug", "with blank"),
    ("slug", "-edge"),
    ("slug", "a--b"),
    ("slug", "ümlaut"),
    ("slug", "new"),
    ("slug", "x" * 81),
    ("game", "chess"),
    ("game", 1),
    ("game", None),
    ("time_zone", "Mars/Olympus"),
    ("time_zone", "europe/berlin"),
    ("time_zone", "../UTC"),
    ("time_zone", ""),
    ("is_public", "yes"),
    ("is_public", 1),
    ("enable_check_in", None),
    ("check_in_window_minutes", -1),
    ("check_in_window_minutes", 10**30),
    ("check_in_window_minutes", 1.5),
    ("check_in_window_minutes", "30"),
    ("check_in_window_minutes", True),
    ("no_show_policy", "ignore"),
    ("conflict_policy", "maybe"),
    ("match_minutes", 0),
    ("rest_minutes", -5),
    ("best_of", 2),
    ("best_of", 9),
    ("coordinators_run_matches", "true"),
    ("require_lobby", 0),
    ("dispute_window_minutes", None),
    ("auto_confirm_minutes", 0),
    ("status", "over"),
    ("owner", 1),
    ("id", 1),
    ("organizer_id", 1),
    ("version", 9),
    ("is_deleted", True),
]


def test_create_needs_only_a_name_and_makes_its_creator_the_organizer(app, api_client):
    creator = factories.user()
    response = api_client(creator).post(TOURNAMENTS, {"name": "Summer Cup 2026!"})
    assert response.status_code == 201
    document = response.json
    assert response.headers["Location"] == f"/api/tournaments/{document['id']}/"
    assert document | DEFAULTS == document
    assert (document["name"], document["slug"]) == ("Summer Cup 2026!", "summer-cup-2026")
    assert (document["organizer_id"], document["organizer_name"]) == (creator.id, creator.username)
    (row,) = factories.rows(Tournament, id=document["id"])
    assert (row.organizer_id, row.is_deleted) == (creator.id, False)
    audit = only_audit(row, "TOURNAMENT_CREATE")
    assert (audit.user_id, audit.ip) == (creator.id, "127.0.0.1")
    assert api_client(creator).get(response.headers["Location"]).json == document
    assert api_client(creator).get(f"/api/tournaments/{document['id']}/audit/").status_code == 200


def test_create_takes_every_setting(app, api_client):
    response = api_client(factories.user()).post(TOURNAMENTS, ALL_SETTINGS)
    assert response.status_code == 201, response.text
    expected = ALL_SETTINGS | {"game": "valorant"}
    assert {key: response.json[key] for key in expected} == expected


@pytest.mark.parametrize("game", ["VALORANT", "mlbb", "eFootball", "PUBGM", "generic"])
def test_create_takes_a_game_in_either_case(app, api_client, game):
    response = api_client(factories.user()).post(TOURNAMENTS, {"name": "Cup", "game": game})
    assert response.json["game"] == game.lower()


def test_create_makes_slugs_that_nobody_has(app, api_client):
    client = api_client(factories.user())
    slugs = [
        client.post(TOURNAMENTS, {"name": name}).json["slug"] for name in ["Cup"] * 3 + ["Çup", "大会", "New"]
    ]
    assert slugs == ["cup", "cup-2", "cup-3", "cup-4", "tournament", "new-tournament"]
    long = client.post(TOURNAMENTS, {"name": "y" * 120}).json["slug"]
    again = client.post(TOURNAMENTS, {"name": "y" * 120}).json["slug"]
    assert (long, again) == ("y" * 80, "y" * 78 + "-2")


def test_create_refuses_a_slug_that_is_taken_even_by_a_deleted_tournament(app, api_client):
    factories.tournament(slug="cup", is_deleted=True)
    response = api_client(factories.user()).post(TOURNAMENTS, {"name": "Cup", "slug": "CUP"})
    assert_problem(response, 400, "slug")
    assert len(factories.rows(Tournament)) == 1


def test_create_without_a_name_or_body_is_refused(app, api_client):
    client = api_client(factories.user())
    for body in (None, {}, {"game": "mlbb"}):
        assert_problem(client.post(TOURNAMENTS, body), 400, "name")
    for body in ([], "x", 3, [{"name": "Cup"}]):
        assert_problem(client.post(TOURNAMENTS, body), 400)
    assert factories.rows(Tournament) == []


def test_create_and_update_refuse_bad_settings_by_name(app, api_client):
    of = factories.tournament()
    client = api_client(factories.staff(of))
    for field, value in REFUSED:
        for response in (
            client.post(TOURNAMENTS, {"name": "Cup", field: value}),
            client.patch(address(of), {field: value}),
        ):
            problem = assert_problem(response, 400)
            assert field in problem["errors"] or "\x00" in str(value) or value == 10**30, (field, value)
    assert len(factories.rows(Tournament)) == 1
    assert_untouched(of)


def test_all_that_is_wrong_is_told_at_once(app, api_client):
    response = api_client(factories.user()).post(
        TOURNAMENTS, {"name": "", "game": "chess", "time_zone": "X", "best_of": 2, "extra": 1}
    )
    assert_problem(response, 400, "name", "game", "extra")
    response = api_client(factories.user()).post(TOURNAMENTS, {"name": "Cup", "time_zone": "X", "best_of": 2})
    assert_problem(response, 400, "time_zone", "best_of")


@pytest.mark.parametrize("body", [b"{", b'{"name": NaN}', b"\xff", b'{"name": "a\\u0000"}', b"[" * 100])
def test_create_refuses_what_is_no_good_json(app, api_client, body):
    client = api_client(factories.user())
    assert_problem(client.post(TOURNAMENTS, data=body, content_type="application/json"), 400)
    assert_problem(client.post(TOURNAMENTS, data={"name": "Cup"}), 415)


def test_create_is_for_those_who_are_signed_in(app, api_client):
    assert_problem(api_client().post(TOURNAMENTS, {"name": "Cup"}), 401)
    assert factories.rows(Tournament) == []


def test_list_shows_what_one_may_see_by_id(app, api_client):
    public = factories.tournament()
    hidden = factories.tournament(is_public=False)
    factories.tournament(is_deleted=True)
    scene = factories.scene(is_public=False)

    def seen(user):
        page = api_client(user).get(TOURNAMENTS).json
        assert page["count"] == len(page["results"])
        return [row["id"] for row in page["results"]]

    assert seen(None) == [public.id]
    assert seen(factories.user()) == [public.id]
    assert seen(factories.staff(hidden)) == [public.id, hidden.id]
    for person in (scene.organizer, scene.coordinator, scene.player1):
        assert seen(person) == [public.id, scene.tournament.id]
    assert seen(scene.admin) == [public.id, hidden.id, scene.tournament.id]


def test_list_is_paged(app, api_client):
    for _ in range(3):
        factories.tournament()
    client = api_client()
    first = client.get(TOURNAMENTS, query_string={"page_size": 2, "unknown": "x"}).json
    assert (first["count"], len(first["results"]), first["previous"]) == (3, 2, None)
    second = client.get(first["next"]).json
    assert (second["next"], len(second["results"])) == (None, 1)
    assert "page=1" in second["previous"]
    assert_problem(client.get(TOURNAMENTS, query_string={"page": 9}), 404)
    for name, value in (("page", "0"), ("page", "x"), ("page_size", "0"), ("page_size", "-1")):
        assert_problem(client.get(TOURNAMENTS, query_string={name: value}), 400, name)
    assert client.get(TOURNAMENTS, query_string={"page_size": "500"}).status_code == 200


def test_list_takes_as_many_queries_for_30_rows_as_for_1(app, api_client):
    assert_constant_queries(
        app, api_client(factories.user()), TOURNAMENTS, lambda n: [factories.tournament() for _ in range(n)]
    )


def test_get_answers_with_the_same_document_and_an_etag(app, api_client):
    of = factories.tournament(game="mlbb")
    client = api_client()
    response = client.get(address(of))
    assert response.json["game"] == "mlbb"
    assert response.json["created_at"].endswith("Z")
    assert client.get(address(of), headers={"If-None-Match": response.headers["ETag"]}).status_code == 304


def test_update_changes_the_row_and_leaves_one_audit_row_and_one_event(app, api_client):
    of = factories.tournament(name="Old")
    client = api_client(factories.staff(of))
    response = client.patch(address(of), {"name": " New ", "time_zone": "Asia/Tokyo", "match_minutes": 20})
    assert response.status_code == 200
    assert response.json["name"] == "New"
    row = factories.fresh(of)
    assert (row.name, row.time_zone, row.match_minutes) == ("New", "Asia/Tokyo", 20)
    assert row.version == of.version + 1
    audit = only_audit(of, "TOURNAMENT_UPDATE")
    assert (audit.meta["old"]["name"], audit.meta["new"]["name"]) == ("Old", "New")
    (event,) = factories.events(tournament_id=of.id)
    assert event.type == "tournament.updated"
    assert event.payload["changed"] == ["match_minutes", "name", "time_zone"]


def test_update_to_what_stands_already_writes_nothing(app, api_client):
    of = factories.tournament(game="mlbb")
    client = api_client(factories.staff(of))
    for changes in ({}, {"game": "MLBB"}, {"name": of.name, "slug": of.slug, "is_public": True}):
        assert client.patch(address(of), changes).status_code == 200
    assert_untouched(of)
    assert factories.fresh(of).version == of.version


def test_update_keeps_slugs_unique(app, api_client):
    of, other = factories.tournament(), factories.tournament()
    client = api_client(factories.staff(of))
    assert_problem(client.patch(address(of), {"slug": other.slug}), 400, "slug")
    assert client.patch(address(of), {"slug": "Brand-New"}).json["slug"] == "brand-new"


def test_update_to_completed_is_told_as_the_end_of_the_tournament(app, api_client):
    of = factories.tournament()
    api_client(factories.staff(of)).patch(address(of), {"status": "completed"})
    updated, completed = factories.events(tournament_id=of.id)
    assert (updated.type, completed.type) == ("tournament.updated", "tournament.completed")
    assert completed.payload["completed_at"].endswith("Z")


def test_update_clears_the_clock_that_confirms(app, api_client):
    of = factories.tournament(auto_confirm_minutes=5)
    response = api_client(factories.staff(of)).patch(address(of), {"auto_confirm_minutes": None})
    assert response.json["auto_confirm_minutes"] is None


def test_going_private_hides_the_tournament_at_once(app, api_client):
    of = factories.tournament()
    assert api_client().get(address(of)).status_code == 200
    api_client(factories.staff(of)).patch(address(of), {"is_public": False})
    assert_problem(api_client().get(address(of)), 404)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=130),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@examples(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=st.dictionaries(st.sampled_from(SETTINGS) | st.text(max_size=10), JSON, max_size=4))
def test_no_settings_break_anything(app, api_client, changes):
    of = factories.tournament()
    response = api_client(factories.staff(of)).patch(address(of), changes)
    assert response.status_code in (200, 400)
    if response.status_code == 400:
        assert_untouched(of)


def test_delete_hides_the_tournament_and_keeps_its_rows(app, api_client):
    scene = factories.scene("READY")
    client = api_client(scene.organizer)
    response = client.delete(address(scene.tournament))
    assert (response.status_code, response.data) == (204, b"")
    assert factories.fresh(scene.tournament).is_deleted
    only_audit(scene.tournament, "TOURNAMENT_DELETE")
    assert_problem(client.get(address(scene.tournament)), 404)
    assert_problem(client.get(f"/api/tournaments/matches/{scene.match.id}/"), 404)
    assert client.get(TOURNAMENTS).json["count"] == 0
    assert_problem(client.delete(address(scene.tournament)), 404)


@pytest.mark.parametrize("state", ["LIVE", "PENDING_RESULT", "DISPUTED"])
def test_delete_is_refused_while_a_match_is_under_way(app, api_client, state):
    scene = factories.scene(state)
    assert_problem(api_client(scene.organizer).delete(address(scene.tournament)), 400, says="under way")
    assert not factories.fresh(scene.tournament).is_deleted
    assert_untouched(scene.tournament)
