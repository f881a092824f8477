"""The events' table as a whole: how long what is in it is kept."""

from datetime import datetime, timedelta

from sqlalchemy import delete

from app.models import Event

from .unit_of_work import unit_of_work

# Whoever was away for a day goes on where they were; twice that is kept, so that a late look is no trouble.
KEPT = timedelta(hours=48)


def prune_events(now: datetime) -> int:
    """Delete the events that nobody will ask for any more; returns how many."""
    with unit_of_work(now) as uow:
        return uow.session.execute(delete(Event).where(Event.created_at < now - KEPT)).rowcount
