"""Writes a snapshot as a new tournament: one transaction, all or nothing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import func, select

from app.domain import timetable
from app.domain.errors import InvalidInput
from app.domain.permissions import Actor
from app.domain.states import BEGUN, CLOSED, MatchState
from app.domain.tournament_settings import clean
from app.domain.words import say
from app.importers.neutral import Problem
from app.importers.snapshot import Game, Key, Link, Snapshot, Stage, Version
from app.importers.writer import Written, require_organizer
from app.models import (
    Bracket,
    BracketEntrant,
    Dispute,
    Match,
    MatchResult,
    Participant,
    ParticipantMember,
    ScheduleBreak,
    Station,
    StationHours,
    Tournament,
    User,
)
from app.services import audit, bracket_end, rehearsals
from app.services.audit import AuditAction
from app.services.rehearsals import Script
from app.services.tournaments.lifecycle import insert_tournament, is_slug_taken
from app.services.unit_of_work import UnitOfWork, unit_of_work

# Databases take so many values in one query, and some more.
NAMES_AT_ONCE = 5000


def write_snapshot(
    snapshot: Snapshot, *, actor: Actor, now: datetime, source: str, rehearsal: Script | None = None
) -> Written:
    """Make the tournament as the actor's own; `source` says for the audit where it came from.

    With a script it is a rehearsal from its first moment on.
    User names that nobody has here, and a slug that is taken, are among the `conflicts` of the answer.
    Raises InvalidInput for a setting that is refused, and for a champion that is another one here.
    """
    require_organizer(actor)
    settings = clean(snapshot.settings)
    with unit_of_work(now) as uow:
        slug = settings.get("slug")
        if slug and is_slug_taken(uow, slug):
            settings.pop("slug")
        tournament = insert_tournament(uow, actor, settings)
        written = Written(tournament.id, tournament.slug, is_new=True)
        if slug and tournament.slug != slug:
            why = say("The slug %(slug)s is taken; it is %(other)s here.", slug=slug, other=tournament.slug)
            written.conflicts.append(Problem("", why))
        if rehearsal is not None:
            rehearsals.begin(uow, actor, tournament, rehearsal)
        written.created = _Writer(uow, tournament, actor, snapshot, written.conflicts).run()
        audit.record(
            uow,
            actor=actor,
            action=AuditAction.TOURNAMENT_IMPORT,
            tournament_id=tournament.id,
            meta={
                "tournament_id": tournament.id,
                "source": source,
                "is_new": True,
                "matches_created": len(written.created),
                "matches_updated": [],
                "conflicts": len(written.conflicts),
            },
        )
        return written


class _Writer:
    def __init__(
        self,
        uow: UnitOfWork,
        tournament: Tournament,
        actor: Actor,
        snapshot: Snapshot,
        conflicts: list[Problem],
    ):
        self.uow = uow
        self.tournament = tournament
        self.actor = actor
        self.snapshot = snapshot
        self.conflicts = conflicts
        self.entrants: dict[Key | None, Participant | None] = {None: None}
        self.stations: dict[Key | None, Station | None] = {None: None}
        self.brackets: dict[Key | None, Bracket | None] = {None: None}
        self.matches: dict[Key, Match] = {}

    def run(self) -> list[int]:
        """Write all rows; returns the ids of the matches."""
        users = self._users()
        self._add_entrants(users)
        self._add_stations()
        self._add_stages()
        self.matches = {game.key: self._match(game, users) for game in self.snapshot.games}
        self._add(self.matches.values())
        for game in self.snapshot.games:
            self._add_after(game)
        self.uow.session.flush()
        for stage in reversed(self.snapshot.stages):
            self._settle(stage)
        return [match.id for match in self.matches.values()]

    def _row(self, model: type, **columns):
        return model(tournament_id=self.tournament.id, created_at=self.uow.now, **columns)

    def _add(self, rows: Iterable) -> None:
        self.uow.session.add_all(row for row in rows if row is not None)
        self.uow.session.flush()

    def _users(self) -> dict[str, int]:
        """The ids of the users that the file names; who is not known here is told of."""
        named = {name.lower(): name for entrant in self.snapshot.entrants for name in entrant.members}
        coordinators = {game.coordinator for game in self.snapshot.games if game.coordinator}
        named |= {name.lower(): name for name in coordinators}
        users: dict[str, int] = {}
        wanted = sorted(named)
        for start in range(0, len(wanted), NAMES_AT_ONCE):
            part = func.lower(User.username).in_(wanted[start : start + NAMES_AT_ONCE])
            found = self.uow.session.execute(
                select(func.lower(User.username), User.id).where(part, User.is_active)
            )
            users |= dict(found.tuples().all())
        self.conflicts += [
            Problem("", say("There is no active user %(name)s here; the name was left out.", name=name))
            for lower, name in sorted(named.items())
            if lower not in users
        ]
        return users

    def _add_entrants(self, users: dict[str, int]) -> None:
        for entrant in self.snapshot.entrants:
            ids = [users[name.lower()] for name in entrant.members if name.lower() in users]
            self.entrants[entrant.key] = self._row(
                Participant,
                name=entrant.name,
                seed=entrant.seed,
                withdrawn_at=entrant.withdrawn_at,
                members=[ParticipantMember(user_id=user_id) for user_id in dict.fromkeys(ids)],
            )
        self._add(self.entrants.values())

    def _add_stations(self) -> None:
        for key, venue in self.snapshot.stations.items():
            self.stations[key] = self._row(
                Station,
                name=venue.name,
                stream_url=venue.stream_url,
                time_zone=venue.time_zone,
                hours=[StationHours(starts_at=open_.start, ends_at=open_.end) for open_ in venue.hours],
            )
        self._add(self.stations.values())
        self._add(
            self._row(
                ScheduleBreak,
                name=pause.name,
                starts_at=pause.interval.start,
                ends_at=pause.interval.end,
                station_id=self._station_id(pause.station),
            )
            for pause in self.snapshot.pauses
        )

    def _add_stages(self) -> None:
        for stage in self.snapshot.stages:
            self.brackets[stage.key] = self._row(
                Bracket,
                name=stage.name,
                format=stage.format,
                options=stage.options,
                is_open=stage.is_open,
                status=stage.status or "ready",
            )
        self._add(self.brackets.values())
        for stage in self.snapshot.stages:
            bracket = self.brackets[stage.key]
            if "from" in stage.options:
                bracket.options = {**stage.options, "from": self.brackets[stage.options["from"]].id}
            self.uow.session.add_all(
                BracketEntrant(
                    bracket_id=bracket.id,
                    participant_id=self.entrants[place.entrant].id,
                    seed=place.seed,
                    group_name=place.group,
                )
                for place in stage.places
            )
        self.uow.session.flush()

    def _match(self, game: Game, users: dict[str, int]) -> Match:
        columns = {
            name: getattr(game, name)
            for name in (
                "section", "round_number", "match_number", "state", "best_of", "scheduled_time",
                "original_time", "no_show_flagged_at", "started_at", "completed_at", "stream_url", "lobby",
            )
        }  # fmt: skip
        columns |= self._sides(game)
        coordinator_id = users.get(game.coordinator.lower())
        match = self._row(
            Match,
            **columns,
            bracket_id=self.brackets[game.bracket].id if game.bracket is not None else None,
            group_name=game.group,
            check_in_deadline=game.check_in_deadline,
            game_scores=[_score_json(pair) for pair in game.games],
            tiebreak=_score_json(game.tiebreak) if game.tiebreak else None,
            winner_id=self._entrant_id(game.winner),
            loser_id=self._entrant_id(game.loser),
            station_id=self._station_id(game.station),
            coordinator_id=coordinator_id,
            updated_at=self.uow.now,
        )
        if coordinator_id is not None:
            match.coordinator_assigned_at = self.uow.now
            match.coordinator_assigned_by_id = self.actor.user_id
        if game.lobby:
            match.lobby_updated_at = self.uow.now
        self._fill_times(match)
        return match

    def _sides(self, game: Game) -> dict[str, object]:
        columns: dict[str, object] = {}
        for slot in (1, 2):
            place = slot - 1
            columns |= {
                f"participant{slot}_id": self._entrant_id(game.sides[place]),
                f"participant{slot}_score": game.score[place] if game.score else None,
                f"participant{slot}_checked_in": game.checked_in[place],
                f"slot{slot}_label": game.labels[place],
                f"slot{slot}_bye": game.byes[place],
                f"slot{slot}_source": self._source(game.sources[place]),
            }
        return columns

    def _fill_times(self, match: Match) -> None:
        """A file need not say when a match began and ended; one that did has a time for it here."""
        if self.snapshot.is_whole:
            return
        match.check_in_deadline = timetable.check_in_deadline(
            match.scheduled_time, self.tournament.check_in_window_minutes, self.uow.now
        )
        is_played = match.state in BEGUN and match.state != MatchState.FORFEIT
        if is_played and not (match.slot1_bye or match.slot2_bye):
            match.started_at = match.started_at or min(match.scheduled_time or self.uow.now, self.uow.now)
        if match.state in (MatchState.COMPLETED, MatchState.FORFEIT):
            match.completed_at = match.completed_at or max(self.uow.now, match.started_at or self.uow.now)

    def _entrant_id(self, key: Key | None) -> int | None:
        return self.entrants[key].id if key is not None else None

    def _station_id(self, key: Key | None) -> int | None:
        return self.stations[key].id if key is not None else None

    def _source(self, source: dict | None) -> dict | None:
        return {**source, "bracket": self.brackets[source["bracket"]].id} if source else None

    def _add_after(self, game: Game) -> None:
        """What names the match: its links, the versions of its result, its dispute."""
        match = self.matches[game.key]
        for outcome, link in (("winner", game.winner_to), ("loser", game.loser_to)):
            self._link(match, outcome, link)
        versions = game.versions
        if not versions and game.score is not None:
            status = "final" if game.state == MatchState.COMPLETED else "pending"
            versions = [Version(game.score, status, game.games, game.tiebreak, game.winner)]
        for n, version in enumerate(versions, 1):
            self.uow.session.add(self._version(match, n, version))
        if game.state == MatchState.DISPUTED:
            # Why it is disputed is only for the people of that match, so that no file says it.
            self.uow.session.add(
                self._row(Dispute, match_id=match.id, reason="other", reported_by_user_id=self.actor.user_id)
            )

    def _link(self, match: Match, outcome: str, link: Link | None) -> None:
        if link is not None:
            setattr(match, f"{outcome}_to_match_id", self.matches[link.match].id)
            setattr(match, f"{outcome}_to_slot", link.slot)

    def _version(self, match: Match, n: int, version: Version) -> MatchResult:
        is_said = version.submitted_at is not None
        confirmed_at = version.confirmed_at if is_said or version.status != "final" else self.uow.now
        return MatchResult(
            match_id=match.id,
            n=n,
            status=version.status,
            participant1_score=version.score[0],
            participant2_score=version.score[1],
            game_scores=[_score_json(pair) for pair in version.games],
            tiebreak=_score_json(version.tiebreak) if version.tiebreak else None,
            winner_id=self._entrant_id(version.winner),
            submitted_by_id=self._entrant_id(version.submitted_by),
            submitted_by_user_id=None if version.submitted_by is not None else self.actor.user_id,
            submitted_at=version.submitted_at or match.completed_at or self.uow.now,
            confirmed_by_user_id=self.actor.user_id if confirmed_at else None,
            confirmed_at=confirmed_at,
        )

    def _settle(self, stage: Stage) -> None:
        """The bracket's status, and its champion by our own tables, held against the file's."""
        bracket = self.brackets[stage.key]
        games = [game for game in self.snapshot.games if game.bracket == stage.key]
        if not stage.status and games:
            bracket.status = _status(games)
            if bracket.status != "ready" and self.tournament.status in ("draft", "upcoming"):
                self.tournament.status = "live"
        if bracket.status == "completed":
            bracket.champion_id = bracket_end.champion_id(self.uow, bracket)
        champion_id = self._entrant_id(stage.champion)
        if self.snapshot.is_whole and bracket.champion_id != champion_id:
            why = say("%(where)s: the file names another champion than its results do.", where=stage.where)
            raise InvalidInput.of("champion", why)
        bracket_end.tell_bracket(self.uow, bracket, None, [])
        audit.record(
            self.uow,
            actor=self.actor,
            action=AuditAction.BRACKET_GENERATE,
            tournament_id=self.tournament.id,
            meta={
                "tournament_id": self.tournament.id,
                "bracket_id": bracket.id,
                "format": bracket.format,
                "participants": [self.entrants[place.entrant].id for place in stage.places],
                "matches": len(games),
            },
        )


def _status(games: list[Game]) -> str:
    if all(game.state in CLOSED for game in games):
        return "completed"
    # A bye is over from the start.
    return "live" if any(game.state in BEGUN and None not in game.sides for game in games) else "ready"


def _score_json(pair: tuple[int, int]) -> dict[str, int]:
    return {"participant1_score": pair[0], "participant2_score": pair[1]}
