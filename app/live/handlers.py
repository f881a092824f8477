"""What clients may say: connect (perhaps as one of our own pages), subscribe, unsubscribe,
disconnect; and what a page says of itself: a screen that it is open, one of the staff's what it has open."""

import hashlib
import logging
from collections.abc import Callable
from datetime import UTC, datetime

from flask import Flask
from flask_socketio import ConnectionRefusedError as ConnectionRefused
from sqlalchemy.exc import SQLAlchemyError

from app import metrics
from app.domain.permissions import Actor, Permission
from app.services.queries import live as queries
from app.services.queries.live import Place
from app.services.schedule import inbox
from app.services.screens import KINDS

from .clock import Clock
from .presence import Presence
from .relay import MOST_REPLAYED, Relay
from .rooms import (
    ACROSS_TOURNAMENTS,
    DESK,
    MATCH,
    SCREEN,
    BadRequest,
    Channel,
    Listening,
    Member,
    Page,
    is_known_board,
    read_after,
    read_board_key,
    read_channel,
    read_open,
    read_page,
    read_screen,
)
from .screens import Screens
from .server import LiveServer, after_answer
from .visitors import arriving, has_right, present_actors

log = logging.getLogger(__name__)

MOST_CHANNELS = 500
_NO_SUCH = "no such channel"
# As the library names them.
_REASONS = ("client disconnect", "server disconnect", "ping timeout", "transport close", "transport error")

# The tournaments of which a page over somebody's own ones hears.
_OWN: dict[str, Callable[[Actor], list[int]]] = {
    "me": lambda actor: queries.list_entered_tournaments(actor.user_id),
    "conflicts": lambda actor: [tournament.id for tournament in inbox.list_tournaments(actor)],
}


