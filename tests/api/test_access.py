"""Who may do what: every address of the API, every role. A new address without an entry fails."""

from dataclasses import dataclass

import pytest
from werkzeug.exceptions import HTTPException

from tests import factories
from tests.api import test_tournaments_access as around_matches
from tests.api.support import assert_problem, assert_unchanged, person

ROLES = (
    "admin", "organizer", "coordinator", "runner", "player1", "player2", "entrant", "other_organizer",
    "stranger", "anonymous",
)  # fmt: skip
EVERYBODY = frozenset(ROLES)
ORGANIZERS = frozenset({"admin", "organizer"})
RUNNERS = ORGANIZERS | {"runner"}
INSIDE = RUNNERS | {"coordinator", "player1", "player2"}
SIDES = frozenset({"player1", "player2"})
COORDINATORS = frozenset({"coordinator", "runner"})
OUTSIDERS = frozenset({"other_organizer", "stranger", "anonymous"})


@dataclass(frozen=True)
class Entry:
    """One address: what is sent there, to a match in which state, and who may."""

    method: str
    path: str
    may: frozenset[str]
    body: dict | None = None
    state: str = "READY"


SCORES = {"participant1_score": 2, "participant2_score": 1}
ABOUT_A_MATCH = [
    Entry("GET", "", EVERYBODY),
    Entry("PATCH", "", ORGANIZERS, {"stream_url": "https://twitch.tv/finals"}),
    Entry("POST", "call/", RUNNERS, {}),
    Entry("POST", "start/", RUNNERS),
    Entry("POST", "undo-start/", ORGANIZERS, None, "LIVE"),
    Entry("POST", "assign-coordinator/", ORGANIZERS, {"coordinator_id": None}),
    Entry("POST", "accept/", COORDINATORS, {}),
    Entry("POST", "hand-over/", COORDINATORS, {"note": "Ill today."}),
    Entry("PATCH", "lobby/", RUNNERS, {"room_code": "BRAVO"}),
    Entry("POST", "rotate-code/", RUNNERS, {}),
    Entry("POST", "lobby-seen/", SIDES, {}),
    Entry("GET", "lobby-seen/", RUNNERS | {"coordinator"}),
    Entry("POST", "check-in/", RUNNERS, {"participant_id": "{team1}"}, "SCHEDULED"),
    Entry("POST", "check-in/", SIDES, {}, "SCHEDULED"),
    Entry("POST", "cancel/", ORGANIZERS, {}),
    Entry("POST", "cancel/?preview=true", ORGANIZERS, {}),
    Entry("POST", "submit-result/", RUNNERS | SIDES, SCORES, "LIVE"),
    Entry("POST", "confirm-result/", RUNNERS | {"player2"}, None, "PENDING_RESULT"),
    Entry("POST", "report-dispute/", ORGANIZERS | SIDES, {"reason": "technical"}, "PENDING_RESULT"),
    Entry("POST", "resolve-dispute/", ORGANIZERS, {"decision": "uphold"}, "DISPUTED"),
    Entry("POST", "resolve-dispute/?preview=true", ORGANIZERS, {"decision": "void"}, "DISPUTED"),
    Entry("POST", "forfeit/", ORGANIZERS, {"both": True}),
    Entry("POST", "forfeit/?preview=true", ORGANIZERS, {"participant_id": "{team1}"}),
    Entry("POST", "reopen/", ORGANIZERS, {}, "COMPLETED"),
    Entry("POST", "reopen/?preview=true", ORGANIZERS, {}, "COMPLETED"),
    Entry("POST", "restore/", ORGANIZERS, {}, "CANCELLED"),
    Entry("POST", "restore/?preview=true", ORGANIZERS, {}, "CANCELLED"),
    Entry("POST", "results/1/restore/", RUNNERS, {}, "COMPLETED"),
    Entry("DELETE", "", ORGANIZERS),
    Entry("POST", "undelete/", ORGANIZERS, {}),
    Entry("GET", "results/", INSIDE, None, "COMPLETED"),
    Entry("GET", "history/", EVERYBODY),
]
# Checked in files of their own: lists over all tournaments, bulks, signing in, the description.
ELSEWHERE = [
    # Of a tournament that is no rehearsal it is not found, whoever asks.
    ("GET", "/api/tournaments/1/rehearsal/"),
    ("GET", "/api/tournaments/matches/"),
    ("POST", "/api/tournaments/matches/bulk-schedule/"),
    ("POST", "/api/tournaments/matches/bulk-schedule/1/undo/"),
    ("POST", "/api/auth/login/"),
    ("POST", "/api/auth/refresh/"),
    ("POST", "/api/auth/logout/"),
    ("GET", "/api/auth/me/"),
    ("GET", "/api/me/matches/"),
    ("POST", "/api/me/seen/"),
    ("GET", "/api/me/coordinating/"),
    ("GET", "/api/conflicts/"),
    ("GET", "/api/feeds/"),
    ("POST", "/api/feeds/"),
    ("GET", "/api/feeds/1/"),
    ("DELETE", "/api/feeds/1/"),
    ("GET", "/api/openapi.json"),
    ("GET", "/api/docs"),
]


