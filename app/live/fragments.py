"""The public fragments that go out inside page events: rendered once for each event, not for each reader."""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cached_property

from flask import Flask
from flask.testing import EnvironBuilder

from app.languages import speaking
from app.services.queries import estimates
from app.services.queries.rows import list_rows_of

ROW, SCOREBOARD, BRACKET = "row", "scoreboard", "bracket"
# The boxes of a bracket take from the row what they share with it.
TEMPLATES = {
    ROW: "matches/_row.html",
    BRACKET: "matches/_row.html",
    SCOREBOARD: "matches/_scoreboard.html",
}
# What is larger is better fetched by each page at a moment of its own.
LARGEST_PUSHED = 128 * 1024  # bytes
# Draws a bracket (tournament, id): empty for one that is gone, None for one with too many matches.
DrawBracket = Callable[[int, int], str | None]


class Fragments:
    """Renders matches and brackets as a stranger sees them."""

    def __init__(self, app: Flask, draw_bracket: DrawBracket):
        self._app = app
        self._draw_bracket = draw_bracket

    def render(self, fragment: str, match_ids: Collection[int], language: str) -> dict[int, str]:
        """The fragments of these matches as they are now, by match; what is deleted is left out."""
        template = self._app.jinja_env.get_template(TEMPLATES[fragment])
        with self._request_of_nobody(language):
            rows = list_rows_of(sorted(match_ids))
            # Many small changes, such as check-ins, do not have the whole day estimated anew each.
            estimates.tell(rows, datetime.now(UTC), anew=False)
            # Not by way of Flask, which would have something about the visitor in each.
            return {row["id"]: template.render(match=row).strip() for row in rows}

    def bracket(self, tournament_id: int, bracket_id: int, language: str) -> str | None:
        """The bracket as the bracket page draws it now, empty if it is gone; None where that is too large.

        Of a Swiss bracket the latest round only, with the table.
        """
        with self._request_of_nobody(language):
            html = self._draw_bracket(tournament_id, bracket_id)
        return html if html is None or len(html.encode()) <= LARGEST_PUSHED else None

    @contextmanager
    def _request_of_nobody(self, language: str) -> Iterator[None]:
        """A request without a cookie: whatever the templates ask, the answer is that of nobody."""
        with self._app.request_context(self._environ.copy()), speaking(language):
            yield

    @cached_property
    def _environ(self) -> dict:
        return EnvironBuilder(self._app, "/").get_environ()
