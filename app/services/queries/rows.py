"""The public row of a match, as lists, the scoreboard and pushes show it.

A row has the fields of the API's list, and what a page needs besides: slug and zone of the tournament,
station, stream, what open sides wait for, and the `seq` up to which it is true. Nothing in it is secret.
"""

from collections.abc import Iterable, Mapping
from functools import cache

from sqlalchemy import Select, bindparam

from app.extensions import db
from app.models import Match, Tournament

from .desk import label_open_sides
from .match_list import page_row_select, row_document


@cache
def select_rows() -> Select:
    """The query of public rows, unordered: narrow it down, then give it to `list_rows`."""
    query = page_row_select().add_columns(Tournament.event_seq.label("seq"))
    return query.where(~Match.is_deleted, ~Tournament.is_deleted)


@cache
def _rows_of() -> Select:
    return select_rows().where(Match.id.in_(bindparam("match_ids", expanding=True)))


def list_rows(query: Select, values: Mapping | None = None) -> list[dict]:
    """The rows of the query with these values, as dicts; two queries, however many rows there are."""
    rows = [row_document(row) for row in db.session.execute(query, values).mappings()]
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
    rows = list_rows(_rows_of(), {"match_ids": wanted}) if wanted else []
    found = {row["id"]: row for row in rows}
    return [found[match_id] for match_id in wanted if match_id in found]


def find_row(match_id: int) -> dict | None:
    """The row of one match, whoever asks; None where there is none."""
    return next(iter(list_rows_of([match_id])), None)
