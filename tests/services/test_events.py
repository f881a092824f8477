"""How long events are kept."""

from datetime import UTC, datetime, timedelta

from app.models import Event
from app.services.events import prune_events
from tests import factories


def stored(of, seq, age):
    factories.save(
        Event(
            tournament_id=of.id,
            seq=seq,
            type="match.started",
            payload={},
            created_at=datetime.now(UTC) - timedelta(hours=age),
        )
    )


def test_what_is_two_days_old_goes_and_a_day_is_kept_at_least(app_context):
    of = factories.tournament()
    for seq, age in enumerate((72, 49, 25, 0), start=1):
        stored(of, seq, age)
    assert prune_events(datetime.now(UTC)) == 2
    assert [event.seq for event in factories.events(tournament_id=of.id)] == [3, 4]
    assert prune_events(datetime.now(UTC)) == 0
