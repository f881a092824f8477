"""What somebody has seen of their matches, so that they can be told what changed since."""

from datetime import datetime

from sqlalchemy import select

from app.domain.errors import NotAllowed, NotSignedIn
from app.domain.permissions import Actor
from app.domain.words import say
from app.models import SeenMatch, User

from .queries.own_matches import select_watched
from .unit_of_work import unit_of_work


def mark_seen(*, actor: Actor, now: datetime) -> int:
    """The actor has seen when and where their matches are now; returns how many those are.

    It is the actor's own note and changes nothing of a tournament: there is no audit row and no event.
    """
    if actor.is_anonymous:
        raise NotSignedIn
    if not actor.can_write:
        raise NotAllowed(say("This token may only read."))
    with unit_of_work(now) as uow:
        # Two at once, from two windows, must come one after the other.
        uow.session.execute(select(User.id).where(User.id == actor.user_id).with_for_update())
        known = {
            row.match_id: row
            for row in uow.session.scalars(select(SeenMatch).where(SeenMatch.user_id == actor.user_id))
        }
        matches = uow.session.execute(select_watched(actor)).all()
        for match in matches:
            row = known.get(match.id)
            if row is None:
                row = SeenMatch(user_id=actor.user_id, match_id=match.id)
                uow.session.add(row)
            row.scheduled_time, row.station_id, row.seen_at = match.scheduled_time, match.station_id, now
        return len(matches)
