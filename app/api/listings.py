"""Pages of the lists that a query hands out as a `Listing`."""

from collections.abc import Mapping

from flask import Response

from app.services.queries.listing import Listing

from .jsonio import json_response
from .pagination import page_document, page_offset


def page_answer(listing: Listing, query: Mapping[str, int]) -> Response:
    """The page that the query string asks for; raises NotFound for one past the end."""
    page, page_size = query["page"], query["page_size"]
    count = listing.count()
    rows = listing.rows(offset=page_offset(count, page, page_size), limit=page_size)
    return json_response(page_document(rows, count, page, page_size))
