"""Pages of the lists that a query hands out as a `Listing`."""

from collections.abc import Mapping
from typing import Protocol

from flask import Response

from .jsonio import json_response
from .pagination import page_document, page_offset


class Listing(Protocol):
    """What has rows in an order: a query, or what was worked out from several."""

    def count(self) -> int:
        """How many rows there are on all pages."""

    def rows(self, *, offset: int, limit: int) -> list[dict]:
        """The documents of one page."""


def page_answer(listing: Listing, query: Mapping[str, int]) -> Response:
    """The page that the query string asks for; raises NotFound for one past the end."""
    page, page_size = query["page"], query["page_size"]
    count = listing.count()
    rows = listing.rows(offset=page_offset(count, page, page_size), limit=page_size)
    return json_response(page_document(rows, count, page, page_size))
