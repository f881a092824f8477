"""An event under way, some minutes late."""

from datetime import timedelta

from app.models import Match, Station, Tournament
from tests import factories


class RunningLate:
    """One court, a match planned every ten minutes; eight were played, each `late` minutes after its time.

    The `coming` are planned from now on, so that the first of them is late already.
    """

    def __init__(self, late: int = 20, coming: int = 4, **columns):
        self.late = timedelta(minutes=late)
        columns = {"match_minutes": 10, "enable_check_in": False, **columns}
        self.tournament: Tournament = factories.tournament(**columns)
        self.court: Station = factories.station(self.tournament, "Court")
        self.sides = factories.participants(self.tournament, 2)
        # The last one has just begun.
        self.played = [self._played(late + 10 * (7 - place)) for place in range(8)]
        self.coming = [self.match(10 * place + 10 - late) for place in range(coming)]

    def match(self, minutes: float, state: str = "READY", **columns) -> Match:
        """A match on the court that is planned so many minutes from now."""
        columns = {"station_id": self.court.id, "scheduled_time": factories.soon(minutes), **columns}
        return factories.match(
            self.tournament, state, participant1=self.sides[0], participant2=self.sides[1], **columns
        )

    def _played(self, ago: float) -> Match:
        start = factories.soon(-ago) + self.late
        ends = (
            {"completed_at": start + timedelta(minutes=8)} if ago > self.late / timedelta(minutes=1) else {}
        )
        return self.match(-ago, "COMPLETED" if ends else "LIVE", started_at=start, **ends)
