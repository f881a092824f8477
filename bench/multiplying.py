"""Copies of tournaments and all that is theirs, made inside the database: a million matches a minute."""

from sqlalchemy import Column, Connection, Table, func, select, text

from app.models import AuditLog, Bracket, Match, MatchResult, Participant, Tournament

COPIED = [model.__table__ for model in (Tournament, Bracket, Participant, Match, AuditLog, MatchResult)]
# A slug is there once, and the database itself counts a tournament's matches.
OTHERWISE = {"slug": "slug || '-' || nth", "match_count": "0"}


def multiply(connection: Connection, copies: int, last_tournament: int, last_match: int) -> None:
    """Copy so often each tournament after the one named; its matches come after the one named."""
    steps = {table.name: connection.execute(select(func.max(table.c.id))).scalar_one() for table in COPIED}
    after = {"tournaments": last_tournament, "matches": last_match}
    for table in COPIED:
        whose = next(
            column
            for name in ("tournament_id", "match_id", "id")
            if (column := table.c.get(name)) is not None
        )
        values = [_value(column, steps) for column in table.columns]
        connection.execute(
            text(
                "WITH RECURSIVE copy (nth) AS "
                "(SELECT 1 UNION ALL SELECT nth + 1 FROM copy WHERE nth < :copies) "
                f"INSERT INTO {table.name} ({', '.join(column.name for column in table.columns)}) "
                f"SELECT {', '.join(values)} FROM copy, {table.name} WHERE {whose.name} > :last"
            ),
            {"copies": copies, "last": after[_named(whose).name]},
        )


def _value(column: Column, steps: dict[str, int]) -> str:
    """What a copy has there: each id is as far from the first as all ids of its table reach."""
    named = _named(column)
    if named is None or named.name not in steps:
        return OTHERWISE.get(column.name, column.name)
    return f"{column.name} + {steps[named.name]} * nth"


def _named(column: Column) -> Table | None:
    """The table whose ids the column holds."""
    if column.primary_key:
        return column.table
    return next((key.column.table for key in column.foreign_keys), None)
