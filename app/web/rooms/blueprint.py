"""What the rooms share: their addresses, and who comes in."""

from flask import Blueprint, Response, make_response, render_template

from app.domain.permissions import Permission
from app.models import Tournament
from app.services import access
from app.web.guards import current_actor

blueprint = Blueprint("rooms", __name__, url_prefix="/tournaments/<slug>")


def open_room(slug: str, permission: Permission = Permission.TOURNAMENT_EDIT) -> Tournament:
    """The tournament, for who may change it; raises NotFound or NotAllowed."""
    return access.get_tournament(current_actor(), slug, permission).tournament


def show(template: str, tournament: Tournament, tab: str, *, status: int = 200, **values) -> Response:
    """The page of a room."""
    return make_response(
        render_template(template, tournament=tournament, can_manage=True, tab=tab, **values), status
    )
