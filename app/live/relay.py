"""From the events' table to the clients of this process.

Each process follows the tournaments that its own clients watch: `Tail.cursor` is the last event that they
were sent. Events after it are read from the table and sent, so none is lost when a process dies between a
commit and its sending, and none is sent twice. Joining and sending take the same lock, so that whoever joins
gets what was missed, then what is new, each once.
"""

import logging
import threading
import time
from collections.abc import Callable, Collection, Hashable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from flask import Flask

from app.extensions import db
from app.services.queries import live as queries
from app.services.queries.freshness import data_version
from app.services.queries.live import Place, StoredEvent

from .fragments import LARGEST_PUSHED, Fragments
from .packing import Packing, Parcel
from .rooms import Listening, Member, Page
from .server import LONGEST_QUEUE, MOST_WAITING, LiveServer

log = logging.getLogger(__name__)

CHUNK = LONGEST_QUEUE // 4
# Absences longer than that are cheaper to mend with a reload.
MOST_REPLAYED = 10_000
MOST_REPLAYED_TO_PAGE = 500
SLOWEST_READER_SECONDS = 20.0
YIELD_SECONDS = 0.005
# The same after a drawing of a bracket, of which the system takes a part only.
LARGE_YIELD_SECONDS = 0.05
LARGE = 32 * 1024  # characters


@dataclass
class Tail:
    """How far this process has sent a tournament's events, and to whom."""

    tournament_id: int
    cursor: int = 0
    members: set[str] = field(default_factory=set)
    lock: threading.RLock = field(default_factory=threading.RLock)


