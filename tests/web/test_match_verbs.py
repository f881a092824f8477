"""Each verb on a match as a form: works, with and without htmx; who may; races, bad input, missing tokens."""

import pytest

from app.web.match_verbs import VERBS
from tests import factories
from tests.web.verbs import BY_NAME, CASES, ROLES, STAFF

# What somebody else does meanwhile, by the state of the match, and leaves it in that state.
RIVALS = {
    None: [("schedule", {"stream_url": "https://stream.example/2"})],
    "COMPLETED": [("reopen", {}), ("submit-result", {"participant1_score": 2, "participant2_score": 1})],
    "CANCELLED": [("restore", {}), ("cancel", {})],
}
each_verb = pytest.mark.parametrize("case", CASES, ids=lambda case: case.verb)


def _send(client, scene, case, **options):
    data = case.data(scene) | options.pop("data", {})
    return client.post(f"/matches/{scene.match.id}/{case.verb}", data, **options)


def test_every_verb_has_its_case():
    assert {verb.name for verb in VERBS} == set(BY_NAME)


@each_verb
def test_works_without_htmx(web_client, case):
    scene = case.scene()
    version = scene.match.version
    client = web_client(scene.person(case.actor))
    response = _send(client, scene, case, data={"version": version})
    assert response.status_code == 303
    assert response.location == case.leads_to(scene)
    match = factories.fresh(scene.match)
    assert case.holds(match)
    assert match.version > version
    rows = factories.audit_rows(match_id=match.id)
    assert [(row.action, row.user_id) for row in rows] == [(case.action, scene.person(case.actor).id)]
    assert client.get(response.location).status_code == 200


@each_verb
def test_works_with_htmx(web_client, case):
    scene = case.scene()
    response = _send(web_client(scene.person(case.actor)), scene, case, htmx=True)
    if case.leaves:
        assert (response.status_code, response.headers["HX-Redirect"]) == (204, case.leads_to(scene))
        return
    assert response.status_code == 200
    part = "panel" if case.actor in STAFF else "side"
    assert f'id="match-{scene.match.id}-{part}"' in response.text
    assert "<html" not in response.text
    assert "HX-Request" in response.vary
    assert case.holds(factories.fresh(scene.match))


@each_verb
def test_who_may(web_client, case):
    for role in ROLES:
        scene = case.scene()
        response = _send(web_client(scene.person(role)), scene, case)
        if role == "anonymous":
            assert response.status_code == 303
            assert response.location.startswith("/login")
        else:
            assert response.status_code == (303 if role in case.may else 403), role
            assert not response.location or "/login" not in response.location
        assert bool(factories.audit_rows(match_id=scene.match.id)) == (role in case.may), role


@each_verb
def test_an_organizer_of_another_tournament_may_not(web_client, case):
    scene = case.scene()
    other = factories.scene().organizer
    assert _send(web_client(other), scene, case).status_code == 403
    assert factories.fresh(scene.match).version == scene.match.version


@each_verb
def test_in_a_private_tournament_a_stranger_finds_nothing(web_client, case):
    scene = case.scene(is_public=False)
    assert _send(web_client(scene.stranger), scene, case).status_code == 404
    assert factories.fresh(scene.match).version == scene.match.version


@each_verb
def test_a_deleted_match_and_an_unknown_one_are_not_there(web_client, case):
    scene = case.scene()
    factories.change(scene.match, is_deleted=True)
    client = web_client(scene.organizer)
    assert _send(client, scene, case).status_code == 404
    for unknown in ("987654", "99999999999999999999"):
        assert client.post(f"/matches/{unknown}/{case.verb}", case.data(scene)).status_code == 404


@each_verb
def test_without_the_forms_token_nothing_happens(web_client, case):
    scene = case.scene()
    response = _send(web_client(scene.person(case.actor)), scene, case, csrf=False)
    assert response.status_code == 400
    assert "Load the page again" in response.text
    assert factories.fresh(scene.match).version == scene.match.version
    assert not factories.audit_rows(match_id=scene.match.id)


@each_verb
@pytest.mark.parametrize("htmx", [False, True], ids=["page", "htmx"])
def test_a_form_that_lost_a_race_is_shown_again(web_client, case, htmx):
    scene = case.scene()
    rival = factories.staff(scene.tournament)
    for verb, data in RIVALS.get(case.state, RIVALS[None]):
        assert web_client(rival).post(f"/matches/{scene.match.id}/{verb}", data).status_code == 303
    changed = factories.fresh(scene.match)
    client = web_client(scene.person(case.actor))
    response = _send(client, scene, case, data={"version": scene.match.version}, htmx=htmx)
    assert response.status_code == 409
    assert rival.username in response.text
    assert "changed this match in the meantime" in response.text
    assert ("<html" in response.text) is not htmx
    for typed in (value for value in case.data(scene).values() if isinstance(value, str) and value):
        assert typed in response.text
    assert factories.fresh(scene.match).version == changed.version
    # Shown again, the form knows the version that it would now replace.
    assert f'name="version" type="hidden" value="{changed.version}"' in response.text
    again = _send(client, scene, case, data={"version": changed.version})
    assert again.status_code == 303
    assert case.holds(factories.fresh(scene.match))


