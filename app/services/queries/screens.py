"""What screens in the hall are to show beside the matches, and which of them are open."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Integer, String, and_, bindparam, select

from app.domain.words import say
from app.extensions import db
from app.models import Screen, Tournament
from app.services.prepared import Prepared

# An open screen reports every 30 seconds: whoever missed three is gone.
GONE_AFTER = timedelta(seconds=100)
FORGOTTEN_AFTER = timedelta(days=1)
_ID, _KEY = bindparam("tournament_id", type_=Integer), bindparam("key", type_=String)
_SHOWN = Prepared(
    select(Tournament.announcement, Screen.message, Screen.last_seen_at)
    .outerjoin(Screen, and_(Screen.tournament_id == Tournament.id, Screen.key == _KEY))
    .where(Tournament.id == _ID)
)


@dataclass(frozen=True)
class Shown:
    """What one screen is to show; `last_seen_at` is when it was last written down, None for never."""

    announcement: str
    message: str
    last_seen_at: datetime | None


@dataclass(frozen=True)
class ScreenState:
    """A screen as its organizers see it."""

    id: int
    code: str
    name: str
    kind: str
    message: str
    last_seen_at: datetime
    seconds: int  # since it was last seen
    is_alive: bool

    @property
    def label(self) -> str:
        """Its name, or else the code that it shows in its corner."""
        return self.name or say("Screen %(code)s", code=self.code)


def code_of(key: str) -> str:
    """The short code by which people tell screens apart; screens show it in a corner."""
    return key[:4].upper()


def get_shown(tournament_id: int, key: str) -> Shown:
    """What the screen of this key is to show, whether or not it is known yet."""
    row = _SHOWN.first({"tournament_id": tournament_id, "key": key})
    if row is None:
        return Shown("", "", None)
    seen = row["last_seen_at"]
    return Shown(row["announcement"], row["message"] or "", seen and datetime.fromisoformat(seen))


def list_shown(tournament_id: int, keys: Collection[str]) -> tuple[str, dict[str, str]]:
    """The tournament's announcement, and the messages of these screens, by key."""
    announcement = db.session.scalar(select(Tournament.announcement).where(Tournament.id == tournament_id))
    query = select(Screen.key, Screen.message).where(
        Screen.tournament_id == tournament_id, Screen.key.in_(keys)
    )
    return announcement or "", {row.key: row.message for row in db.session.execute(query)}


def list_screens(tournament_id: int, now: datetime) -> list[ScreenState]:
    """The screens that reported within a day: those with a name first, by name, then by code."""
    query = select(Screen).where(
        Screen.tournament_id == tournament_id, Screen.last_seen_at > now - FORGOTTEN_AFTER
    )
    states = [_state(screen, now) for screen in db.session.scalars(query)]
    return sorted(states, key=lambda each: (not each.name, each.name.lower(), each.code, each.id))


def _state(screen: Screen, now: datetime) -> ScreenState:
    age = max(now - screen.last_seen_at, timedelta())
    return ScreenState(
        id=screen.id,
        code=code_of(screen.key),
        name=screen.name,
        kind=screen.kind,
        message=screen.message,
        last_seen_at=screen.last_seen_at,
        seconds=int(age.total_seconds()),
        is_alive=age < GONE_AFTER,
    )
