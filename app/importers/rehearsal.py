"""Copies a tournament to rehearse it: its export, put back to before its first match, is imported anew."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from app.domain import rehearsal, timetable
from app.domain.errors import NotFound, Refused
from app.domain.permissions import Actor, Permission
from app.domain.tournament_settings import NAME_LENGTH
from app.domain.words import say
from app.importers import matchdesk
from app.importers.snapshot_writer import write_snapshot
from app.services import access, rehearsals
from app.services.match_changes import iso
from app.services.queries.export import tournament_export

PREFIX = "Rehearsal: "
# Between the making and the first match, in minutes of the rehearsal.
_LEAD = 15
_NOT_PLAYED = {
    **dict.fromkeys(("winner_id", "loser_id", "tiebreak", "participant1_score", "participant2_score")),
    **dict.fromkeys(("original_time", "no_show_flagged_at", "started_at", "completed_at")),
    **{f"participant{slot}_checked_in": False for slot in (1, 2)},
    "game_scores": [],
    "results": [],
    "coordinator": "",
    "lobby": {},
}


def make_rehearsal(*, actor: Actor, tournament_id: int, seed: int, speed: int, now: datetime) -> int:
    """Copy the tournament as the actor's rehearsal of it, which stands until it is played; returns its id.

    Copied are names, brackets and times; nobody's account, no lobby, no result. Raises NotSignedIn, NotFound,
    NotAllowed, InvalidInput for the seed or the speed, and Refused for what can't be rehearsed.
    """
    source = access.get_tournament(actor, tournament_id, Permission.TOURNAMENT_EDIT).tournament
    rehearsal.check_seed(seed)
    rehearsal.check_speed(speed)
    if source.is_rehearsal:
        raise Refused([say("This is a rehearsal already; make one of the tournament itself.")])
    document = tournament_export(actor, tournament_id)
    if not any(match["bracket"] is not None for match in document["matches"]):
        raise Refused([say("There is no bracket to play yet.")])
    minutes = {name: document["tournament"][name] for name in rehearsals.SQUEEZED}
    _put_back(document, speed, now)
    read = matchdesk.read(json.dumps(document).encode(), ZoneInfo("UTC"))
    if read.snapshot is None:
        raise Refused(
            [say("It can't be copied: %(problem)s", problem=problem.words) for problem in read.problems[:5]]
        )
    written = write_snapshot(
        read.snapshot,
        actor=actor,
        now=now,
        source="rehearsal",
        rehearsal=rehearsals.Script(tournament_id, seed, speed, minutes),
    )
    return written.tournament_id


def reset_rehearsal(*, actor: Actor, tournament_id: int, now: datetime) -> int:
    """Delete the rehearsal and make it anew; returns the new one's id. Raises like `make_rehearsal`."""
    script = rehearsals.get_script(actor, tournament_id)
    try:
        made = make_rehearsal(
            actor=actor, tournament_id=script.source_id, seed=script.seed, speed=script.speed, now=now
        )
    except NotFound:
        raise Refused([say("The tournament that it is a copy of is gone.")]) from None
    rehearsals.remove(actor=actor, tournament_id=tournament_id, now=now)
    return made


def _put_back(document: dict, speed: int, now: datetime) -> None:
    """Make of the export what it was before the first match, beginning soon, at the speed."""
    settings = document["tournament"]
    settings |= {"name": f"{PREFIX}{settings['name']}"[:NAME_LENGTH], "is_public": False, "status": "live"}
    # Nobody could fill in the lobbies of people who are not there.
    settings |= {"require_lobby": False, "auto_confirm_minutes": None}
    settings |= rehearsals.squeezed_settings(settings, speed)
    settings.pop("slug")
    for participant in document["participants"]:
        participant |= {"members": [], "withdrawn_at": None}
    # They are only there to plan by, and this is planned.
    document["breaks"] = []
    for station in document["stations"]:
        station["hours"] = []
    swiss = {bracket["id"] for bracket in document["brackets"] if bracket["format"] == "swiss"}
    for bracket in document["brackets"]:
        bracket |= {"status": "ready", "champion_id": None}
    document["matches"] = [
        match for match in document["matches"] if match["bracket"] not in swiss or match["round_number"] == 1
    ]
    _replan(document["matches"], settings["check_in_window_minutes"], speed, now)
    _Start(document["matches"], settings["enable_check_in"], now).put_back()


def _replan(matches: list[dict], window: int, speed: int, now: datetime) -> None:
    planned = {
        match["id"]: datetime.fromisoformat(match["original_time"] or match["scheduled_time"])
        for match in matches
        if match["scheduled_time"]
    }
    start = min(planned.values(), default=now)
    new_start = now + timedelta(minutes=window + _LEAD / speed)
    for match in matches:
        if match["id"] in planned:
            moment = rehearsal.squeezed(planned[match["id"]], start, new_start, 1 / speed)
            match["scheduled_time"] = iso(moment)
            match["check_in_deadline"] = iso(timetable.check_in_deadline(moment, window, now))


@dataclass(frozen=True)
class _Slot:
    """Who is in a slot from the start: a participant, nobody ever (a bye), or not known yet."""

    participant: int | None = None
    is_bye: bool = False

    @property
    def is_known(self) -> bool:
        return self.is_bye or self.participant is not None


class _Start:
    """Who stands in which match before any was played: whom the draw put there, and whom byes moved on."""

    def __init__(self, matches: list[dict], enable_check_in: bool, now: datetime):
        self._matches = {match["id"]: match for match in matches}
        self._enable_check_in = enable_check_in
        self._now = now
        self._feeders = {
            (match[f"{outcome}_to"]["match"], match[f"{outcome}_to"]["slot"]): (match["id"], outcome)
            for match in matches
            for outcome in ("winner", "loser")
            if match[f"{outcome}_to"]
        }
        self._drawn = {
            (match["id"], slot): _Slot(match[f"participant{slot}_id"], match[f"slot{slot}_bye"])
            for match in matches
            for slot in (1, 2)
        }
        self._slot = cache(self._find_slot)

    def put_back(self) -> None:
        """Write it into the matches."""
        found = {id_: [self._slot(id_, slot) for slot in (1, 2)] for id_ in self._matches}
        for id_, slots in found.items():
            match = self._matches[id_]
            match |= _NOT_PLAYED
            for number, slot in enumerate(slots, 1):
                match |= {f"participant{number}_id": slot.participant, f"slot{number}_bye": slot.is_bye}
            match |= self._state(slots, match)

    def _find_slot(self, match_id: int, slot: int) -> _Slot:
        if self._matches[match_id][f"slot{slot}_source"]:
            return _Slot()
        if (match_id, slot) not in self._feeders:
            return self._drawn[match_id, slot]
        feeder, outcome = self._feeders[match_id, slot]
        sides = [self._slot(feeder, number) for number in (1, 2)]
        if not _is_walkover(sides):
            return _Slot()
        winner = _left(sides)
        return _Slot(winner) if outcome == "winner" and winner is not None else _Slot(is_bye=True)

    def _state(self, slots: list[_Slot], match: dict) -> dict:
        if _is_walkover(slots):
            return {"state": "COMPLETED", "winner_id": _left(slots), "completed_at": iso(self._now)}
        is_ready = all(slot.participant is not None for slot in slots) and not self._enable_check_in
        return {"state": "READY" if is_ready else "SCHEDULED"}


def _is_walkover(slots: list[_Slot]) -> bool:
    return all(slot.is_known for slot in slots) and any(slot.is_bye for slot in slots)


def _left(slots: list[_Slot]) -> int | None:
    return next((slot.participant for slot in slots if not slot.is_bye), None)