@each_verb
def test_only_posts_are_taken_and_versions_are_numbers(web_client, case):
    scene = case.scene()
    client = web_client(scene.person(case.actor))
    # Of check-in a printed code leads to the page, which is not yet to check in.
    looked_at = client.get(f"/matches/{scene.match.id}/{case.verb}").status_code
    assert looked_at == (303 if case.verb == "check-in" else 405)
    assert _send(client, scene, case, data={"version": "x" * 9}).status_code == 400
    assert factories.fresh(scene.match).version == scene.match.version


BAD_INPUT = [
    ("schedule", {"scheduled_time": "yesterday"}, "Enter a date and a time", "yesterday"),
    ("schedule", {"scheduled_time": "2020-01-01T10:00"}, "future", "2020-01-01T10:00"),
    ("schedule", {"stream_url": "javascript:alert(1)"}, "http", "javascript:alert(1)"),
    ("schedule", {"stream_url": "https://a.example/" + "x" * 200}, "200", "x" * 200),
    ("schedule", {"best_of": "4"}, "valid choice", "Best of"),
    ("schedule", {"station_id": "4711"}, "no such station", "Station"),
    ("schedule", {"station_id": "99999999999999"}, "Invalid", "Station"),
    ("lobby", {"room_code": "x" * 51}, "50", "x" * 51),
    ("lobby", {"room_code": "", "region": "Oceania"}, "at least one", "Oceania"),
    ("assign-coordinator", {"coordinator_id": "4711"}, "no active user", "Coordinator"),
    ("assign-coordinator", {"username": "nobody-here"}, "no active user", "nobody-here"),
    ("check-in", {"participant_id": "4711"}, "play in this match", "Check in"),
    ("check-in", {"participant_id": "1" * 30}, "between", "Check in"),
    ("submit-result", {"participant1_score": "many"}, "Not a valid integer", "many"),
    ("submit-result", {"participant1_score": ""}, "Enter a score", "Submit result"),
    ("submit-result", {"participant1_score": "-1"}, "whole number", "-1"),
    ("submit-result", {"participant1_score": "9" * 30}, "whole number", "9" * 30),
    ("submit-result", {"participant1_score": "7"}, "level", "7"),
    ("submit-result", {"tiebreak1": "5"}, "both scores", "Tie-break"),
    ("submit-result", {"evidence_url": "ftp://x"}, "http", "ftp://x"),
    ("report-dispute", {"reason": "spite"}, "valid choice", "It was us."),
    ("report-dispute", {"description": "x" * 2001}, "2000", "x" * 2001),
    ("resolve-dispute", {"decision": "coin"}, "valid choice", "Looked at the recording."),
    ("resolve-dispute", {"decision": "correct"}, "correct scores", "Looked at the recording."),
    ("resolve-dispute", {"decision": "forfeit"}, "side that forfeits", "Looked at the recording."),
    ("cancel", {"reason": "x" * 501}, "500", "x" * 501),
]


@pytest.mark.parametrize("verb", dict.fromkeys(verb for verb, *_ in BAD_INPUT))
def test_bad_input_is_shown_again_with_the_reason(web_client, verb):
    case = BY_NAME[verb]
    scene = case.scene()
    client = web_client(scene.person(case.actor))
    for data, why, shown in (rest for name, *rest in BAD_INPUT if name == verb):
        for htmx in (False, True):
            response = _send(client, scene, case, data=data, htmx=htmx)
            assert response.status_code == 400, data
            assert why in response.text, data
            assert shown in response.text, data
            assert 'role="alert"' in response.text
    assert factories.fresh(scene.match).version == scene.match.version


FORBIDDEN = [
    ("start", "SCHEDULED"),
    ("start", "LIVE"),
    ("start", "COMPLETED"),
    ("undo-start", "READY"),
    ("schedule", "COMPLETED"),
    ("lobby", "CANCELLED"),
    ("assign-coordinator", "FORFEIT"),
    ("submit-result", "READY"),
    ("confirm-result", "LIVE"),
    ("resolve-dispute", "LIVE"),
    ("cancel", "COMPLETED"),
]


def test_a_verb_that_the_state_forbids_says_why(web_client):
    for verb, state in FORBIDDEN:
        scene = factories.scene(state)
        response = _send(web_client(scene.organizer), scene, BY_NAME[verb], htmx=True)
        assert response.status_code == 400, (verb, state)
        assert f"The match is {state}" in response.text, (verb, state)
        assert factories.fresh(scene.match).state == state


def test_nul_bytes_are_refused(web_client):
    scene = factories.scene("READY")
    response = web_client(scene.organizer).post(f"/matches/{scene.match.id}/lobby", {"room_code": "a\x00b"})
    assert response.status_code == 400
