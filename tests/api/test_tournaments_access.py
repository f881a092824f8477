"""Who may do what around a tournament: every address, every role."""

import pytest

from tests import factories
from tests.api.around import address
from tests.api.support import ROLES, assert_problem, person

MISSING = 2**31 - 1
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
    ("GET", "breaks/"),
    ("GET", "breaks/{break}/"),
    ("GET", "brackets/"),
    ("GET", "brackets/{bracket}/"),
    ("GET", "disputes/"),
    ("GET", "estimates/"),
]
INTERNAL = [
    ("GET", "staff/"),
    ("GET", "staff/{staff}/"),
    ("GET", "audit/"),
    ("GET", "audit/export/"),
    ("GET", "rehearsals/"),
    ("GET", "stations/{station}/queue/"),
    ("GET", "estimates/accuracy/"),
    ("GET", "conflicts/"),
    ("GET", "schedule/"),
    ("GET", "schedule/{batch}/"),
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
    ("POST", "stations/{station}/call-next/", {}, 200),
    (
        "POST",
        "breaks/",
        {"name": "Lunch", "starts_at": "2027-01-01T12:00:00Z", "ends_at": "2027-01-01T13:00:00Z"},
        201,
    ),
    ("PATCH", "breaks/{break}/", {"name": "Dinner"}, 200),
    ("DELETE", "breaks/{break}/", None, 204),
    ("POST", "schedule/", {"changes": []}, 400),
    ("POST", "schedule/{batch}/undo/", None, 200),
    ("POST", "conflicts/mend/", {"kind": "no_stream", "match": MISSING}, 404),
    ("POST", "delay/", {"minutes": 0}, 400),
    ("POST", "auto-schedule/", {"windows": []}, 400),
    ("POST", "rehearsals/", {}, 400),
    ("PATCH", "rehearsal/", {"speed": 2}, 400),
    ("POST", "rehearsal/reset/", None, 404),
    ("POST", "brackets/", {"name": "Main", "format": "single_elimination"}, 201),
    ("POST", "brackets/{bracket}/next-round/", None, 400),
    ("DELETE", "brackets/{bracket}/", None, 204),
    ("POST", "matches/", {}, 201),
]
WRONG_VERBS = {
    "": "PUT",
    "participants/": "PUT",
    "participants/{participant}/": "POST",
    "participants/{participant}/withdraw/": "PATCH",
    "participants/{participant}/invite/": "PATCH",
    "participants/{participant}/sign-in-link/": "GET",
    "staff/": "DELETE",
    "staff/{staff}/": "PATCH",
    "stations/": "PATCH",
    "stations/{station}/": "POST",
    "stations/{station}/queue/": "POST",
    "stations/{station}/call-next/": "GET",
    "breaks/": "PATCH",
    "breaks/{break}/": "POST",
    "schedule/": "PUT",
    "schedule/{batch}/": "DELETE",
    "schedule/{batch}/undo/": "GET",
    "conflicts/": "POST",
    "conflicts/mend/": "GET",
    "delay/": "GET",
    "auto-schedule/": "GET",
    "brackets/": "PATCH",
    "brackets/{bracket}/": "POST",
    "brackets/{bracket}/next-round/": "GET",
    "matches/": "PATCH",
    "disputes/": "POST",
    "estimates/": "POST",
    "estimates/accuracy/": "POST",
    "audit/": "DELETE",
    "audit/export/": "POST",
    "rehearsals/": "DELETE",
    "rehearsal/": "POST",
    "rehearsal/reset/": "GET",
    "board-link/": "PATCH",
}


