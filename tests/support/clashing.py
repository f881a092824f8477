"""Tournaments with conflicts, for the tests of the inbox."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.models import Match, Station, Tournament, User
from tests import factories as make


@dataclass(frozen=True)
class Clash:
    """Two matches at one station at the same time, which is in an hour and 40 minutes long; another is free."""

    organizer: User
    tournament: Tournament
    stations: list[Station]
    matches: list[Match]
    at: datetime

    def after(self, minutes: int) -> str:
        """So many minutes after the two begin, as the API writes it."""
        return f"{self.at + timedelta(minutes=minutes):%Y-%m-%dT%H:%M:%SZ}"


def clash(organizer: User | None = None, **columns) -> Clash:
    """A tournament without check-in that has this one conflict."""
    organizer = organizer or make.user()
    of = make.tournament(organizer, **{"match_minutes": 40, "enable_check_in": False, **columns})
    stations = [make.station(of, name) for name in ("Court 1", "Court 2")]
    at = make.soon(60).replace(second=0)
    matches = [make.match(of, station_id=stations[0].id, scheduled_time=at) for _ in range(2)]
    return Clash(organizer, of, stations, matches, at)


def clashes(organizer: User, number: int, **columns) -> Tournament:
    """A tournament with so many pairs of matches that clash at a station, a pair each hour."""
    of = make.tournament(organizer, **{"match_minutes": 40, "enable_check_in": False, **columns})
    court = make.station(of, "Court 1")
    sides = [side.id for side in make.participants(of, 4)]
    make.save(
        *(
            Match(
                tournament_id=of.id,
                match_number=2 * hour + pair + 1,
                state="READY",
                participant1_id=sides[2 * pair],
                participant2_id=sides[2 * pair + 1],
                station_id=court.id,
                scheduled_time=make.soon(60 * (hour + 1)),
            )
            for hour in range(number)
            for pair in (0, 1)
        )
    )
    return of
