"""The knockout of a football file as one single elimination bracket, its matches linked.

A link comes from a stand-in (`W74`: the winner of match 74) or, where the file has the real teams
already, from who played before. Winners are derived from the scores, and every match that disagrees
with the file's own links is a problem.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from app.domain.words import say
from app.importers.football_lines import Line, is_placeholder, is_undecided
from app.importers.football_terms import THIRD_PLACE, read_feeder, read_group_place, read_side
from app.importers.json_text import shown
from app.importers.neutral import Problem, Side, SourceBracket, SourceMatch, Target


@dataclass(slots=True)
class _Entry:
    line: Line
    match: SourceMatch
    size: int
    is_third_place: bool


class KnockoutReader:
    """Builds the bracket; notes problems and warnings in the lists that it is given."""

    def __init__(
        self, lines: list[Line], group_matches: int, problems: list[Problem], warnings: list[Problem]
    ):
        self.problems = problems
        self.warnings = warnings
        self.groups: dict[str, str] = {}
        self.entries = _ordered(lines)
        self.by_number = self._number(group_matches)
        self.by_size: dict[int, list[_Entry]] = defaultdict(list)
        for entry in self.entries:
            if not entry.is_third_place:
                self.by_size[entry.size].append(entry)

    def read(self, group_teams: set[str], groups: dict[str, list[str]]) -> SourceBracket:
        """The bracket, whose first entrants come from the groups where there are any."""
        known = len(self.problems)
        self.groups = {name.split()[-1].upper(): name for name in groups if name}
        self._check_sizes()
        self._check_teams(group_teams)
        self._check_places()
        if len(self.problems) == known:
            for entry in self.entries:
                self._link(entry)
            self._check_ends()
        has_third_place = any(entry.is_third_place for entry in self.entries)
        return SourceBracket(
            "knockout",
            "Knockout",
            "single_elimination",
            [entry.match for entry in self.entries],
            options={"third_place": has_third_place, "best_of": 1},
        )

    def _refuse(self, entry: _Entry, why: str) -> None:
        self.problems.append(Problem(entry.line.where, why))

    def _warn(self, entry: _Entry, why: str) -> None:
        self.warnings.append(Problem(entry.line.where, why))

    def _number(self, group_matches: int) -> dict[int, _Entry]:
        """Match numbers of the file; a match without one has its place in the order of play."""
        numbers = {entry.line.number: entry for entry in self.entries if entry.line.number is not None}
        implied = []
        for place, entry in enumerate(self.entries, group_matches + 1):
            if entry.line.number is None and place not in numbers:
                numbers[place] = entry
                implied.append(entry)
        if implied and any(read_feeder(team) for entry in self.entries for team in entry.line.teams):
            why = say(
                "%(count)s knockout matches have no num: they were counted in the file's order.",
                count=len(implied),
            )
            self.warnings.append(Problem("", why))
        return numbers

    def _check_sizes(self) -> None:
        for size, entries in self.by_size.items():
            for entry in entries[size // 2 :]:
                name = entry.line.round.name
                why = say("is one match too many: the %(round)s has %(count)s", round=name, count=size // 2)
                self._refuse(entry, why)
        for entry in [entry for entry in self.entries if entry.is_third_place][1:]:
            self._refuse(entry, say("is a second match for third place"))

    def _check_teams(self, group_teams: set[str]) -> None:
        seen: dict[tuple[int, str], _Entry] = {}
        for entry in self.entries:
            for team in entry.line.teams:
                if is_placeholder(team):
                    continue
                first = seen.setdefault((entry.size, team), entry)
                if first is not entry:
                    why = say(
                        "%(team)s plays in match %(position)s of the same round already",
                        team=shown(team),
                        position=first.line.position,
                    )
                    self._refuse(entry, why)
                if group_teams and team not in group_teams:
                    self._refuse(entry, say("%(team)s played in no group", team=shown(team)))

    def _check_places(self) -> None:
        seen: dict[str, _Entry] = {}
        for entry in self.entries:
            for team in entry.line.teams:
                _, letters = read_group_place(team) or ("", ())
                for letter in letters:
                    if self.groups and letter not in self.groups:
                        names = {"team": shown(team), "letter": letter}
                        why = say("%(team)s names group %(letter)s, which the file lacks", **names)
                        self._refuse(entry, why)
                first = seen.setdefault(team, entry) if len(letters) == 1 else entry
                if first is not entry:
                    names = {"team": shown(team), "position": first.line.position}
                    self._refuse(entry, say("%(team)s plays in match %(position)s already", **names))

    def _link(self, entry: _Entry) -> None:
        sides = tuple(self._side(entry, slot, team) for slot, team in enumerate(entry.line.teams, 1))
        entry.match.sides = sides
        if entry.match.outcome and any(side.is_open for side in sides):
            self._refuse(entry, say("has a score, but one of its teams is not known"))

    def _side(self, entry: _Entry, slot: int, team: str) -> Side:
        feeder = read_feeder(team)
        if feeder:
            source = self.by_number.get(feeder.number)
            if source is None or source.size <= entry.size or source.is_third_place:
                why = say("%(team)s names no knockout match of an earlier round", team=shown(team))
                self._refuse(entry, why)
                return read_side(team)
            if feeder.takes_winner == entry.is_third_place:
                why = say(
                    "%(team)s: only the match for third place takes losers, and nothing else",
                    team=shown(team),
                )
                self._refuse(entry, why)
                return read_side(team)
            self._attach(source, entry, slot)
            return self._advanced(source, entry) or Side()
        if is_placeholder(team):
            return read_side(team, self.groups)
        source = self._came_from(entry, team)
        if source:
            self._attach(source, entry, slot)
            self._check_came(source, entry, team)
        return Side(name=team)

    def _check_came(self, source: _Entry, entry: _Entry, team: str) -> None:
        """Hold the team against the result of the match that it came from."""
        advanced = self._advanced(source, entry)
        names = {"team": shown(team), "position": source.line.position}
        if advanced is None:
            why = say("%(team)s plays, but match %(position)s of the file has no result", **names)
            self._warn(entry, why)
        elif advanced.name != team and entry.is_third_place:
            self._refuse(entry, say("%(team)s plays, but it won match %(position)s of the file", **names))
        elif advanced.name != team:
            self._refuse(entry, say("%(team)s plays, but it lost match %(position)s of the file", **names))

    def _came_from(self, entry: _Entry, team: str) -> _Entry | None:
        """The match of the round before in which the team played."""
        sizes = [size for size in self.by_size if size > entry.size]
        if not sizes:
            return None
        before = self.by_size[min(sizes)]
        for source in before:
            if any(side.name == team for side in source.match.sides):
                return source
        is_whole = len(before) == min(sizes) // 2 and not any(
            side.is_open for e in before for side in e.match.sides
        )
        if is_whole:
            names = {"team": shown(team), "round": before[0].line.round.name}
            self._refuse(entry, say("%(team)s did not play in the %(round)s", **names))
        return None

    def _attach(self, source: _Entry, entry: _Entry, slot: int) -> None:
        target = Target(entry.match.key, slot)
        taken = source.match.loser_to if entry.is_third_place else source.match.winner_to
        place = source.line.position
        if taken and entry.is_third_place:
            why = say("the loser of match %(position)s of the file goes elsewhere already", position=place)
            self._refuse(entry, why)
        elif taken:
            why = say("the winner of match %(position)s of the file goes elsewhere already", position=place)
            self._refuse(entry, why)
        elif entry.is_third_place:
            source.match.loser_to = target
        else:
            source.match.winner_to = target

    def _advanced(self, source: _Entry, entry: _Entry) -> Side | None:
        """The side that the source's result sends on, or None while there is no result."""
        outcome = source.match.outcome
        if outcome is None or outcome.winner_slot is None:
            return None
        slot = outcome.winner_slot if not entry.is_third_place else 3 - outcome.winner_slot
        return source.match.sides[slot - 1]

    def _check_ends(self) -> None:
        """Warns where a winner has no way on although later rounds are in the file."""
        last = min(self.by_size, default=0)
        for entry in self.entries:
            is_undecided_later = any(
                is_undecided(team)
                for later in self.entries
                if later.size < entry.size
                for team in later.line.teams
            )
            if (
                entry.size > last
                and not entry.is_third_place
                and not entry.match.winner_to
                and is_undecided_later
            ):
                self._warn(entry, say("nothing in the file says where its winner goes"))


