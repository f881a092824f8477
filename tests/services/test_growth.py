"""What one result costs does not grow with the bracket that it stands in."""

import pytest
from sqlalchemy import event

from app.extensions import db
from app.models import Match
from app.services import brackets, matches, results
from app.services.results import result_claim
from tests import factories as make

pytestmark = pytest.mark.usefixtures("app_context")


def changed_rows(size, format):
    """How many statements a result takes, and how many rows they change."""
    tournament = make.tournament(enable_check_in=False)
    organizer = make.actor(make.staff(tournament))
    make.participants(tournament, size)
    bracket_id = brackets.generate_bracket(
        actor=organizer,
        tournament_id=tournament.id,
        name="Main",
        format=format,
        now=make.soon(0),
    )
    first = min(make.rows(Match, bracket_id=bracket_id, state="READY"), key=lambda match: match.id)
    matches.start(actor=organizer, match_id=first.id, now=make.soon(0))
    counts = {"statements": 0, "rows": 0}

    def count(_connection, cursor, statement, *_):
        counts["statements"] += 1
        if not statement.startswith("SELECT"):
            counts["rows"] += max(cursor.rowcount, 0)

    event.listen(db.engine, "after_cursor_execute", count)
    results.submit_result(actor=organizer, match_id=first.id, claim=result_claim(2, 0), now=make.soon(0))
    event.remove(db.engine, "after_cursor_execute", count)
    return counts


@pytest.mark.parametrize("format", ["single_elimination", "double_elimination", "round_robin", "swiss"])
def test_a_result_costs_the_same_in_any_bracket(format):
    small, large = changed_rows(8, format), changed_rows(64, format)
    assert large["rows"] == small["rows"] < 20
    assert large["statements"] == small["statements"] < 60
