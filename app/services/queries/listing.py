"""Lists that are read page by page."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import RowMapping, Select, func, select

from app.extensions import db


@dataclass(frozen=True)
class Listing:
    """An ordered query, and what makes documents of its rows (all of a page at once)."""

    statement: Select
    documents: Callable[[Sequence[RowMapping]], list[dict]]

    def count(self) -> int:
        """How many rows there are on all pages."""
        return db.session.scalar(select(func.count()).select_from(self.statement.order_by(None).subquery()))

    def rows(self, *, offset: int = 0, limit: int | None = None) -> list[dict]:
        """The documents of one page, or of all rows."""
        found = db.session.execute(self.statement.offset(offset).limit(limit)).mappings()
        return self.documents(found.all())
