"""Everything that can be wrong with what is sent: always a 4xx problem document, never a 500."""

from io import BytesIO

import pytest
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionInTime

from tests import factories
from tests.api.support import MATCHES, assert_problem, assert_unchanged, url

pytestmark = pytest.mark.own_application

JSON = "application/json"


@pytest.fixture
def scene(app):
    return factories.scene()


@pytest.fixture
def organizer(scene, api_client):
    return api_client(scene.organizer)


def send(client, match, data, content_type=JSON, **headers):
    return client.request("PATCH", url(match), data=data, headers={"Content-Type": content_type, **headers})


MALFORMED = {
    "nothing closed": b'{"best_of": 3',
    "only a brace": b"{",
    "single quotes": b"{'best_of': 3}",
    "a trailing comma": b'{"best_of": 3,}',
    "a comment": b'{"best_of": 3} // three',
    "two documents": b'{"best_of": 3}{"best_of": 5}',
    "NaN": b'{"best_of": NaN}',
    "Infinity": b'{"best_of": Infinity}',
    "-Infinity": b'{"best_of": -Infinity}',
    "an infinite number": b'{"best_of": 1e999}',
    "a huge number": b'{"best_of": 1e300}',
    "a huge integer": b'{"best_of": ' + b"9" * 400 + b"}",
    "an integer over 64 bits": b'{"station_id": 9223372036854775808}',
    "an integer under 64 bits": b'{"station_id": -9223372036854775809}',
    "arrays 100,000 deep": b"[" * 100_000 + b"]" * 100_000,
    "arrays 500 deep": b'{"best_of": ' + b"[" * 500 + b"]" * 500 + b"}",
    "objects 500 deep": b'{"a":' * 500 + b"1" + b"}" * 500,
    "no UTF-8": b'{"stream_url": "\xff\xfe"}',
    "UTF-16": '{"best_of": 3}'.encode("utf-16"),
    "a lone surrogate": b'{"stream_url": "\\ud800"}',
    "NUL in a value": b'{"stream_url": "https://x.org/\\u0000"}',
    "NUL in a key": b'{"best\\u0000of": 3}',
    "a bare NUL": b'{"stream_url": "\x00"}',
    "a number": b"3",
    "text": b'"best_of"',
    "a list": b'[{"best_of": 3}]',
    "null": b"null",
    "true": b"true",
    "blanks": b"   ",
    "a form": b"best_of=3",
    "XML": b"<best_of>3</best_of>",
}


@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED.keys())
def test_a_body_that_is_no_object_of_ours_is_400(scene, api_client, body):
    assert_problem(send(api_client(scene.organizer), scene.match, body), 400)
    assert_unchanged(scene.match)


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/xml",
     "application/json; charset=latin-1", "json", ""],
)  # fmt: skip
def test_another_content_type_is_415(scene, api_client, content_type):
    assert_problem(send(api_client(scene.organizer), scene.match, b'{"best_of": 3}', content_type), 415)
    assert_unchanged(scene.match)


@pytest.mark.parametrize(
    "content_type", ["application/json; charset=utf-8", "APPLICATION/JSON", "application/merge-patch+json"]
)
def test_json_by_its_other_names_is_taken(scene, api_client, content_type):
    response = send(api_client(scene.organizer), scene.match, b'{"best_of": 3}', content_type)
    assert response.json["best_of"] == 3


def test_a_body_over_the_limit_is_413(scene, api_client):
    body = b'{"stream_url": "' + b"x" * 1_100_000 + b'"}'
    assert_problem(send(api_client(scene.organizer), scene.match, body), 413)
    assert_unchanged(scene.match)


def test_a_declared_length_over_the_limit_is_413(scene, api_client):
    declared = {"CONTENT_LENGTH": str(10**12), "CONTENT_TYPE": JSON}
    response = api_client(scene.organizer).patch(url(scene.match), environ_overrides=declared)
    assert_problem(response, 413)


def test_a_body_without_a_declared_length_has_the_same_limit(scene, api_client):
    chunked = {"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked", "CONTENT_TYPE": JSON}
    client = api_client(scene.organizer)
    for body, status in ((b'{"best_of": 3}', 200), (b'{"stream_url": "' + b"x" * 1_100_000 + b'"}', 413)):
        response = client.patch(url(scene.match), input_stream=BytesIO(body), environ_overrides=chunked)
        assert response.status_code == status, response.text


def test_an_unknown_field_is_named(scene, api_client):
    response = api_client(scene.organizer).patch(url(scene.match), {"best_of": 3, "colour": "blue"})
    assert_problem(response, 400, "colour")
    assert_unchanged(scene.match)


def test_every_wrong_field_is_named_at_once(scene, api_client):
    response = api_client(scene.organizer).patch(
        url(scene.match), {"best_of": "3", "stream_url": 5, "scheduled_time": "soon", "x": 1}
    )
    assert_problem(response, 400, "best_of", "stream_url", "scheduled_time", "x")


@pytest.mark.parametrize(
    "number", ["2147483648", "9223372036854775808", "9" * 5000, "１", "0x1", "1e3", "+1"]
)
def test_a_path_with_no_id_of_ours_is_404(scene, organizer, number):
    for method, verb in (
        ("GET", ""),
        ("GET", "history/"),
        ("PATCH", "lobby/"),
        ("POST", "start/"),
        ("PATCH", ""),
    ):
        assert_problem(organizer.request(method, f"{MATCHES}{number}/{verb}"), 404)


def test_an_unknown_address_is_404(app, api_client):
    for path in (
        "/api/",
        "/api",
        "/api/nowhere/",
        "/api/tournaments/matches/1/nowhere/",
        "/api/%ff/",
        "/api/../x",
    ):
        assert_problem(api_client(factories.user()).get(path), 404)


def test_a_wrong_method_is_405_and_names_the_right_ones(scene, api_client):
    client = api_client(scene.organizer)
    for method, path, allowed in [
        ("DELETE", MATCHES, "GET"), ("PUT", url(scene.match), "PATCH"), ("GET", url(scene.match, "start"), "POST"),
        ("PROPFIND", url(scene.match), "GET"),
    ]:  # fmt: skip
        response = client.request(method, path)
        assert_problem(response, 405)
        assert allowed in response.headers["Allow"].split(", ")


def test_a_failure_of_ours_is_500_and_tells_nothing(scene, api_client, app, monkeypatch):
    def fail(*_args, **_kwargs):
        raise RuntimeError("the password is swordfish")

    monkeypatch.setattr("app.services.matches.start", fail)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    response = api_client(scene.organizer).post(url(scene.match, "start"))
    problem = assert_problem(response, 500)
    assert "swordfish" not in str(problem)


@pytest.mark.parametrize(
    "error",
    [OperationalError("SELECT 1", {}, Exception("gone")), NoConnectionInTime("no connection in time")],
    ids=["away", "busy"],
)
def test_a_database_that_does_not_answer_is_503(scene, api_client, monkeypatch, error):

    def fail(*_args, **_kwargs):
        raise error

    client = api_client(scene.organizer)
    monkeypatch.setattr("app.services.matches.start", fail)
    response = client.post(url(scene.match, "start"))
    assert_problem(response, 503)
    assert response.headers["Retry-After"]
