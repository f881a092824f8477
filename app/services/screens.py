"""Screens in the hall and overlays: which are open, what they are called, and what they are told to say.

A screen reports itself; nobody has to sign in at one. So what it says of itself is bounded and forgotten
soon, and only organizers give names and messages.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from app.domain.errors import NotFound, Refused
from app.domain.events import EventType
from app.domain.permissions import Actor
from app.domain.words import say
from app.models import Screen
from app.services import audit
from app.services.audit import AuditAction
from app.services.queries.screens import FORGOTTEN_AFTER, GONE_AFTER, code_of
from app.services.tournaments.common import load, required_text
from app.services.unit_of_work import UnitOfWork, unit_of_work

BOARD = "board"
# Overlays are part of a broadcast: they show no messages.
KINDS = (BOARD, "scoreboard", "next", "ticker")
MOST_SCREENS = 200
NAME_LENGTH = 80
TEXT_LENGTH = 280


@dataclass(frozen=True)
class Heard:
    """That a screen reported. `is_own`: it came by the board's secret link, or its user is an organizer."""

    tournament_id: int
    key: str
    kind: str
    at: datetime
    is_own: bool = False


def note_heard(heard: Collection[Heard], now: datetime) -> None:
    """Write down which screens reported, new ones too, and forget those that did not for a day.

    A tournament has at most MOST_SCREENS: the unnamed ones that are gone make room, for the organizers' own
    also unnamed ones of others. Where there is no room, a new one is not taken note of.
    """
    with unit_of_work(now) as uow:
        for tournament_id in sorted({each.tournament_id for each in heard}):
            own = {each.key: each for each in heard if each.tournament_id == tournament_id}
            _note(uow, tournament_id, own)


def _note(uow: UnitOfWork, tournament_id: int, heard: dict[str, Heard]) -> None:
    of_tournament = select(Screen).where(Screen.tournament_id == tournament_id)
    for screen in uow.session.scalars(of_tournament.where(Screen.key.in_(heard))).all():
        screen.last_seen_at, screen.kind = heard[screen.key].at, heard[screen.key].kind
        del heard[screen.key]
    if not heard:
        return
    uow.session.flush()
    uow.session.execute(
        delete(Screen).where(
            Screen.tournament_id == tournament_id, Screen.last_seen_at <= uow.now - FORGOTTEN_AFTER
        )
    )
    standing = list(uow.session.scalars(of_tournament.order_by(Screen.last_seen_at)))
    for each in sorted(heard.values(), key=lambda each: not each.is_own):
        if len(standing) < MOST_SCREENS or _made_room(uow, standing, each):
            standing += _added(uow, each)


def _made_room(uow: UnitOfWork, standing: list[Screen], for_whom: Heard) -> bool:
    """Forget the unnamed screen that was not seen for longest, if it may be; False where none may."""
    may_go = (
        screen
        for screen in standing
        if not screen.name and (for_whom.is_own or screen.last_seen_at <= uow.now - GONE_AFTER)
    )
    oldest = next(may_go, None)
    if oldest is None:
        return False
    standing.remove(oldest)
    uow.session.delete(oldest)
    return True


def _added(uow: UnitOfWork, heard: Heard) -> list[Screen]:
    screen = Screen(tournament_id=heard.tournament_id, key=heard.key, kind=heard.kind, last_seen_at=heard.at)
    try:
        with uow.session.begin_nested():
            uow.session.add(screen)
    except IntegrityError:
        # Another process, which it reported to a moment ago, was faster.
        return []
    return [screen]


def name_screen(*, actor: Actor, tournament_id: int, screen_id: int, name: str, now: datetime) -> None:
    """Call the screen by a name, empty for none; the same is no change.

    Raises NotFound, and InvalidInput for a name that is refused.
    """
    with unit_of_work(now) as uow:
        load(uow, actor, tournament_id)
        screen = _get(uow, tournament_id, screen_id)
        name = _text("name", name, NAME_LENGTH)
        if name == screen.name:
            return
        old, screen.name = screen.name, name
        _record(uow, actor, AuditAction.SCREEN_NAME, screen, old_name=old, new_name=name)


def send_message(
    *, actor: Actor, tournament_id: int, message: str, now: datetime, screen_id: int | None = None
) -> int:
    """Have one board, or all of them, show the message until it is cleared by an empty one.

    Returns how many boards show something else now. Raises NotFound, InvalidInput for a text that is refused,
    and Refused for an overlay, and where there is no board.
    """
    with unit_of_work(now) as uow:
        load(uow, actor, tournament_id)
        text = _text("message", message, TEXT_LENGTH)
        if screen_id is not None and _get(uow, tournament_id, screen_id).kind != BOARD:
            raise Refused([say("An overlay is part of a broadcast, and shows no messages.")])
        boards = _boards(uow, tournament_id, screen_id)
        if not boards:
            raise Refused([say("No board is open, so nobody would see the message.")])
        changed = [screen for screen in boards if screen.message != text]
        for screen in changed:
            screen.message = text
        if changed:
            _tell(uow, tournament_id)
            audit.record(
                uow,
                actor=actor,
                action=AuditAction.SCREEN_MESSAGE,
                tournament_id=tournament_id,
                meta={
                    "tournament_id": tournament_id,
                    "screen_ids": [screen.id for screen in changed],
                    "message": text,
                    "name": (changed[0].name or code_of(changed[0].key)) if screen_id else "",
                },
            )
        return len(changed)


def set_announcement(*, actor: Actor, tournament_id: int, announcement: str, now: datetime) -> None:
    """Have the boards show the announcement beside the matches, empty for none; the same is no change.

    Raises NotFound, and InvalidInput for a text that is refused.
    """
    with unit_of_work(now) as uow:
        tournament = load(uow, actor, tournament_id)
        text = _text("announcement", announcement, TEXT_LENGTH)
        if text == tournament.announcement:
            return
        tournament.announcement = text
        _tell(uow, tournament_id)
        audit.record(
            uow,
            actor=actor,
            action=AuditAction.TOURNAMENT_ANNOUNCE,
            tournament_id=tournament_id,
            meta={"tournament_id": tournament_id, "announcement": text},
        )


def _boards(uow: UnitOfWork, tournament_id: int, screen_id: int | None) -> list[Screen]:
    query = select(Screen).where(Screen.tournament_id == tournament_id, Screen.kind == BOARD)
    if screen_id is not None:
        query = query.where(Screen.id == screen_id)
    return list(uow.session.scalars(query.order_by(Screen.id)))


def _get(uow: UnitOfWork, tournament_id: int, screen_id: int) -> Screen:
    screen = uow.session.get(Screen, screen_id)
    if screen is None or screen.tournament_id != tournament_id:
        raise NotFound
    return screen


def _text(field: str, value: str, maximum: int) -> str:
    return required_text(field, value, maximum) if value.strip() else ""


def _tell(uow: UnitOfWork, tournament_id: int) -> None:
    """Write the event; what each screen is to show is read when it is sent."""
    uow.emit(
        tournament_id=tournament_id,
        type=EventType.SCREEN_UPDATED,
        payload={
            "type": str(EventType.SCREEN_UPDATED),
            "tournament_id": tournament_id,
            "timestamp": uow.now.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        },
        private=True,
    )


def _record(uow: UnitOfWork, actor: Actor, action: AuditAction, screen: Screen, **more: object) -> None:
    audit.record(
        uow,
        actor=actor,
        action=action,
        tournament_id=screen.tournament_id,
        meta={"tournament_id": screen.tournament_id, "screen_id": screen.id, **more},
    )
