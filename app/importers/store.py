"""Rows of a tournament that is being imported: found by name, or made."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import select

from app.domain import timetable
from app.domain.permissions import Actor
from app.domain.states import MatchFacts, MatchState
from app.importers.neutral import Outcome, Side, SourceBracket, SourceMatch
from app.models import Bracket, BracketEntrant, Match, MatchResult, Participant, Station, Tournament
from app.services import audit, progression
from app.services.audit import AuditAction
from app.services.bracket_end import tell_bracket
from app.services.unit_of_work import UnitOfWork


class Store:
    """A tournament's participants, stations and brackets within one open transaction."""

    def __init__(self, uow: UnitOfWork, tournament: Tournament, actor: Actor):
        self.uow = uow
        self.tournament = tournament
        self.actor = actor
        self._groups_id: int | None = None
        self.participants = {row.name: row for row in self._rows(Participant)}
        self.stations = {row.name: row for row in self._rows(Station)}

    def _rows(self, model: type) -> Iterable:
        of_tournament = model.tournament_id == self.tournament.id
        return self.uow.session.scalars(select(model).where(of_tournament).order_by(model.id))

    def is_team(self, participant: Participant | None, name: str) -> bool:
        """True where the participant is the file's team of this name; "" is an open side."""
        return participant is self.participants.get(name) if name else participant is None

    def add_bracket(self, source: SourceBracket) -> list[Match]:
        """A new bracket with its matches as they stand in the file, linked; returns the matches."""
        bracket = Bracket(
            tournament_id=self.tournament.id,
            name=source.name,
            format=source.format,
            options=source.options,
            created_at=self.uow.now,
        )
        self.uow.session.add(bracket)
        self.uow.session.flush()
        matches = self.add_matches(bracket, source.matches)
        self.link(source.matches, {match.source_key: match for match in matches})
        audit.record(
            self.uow,
            actor=self.actor,
            action=AuditAction.BRACKET_GENERATE,
            tournament_id=self.tournament.id,
            meta={
                "tournament_id": self.tournament.id,
                "bracket_id": bracket.id,
                "format": bracket.format,
                "participants": [self.participants[name].id for name in source.team_names],
                "matches": len(matches),
            },
        )
        return matches

    def add_matches(self, bracket: Bracket, sources: list[SourceMatch]) -> list[Match]:
        """New rows for these matches, with a result where there is one."""
        self._ensure(self.participants, Participant, [side.name for s in sources for side in s.sides])
        self._ensure(self.stations, Station, [source.station for source in sources])
        if bracket.format == "round_robin":
            self._enter(bracket, sources)
        matches = [self._match(bracket, source) for source in sources]
        self.uow.session.add_all(matches)
        self.uow.session.flush()
        results = [
            self.result(match, source.outcome)
            for match, source in zip(matches, sources, strict=True)
            if source.outcome
        ]
        self.uow.session.add_all(results)
        self.uow.session.flush()
        return matches

    def link(self, sources: Iterable[SourceMatch], by_key: dict[str, Match]) -> None:
        """Have the matches feed each other as the file says."""
        for source in sources:
            match = by_key[source.key]
            for outcome, target in (("winner", source.winner_to), ("loser", source.loser_to)):
                if target and target.key in by_key:
                    setattr(match, f"{outcome}_to_match_id", by_key[target.key].id)
                    setattr(match, f"{outcome}_to_slot", target.slot)

    def settle(self, matches: list[Match]) -> None:
        """Have brackets and tournament stand where these new matches put them, once all are stored."""
        self.uow.session.flush()
        # The last bracket first: where all is over, it is the one whose champion ends the tournament.
        for bracket_id in dict.fromkeys(match.bracket_id for match in reversed(matches)):
            own = [match for match in matches if match.bracket_id == bracket_id]
            finished = [match for match in own if match.state == MatchState.COMPLETED]
            bracket = own[0].bracket
            if len(finished) < len(own) and bracket.status == "completed":
                bracket.status, bracket.champion_id = "live", None
            if len(finished) < len(own) and self.tournament.status == "completed":
                self.tournament.status = "live"
            if finished:
                progression.mark_live(finished[-1], self.tournament)
                progression.close_bracket_if_over(self.uow, finished[-1], self.tournament)
            else:
                tell_bracket(self.uow, bracket, None, [])
        if self._groups_id is not None:
            groups = self.uow.session.get(Bracket, self._groups_id)
            progression.fill_slots(self.uow, groups, self.tournament)

    def participant_id(self, name: str) -> int | None:
        """The id of the participant of this name, made where it is new; None for an open side."""
        self._ensure(self.participants, Participant, [name])
        return self.participants[name].id if name else None

    def station_id(self, name: str) -> int | None:
        """The id of the station of this name, made where it is new; None where the file names none."""
        self._ensure(self.stations, Station, [name])
        return self.stations[name].id if name else None

    def result(self, match: Match, outcome: Outcome, n: int = 1) -> MatchResult:
        """The `n`-th version of the match's result, final, not yet added."""
        sides = (match.participant1_id, match.participant2_id)
        return MatchResult(
            match_id=match.id,
            n=n,
            status="final",
            participant1_score=outcome.score[0],
            participant2_score=outcome.score[1],
            game_scores=[],
            tiebreak=tiebreak_json(outcome),
            winner_id=sides[outcome.winner_slot - 1] if outcome.winner_slot else None,
            submitted_by_user_id=self.actor.user_id,
            submitted_at=self.uow.now,
            confirmed_by_user_id=self.actor.user_id,
            confirmed_at=self.uow.now,
        )

    def ended_at(self, match: Match) -> datetime:
        """When a match of the file was over. A file tells only the start, so the planned length counts."""
        start = match.started_at or match.scheduled_time
        if start is None:
            return self.uow.now
        return min(self.uow.now, start + timedelta(minutes=self.tournament.match_minutes))

    def _ensure(self, known: dict, model: type, names: Iterable[str]) -> None:
        missing = [name for name in dict.fromkeys(names) if name and name not in known]
        rows = [
            model(tournament_id=self.tournament.id, name=name, created_at=self.uow.now) for name in missing
        ]
        self.uow.session.add_all(rows)
        self.uow.session.flush()
        known.update({row.name: row for row in rows})

    def _enter(self, bracket: Bracket, sources: list[SourceMatch]) -> None:
        """Put the teams into their groups in the file's order, which ranks those that are level."""
        of_bracket = BracketEntrant.bracket_id == bracket.id
        seeds = self.uow.session.execute(
            select(BracketEntrant.participant_id, BracketEntrant.seed).where(of_bracket)
        )
        entered = dict(seeds.tuples().all())
        last = max(entered.values(), default=0)
        for source in sources:
            for side in source.sides:
                row = self.participants[side.name]
                if row.id in entered:
                    continue
                entered[row.id] = last = last + 1
                self.uow.session.add(
                    BracketEntrant(
                        bracket_id=bracket.id, participant_id=row.id, seed=last, group_name=source.group
                    )
                )

    def _place(self, side: Side) -> dict | None:
        """The place of a table that fills the side, as a match keeps it."""
        if not side.rank:
            return None
        if self._groups_id is None:
            of_groups = (Bracket.tournament_id == self.tournament.id, Bracket.format == "round_robin")
            imported = select(Match.bracket_id).join(Bracket).where(*of_groups, Match.source_key.is_not(None))
            self._groups_id = self.uow.session.scalar(imported.limit(1))
        return {"bracket": self._groups_id, "rank": side.rank, "group": side.group}

    def _match(self, bracket: Bracket, source: SourceMatch) -> Match:
        ids = [self.participants[side.name].id if side.name else None for side in source.sides]
        match = Match(
            tournament_id=self.tournament.id,
            bracket_id=bracket.id,
            section=source.section,
            group_name=source.group,
            round_number=source.round_number,
            match_number=source.match_number,
            participant1_id=ids[0],
            participant2_id=ids[1],
            slot1_label=source.sides[0].label,
            slot2_label=source.sides[1].label,
            slot1_source=self._place(source.sides[0]),
            slot2_source=self._place(source.sides[1]),
            best_of=1,
            scheduled_time=source.scheduled_time,
            check_in_deadline=timetable.check_in_deadline(
                source.scheduled_time, self.tournament.check_in_window_minutes, self.uow.now
            ),
            station_id=self.stations[source.station].id if source.station else None,
            source_key=source.key,
            source_values=values_of(source),
            created_at=self.uow.now,
            updated_at=self.uow.now,
        )
        if source.outcome:
            self._finish(match, source.outcome)
        else:
            names = [side.name or None for side in source.sides]
            facts = MatchFacts(MatchState.SCHEDULED, *names, check_in_enabled=self.tournament.enable_check_in)
            match.state = MatchState.READY if facts.is_ready else MatchState.SCHEDULED
        return match

    def _finish(self, match: Match, outcome: Outcome) -> None:
        sides = (match.participant1_id, match.participant2_id)
        match.state = MatchState.COMPLETED
        match.participant1_score, match.participant2_score = outcome.score
        match.tiebreak = tiebreak_json(outcome)
        if outcome.winner_slot:
            match.winner_id, match.loser_id = sides if outcome.winner_slot == 1 else sides[::-1]
        match.completed_at = self.ended_at(match)
        match.started_at = min(match.scheduled_time or self.uow.now, match.completed_at)


def values_of(source: SourceMatch) -> dict:
    """What the file says of the match, as the match keeps it."""
    return {
        "teams": [side.name for side in source.sides],
        "scheduled_time": source.scheduled_time.isoformat() if source.scheduled_time else None,
        "station": source.station,
        "score": list(source.outcome.score) if source.outcome else None,
        "tiebreak": list(source.outcome.tiebreak) if source.outcome and source.outcome.tiebreak else None,
    }


def tiebreak_json(outcome: Outcome) -> dict[str, int] | None:
    """The tie-break as it is stored."""
    if outcome.tiebreak is None:
        return None
    return {"participant1_score": outcome.tiebreak[0], "participant2_score": outcome.tiebreak[1]}