class Ground:
    """A tournament with one thing of each kind in it."""

    def __init__(self, is_public=True):
        self.scene = factories.scene(is_public=is_public)
        self.tournament = self.scene.tournament
        newcomer = factories.user()
        self.names = {
            "participant": factories.participant(self.tournament, members=[newcomer]).id,
            "station": factories.station(self.tournament).id,
            "break": factories.pause(self.tournament).id,
            "bracket": factories.bracket(self.tournament).id,
            "batch": factories.version(self.tournament).id,
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


@pytest.mark.parametrize("role", ROLES)
def test_a_public_tournament_is_read_by_everybody_but_for_its_internals(app, api_client, role):
    ground = Ground()
    client = api_client(person(ground.scene, role))
    for method, path in PUBLIC:
        assert ground.call(client, method, path).status_code == 200, path
    for method, path in INTERNAL:
        if role in RUNS_IT:
            assert ground.call(client, method, path).status_code == 200, path
        else:
            assert_problem(ground.call(client, method, path), 403)


@pytest.mark.parametrize("role", ROLES)
def test_a_private_tournament_exists_for_its_own_people_only(app, api_client, role):
    ground = Ground(is_public=False)
    client = api_client(person(ground.scene, role))
    for method, path in PUBLIC + INTERNAL:
        response = ground.call(client, method, path)
        if role in SHUT_OUT:
            assert_problem(response, 404)
        elif role in RUNS_IT or (method, path) in PUBLIC:
            assert response.status_code == 200, path
        else:
            assert_problem(response, 403)


@pytest.mark.parametrize("role", RUNS_IT)
def test_organizers_and_admins_may_write(app, api_client, role):
    for method, path, body, status in WRITES:
        ground = Ground()
        response = ground.call(api_client(person(ground.scene, role)), method, path, body)
        assert response.status_code == status, (path, response.text)
        assert (status != 201) or response.headers["Location"]


@pytest.mark.parametrize("role", OTHERS)
def test_others_see_a_public_tournament_but_may_not_write(app, api_client, role):
    ground = Ground()
    client = api_client(person(ground.scene, role))
    for method, path, body, _ in WRITES:
        assert_problem(ground.call(client, method, path, body), 401 if role == "anonymous" else 403)
    assert factories.audit_rows(tournament_id=ground.tournament.id) == []
    assert factories.events(tournament_id=ground.tournament.id) == []


@pytest.mark.parametrize("role", SHUT_OUT)
def test_strangers_learn_nothing_of_a_private_tournament_by_writing(app, api_client, role):
    ground = Ground(is_public=False)
    client = api_client(person(ground.scene, role))
    for method, path, body, _ in WRITES:
        assert_problem(ground.call(client, method, path, body), 401 if role == "anonymous" else 404)


def test_permission_comes_before_the_body(app, api_client):
    ground = Ground()
    client = api_client(ground.scene.stranger)
    for method, path, *_ in WRITES:
        where = address(ground.tournament, path.format(**ground.names))
        response = client.request(method, where, data=b"{", content_type="application/json")
        assert_problem(response, 403)


def test_what_is_missing_or_deleted_is_not_found(app, api_client):
    ground = Ground()
    client = api_client(ground.scene.organizer)
    deleted = factories.tournament(ground.scene.organizer, is_deleted=True)
    for method, path, *body in [*PUBLIC, *INTERNAL, *WRITES]:
        sent = {"json": body[0]} if body and body[0] else {}
        for name in ("participant", "station", "break", "batch", "bracket", "staff"):
            if f"{{{name}}}" in path:
                where = address(ground.tournament, path.format(**{**ground.names, name: MISSING}))
                assert_problem(client.request(method, where, **sent), 404)
        assert_problem(ground.call(client, method, path, *body[:1], of=deleted), 404)


def test_what_belongs_to_another_tournament_is_not_found(app, api_client):
    ground, own = Ground(), factories.tournament()
    client = api_client(factories.staff(own))
    for method, path, body, _ in WRITES:
        if "{" in path:
            assert_problem(ground.call(client, method, path, body, of=own), 404)
    assert factories.audit_rows(tournament_id=ground.tournament.id) == []


def test_a_wrong_verb_is_405(app, api_client):
    ground = Ground()
    client = api_client(ground.scene.organizer)
    for path, wrong in WRONG_VERBS.items():
        response = ground.call(client, wrong, path)
        assert_problem(response, 405)
        assert response.headers["Allow"]


def test_addresses_work_without_their_slash(app, api_client):
    for method, path, body, status in WRITES:
        ground = Ground()
        response = ground.call(api_client(ground.scene.organizer), method, path[:-1], body)
        assert not path or response.status_code == status, (path, response.text)


@pytest.mark.parametrize("number", ["2147483648", "99999999999999999999", "-1", "x", "1.0"])
def test_an_id_that_no_row_can_have_is_not_found(app, api_client, number):
    assert_problem(api_client(factories.user()).get(f"/api/tournaments/{number}/"), 404)


def test_staff_of_the_list_runs_the_tournament_too(app, api_client):
    of = factories.tournament()
    client = api_client(factories.staff(of))
    assert client.patch(address(of), {"rest_minutes": 5}).status_code == 200
    assert client.get(address(of, "audit/")).status_code == 200