def _ordered(lines: list[Line]) -> list[_Entry]:
    """The matches round by round, the match for third place before the final, numbered M1 to Mn."""
    numbered = all(line.number is not None for line in lines)

    def order(line: Line) -> tuple:
        return (-line.round.size, line.round.kind != THIRD_PLACE, line.number if numbered else line.position)

    largest = max(line.round.size for line in lines)
    places: dict[tuple[str, int], int] = defaultdict(int)
    entries = []
    for match_number, line in enumerate(sorted(lines, key=order), 1):
        is_third_place = line.round.kind == THIRD_PLACE
        places[line.round.kind, line.round.size] += 1
        place = places[line.round.kind, line.round.size]
        match = SourceMatch(
            key=f"{line.round.kind}:{line.round.size}:{place}",
            line=line.position,
            section="third_place" if is_third_place else "final" if line.round.size == 2 else "upper",
            round_name=line.round.name,
            round_number=(largest // line.round.size).bit_length(),
            sides=(read_side(line.teams[0]), read_side(line.teams[1])),
            match_number=match_number,
            number_in_file=line.number,
            scheduled_time=line.scheduled_time,
            station=line.station,
            outcome=line.outcome,
        )
        entries.append(_Entry(line, match, line.round.size, is_third_place))
    return entries