class Relay:
    """The clients of this process, and the events on their way to them."""

    def __init__(self, app: Flask, server: LiveServer, fragments: Fragments):
        self.members: dict[str, Member] = {}
        self._app = app
        self._server = server
        self._fragments = fragments
        self._tails: dict[int, Tail] = {}
        self._home: set[str] = set()
        # The version of the data in which everybody had been sent everything.
        self._all_sent: Hashable | None = None
        self._home_lock = threading.Lock()

    # Coming and going

    def attach(self, member: Member, listening: Listening) -> None:
        """Send the member what the channel has after `listening.since`, then let it hear what is new."""
        tail = self._tail(listening.tournament_id)

        def send_missed(after: int, up_to: int | None) -> int:
            return self._replay(member, listening, after, up_to)

        def join() -> None:
            older = member.listening.get(listening.channel.name)
            if older is None or listening.since < older.since:
                member.listening[listening.channel.name] = listening
            self._server.enter_room(member.sid, listening.channel.name)

        self._catch_up(member, tail, listening.since, send_missed, join)

    def attach_page(self, member: Member, page: Page, tournament_id: int, after: int) -> None:
        """Send the page what happened after the seq `after`, then let it hear what is new."""
        room = page.room(tournament_id)

        def send_missed(start: int, up_to: int | None) -> int:
            return self._replay_page(member, room, tournament_id, start, up_to)

        self._catch_up(
            member,
            self._tail(tournament_id),
            after,
            send_missed,
            lambda: self._server.enter_room(member.sid, room),
        )

    def attach_home(self, member: Member) -> None:
        """Let a home page hear of every public tournament, and send it what it may have missed."""
        with self._home_lock:
            if not self._home:
                self._all_sent = None
                self._start_watching_all()
            if self._is_here(member):
                self._home.add(member.sid)
                self._server.enter_room(member.sid, member.page.room(None))
        self._replay_recent(member, None)

    def attach_own(self, member: Member, tournament_ids: Collection[int]) -> None:
        """Let a page of somebody's own matches hear of their tournaments, after what it may have missed."""
        seqs = self._last_seqs(tournament_ids)
        for tournament_id in tournament_ids:
            self.attach_page(member, member.page, tournament_id, seqs.get(tournament_id, 0))
        self._replay_recent(member, tournament_ids)

    def detach(self, member: Member, channel_name: str) -> None:
        """Stop sending a channel's events to the member."""
        left = member.listening.pop(channel_name, None)
        self._server.leave_room(member.sid, channel_name)
        if left is None or (member.page is not None and left.tournament_id in member.tournaments):
            return
        if all(other.tournament_id != left.tournament_id for other in member.listening.values()):
            self._tail(left.tournament_id).members.discard(member.sid)

    def forget(self, sid: str) -> None:
        """Forget a client that is gone."""
        member = self.members.pop(sid, None)
        self._home.discard(sid)
        for tournament_id in list(member.tournaments if member else ()):
            self._tail(tournament_id).members.discard(sid)

    # Sending

    def pump(self, tournament_id: int) -> None:
        """Send what the tournament's events have beyond the cursor, if anybody here watches."""
        tail = self._tail(tournament_id)
        with tail.lock:
            if self._is_watched(tail):
                self._pump(tail)

    def behind(self) -> dict[int, int]:
        """How many events are still to be sent, by tournament that is watched here."""
        watched = {tail.tournament_id for tail in list(self._tails.values()) if tail.members}
        if not watched and not self._home:
            return {}
        with self._app.app_context():
            # Asked before anything is read: what is committed meanwhile is seen the next time.
            version = data_version(db.engine)
        if version is not None and version == self._all_sent:
            return {}
        seqs = self._last_seqs(None if self._home else watched)
        lag = {number: seq - self._tail(number).cursor for number, seq in seqs.items()}
        behind = {number: count for number, count in lag.items() if count > 0}
        self._all_sent = None if behind else version
        return behind

    def _pump(self, tail: Tail) -> None:
        while True:
            with self._app.app_context():
                events = queries.list_events(tail.tournament_id, tail.cursor, CHUNK)
                parcels = self._packing(tail.tournament_id, events).for_rooms() if events else []
            self._send(parcels, LARGE_YIELD_SECONDS)
            if events:
                tail.cursor = events[-1].seq
            if len(events) < CHUNK:
                return
            # Time for the clients' writers to take what was put before them.
            self._server.sleep(YIELD_SECONDS)

    def _catch_up(
        self,
        member: Member,
        tail: Tail,
        after: int,
        send_missed: Callable[[int, int | None], int],
        join: Callable[[], None],
    ) -> None:
        """Replay without the lock while much is missing; the last of it and the joining are one step."""
        position = after
        self._all_sent = None
        while self._is_here(member):
            with tail.lock:
                if not self._is_watched(tail):
                    tail.cursor = max(tail.cursor, position)
                elif tail.cursor < position:
                    self._pump(tail)
                if tail.cursor - position <= CHUNK:
                    if position < tail.cursor:
                        send_missed(position, tail.cursor)
                    join()
                    member.tournaments.add(tail.tournament_id)
                    tail.members.add(member.sid)
                    break
            self._wait_for_reader(member)
            reached = send_missed(position, None)
            # Where nothing follows any more, it was pruned this very moment.
            position = reached if reached > position else tail.cursor
        if not self._is_here(member):
            tail.members.discard(member.sid)

    def _replay(self, member: Member, listening: Listening, after: int, up_to: int | None) -> int:
        with self._app.app_context():
            events = queries.list_events(listening.tournament_id, after, CHUNK, up_to)
            wanted = [event for event in events if listening.covers(event) and not _was_sent(member, event)]
            parcels = self._packing(listening.tournament_id, wanted).for_channel(member) if wanted else []
        self._send(parcels)
        return events[-1].seq if events else after

    def _replay_page(
        self, member: Member, room: str, tournament_id: int, after: int, up_to: int | None
    ) -> int:
        with self._app.app_context():
            events = queries.list_events(tournament_id, after, CHUNK, up_to)
            parcels = self._packing(tournament_id, events).for_page(member, room) if events else []
        if sum(map(_size, parcels)) > LARGEST_PUSHED:
            # More than the page itself has.
            parcels = [Parcel("reset", {"seq": events[-1].seq}, [member.sid])]
        self._send(parcels)
        return events[-1].seq if events else after

    def _replay_recent(self, member: Member, tournament_ids: Collection[int] | None) -> None:
        """What a page over several tournaments may have missed; it may be sent again what it has."""
        since = datetime.now(UTC) - timedelta(seconds=member.page.age)
        with self._app.app_context():
            events = queries.list_recent_events(tournament_ids, since, MOST_REPLAYED_TO_PAGE + 1)
            parcels: list[Parcel] = []
            if len(events) <= MOST_REPLAYED_TO_PAGE:
                for tournament_id in dict.fromkeys(event.tournament_id for event in events):
                    own = [event for event in events if event.tournament_id == tournament_id]
                    room = member.page.room(tournament_id)
                    parcels += self._packing(tournament_id, own).for_page(member, room)
            else:
                parcels = [Parcel("reset", {"seq": 0}, [member.sid])]
        for start in range(0, len(parcels), CHUNK):
            self._wait_for_reader(member)
            self._send(parcels[start : start + CHUNK])

    def _send(self, parcels: list[Parcel], rest_seconds: float = 0.0) -> None:
        """Send the parcels; with so long a rest after each that is large."""
        for parcel in parcels:
            # Without anybody to send to, the library would send to everybody.
            if parcel.to:
                self._server.emit(parcel.name, parcel.payload, to=parcel.to)
            if rest_seconds and _size(parcel) > LARGE:
                self._server.sleep(rest_seconds)

    def _packing(self, tournament_id: int, events: list[StoredEvent]) -> Packing:
        place = queries.find_tournament_place(tournament_id)
        return Packing(place or Place(tournament_id, None, False, 0, None, ""), events, self, self._fragments)

    # Who is where

    def members_in(self, room: str) -> list[Member]:
        """The members that are in the room now."""
        participants = self._server.manager.get_participants("/", room)
        return [self.members[sid] for sid, _ in participants if sid in self.members]

    def is_occupied(self, room: str) -> bool:
        """True where somebody is in the room."""
        return bool(self._server.manager.rooms.get("/", {}).get(room))

    def _is_here(self, member: Member) -> bool:
        return self.members.get(member.sid) is member and self._server.manager.is_connected(member.sid, "/")

    def _wait_for_reader(self, member: Member) -> None:
        eio_sid = self._server.manager.eio_sid_from_sid(member.sid, "/")
        give_up_at = time.monotonic() + SLOWEST_READER_SECONDS
        while (
            self._server.waiting_packets(eio_sid) > LONGEST_QUEUE - CHUNK
            or self._server.waiting_bytes(eio_sid) > MOST_WAITING // 2
        ):
            if time.monotonic() > give_up_at:
                self._server.cut_off(eio_sid)
                return
            self._server.sleep(0.02)

    def _tail(self, tournament_id: int) -> Tail:
        return self._tails.setdefault(tournament_id, Tail(tournament_id))

    def _is_watched(self, tail: Tail) -> bool:
        return bool(tail.members or self._home)

    def _start_watching_all(self) -> None:
        for tournament_id, seq in self._last_seqs(None).items():
            tail = self._tail(tournament_id)
            with tail.lock:
                if not tail.members:
                    tail.cursor = max(tail.cursor, seq)

    def _last_seqs(self, tournament_ids: Collection[int] | None) -> dict[int, int]:
        with self._app.app_context():
            return queries.last_seqs(tournament_ids)


def _was_sent(member: Member, event: StoredEvent) -> bool:
    """True where another channel of the member has brought it the event already."""
    return any(
        other.tournament_id == event.tournament_id and event.seq > other.since and other.covers(event)
        for other in member.listening.values()
    )


def _size(parcel: Parcel) -> int:
    """Its size as far as that differs from one to the next: what is drawn in it."""
    return len(parcel.payload.get("html") or "")
