"""Who may do what around a tournament: every address, every role."""

import pytest

from tests import factories
from tests.api.around import address
from tests.api.support import ROLES, assert_problem, person

RUNS_IT = ("admin", "organizer")
OTHERS = tuple(role for role in ROLES if role not in RUNS_IT)
# Of a private tournament these know nothing.
SHUT_OUT = ("other_organizer", "stranger", "anonymous")

PUBLIC = [
    ("GET", ""),
    ("GET", "participants/"),
    ("GET", "participants/{participant}/"),
    ("GET", "stations/"),
    ("GET", "stations/{station}/"),
    ("GET", "brackets/"),
    ("GET", "brackets/{bracket}/"),
    ("GET", "disputes/"),
]
INTERNAL = [
    ("GET", "staff/"),
    ("GET", "staff/{staff}/"),
    ("GET", "audit/"),
    ("GET", "board-link/"),
    ("GET", "participants/{participant}/invite/"),
]
WRITES = [
    ("PATCH", "", {"name": "Renamed"}, 200),
    ("DELETE", "", None, 204),
    ("POST", "board-link/", None, 201),
    ("DELETE", "board-link/", None, 204),
    ("POST", "participants/", {"name": "New"}, 201),
    ("PATCH", "participants/{participant}/", {"seed": 7}, 200),
    ("DELETE", "participants/{participant}/", None, 204),
    ("POST", "participants/{participant}/withdraw/", None, 200),
    ("DELETE", "participants/{participant}/withdraw/", None, 200),
    ("POST", "participants/{participant}/invite/", None, 201),
    ("DELETE", "participants/{participant}/invite/", None, 204),
    ("POST", "participants/{participant}/sign-in-link/", {"username": "{newcomer}"}, 201),
    ("POST", "staff/", {"username": "{newcomer}"}, 201),
    ("DELETE", "staff/{staff}/", None, 204),
    ("POST", "stations/", {"name": "Stage"}, 201),
    ("PATCH", "stations/{station}/", {"name": "Stage"}, 200),
    ("DELETE", "stations/{station}/", None, 204),
    ("POST", "brackets/", {"name": "Main", "format": "single_elimination"}, 201),
    ("POST", "brackets/{bracket}/next-round/", None, 400),
    ("POST", "matches/", {}, 201),
]
PLACES = [path for _, path, *_ in WRITES]
MISSING = 2**31 - 1


class Ground:
    """A tournament with one thing of each kind in it."""

    def __init__(self, is_public=True):
        self.scene = factories.scene(is_public=is_public)
        self.tournament = self.scene.tournament
        newcomer = factories.user()
        self.names = {
            "participant": factories.participant(self.tournament, members=[newcomer]).id,
            "station": factories.station(self.tournament).id,
            "bracket": factories.bracket(self.tournament).id,
            "staff": self._staff(),
            "newcomer": newcomer.username,
        }
        # Four entrants, so that a bracket can be made of them.
        factories.participant(self.tournament)

    def _staff(self):
        factories.staff(self.tournament)
        (entry,) = factories.rows(factories.TournamentStaff, tournament_id=self.tournament.id)
        return entry.id

    def call(self, client, method, path, body=None, of=None):
        filled = {key: value.format(**self.names) for key, value in body.items()} if _texts(body) else body
        where = address(of or self.tournament, path.format(**self.names))
        return client.request(method, where, **({} if body is None else {"json": filled}))


def _texts(body):
    return body and all(isinstance(value, str) for value in body.values())


@pytest.mark.parametrize(("method", "path"), PUBLIC)
def test_a_public_tournament_is_read_by_everybody(app, api_client, method, path):
    ground = Ground()
    for role in ROLES:
        assert ground.call(api_client(person(ground.scene, role)), method, path).status_code == 200, role


@pytest.mark.parametrize(("method", "path"), INTERNAL)
def test_what_concerns_its_organizers_is_read_by_them_only(app, api_client, method, path):
    ground = Ground()
    for role in RUNS_IT:
        assert ground.call(api_client(person(ground.scene, role)), method, path).status_code == 200, role
    for role in OTHERS:
        assert_problem(ground.call(api_client(person(ground.scene, role)), method, path), 403)


@pytest.mark.parametrize(("method", "path"), PUBLIC + INTERNAL)
def test_a_private_tournament_does_not_exist_for_strangers(app, api_client, method, path):
    ground = Ground(is_public=False)
    for role in SHUT_OUT:
        assert_problem(ground.call(api_client(person(ground.scene, role)), method, path), 404)
    for role in ("organizer", "coordinator", "player1", "admin"):
        status = ground.call(api_client(person(ground.scene, role)), method, path).status_code
        assert status == (403 if (method, path) in INTERNAL and role not in RUNS_IT else 200), role


