"""Applies a newer version of a file to the tournament that an earlier one made."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from app.domain.events import EventType
from app.domain.words import say
from app.importers.matching import Known, pair, renamed_teams
from app.importers.neutral import Problem, SourceMatch, SourceTournament
from app.importers.results import ResultChange
from app.importers.store import Store, values_of
from app.models import Bracket, Match
from app.services import audit
from app.services.audit import AuditAction
from app.services.match_changes import become_ready_if_due, iso, tell, touch
from app.services.scheduling import reschedule


class Update:
    """What differs, match by match. A value changed by hand since the last import stays, and is named."""

    def __init__(self, store: Store):
        self.store = store
        self.uow = store.uow
        self.created: list[int] = []
        self.updated: list[int] = []
        self.unchanged = 0
        self.conflicts: list[Problem] = []

    def apply(self, source: SourceTournament) -> None:
        """Bring the stored tournament to what the file says now."""
        stored = self._stored_matches()
        known = [Known(row.id, row.source_key, tuple(row.source_values["teams"])) for row in stored.values()]
        pairs = pair(known, source.matches)
        self._recognize_teams(stored, set(source.team_names))
        self._rename(renamed_teams(known, source.matches, pairs))
        by_key = {key: stored[match_id] for key, match_id in pairs.items()}
        added = self._add_missing(source, by_key)
        for match in source.matches:
            if match.key in by_key:
                self._update(by_key[match.key], match)
        self.store.link(source.matches, by_key | {match.source_key: match for match in added})
        if added:
            self.store.settle(added)
        self._name_lost(stored, pairs)

    def _stored_matches(self) -> dict[int, Match]:
        """The matches of earlier imports, those deleted by hand too, so that they are not made again."""
        rows = self.uow.session.scalars(
            select(Match)
            .where(Match.tournament_id == self.store.tournament.id, Match.source_key.is_not(None))
            .order_by(Match.id)
        )
        return {row.id: row for row in rows}

    def _recognize_teams(self, stored: dict[int, Match], names: set[str]) -> None:
        """Know a team again that was given another name here: where the file put it, it still plays."""
        rows: dict[str, set] = {}
        for match in stored.values():
            sides = (match.participant1, match.participant2)
            for row, name in zip(sides, match.source_values["teams"], strict=True):
                if row and name and name not in self.store.participants and row.name not in names:
                    rows.setdefault(name, set()).add(row)
        self.store.participants |= {name: row for name, (row, *others) in rows.items() if not others}

    def _rename(self, names: dict[str, str]) -> None:
        for old, new in names.items():
            row = self.store.participants.get(old)
            if row is None or new in self.store.participants:
                continue
            self.store.participants[new] = row
            if row.name != old:
                continue
            row.name = new
            audit.record(
                self.uow,
                actor=self.store.actor,
                action=AuditAction.PARTICIPANT_UPDATE,
                tournament_id=self.store.tournament.id,
                meta={"participant_id": row.id, "old": {"name": old}, "new": {"name": new}},
            )

    def _add_missing(self, source: SourceTournament, by_key: dict[str, Match]) -> list[Match]:
        added: list[Match] = []
        for bracket in source.brackets:
            missing = [match for match in bracket.matches if match.key not in by_key]
            if not missing:
                continue
            stored = next((by_key[match.key] for match in bracket.matches if match.key in by_key), None)
            if stored is None:
                added += self.store.add_bracket(bracket)
            else:
                _number_after(self._last_number(stored.bracket_id), missing)
                added += self.store.add_matches(self.uow.session.get(Bracket, stored.bracket_id), missing)
        self.created = [match.id for match in added]
        return added

    def _last_number(self, bracket_id: int) -> int:
        numbers = select(Match.match_number).where(Match.bracket_id == bracket_id)
        return max(self.uow.session.scalars(numbers))

    def _update(self, match: Match, source: SourceMatch) -> None:
        if match.is_deleted:
            self.unchanged += 1
            return
        source = self._facing(match, source)
        before, wanted = match.source_values, values_of(source)
        version = match.version
        if before != wanted:
            kept = self._merge(match, source, before, wanted)
            match.source_values = kept
        match.source_key = source.key
        if match.version == version:
            self.unchanged += 1
        else:
            self.updated.append(match.id)

    def _facing(self, match: Match, source: SourceMatch) -> SourceMatch:
        """The match of the file with its sides in the stored order, where the file has swapped them."""
        first, second = source.sides
        is_known = not (first.is_open or second.is_open)
        is_team = self.store.is_team
        if is_known and is_team(match.participant1, second.name) and is_team(match.participant2, first.name):
            return source.swapped()
        return source

    def _merge(self, match: Match, source: SourceMatch, before: dict, wanted: dict) -> dict:
        """Apply what the file changed; returns what the match is to remember of the file."""
        kept = dict(before)
        steps = {
            "teams": lambda: self._set_teams(match, source, before["teams"]),
            "scheduled_time": lambda: self._set_time(match, source, before["scheduled_time"]),
            "station": lambda: self._set_station(match, source, before["station"]),
            "score": lambda: ResultChange(self.store, match).apply(source, before),
        }
        for name, step in steps.items():
            names = ("score", "tiebreak") if name == "score" else (name,)
            if all(before[each] == wanted[each] for each in names):
                continue
            why = step()
            if why:
                self.conflicts.append(Problem(_place(match, source), why))
            else:
                kept |= {each: wanted[each] for each in names}
        return kept

    def _set_teams(self, match: Match, source: SourceMatch, before: list[str]) -> str:
        """Fill sides that have become known; returns why not, or ""."""
        version = match.version
        for slot, (side, old) in enumerate(zip(source.sides, before, strict=True), 1):
            stored = getattr(match, f"participant{slot}")
            if side.is_open or self.store.is_team(stored, side.name):
                continue
            if getattr(match, f"slot{slot}_bye"):
                return say("the file has %(name)s, but here the opponent walked over", name=side.name)
            by_table = getattr(match, f"slot{slot}_source") is not None
            if stored and not by_table and not self.store.is_team(stored, old):
                return say(
                    "the file has %(name)s, but %(stored)s was put there by hand",
                    name=side.name,
                    stored=stored.name,
                )
            if stored and match.started_at:
                return say(
                    "the file has %(name)s for %(stored)s, but the match has begun",
                    name=side.name,
                    stored=stored.name,
                )
            setattr(match, f"participant{slot}_id", self.store.participant_id(side.name))
            # The file knows better who comes than our table does, whose tie-breaks may be others.
            setattr(match, f"slot{slot}_source", None)
            self.uow.session.flush()
            self.uow.session.expire(match, [f"participant{slot}"])
            touch(match, self.uow.now)
            self._record(match, AuditAction.MATCH_UPDATE, {f"participant{slot}": side.name})
        if match.version != version and not become_ready_if_due(self.uow, match, self.store.tournament):
            tell(self.uow, match, EventType.MATCH_UPDATED, changed=["participants"])
        return ""

    def _set_time(self, match: Match, source: SourceMatch, before: str | None) -> str:
        old, new = match.scheduled_time, source.scheduled_time
        if old == new:
            return ""
        if (old.isoformat() if old else None) != before:
            return say(
                "the file has the kick-off %(new)s, but it was set to %(old)s by hand",
                new=_at(new),
                old=_at(old),
            )
        reschedule(match, self.store.tournament, new, self.uow.now)
        touch(match, self.uow.now)
        tell(
            self.uow,
            match,
            EventType.MATCH_SCHEDULED,
            old_scheduled_time=iso(old),
            check_in_deadline=iso(match.check_in_deadline),
        )
        times = {"old_scheduled_time": iso(old), "new_scheduled_time": iso(new)}
        self._record(match, AuditAction.MATCH_SCHEDULE, times)
        return ""

    def _set_station(self, match: Match, source: SourceMatch, before: str) -> str:
        name = match.station.name if match.station else ""
        if name == source.station:
            return ""
        if name != before:
            return say(
                "the file has the ground %(ground)s, but %(stored)s was set by hand",
                ground=source.station or say("none"),
                stored=name or say("none"),
            )
        match.station_id = self.store.station_id(source.station)
        touch(match, self.uow.now)
        tell(self.uow, match, EventType.MATCH_UPDATED, changed=["station_id"])
        self._record(match, AuditAction.MATCH_UPDATE, {"station_id": match.station_id})
        return ""

    def _record(self, match: Match, action: AuditAction, meta: dict) -> None:
        audit.record_match(self.uow, actor=self.store.actor, match=match, action=action, meta=meta)

    def _name_lost(self, stored: dict[int, Match], pairs: dict[str, int]) -> None:
        found = set(pairs.values())
        for match in stored.values():
            if match.id not in found and not match.is_deleted:
                teams = " v ".join(filter(None, match.source_values["teams"]))
                place = {"number": match.match_number, "bracket": match.bracket.name}
                where = say("M%(number)s of %(bracket)s", **place)
                if teams:
                    where = say("M%(number)s of %(bracket)s (%(teams)s)", teams=teams, **place)
                why = say("is no longer in the file; it was left as it is")
                self.conflicts.append(Problem(where, why))


def _number_after(last: int, sources: list[SourceMatch]) -> None:
    for number, source in enumerate(sources, last + 1):
        source.match_number = number


def _place(match: Match, source: SourceMatch) -> str:
    first, second = (side.name or side.label or say("open") for side in source.sides)
    return say(
        "Match %(line)s of the file, M%(number)s here (%(first)s v %(second)s)",
        line=source.line,
        number=match.match_number,
        first=first,
        second=second,
    )


def _at(moment: datetime | None) -> str:
    return moment.strftime("%Y-%m-%d %H:%M UTC") if moment else say("none")