def name(entry):
    return f"{entry.method} {entry.path} {'of own side' if entry.may == SIDES else ''}".strip()


def setting(role, entry, **columns):
    lobby = {"lobby": {"room_code": "ALPHA"}}
    scene = factories.scene(
        entry.state, match_columns=lobby, coordinators_run_matches=role == "runner", **columns
    )
    if role == "runner":
        return scene, scene.coordinator
    if role == "entrant":
        member = factories.user()
        factories.participant(scene.tournament, members=[member])
        return scene, member
    return scene, person(scene, role)


def call(client, entry, scene):
    body = entry.body
    if body and body.get("participant_id"):
        body = {"participant_id": scene.team1.id}
    options = {} if body is None else {"json": body}
    address = f"/api/tournaments/matches/{scene.match.id}/{entry.path}"
    return client.request(entry.method, address, **options)


@pytest.mark.parametrize("entry", ABOUT_A_MATCH, ids=name)
def test_every_role_at_every_address_of_a_match(app, api_client, entry):
    for role in ROLES:
        scene, who = setting(role, entry)
        response = call(api_client(who), entry, scene)
        if role in entry.may:
            assert response.status_code in (200, 204), f"{role}: {response.text}"
        elif entry.path == "check-in/" and role in RUNNERS:
            # Staff may, but must say whom.
            assert_problem(response, 400, "participant_id")
        elif entry.path == "check-in/" and role == "player1":
            assert response.status_code == 200, "a player may name their own side"
        else:
            assert_problem(response, 401 if role == "anonymous" and entry.method != "GET" else 403)
            assert_unchanged(scene.match)


@pytest.mark.parametrize("entry", ABOUT_A_MATCH, ids=name)
def test_a_private_match_exists_for_no_outsider(app, api_client, entry):
    for role in sorted(OUTSIDERS):
        scene, who = setting(role, entry, is_public=False)
        response = call(api_client(who), entry, scene)
        assert_problem(response, 401 if role == "anonymous" and entry.method != "GET" else 404)
        assert_unchanged(scene.match)


def test_every_address_of_the_api_has_an_entry(app):
    described = [
        *((entry.method, f"/api/tournaments/matches/1/{entry.path}") for entry in ABOUT_A_MATCH),
        *((method, f"/api/tournaments/1/{path}") for method, path in _entries_around_matches()),
        ("GET", "/api/tournaments/"),
        ("POST", "/api/tournaments/"),
        ("POST", "/api/tournaments/join/"),
        *ELSEWHERE,
    ]
    adapter = app.url_map.bind("localhost")
    known = set()
    for method, path in described:
        try:
            rule, _ = adapter.match(path.partition("?")[0], method, return_rule=True)
        except HTTPException as error:
            pytest.fail(f"{method} {path} is in the table, but not in the application: {error}")
        known.add((rule.rule, method))
    routes = {
        (rule.rule, method)
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/")
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    assert routes - known == set()


def _entries_around_matches():
    filled = dict.fromkeys(("participant", "station", "break", "batch", "bracket", "staff"), 1)
    for method, path, *_ in (*around_matches.PUBLIC, *around_matches.INTERNAL, *around_matches.WRITES):
        yield method, path.format(**filled)
