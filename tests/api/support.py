"""What the tests of the API share: roles around a match, and how an error must look."""

from collections.abc import Callable
from typing import Any

from werkzeug.test import TestResponse

from app.models import User
from tests import factories
from tests.support.clients import ApiClient

MATCHES = "/api/tournaments/matches/"
# Who sees a public match, but is nobody to it; "other_organizer" runs another tournament.
OUTSIDERS = ("other_organizer", "stranger")
ROLES = ("admin", "organizer", "coordinator", "player1", "player2", *OUTSIDERS, "anonymous")


def person(scene: factories.Scene, role: str) -> User | None:
    """The user in the role; None for `anonymous`."""
    if role == "other_organizer":
        other = factories.user()
        factories.tournament(other)
        return other
    return scene.person(role)


def client_of(api_client: Callable[..., ApiClient], scene: factories.Scene, role: str) -> ApiClient:
    """A client signed in as the role."""
    return api_client(person(scene, role))


def url(match: Any, verb: str = "") -> str:
    """The address of a match, or of a verb on it."""
    return f"{MATCHES}{match.id}/{verb}/" if verb else f"{MATCHES}{match.id}/"


def assert_problem(response: TestResponse, status: int, *fields: str, says: str = "") -> dict[str, Any]:
    """Check that the answer is a problem document of this status that blames these fields."""
    assert response.status_code == status, response.text
    assert response.mimetype == "application/problem+json"
    problem = response.json
    assert problem["type"] == "about:blank"
    assert problem["status"] == status
    assert problem["title"]
    assert problem["detail"]
    assert isinstance(problem["errors"], dict)
    for field in fields:
        assert problem["errors"].get(field), f"{field} is not blamed: {problem}"
    assert says.lower() in f"{problem['detail']} {problem['errors']}".lower()
    return problem


def assert_unchanged(match: Any) -> None:
    """Check that nothing was done to the match: the row, the audit, the events."""
    assert factories.fresh(match).version == match.version
    assert factories.audit_rows(match_id=match.id) == []
    assert factories.events(tournament_id=match.tournament_id) == []
