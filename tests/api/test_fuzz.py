"""Bodies, bytes and query strings that nobody would think of: whatever comes, never a 500."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import factories
from tests.api.around import address
from tests.api.support import MATCHES, assert_problem, url
from tests.api.test_tournaments_access import WRITES, Ground

pytestmark = pytest.mark.both_databases


@pytest.fixture
def scene(database_kind, app):
    return factories.scene()


@pytest.fixture
def organizer(scene, api_client):
    return api_client(scene.organizer)


@pytest.fixture
def disputed(scene):
    """A second match of the same sides, whose result is disputed."""
    sides = {"participant1": scene.team1, "participant2": scene.team2}
    row = factories.match(scene.tournament, "DISPUTED", **sides)
    factories.result(row)
    factories.dispute(row)
    return row


_KEYS = st.sampled_from(
    [
        "scheduled_time", "stream_url", "station_id", "best_of", "coordinator_id", "room_code", "map", "notes",
        "participant_id", "participant1_score", "participant2_score", "game_scores", "tiebreak", "reason",
        "decision", "evidence_url", "match_ids", "interval_minutes", "description", "name", "username",
        "password", "refresh",
    ]
)  # fmt: skip
_LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(min_value=-(2**70), max_value=2**70),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=60),
    st.sampled_from(
        ["2099-01-01T00:00:00Z", "https://x.org", "uphold", "forfeit", "correct", "other", "9" * 30]
    ),
)
_VALUES = st.recursive(
    _LEAVES,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(_KEYS | st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)
_BODIES = st.dictionaries(_KEYS, _VALUES, max_size=6) | _VALUES
_ADDRESSES = st.sampled_from(
    [
        ("PATCH", ""), ("PATCH", "lobby/"), ("POST", "start/"), ("POST", "undo-start/"), ("POST", "check-in/"),
        ("POST", "call/"),
        ("POST", "assign-coordinator/"), ("POST", "submit-result/"), ("POST", "confirm-result/"),
        ("POST", "report-dispute/"), ("POST", "resolve-dispute/"), ("POST", "cancel/?preview=true"),
    ]
)  # fmt: skip
_GENTLY = settings(
    max_examples=80,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@_GENTLY
@given(address=_ADDRESSES, body=_BODIES)
def test_no_body_makes_a_verb_fail(scene, disputed, organizer, address, body):
    method, verb = address
    for row in (scene.match, disputed):
        response = organizer.request(method, url(row) + verb, json=body)
        assert response.status_code < 500, response.text
        if response.status_code >= 400:
            assert_problem(response, response.status_code)


@_GENTLY
@given(body=_BODIES)
def test_no_body_makes_a_bulk_or_a_sign_in_fail(organizer, body):
    for path in (
        f"{MATCHES}bulk-schedule/?preview=true",
        "/api/auth/login/",
        "/api/auth/refresh/",
        "/api/auth/logout/",
    ):
        response = organizer.post(path, body if body is not None else {})
        assert response.status_code < 500, response.text


@_GENTLY
@given(body=st.binary(max_size=60))
def test_no_bytes_make_a_verb_fail(scene, organizer, body):
    response = organizer.request(
        "PATCH", url(scene.match), data=body, headers={"Content-Type": "application/json"}
    )
    assert response.status_code == 200 if not body else response.status_code < 500


@_GENTLY
@given(
    name=st.sampled_from(
        [
            "page",
            "page_size",
            "tournament",
            "state",
            "ordering",
            "search",
            "scheduled_time__gte",
            "participant",
        ]
    ),
    value=st.text(max_size=40),
)
def test_no_query_makes_the_list_fail(organizer, name, value):
    response = organizer.get(MATCHES, query_string={name: value})
    assert response.status_code in (200, 400, 404), response.text


_SETTINGS = st.sampled_from(
    [
        "name", "slug", "game", "time_zone", "is_public", "enable_check_in", "check_in_window_minutes",
        "no_show_policy", "conflict_policy", "match_minutes", "rest_minutes", "dispute_window_minutes", "status",
        "auto_confirm_minutes", "seed", "members", "username", "role", "format", "participants", "options",
        "round_number", "match_number", "participant1_id", "participant2_id", "scheduled_time", "bracket", "best_of",
    ]
)  # fmt: skip
_OPTIONS = st.dictionaries(
    st.sampled_from(
        ["grand_final", "third_place", "groups", "legs", "rounds", "draws", "points", "best_of", "seeding"]
    ),
    _VALUES | st.sampled_from(["none", "given", 1, 3, {"win": 3}, {"1": 3}]),
    max_size=3,
)
_LIKELY = st.sampled_from(
    [
        "single_elimination",
        "Europe/Berlin",
        "valorant",
        "live",
        30,
        2**31 - 1,
        2**31,
        -1,
        True,
        [1, 2],
        "x" * 300,
    ]
)
_THINGS = st.dictionaries(_SETTINGS, _VALUES | _OPTIONS | _LIKELY, max_size=4)


@pytest.fixture
def ground(database_kind, app):
    return Ground()


@pytest.fixture
def its_organizer(ground, api_client):
    return api_client(ground.scene.organizer)


@_GENTLY
@given(
    entry=st.sampled_from([entry for entry in WRITES if entry[0] != "DELETE"]),
    body=_THINGS | st.lists(_THINGS, max_size=3) | _VALUES,
)
def test_no_body_makes_an_address_around_matches_fail(ground, its_organizer, entry, body):
    path = address(ground.tournament, entry[1].format(**ground.names))
    response = its_organizer.request(entry[0], path, json=body)
    assert response.status_code < 500, response.text
    created = its_organizer.post("/api/tournaments/", body if body is not None else {})
    assert created.status_code < 500, created.text
