"""The screens that report to this process.

They report every 30 seconds each, and are written down together: a hall full of them is one small change
every few seconds.
"""

from datetime import datetime, timedelta

from app.services.queries.screens import get_shown
from app.services.screens import Heard, note_heard

from .rooms import ScreenId

# A little less than the time between two reports, so that none falls short of it by a hair.
WRITTEN_AFTER = timedelta(seconds=28)
# What reports beyond that, until it is written down, is left for its next report.
MOST_HEARD = 2000


class Screens:
    """Who reported since it was last written down."""

    def __init__(self) -> None:
        self._heard: dict[tuple[int, str], Heard] = {}

    def report(self, tournament_id: int, screen: ScreenId, is_own: bool, now: datetime) -> dict:
        """Take note of a screen's report; returns what it is to show: `announcement` and `message`."""
        shown = get_shown(tournament_id, screen.key)
        is_due = shown.last_seen_at is None or now - shown.last_seen_at >= WRITTEN_AFTER
        if is_due and len(self._heard) < MOST_HEARD:
            heard = Heard(tournament_id, screen.key, screen.kind, now, is_own)
            self._heard[tournament_id, screen.key] = heard
        return {"announcement": shown.announcement, "message": shown.message}

    def write(self, now: datetime) -> None:
        """Write down who reported since the last time."""
        heard, self._heard = self._heard, {}
        if heard:
            note_heard(list(heard.values()), now)