class Handlers:
    """The handlers of one application's clients."""

    def __init__(
        self,
        app: Flask,
        relay: Relay,
        clock: Clock,
        screens: Screens,
        presence: Presence,
        send: Callable[..., None],
    ):
        self._app = app
        self._relay = relay
        self._clock = clock
        self._screens = screens
        self._presence = presence
        self._send = send

    def register(self, server: LiveServer) -> None:
        """Have the server call these.

        Not by way of Flask-SocketIO, which makes up a whole request for each message: nearly all clients
        have no cookie, and then there is nothing to read in one.
        """
        server.on("connect", self._come)
        server.on("disconnect", self._go)
        server.on("subscribe", self._answering(self.subscribe))
        server.on("unsubscribe", self._answering(self.unsubscribe))
        server.on("alive", self._answering(self.alive))
        server.on("presence", self._answering(self.presence))

    def _come(self, sid: str, environ: dict, auth: object = None) -> None:
        has_cookie = "HTTP_COOKIE" in environ
        with self._app.request_context(environ) if has_cookie else self._app.app_context():
            self.connect(sid, auth, has_cookie)

    def connect(self, sid: str, auth: object, has_cookie: bool) -> None:
        """Let a client in; ConnectionRefused for a bad token and for a page it may not see."""
        try:
            member, place, own = self._arrive(sid, auth, has_cookie)
        except SQLAlchemyError:
            log.exception("the database did not answer a client")
            raise ConnectionRefused("try again later") from None
        self._relay.members[sid] = member
        metrics.connects.inc()
        log.debug("a client came: %s, page %s", sid, member.page.kind if member.page else None)
        self._clock.start()
        if member.page is not None:
            after_answer(lambda: self._open_page(member, member.page, place, own))

    def _arrive(self, sid: str, auth: object, has_cookie: bool) -> tuple[Member, Place | None, list[int]]:
        """The client, and what its page shows: one tournament, or those that the user plays in, or runs."""
        visitor, actor = arriving(auth, has_cookie, _now())
        member = Member(sid, visitor, read_page(auth))
        key = read_board_key(auth)
        if key is not None:
            member.board_key_hash = hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()
        place = self._page_place(member, actor)
        return member, place, _own_tournaments(member.page, actor)

    def _go(self, sid: str, reason: object = None) -> None:
        """Forget a client that is gone."""
        metrics.disconnects.labels(reason if reason in _REASONS else metrics.UNKNOWN).inc()
        log.debug("a client went: %s, %s", sid, reason)
        self._relay.forget(sid)
        self._presence.forget(sid)

    def _answering(self, handler: Callable[[Member, object], dict]) -> Callable[..., dict]:
        """A handler whose every outcome is an acknowledgement, whatever the client sent."""

        def answer(sid: str, *messages: object) -> dict:
            member = self._relay.members.get(sid)
            try:
                if member is None:
                    raise BadRequest("not connected")
                with self._app.app_context():
                    return handler(member, messages[0] if messages else None)
            except BadRequest as error:
                return {"ok": False, "error": str(error)}
            except SQLAlchemyError:
                log.exception("the database did not answer a client")
                return {"ok": False, "error": "try again later"}

        return answer

    def subscribe(self, member: Member, message: object) -> dict:
        """Answer with the channel's last seq; what was missed and what is new follow the answer."""
        channel, after = read_channel(message), read_after(message)
        if len(member.listening) >= MOST_CHANNELS and channel.name not in member.listening:
            raise BadRequest("too many channels")
        place = self._visible_place(member, channel)
        answer = {"ok": True, "channel": channel.name, "seq": place.seq}
        since = place.seq if after is None else after
        if self._is_lost(place, since, MOST_REPLAYED):
            answer["reset"] = True
            since = place.seq
        listening = Listening(channel, place.tournament_id, since)
        after_answer(lambda: self._relay.attach(member, listening))
        return answer

    def unsubscribe(self, member: Member, message: object) -> dict:
        """Stop sending the channel's events."""
        channel = read_channel(message)
        if channel.name not in member.listening:
            raise BadRequest("not subscribed")
        tournament_id = member.listening[channel.name].tournament_id
        self._relay.detach(member, channel.name)
        seq = queries.last_seqs([tournament_id]).get(tournament_id, 0)
        return {"ok": True, "channel": channel.name, "seq": seq}

    def alive(self, member: Member, message: object) -> dict:
        """Take note that a screen is open, and answer with what it is to show beside the matches."""
        if member.page is None or member.page.kind != SCREEN:
            raise BadRequest("not a screen")
        # One connection is one screen, whatever it says later.
        member.screen = member.screen or read_screen(message, KINDS)
        place = queries.find_tournament_place(member.page.id)
        actor = present_actors([member.visitor], _now()).get(member.visitor)
        if place is None or actor is None or not self._may_open(member, actor, place):
            raise BadRequest("no such page")
        is_own = is_known_board(member.board_key_hash, place) or has_right(
            actor, place.tournament_id, Permission.DESK_VIEW
        )
        return {"ok": True, **self._screens.report(place.tournament_id, member.screen, is_own, _now())}

    def presence(self, member: Member, message: object) -> dict:
        """Take note of the matches that somebody of the staff has open, and tell them from now on of others.

        The desk says which; the page of a match has that one open.
        """
        page = member.page
        # Whoever did not sign in is not worth a question to the database.
        if page is None or page.kind not in (DESK, MATCH) or member.visitor.is_anonymous:
            raise BadRequest("no such page")
        opened = read_open(message) if page.kind == DESK else frozenset({page.id})
        if not self._presence.change(member, opened):
            find = queries.find_match_place if page.kind == MATCH else queries.find_tournament_place
            place = find(page.id)
            actor = present_actors([member.visitor], _now()).get(member.visitor)
            if not (place and actor and has_right(actor, place.tournament_id, Permission.DESK_VIEW)):
                raise BadRequest("no such page")
            self._presence.enter(member, place.tournament_id, opened)
        return {"ok": True}

    def _visible_place(self, member: Member, channel: Channel) -> Place:
        actor = present_actors([member.visitor], _now()).get(member.visitor)
        if actor is None:
            raise BadRequest("unauthorized")
        find = queries.find_match_place if channel.kind == "match" else queries.find_tournament_place
        place = find(channel.id)
        if place is None or not (place.is_public or self._may_see(actor, place)):
            raise BadRequest(_NO_SUCH)
        return place

    def _page_place(self, member: Member, actor: Actor) -> Place | None:
        page = member.page
        if page is None or page.kind in ACROSS_TOURNAMENTS:
            return None
        find = queries.find_match_place if page.kind == MATCH else queries.find_tournament_place
        place = find(page.id)
        if place is None or not self._may_open(member, actor, place):
            raise ConnectionRefused("no such page")
        return place

    def _may_open(self, member: Member, actor: Actor, place: Place) -> bool:
        if member.page.kind == DESK:
            return has_right(actor, place.tournament_id, Permission.DESK_VIEW)
        return place.is_public or is_known_board(member.board_key_hash, place) or self._may_see(actor, place)

    def _may_see(self, actor: Actor, place: Place) -> bool:
        return has_right(actor, place.tournament_id, Permission.TOURNAMENT_VIEW)

    def _open_page(self, member: Member, page: Page, place: Place | None, own: list[int]) -> None:
        if page.kind == "home":
            self._relay.attach_home(member)
        elif page.kind in _OWN:
            self._relay.attach_own(member, own)
        else:
            after = place.seq if page.seq is None else page.seq
            if self._is_lost(place, after, MOST_REPLAYED):
                self._send("reset", {"seq": place.seq}, to=member.sid)
                after = place.seq
            self._relay.attach_page(member, page, place.tournament_id, after)

    def _is_lost(self, place: Place, after: int, most: int) -> bool:
        """True where what follows `after` is not kept any more, or never was."""
        if after == place.seq:
            return False
        if not place.seq - most <= after < place.seq:
            return True
        with self._app.app_context():
            return not queries.has_event(place.tournament_id, after + 1)


def _own_tournaments(page: Page | None, actor: Actor) -> list[int]:
    if page is None or page.kind not in _OWN:
        return []
    if actor.is_anonymous:
        raise ConnectionRefused("no such page")
    return _OWN[page.kind](actor)


def _now() -> datetime:
    return datetime.now(UTC)
