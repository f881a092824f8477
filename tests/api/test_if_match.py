"""If-Match on writes to a match: optional, by ETag or by version, checked after 404 and 403."""

import pytest

from tests import factories
from tests.api.support import assert_problem, assert_unchanged, url


@pytest.fixture
def scene(app):
    return factories.scene("READY")


def write(client, match, if_match):
    return client.patch(
        url(match), {"stream_url": "https://twitch.tv/finals"}, headers={"If-Match": if_match}
    )


@pytest.mark.parametrize("header", ['"1"', "*", '"other", "1"'])
def test_a_write_goes_on_from_the_version_it_names(scene, api_client, header):
    assert write(api_client(scene.organizer), scene.match, header).status_code == 200


def test_a_write_goes_on_from_the_etag_of_the_last_read_or_write(scene, api_client):
    client = api_client(scene.organizer)
    read = client.get(url(scene.match))
    first = write(client, scene.match, read.headers["ETag"])
    assert first.status_code == 200
    second = client.post(url(scene.match, "start"), headers={"If-Match": first.headers["ETag"]})
    assert second.status_code == 200
    third = client.post(url(scene.match, "undo-start"), headers={"If-Match": second.headers["ETag"]})
    assert third.status_code == 200


@pytest.mark.parametrize("header", ['"2"', '"0"', '"rubbish"', "rubbish", 'W/"1"', '""', ""])
def test_a_write_from_another_version_is_412_and_changes_nothing(scene, api_client, header):
    problem = assert_problem(write(api_client(scene.organizer), scene.match, header), 412)
    assert problem["current_version"] == 1
    assert_unchanged(scene.match)


def test_a_stale_write_is_told_who_changed_the_match(scene, api_client):
    client = api_client(scene.organizer)
    etag = client.get(url(scene.match)).headers["ETag"]
    client.patch(url(scene.match, "lobby"), {"room_code": "ABC"})
    problem = assert_problem(client.post(url(scene.match, "start"), headers={"If-Match": etag}), 412)
    assert scene.organizer.username in problem["detail"]
    assert problem["changes"]


def test_the_etag_of_another_reader_does_not_fit(scene, api_client):
    etag = api_client(scene.admin).get(url(scene.match)).headers["ETag"]
    assert_problem(write(api_client(scene.organizer), scene.match, etag), 412)


def test_a_stale_header_never_hides_401_403_or_404(scene, api_client):
    assert_problem(write(api_client(), scene.match, '"99"'), 401)
    assert_problem(write(api_client(scene.player1), scene.match, '"99"'), 403)
    hidden = factories.scene(is_public=False)
    assert_problem(write(api_client(scene.player1), hidden.match, '"99"'), 404)


@pytest.mark.parametrize(
    ("state", "method", "verb", "body"),
    [
        ("READY", "POST", "call", {}),
        ("READY", "POST", "start", None),
        ("LIVE", "POST", "undo-start", None),
        ("READY", "POST", "assign-coordinator", {"coordinator_id": None}),
        ("READY", "PATCH", "lobby", {"room_code": "ABC"}),
        ("READY", "POST", "cancel", {}),
        ("LIVE", "POST", "submit-result", {"participant1_score": 2, "participant2_score": 0}),
        ("PENDING_RESULT", "POST", "confirm-result", None),
        ("DISPUTED", "POST", "resolve-dispute", {"decision": "uphold"}),
    ],
)
def test_every_verb_heeds_the_header(app, api_client, state, method, verb, body):
    scene = factories.scene(state)
    client = api_client(scene.organizer)
    options = {"json": body} if body is not None else {}
    stale = client.request(method, url(scene.match, verb), headers={"If-Match": '"99"'}, **options)
    assert_problem(stale, 412)
    assert_unchanged(scene.match)
    fits = client.request(method, url(scene.match, verb), headers={"If-Match": '"1"'}, **options)
    assert fits.status_code == 200
