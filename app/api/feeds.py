"""/api/feeds/: secret addresses under which calendars read matches."""

from typing import Any

from flask import Response, request

from app.domain.errors import NotSignedIn
from app.services import calendars
from app.services.queries import calendars as queries

from .blueprint import ApiBlueprint
from .identity import current_actor, now
from .jsonio import created, json_response, no_content
from .listings import page_answer
from .schemas.base import PageQuerySchema, page_schema
from .schemas.calendars import CalendarFeedCreatedSchema, CalendarFeedCreateSchema, CalendarFeedSchema

blueprint = ApiBlueprint(
    "feeds",
    __name__,
    url_prefix="/api/feeds",
    description="Your calendar feeds. Each shows matches with the rights that you have when it is read.",
)


@blueprint.route("/", methods=["GET"])
@blueprint.response(200, page_schema(CalendarFeedSchema))
@blueprint.arguments(PageQuerySchema, location="query")
def list_feeds(query: dict[str, int]) -> Response:
    """List your feeds, newest first, without their addresses."""
    if current_actor().is_anonymous:
        raise NotSignedIn
    return page_answer(queries.list_feeds(current_actor()), query)


@blueprint.route("/", methods=["POST"])
@blueprint.response(201, CalendarFeedCreatedSchema)
@blueprint.arguments(CalendarFeedCreateSchema)
def create_feed(data: dict[str, Any]) -> Response:
    """Make the address of a feed. One that you made for the same before ends."""
    feed_id, token = calendars.create_feed(
        actor=current_actor(), kind=data["kind"], subject_id=data["id"], now=now()
    )
    document = queries.feed_document(current_actor(), feed_id)
    return created({**document, "url": f"{request.url_root}calendar/{token}.ics"}, f"/api/feeds/{feed_id}/")


@blueprint.route("/<id:feed_id>/", methods=["GET"])
@blueprint.response(200, CalendarFeedSchema)
def get_feed(feed_id: int) -> Response:
    """One of your feeds, without its address."""
    if current_actor().is_anonymous:
        raise NotSignedIn
    return json_response(queries.feed_document(current_actor(), feed_id))


@blueprint.route("/<id:feed_id>/", methods=["DELETE"])
@blueprint.response(204)
def delete_feed(feed_id: int) -> Response:
    """Revoke a feed: its address shows nothing from now on."""
    calendars.revoke_feed(actor=current_actor(), feed_id=feed_id, now=now())
    return no_content()
