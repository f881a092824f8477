"""What a screen in the hall and an overlay show: public rows, as they are when it is opened."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement

from app.models import Match

from . import pages
from .estimates import tell
from .rows import list_rows, select_rows

COMING = 12
FINISHED = 8
_MOST_CALLED = 24
_IS_NEXT = Match.state.in_([str(state) for state in pages.NEXT])


@dataclass(frozen=True)
class Board:
    """What is played, whose sides are called to a station, what is next, and what just ended."""

    live: list[dict]
    called: list[dict]
    next: list[dict]
    finished: list[dict]


def get_board(tournament_id: int, now: datetime, *, station_id: int | None = None) -> Board:
    """What goes on in the tournament, or at one of its stations."""
    only = () if station_id is None else (Match.station_id == station_id,)
    called = _list_called(tournament_id, only)
    shown = pages.get_now(
        tournament_id,
        now,
        coming=COMING,
        finished=FINISHED,
        only=(*only, Match.called_at.is_(None) | ~_IS_NEXT),
    )
    tell(shown.next, now)
    return Board(shown.live, called, shown.next, shown.finished)


def find_match(tournament_id: int, match_id: int) -> dict | None:
    """The row of one match of the tournament; None where it has no such match."""
    query = select_rows().where(Match.tournament_id == tournament_id, Match.id == match_id)
    return next(iter(list_rows(query)), None)


def _list_called(tournament_id: int, only: tuple[ColumnElement[bool], ...]) -> list[dict]:
    waits = (Match.called_at.is_not(None), _IS_NEXT)
    query = select_rows().where(Match.tournament_id == tournament_id, *waits, *only)
    return list_rows(query.order_by(*pages.AGENDA).limit(_MOST_CALLED))
