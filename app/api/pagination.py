"""Pages of lists: `{"count", "next", "previous", "results"}`."""

from functools import lru_cache
from typing import Any
from urllib.parse import quote, quote_plus

from flask import request

from app.domain.errors import NotFound


def page_offset(count: int, page: int, page_size: int) -> int:
    """How many of the `count` rows lie before the page; raises NotFound for a page past the end."""
    offset = (page - 1) * page_size
    if page > 1 and offset >= count:
        raise NotFound("There is no such page.")
    return offset


def page_document(results: list[Any], count: int, page: int, page_size: int) -> dict[str, Any]:
    """One page of a list of `count` rows, with the addresses of its neighbours."""
    return {
        "count": count,
        "next": _address(page + 1) if page * page_size < count else None,
        "previous": _address(page - 1) if page > 1 else None,
        "results": results,
    }


def _address(page: int) -> str:
    """This very address, filters and all, with another page."""
    asked = request._get_current_object()
    query = [
        f"{_written(name)}={_written(value)}"
        for name, value in asked.args.items(multi=True)
        if name != "page"
    ]
    # Put together here, as Werkzeug reads the address as one in any language first.
    path = _path(asked.root_path + asked.path)
    return f"{asked.scheme}://{asked.host}{path}?{'&'.join([*query, f'page={page}'])}"


# The same few names, values and paths again and again.
_written, _path = lru_cache(maxsize=512)(quote_plus), lru_cache(maxsize=64)(quote)
