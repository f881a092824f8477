"""The public row of a match, as lists, the scoreboard and pushes show it.

A row has the fields of the API's list, and what a page needs besides: slug and zone of the tournament,
station, stream, what open sides wait for, and the `seq` up to which it is true. Nothing in it is secret.
"""

from collections.abc import Iterable
from functools import cache, lru_cache

from sqlalchemy import Integer, Select, bindparam

from app.extensions import db
from app.models import Match, Tournament
from app.services.prepared import Prepared

from .desk import label_open_sides
from .match_list import page_row_select, row_document, with_state_display


@cache
def select_rows() -> Select:
    """The query of public rows, unordered: narrow it down, then give it to `list_rows`."""
    query = page_row_select().add_columns(Tournament.event_seq.label("seq"))
    return query.where(~Match.is_deleted, ~Tournament.is_deleted)


@lru_cache(maxsize=64)
def _rows_of(number: int) -> Prepared:
    """The rows of so many matches, `match0`, `match1`, ..."""
    ids = [bindparam(f"match{place}", type_=Integer) for place in range(number)]
    return Prepared(select_rows().where(Match.id.in_(ids)))


def list_rows(query: Select) -> list[dict]:
    """The rows of the query, as dicts; two queries, however many rows there are."""
    rows = [row_document(row) for row in db.session.execute(query).mappings()]
    label_open_sides(rows)
    return rows


def complete(rows: list[dict], seq: int) -> list[dict]:
    """The rows of a page of `list_matches`, with what a shown row has besides; one query."""
    for row in rows:
        row["seq"] = seq
    label_open_sides(rows)
    return rows


def list_rows_of(match_ids: Iterable[int]) -> list[dict]:
    """The rows of these matches, in this order; whoever asks must know that the reader may see them."""
    wanted = list(match_ids)
    values = {f"match{place}": match_id for place, match_id in enumerate(wanted)}
    rows = [with_state_display(row) for row in _rows_of(len(wanted)).documents(values)] if wanted else []
    label_open_sides(rows)
    found = {row["id"]: row for row in rows}
    return [found[match_id] for match_id in wanted if match_id in found]


def find_row(match_id: int) -> dict | None:
    """The row of one match, whoever asks; None where there is none."""
    return next(iter(list_rows_of([match_id])), None)


_PUBLIC_MATCH = Prepared(
    select_rows()
    .add_columns(Tournament.enable_check_in, Match.lobby)
    .where(Match.id == bindparam("match_id", type_=Integer), Tournament.is_public)
)


def find_public_match(match_id: int) -> dict | None:
    """The row of a match that everyone may see, with `lobby` (all of it) and `enable_check_in`."""
    row = _PUBLIC_MATCH.first({"match_id": match_id})
    if row is not None:
        label_open_sides([with_state_display(row)])
    return row
