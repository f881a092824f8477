"""One change, all or nothing: the only commit, and what follows it."""

import logging
import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Integer, Select, bindparam, insert, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app.domain.errors import Conflict, NotFound
from app.domain.words import say
from app.extensions import db
from app.models import Event, Match, Tournament
from app.models.types import utc_now

from .prepared import Prepared

log = logging.getLogger(__name__)

Listener = Callable[[Mapping[int, int]], None]
_listeners: list[Listener] = []
# SQLite has one writer. Waiting for it inside SQLite would block every request of the process (with
# gevent, the one that must finish first too), so writers of this process queue up here instead.
_sqlite_writer = threading.Lock()
_BUSY_SECONDS = 10.0
_LOCKED_TOURNAMENT, _LOCKED_TOURNAMENT_OF_MATCH = (
    select(Tournament)
    .where(Tournament.id == tournament_id, ~Tournament.is_deleted)
    .with_for_update()
    .execution_options(populate_existing=True)
    for tournament_id in (
        bindparam("id"),
        select(Match.tournament_id).where(Match.id == bindparam("id")).scalar_subquery(),
    )
)
_HELD_TOURNAMENT_OF_MATCH = Prepared(
    select(Tournament.id)
    .join(Match, Match.tournament_id == Tournament.id)
    .where(Match.id == bindparam("id", type_=Integer), ~Tournament.is_deleted)
    .with_for_update(of=Tournament)
)
# Of the tables, not of the objects: nothing is done with these rows but to write them.
_TOURNAMENTS = Tournament.__table__.c
_COUNTED_ON = Prepared(
    update(Tournament.__table__)
    .where(_TOURNAMENTS.id == bindparam("tournament_id", type_=Integer))
    .values(
        event_seq=_TOURNAMENTS.event_seq + bindparam("events", type_=Integer),
        revision=_TOURNAMENTS.revision + 1,
    )
    .returning(_TOURNAMENTS.event_seq)
)
_EVENT = Prepared(
    insert(Event.__table__).inline(),
    ("tournament_id", "seq", "type", "match_id", "is_private", "payload", "created_at"),
)


# What looks at a change that is only tried out; such a change is never committed.
_look: ContextVar[Callable[[], None] | None] = ContextVar("look", default=None)


class UnitOfWork:
    """The open change: its session, its time, and the events that go out once it is committed."""

    def __init__(self, now: datetime, session: Session, connection: Connection):
        self.session = session
        self._connection = connection
        self.now = now
        self._events: list[dict] = []
        self._locked: set[int] = set()

    def lock_tournament(self, tournament_id: int) -> Tournament:
        """The tournament, its row locked until the end; NotFound where there is none.

        Every change to a tournament or its matches takes this lock first. So changes to one tournament
        come one after the other, cannot deadlock, and their events are numbered in the order of commit.
        """
        return self._lock(_LOCKED_TOURNAMENT, tournament_id)

    def lock_tournament_of(self, match_id: int) -> Tournament:
        """The same for the tournament that a match belongs to."""
        return self._lock(_LOCKED_TOURNAMENT_OF_MATCH, match_id)

    def hold_tournament_of(self, match_id: int) -> None:
        """The same lock for a change that needs no object of the tournament."""
        rows = self.run(_HELD_TOURNAMENT_OF_MATCH, {"id": match_id})
        if not rows:
            raise NotFound
        self._locked.add(rows[0]["id"])

    def run(self, statement: Prepared, values: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Read or change rows that need no objects, after all that objects have changed; what it returns."""
        self.session.flush()
        return statement.run(self._connection, values)

    def _lock(self, statement: Select, id: int) -> Tournament:
        tournament = self.session.scalar(statement, {"id": id})
        if tournament is None:
            raise NotFound
        self._locked.add(tournament.id)
        return tournament

    def emit(
        self,
        *,
        tournament_id: int,
        type: str,
        payload: dict,
        match_id: int | None = None,
        private: bool = False,
    ) -> None:
        """Write an event beside the change. `payload` has ids, names and public values, never a secret."""
        self._events.append(
            {
                "tournament_id": tournament_id,
                "type": str(type),
                "match_id": match_id,
                "is_private": private,
                "payload": payload,
                "created_at": self.now,
            }
        )

    def write_events(self) -> dict[int, int]:
        """Number and write the collected events; returns the last seq by tournament that has some."""
        last: dict[int, int] = {}
        for tournament_id in sorted({*self._locked, *(event["tournament_id"] for event in self._events)}):
            events = [event for event in self._events if event["tournament_id"] == tournament_id]
            counted = {"tournament_id": tournament_id, "events": len(events)}
            rows = self.run(_COUNTED_ON, counted)
            if events:
                last[tournament_id] = rows[0]["event_seq"]
                for seq, event in enumerate(events, start=last[tournament_id] - len(events) + 1):
                    self.run(_EVENT, {**event, "seq": seq})
        self._events.clear()
        return last


def on_commit(listener: Listener) -> None:
    """Have the listener called after each commit that wrote events, with the last seq by tournament."""
    if listener not in _listeners:
        _listeners.append(listener)


@contextmanager
def rehearsal(look: Callable[[], None]) -> Iterator[None]:
    """Try out the changes that are made in the block: `look` sees each one complete, then it is undone."""
    token = _look.set(look)
    try:
        yield
    finally:
        _look.reset(token)


@contextmanager
def unit_of_work(now: datetime | None = None) -> Iterator[UnitOfWork]:
    """Open a change; it is committed at the end of the block, or leaves nothing behind on an error.

    In a rehearsal it leaves nothing behind either.
    Raises Conflict where the database stays locked by another process.
    """
    session = db.session()
    if session.new or session.dirty or session.deleted:
        raise RuntimeError("something was changed outside of a unit of work")
    # What is decided on must be read after the lock is held, not before.
    session.rollback()
    on_sqlite = db.engine.dialect.name == "sqlite"
    if on_sqlite:
        _sqlite_writer.acquire()
    try:
        uow = UnitOfWork(now or utc_now(), session, _begin(session))
        yield uow
        last = uow.write_events()
        if look := _look.get():
            look()
            session.rollback()
            last = {}
        else:
            session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        if on_sqlite:
            _sqlite_writer.release()
    if last:
        _announce(last)


def _begin(session: Session) -> Connection:
    give_up_at = time.monotonic() + _BUSY_SECONDS
    while True:
        try:
            return session.connection(execution_options={"writes": True})
        except OperationalError as error:
            session.rollback()
            if "locked" not in str(error.orig):
                raise
            if time.monotonic() > give_up_at:
                raise Conflict(say("The database is busy with another change; try again.")) from error
            time.sleep(random.uniform(0.01, 0.05))


def _announce(last: Mapping[int, int]) -> None:
    for listener in _listeners:
        try:
            listener(last)
        except Exception:
            # The change is committed: whoever made it must not be told that it failed.
            log.exception("a listener failed after a commit")
