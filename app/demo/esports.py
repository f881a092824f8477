"""A VALORANT cup of 16 teams on its match day: between them its matches show every state there is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from app.domain.permissions import Actor
from app.services import brackets, bulk, check_ins, lobby, matches, outcomes, results, scheduling, tournaments
from app.services.queries.brackets import bracket_document
from app.services.queries.tournaments import tournament_document

NAME = "Harbour Lights Open"
# The cup was set up so long before the moment that the demo shows.
RUN_UP = timedelta(days=3)
STREAM = "https://stream.example.com/harbour-lights/"
STAGES = ("Main stage", "Second stage", "Row A", "Row B")

# In seed order. The first round pairs 1-16, 8-9, 4-13, 5-12, 2-15, 7-10, 3-14 and 6-11.
TEAMS = (
    "Lantern Keepers",
    "Copper Foxes",
    "Midnight Ferries",
    "Salt & Circuit",
    "Paper Tigers",
    "Quiet Thunder",
    "Northbound Owls",
    "Tidal Static",
    "Glass Harbour",
    "Velvet Anchors",
    "Rusty Comets",
    "Minor Inconvenience",
    "Ghost Signal",
    "Second Breakfast",
    "Kite Season",
    "Low Tide Academy",
)
CAPTAINS = {
    "Lantern Keepers": "participant1",
    "Tidal Static": "participant2",
    "Copper Foxes": "yuki",
    "Northbound Owls": "amara",
    "Velvet Anchors": "jonas",
}
SETTINGS = {
    "name": NAME,
    "game": "valorant",
    "time_zone": "Europe/Berlin",
    "check_in_window_minutes": 30,
    "match_minutes": 50,
    "rest_minutes": 10,
    "dispute_window_minutes": 60,
}
FIRST_ROUND = ((1, 2), (3, 4), (5, 6), (7, 8))


def load(people: Mapping[str, Actor], now: datetime) -> str:
    """Run the cup up to `now`; returns its slug."""
    cup = _Cup(people, now)
    cup.set_up()
    cup.play_first_round()
    cup.open_second_round()
    cup.add_show_matches()
    return tournament_document(people["organizer"], cup.id)["slug"]


class _Cup:
    """The cup under way. Times are minutes from now, negative for what has happened."""

    def __init__(self, people: Mapping[str, Actor], now: datetime):
        self.people = people
        self.organizer = people["organizer"]
        self.now = now
        self.id = 0
        self.bracket_id = 0
        self.ids: dict[int, int] = {}
        self.teams: dict[str, int] = {}
        self.stations: list[int] = []

    def at(self, minutes: float) -> datetime:
        """The moment so many minutes from now."""
        return self.now + timedelta(minutes=minutes)

    def set_up(self) -> None:
        """Tournament, stations, teams, bracket and timetable."""
        begun = self.now - RUN_UP
        self.id = tournaments.create_tournament(actor=self.organizer, values=SETTINGS, now=begun)
        common = {"actor": self.organizer, "tournament_id": self.id, "now": begun}
        self.stations = [tournaments.add_station(name=name, **common) for name in STAGES]
        entrants = [
            {"name": name, "seed": seed, "members": [CAPTAINS[name]] if name in CAPTAINS else []}
            for seed, name in enumerate(TEAMS, 1)
        ]
        self.teams = dict(
            zip(TEAMS, tournaments.add_participants(participants=entrants, **common), strict=True)
        )
        self.bracket_id = brackets.generate_bracket(
            name="Playoffs", format="single_elimination", options={"third_place": True}, **common
        )
        self.ids = {number: row["id"] for number, row in self._rows().items()}
        for place, (first, second) in enumerate(FIRST_ROUND):
            self._schedule((first, second), (-220, -160, -100, -45)[place])
        self._schedule((9,), 20)
        self._schedule((10,), 75)
        self._schedule((11, 12), 135)
        self._schedule((13, 14), 210)
        self._schedule((15,), 280)
        self._schedule((16,), 350)

    def play_first_round(self) -> None:
        """Two finished, a forfeit, one more finished, one awaiting confirmation, one disputed, one live."""
        self._start(1, -218)
        self._finish(1, 13, 9, -170)
        self._start(2, -216)
        self._finish(2, 13, 7, -175)
        self._start(3, -157)
        outcomes.forfeit(
            actor=self.organizer,
            match_id=self.ids[3],
            participant_id=self.teams["Ghost Signal"],
            reason="Power cut at 6-5, away for longer than the ten minutes of the rules.",
            now=self.at(-125),
        )
        self._start(4, -158)
        self._finish(4, 11, 13, -110)
        self._start(5, -98, "KITE-2291")
        self._claim(5, "yuki", 13, 10, -6)
        self._start(6, -97, "OWLS-7710")
        self._claim(6, "amara", 13, 11, -40)
        self._claim(6, "jonas", 11, 13, -35)
        self._start(7, -43, "TIDE-0415", stream=True)
        self._check_in_both(8, -70)

    def open_second_round(self) -> None:
        """One match ready to start, its lobby open; one still in check-in."""
        self._assign(9)
        self._check_in_both(9, -20)
        self._open_lobby(9, "LAMP-8832", -15)
        self._update(9, {"stream_url": f"{STREAM}main", "station_id": self.stations[0]}, -15)
        self._check_in(10, 1, -4)

    def add_show_matches(self) -> None:
        """Matches beside the bracket: two to check in for, one that was called off."""
        made = [
            self._show_match(101, "Lantern Keepers", "Low Tide Academy", 180),
            self._show_match(102, "Tidal Static", "Glass Harbour", 240),
            self._show_match(103, "Kite Season", "Second Breakfast", 200),
        ]
        check_ins.check_in(
            actor=self.organizer,
            match_id=made[1],
            participant_id=self.teams["Glass Harbour"],
            now=self.at(-3),
        )
        matches.cancel(
            actor=self.organizer,
            match_id=made[2],
            reason="Kite Season have a train to catch.",
            now=self.at(-2),
        )

    def _rows(self) -> dict[int, dict]:
        rows = bracket_document(self.organizer, self.id, self.bracket_id)["matches"]
        return {row["match_number"]: row for row in rows}

    def _schedule(self, numbers: tuple[int, ...], minutes: int) -> None:
        bulk.bulk_schedule(
            actor=self.organizer,
            match_ids=[self.ids[number] for number in numbers],
            scheduled_time=self.at(minutes),
            now=self.at(-24 * 60),
        )

    def _check_in(self, number: int, side: int, minutes: float) -> None:
        row = self._rows()[number]
        check_ins.check_in(
            actor=self.organizer,
            match_id=row["id"],
            participant_id=row[f"participant{side}_id"],
            now=self.at(minutes),
        )

    def _check_in_both(self, number: int, minutes: float) -> None:
        self._check_in(number, 1, minutes)
        self._check_in(number, 2, minutes + 2)

    def _start(self, number: int, minutes: float, room_code: str = "", *, stream: bool = False) -> None:
        self._check_in_both(number, minutes - 40)
        if room_code:
            self._open_lobby(number, room_code, minutes - 10)
        station = self.stations[(number - 1) % len(self.stations)]
        extra = {"stream_url": f"{STREAM}second"} if stream else {}
        self._update(number, {"station_id": station, **extra}, minutes - 5)
        matches.start(actor=self.organizer, match_id=self.ids[number], now=self.at(minutes))

    def _finish(self, number: int, score1: int, score2: int, minutes: float) -> None:
        self._submit(number, self.organizer, score1, score2, minutes)

    def _claim(self, number: int, captain: str, score1: int, score2: int, minutes: float) -> None:
        self._submit(number, self.people[captain], score1, score2, minutes)

    def _submit(self, number: int, actor: Actor, score1: int, score2: int, minutes: float) -> None:
        results.submit_result(
            actor=actor,
            match_id=self.ids[number],
            claim=results.result_claim(score1, score2),
            now=self.at(minutes),
        )

    def _open_lobby(self, number: int, room_code: str, minutes: float) -> None:
        lobby.update_lobby(
            actor=self.organizer,
            match_id=self.ids[number],
            changes={"room_code": room_code, "region": "EU Frankfurt", "map": "Ascent"},
            now=self.at(minutes),
        )

    def _update(self, number: int, changes: dict, minutes: float) -> None:
        scheduling.update_match(
            actor=self.organizer, match_id=self.ids[number], changes=changes, now=self.at(minutes)
        )

    def _assign(self, number: int) -> None:
        matches.assign_coordinator(
            actor=self.organizer,
            match_id=self.ids[number],
            coordinator_id=self.people["coordinator"].user_id,
            now=self.at(-25),
        )

    def _show_match(self, number: int, team1: str, team2: str, minutes: int) -> int:
        match_id, _ = matches.create_match(
            actor=self.organizer,
            tournament_id=self.id,
            match_number=number,
            participant1_id=self.teams[team1],
            participant2_id=self.teams[team2],
            scheduled_time=self.at(minutes),
            now=self.at(-30),
        )
        return match_id