@pytest.mark.parametrize(("method", "path", "body", "status"), WRITES)
@pytest.mark.parametrize("role", RUNS_IT)
def test_organizers_and_admins_may_write(app, api_client, method, path, body, status, role):
    ground = Ground()
    response = ground.call(api_client(person(ground.scene, role)), method, path, body)
    assert response.status_code == status, response.text
    if status == 201:
        assert response.headers["Location"]


@pytest.mark.parametrize(("method", "path", "body", "_"), WRITES)
def test_others_see_a_public_tournament_but_may_not_write(app, api_client, method, path, body, _):
    ground = Ground()
    for role in OTHERS:
        response = ground.call(api_client(person(ground.scene, role)), method, path, body)
        assert_problem(response, 401 if role == "anonymous" else 403)
    assert factories.audit_rows(tournament_id=ground.tournament.id) == []
    assert factories.events(tournament_id=ground.tournament.id) == []


@pytest.mark.parametrize(("method", "path", "body", "_"), WRITES)
def test_strangers_learn_nothing_of_a_private_tournament(app, api_client, method, path, body, _):
    ground = Ground(is_public=False)
    for role in SHUT_OUT:
        response = ground.call(api_client(person(ground.scene, role)), method, path, body)
        assert_problem(response, 401 if role == "anonymous" else 404)


@pytest.mark.parametrize(("method", "path", "body", "_"), WRITES)
def test_permission_comes_before_the_body(app, api_client, method, path, body, _):
    ground = Ground()
    options = {} if body is None else {"data": b"{", "content_type": "application/json"}
    where = address(ground.tournament, path.format(**ground.names))
    assert_problem(api_client(ground.scene.stranger).request(method, where, **options), 403)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [(method, path, None) for method, path in PUBLIC + INTERNAL] + [entry[:3] for entry in WRITES],
)
def test_what_is_missing_or_deleted_is_not_found(app, api_client, method, path, body):
    ground = Ground()
    client = api_client(ground.scene.organizer)
    for name, number in {
        "participant": MISSING,
        "station": MISSING,
        "bracket": MISSING,
        "staff": MISSING,
    }.items():
        if f"{{{name}}}" in path:
            where = address(ground.tournament, path.format(**{**ground.names, name: number}))
            assert_problem(client.request(method, where, **({} if body is None else {"json": body})), 404)
    deleted = factories.tournament(ground.scene.organizer, is_deleted=True)
    assert_problem(ground.call(client, method, path, body, of=deleted), 404)


@pytest.mark.parametrize(
    ("method", "path", "body"), [entry[:3] for entry in WRITES if "{" in entry[1] and entry[0] != "POST"]
)
def test_what_belongs_to_another_tournament_is_not_found(app, api_client, method, path, body):
    ground = Ground()
    own = factories.tournament()
    client = api_client(factories.staff(own))
    assert_problem(ground.call(client, method, path, body, of=own), 404)
    assert factories.audit_rows(tournament_id=ground.tournament.id) == []


@pytest.mark.parametrize(
    ("path", "wrong"),
    [
        ("", "PUT"),
        ("participants/", "PUT"),
        ("participants/{participant}/", "POST"),
        ("participants/{participant}/withdraw/", "PATCH"),
        ("participants/{participant}/invite/", "PATCH"),
        ("participants/{participant}/sign-in-link/", "GET"),
        ("staff/", "DELETE"),
        ("staff/{staff}/", "PATCH"),
        ("stations/", "PATCH"),
        ("stations/{station}/", "POST"),
        ("brackets/", "PATCH"),
        ("brackets/{bracket}/", "POST"),
        ("brackets/{bracket}/next-round/", "GET"),
        ("matches/", "PATCH"),
        ("disputes/", "POST"),
        ("audit/", "POST"),
        ("audit/", "DELETE"),
        ("board-link/", "PATCH"),
    ],
)
def test_a_wrong_verb_is_405(app, api_client, path, wrong):
    ground = Ground()
    response = ground.call(api_client(ground.scene.organizer), wrong, path)
    assert_problem(response, 405)
    assert response.headers["Allow"]


@pytest.mark.parametrize(("method", "path", "body", "status"), [entry for entry in WRITES if entry[2] != {}])
def test_addresses_work_without_their_slash(app, api_client, method, path, body, status):
    ground = Ground()
    response = ground.call(api_client(ground.scene.organizer), method, path.removesuffix("/"), body)
    if path:
        assert response.status_code == status, response.text


@pytest.mark.parametrize("number", ["2147483648", "99999999999999999999", "-1", "x", "1.0"])
def test_an_id_that_no_row_can_have_is_not_found(app, api_client, number):
    assert_problem(api_client(factories.user()).get(f"/api/tournaments/{number}/"), 404)


def test_staff_of_the_list_runs_the_tournament_too(app, api_client):
    of = factories.tournament()
    client = api_client(factories.staff(of))
    assert client.patch(address(of), {"rest_minutes": 5}).status_code == 200
    assert client.get(address(of, "audit/")).status_code == 200
