"""Who of a tournament's staff has which match open: told to the others of them, and to nobody else.

It is kept in memory alone. Each process knows it of its own clients, and where there is Redis, the processes
tell each other. What is not known any more, because a process died, is forgotten within half a minute.
"""

import logging
import threading
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any
from uuid import uuid4

from flask import Flask

from app.domain.permissions import Actor, Permission

from .bus import Bus
from .rooms import MATCH, Member
from .visitors import Visitor, has_right, present_actors

log = logging.getLogger(__name__)

EVENT = CHANNEL = "presence"
# Changes of so long are told together: somebody who opens and closes all the time causes no more than that.
PAUSE_SECONDS = 0.2
# How often the processes tell what they know although nothing changed, and how long one is believed.
BEAT_SECONDS = 10.0
SILENT_SECONDS = 25.0

# Names by user, by match.
Opened = dict[int, dict[int, str]]


@dataclass
class Watcher:
    """A client of somebody of the staff; `told` is what it was told last."""

    member: Member
    tournament_id: int
    opened: frozenset[int]
    told: dict | None = None


@dataclass(frozen=True)
class Elsewhere:
    """What another process said of its clients, by tournament."""

    heard_at: float
    opened: dict[int, Opened] = field(default_factory=dict)


class Presence:
    """Who has what open, as this process knows it."""

    def __init__(
        self,
        app: Flask,
        members: Mapping[str, Member],
        bus: Bus,
        send: Callable[..., None],
        start_task: Callable[..., object],
    ):
        self._app = app
        self._members = members
        self._bus = bus
        self._send = send
        self._start_task = start_task
        self._watchers: dict[str, Watcher] = {}
        self._own: dict[int, Opened] = {}
        self._elsewhere: dict[str, Elsewhere] = {}
        self._lock = threading.Lock()
        self._due: set[int] = set()
        self._is_telling = False
        self._published_at = 0.0
        bus.hear(CHANNEL, self.heard)

    # What clients say

    def change(self, member: Member, opened: frozenset[int]) -> bool:
        """Take note of the matches that a client has open now; False for one that did not come in before."""
        watcher = self._watchers.get(member.sid)
        if watcher is None:
            return False
        if watcher.opened != opened:
            watcher.opened = opened
            self._soon([watcher.tournament_id])
        return True

    def enter(self, member: Member, tournament_id: int, opened: frozenset[int]) -> None:
        """Let a client of the tournament's staff, whose right was asked for, tell and be told."""
        self._watchers[member.sid] = Watcher(member, tournament_id, opened)
        self._soon([tournament_id])

    def forget(self, sid: str) -> None:
        """Forget a client that is gone."""
        watcher = self._watchers.pop(sid, None)
        if watcher is not None:
            self._soon([watcher.tournament_id])

    # What the clock and other processes say

    def look(self) -> None:
        """Forget processes that are silent, and clients whose rights have ended; let others know of us."""
        silent = time.monotonic() - SILENT_SECONDS
        for process, known in list(self._elsewhere.items()):
            if known.heard_at < silent:
                del self._elsewhere[process]
        self._soon({watcher.tournament_id for watcher in list(self._watchers.values())})

    def heard(self, message: Any) -> None:
        """Take note of what a process says of its clients; ValueError, TypeError or KeyError for rubbish."""
        process, opened = message["from"], _read_opened(message["open"])
        if process == self._process:
            return
        before = self._elsewhere.get(process)
        self._elsewhere[process] = Elsewhere(time.monotonic(), opened)
        known = before.opened if before else {}
        self._soon(
            {number for number in known.keys() | opened.keys() if known.get(number) != opened.get(number)}
        )

    @cached_property
    def _process(self) -> str:
        # Made up late: what is made before a server divides into workers, all of them have.
        return uuid4().hex

    # Telling

    def _soon(self, tournament_ids: Collection[int]) -> None:
        with self._lock:
            self._due.update(tournament_ids)
            if self._is_telling or not self._due:
                return
            self._is_telling = True
        self._start_task(self._tell_all)

    def _tell_all(self) -> None:
        while True:
            time.sleep(PAUSE_SECONDS)
            with self._lock:
                due, self._due = self._due, set()
                self._is_telling = bool(due)
            if not due:
                return
            try:
                news = [tournament_id for tournament_id in due if self._tell(tournament_id)]
                self._publish(bool(news))
            except Exception:
                log.exception(
                    "who has which match open could not be told, and will be when it is looked at again"
                )

    def _publish(self, is_new: bool) -> None:
        is_beat = self._own and time.monotonic() - self._published_at > BEAT_SECONDS / 2
        if self._bus.is_used and (is_new or is_beat):
            self._published_at = time.monotonic()
            self._bus.publish(CHANNEL, {"from": self._process, "open": self._own})

    def _tell(self, tournament_id: int) -> bool:
        """Tell the tournament's staff; True where what others have to know of this process changed."""
        watchers = [each for each in list(self._watchers.values()) if each.tournament_id == tournament_id]
        staff = self._staff(tournament_id, {each.member.visitor for each in watchers})
        own: Opened = {}
        told = []
        for watcher in watchers:
            actor = staff.get(watcher.member.visitor)
            if actor is None or watcher.member.sid not in self._members:
                self._watchers.pop(watcher.member.sid, None)
                continue
            told.append((watcher, actor))
            for match_id in watcher.opened:
                own.setdefault(match_id, {})[actor.user_id] = actor.username
        is_new = own != self._own.pop(tournament_id, {})
        if own:
            self._own[tournament_id] = own
        everybody = _joined([own, *(each.opened.get(tournament_id, {}) for each in self._elsewhere.values())])
        for watcher, actor in told:
            self._tell_one(watcher, _as_seen(everybody, watcher, actor))
        return is_new

    def _tell_one(self, watcher: Watcher, seen: dict[str, list[str]]) -> None:
        if seen != watcher.told:
            watcher.told = seen
            self._send(EVENT, {"matches": seen}, to=watcher.member.sid)

    def _staff(self, tournament_id: int, visitors: set[Visitor]) -> dict[Visitor, Actor]:
        """Those of the visitors who are of the tournament's staff at this moment."""
        if not visitors:
            return {}
        with self._app.app_context():
            actors = present_actors(visitors, datetime.now(UTC))
            return {
                visitor: actor
                for visitor, actor in actors.items()
                if has_right(actor, tournament_id, Permission.DESK_VIEW)
            }


def _joined(parts: Iterable[Opened]) -> Opened:
    everybody: Opened = {}
    for part in parts:
        for match_id, people in part.items():
            everybody[match_id] = everybody.get(match_id, {}) | people
    return everybody


def _as_seen(everybody: Opened, watcher: Watcher, actor: Actor) -> dict[str, list[str]]:
    """The names of all others by match, as far as the watcher's page shows the match."""
    page = watcher.member.page
    shown = everybody.keys() & {page.id} if page.kind == MATCH else everybody.keys()
    names = {
        str(match_id): sorted(
            name for user_id, name in everybody[match_id].items() if user_id != actor.user_id
        )
        for match_id in sorted(shown)
    }
    return {match_id: others for match_id, others in names.items() if others}


def _read_opened(message: Any) -> dict[int, Opened]:
    try:
        return {
            int(tournament_id): {
                int(match_id): {int(user_id): str(name) for user_id, name in people.items()}
                for match_id, people in opened.items()
            }
            for tournament_id, opened in message.items()
        }
    except AttributeError:
        raise ValueError("not what a process says") from None
