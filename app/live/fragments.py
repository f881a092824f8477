"""The public fragments that go out inside page events: rendered once for each event, not for each reader."""

from collections.abc import Collection

from flask import Flask, render_template

from app.services.queries.rows import list_rows_of

TEMPLATES = {"row": "matches/_row.html", "scoreboard": "matches/_scoreboard.html"}


class Fragments:
    """Renders matches as a stranger sees them."""

    def __init__(self, app: Flask):
        self._app = app

    def render(self, fragment: str, match_ids: Collection[int]) -> dict[int, str]:
        """The fragments of these matches as they are now, by match; what is deleted is left out."""
        # A request without a cookie: whatever the templates ask, the answer is that of nobody.
        with self._app.test_request_context("/"):
            rows = list_rows_of(sorted(match_ids))
            return {row["id"]: render_template(TEMPLATES[fragment], match=row).strip() for row in rows}
