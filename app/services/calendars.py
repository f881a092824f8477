"""Calendar feeds: secret addresses under which a user's calendar reads matches.

Of the token in an address only the hash is kept. There is one address for each user and feed: as it cannot be
shown again, making it again ends the former.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update

from app.domain.errors import InvalidInput, NotAllowed, NotFound, NotSignedIn, Refused
from app.domain.permissions import Actor
from app.domain.words import say
from app.models import CalendarFeed, User
from app.models.following import FEED_KINDS

from .audit import AuditAction, record
from .queries import calendars as queries
from .tournaments.links import hash_of
from .unit_of_work import UnitOfWork, unit_of_work

_TOKEN_BYTES = 16
# More than anybody follows; bounds what one account can make the database keep.
MOST_FEEDS = 100


@dataclass(frozen=True)
class Calendar:
    """What a calendar reads: its title, and its matches by time."""

    title: str
    matches: list[dict]


def create_feed(*, actor: Actor, kind: str, subject_id: int | None, now: datetime) -> tuple[int, str]:
    """Make the address of a feed; returns the feed's id and the token of the address. A former one ends.

    `subject_id` is the participant, station or tournament; for `coordinator` the actor, or None. Raises
    NotSignedIn, NotAllowed, InvalidInput for the kind, NotFound for what the actor may not see, and Refused
    for too many feeds.
    """
    _require_writer(actor)
    if kind not in FEED_KINDS:
        raise InvalidInput.of("kind", say("Must be one of %(kinds)s.", kinds=", ".join(FEED_KINDS)))
    if subject_id is None:
        if kind != "coordinator":
            raise InvalidInput.of("id", say("Say which %(kind)s.", kind=kind))
        subject_id = actor.user_id
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    with unit_of_work(now) as uow:
        _lock_user(uow, actor.user_id)
        if queries.find_subject(actor, kind, subject_id) is None:
            raise NotFound
        _end(uow, actor.user_id, CalendarFeed.kind == kind, CalendarFeed.subject_id == subject_id)
        if _count(uow, actor.user_id) >= MOST_FEEDS:
            raise Refused([say("You have %(most)s calendar addresses; revoke some first.", most=MOST_FEEDS)])
        feed = CalendarFeed(
            user_id=actor.user_id,
            kind=kind,
            subject_id=subject_id,
            token_hash=hash_of(token),
            created_at=now,
        )
        uow.session.add(feed)
        uow.session.flush()
        meta = {"feed_id": feed.id, "kind": kind, "subject_id": subject_id}
        record(uow, actor=actor, action=AuditAction.CALENDAR_FEED_CREATE, meta=meta)
        return feed.id, token


def revoke_feed(*, actor: Actor, feed_id: int, now: datetime) -> None:
    """End one of the actor's addresses; raises NotFound where the actor has no such one."""
    _require_writer(actor)
    with unit_of_work(now) as uow:
        if not _end(uow, actor.user_id, CalendarFeed.id == feed_id):
            raise NotFound(say("There is no such calendar."))
        record(uow, actor=actor, action=AuditAction.CALENDAR_FEED_REVOKE, meta={"feed_id": feed_id})


def read(token: str) -> Calendar:
    """What the address with this token shows now, with its user's rights as they are at this moment.

    Raises NotFound for a token that is unknown or revoked, for a user who is deactivated, and for what the
    user may not see any more.
    """
    feed = queries.find_feed(hash_of(token))
    subject = feed and queries.find_subject(feed.reader, feed.kind, feed.subject_id)
    if not subject:
        raise NotFound
    return Calendar(subject["title"], queries.list_events(feed.reader, feed.kind, feed.subject_id))


def _require_writer(actor: Actor) -> None:
    if actor.is_anonymous:
        raise NotSignedIn
    if not actor.can_write:
        raise NotAllowed(say("This token may only read."))


def _lock_user(uow: UnitOfWork, user_id: int) -> None:
    """Two of the same at once must come one after the other."""
    uow.session.execute(select(User.id).where(User.id == user_id).with_for_update())


def _end(uow: UnitOfWork, user_id: int, *which) -> int:
    return uow.session.execute(
        update(CalendarFeed)
        .where(CalendarFeed.user_id == user_id, CalendarFeed.revoked_at.is_(None), *which)
        .values(revoked_at=uow.now)
        .execution_options(synchronize_session=False)
    ).rowcount


def _count(uow: UnitOfWork, user_id: int) -> int:
    live = (CalendarFeed.user_id == user_id, CalendarFeed.revoked_at.is_(None))
    return uow.session.scalar(select(func.count()).select_from(CalendarFeed).where(*live))
