"""Conditions on what stands inside a JSON column, in the words of either database."""

from sqlalchemy import ColumnElement, Integer, Text, cast, exists, func, literal_column, select
from sqlalchemy.dialects.postgresql import JSONB, JSONPATH

from app.extensions import db


def has_text(column, text: str) -> ColumnElement[bool]:
    """True where a text somewhere in the document contains this one, in either case; keys don't count."""
    if _is_postgresql():
        path = cast('$.** ? (@.type() == "string")', JSONPATH)
        values = func.jsonb_path_query(column, path).table_valued("value", name="texts").render_derived()
        found = cast(values.c.value.op("#>>")(literal_column("'{}'")), Text)
        return exists(select(1).select_from(values).where(found.icontains(text, autoescape=True)))
    values = func.json_tree(column).table_valued("atom", "type", name="texts")
    is_text = values.c.type == "text"
    return exists(
        select(1).select_from(values).where(is_text, values.c.atom.icontains(text, autoescape=True))
    )


def lists(column, key: str, number: int) -> ColumnElement[bool]:
    """True where the list under the key has the number in it."""
    if _is_postgresql():
        return column.op("@>")(cast({key: [number]}, JSONB))
    values = func.json_each(column, f"$.{key}").table_valued("value", name="listed")
    return exists(select(1).select_from(values).where(cast(values.c.value, Integer) == number))


def _is_postgresql() -> bool:
    return db.engine.dialect.name == "postgresql"
