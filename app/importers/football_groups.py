"""The group stage of a football file as one round robin bracket."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, datetime

from app.domain.words import say
from app.importers.football_lines import Line
from app.importers.json_text import shown
from app.importers.neutral import Problem, Side, SourceBracket, SourceMatch

_LATEST = datetime.max.replace(tzinfo=UTC)


def read_group_stage(lines: list[Line], problems: list[Problem]) -> SourceBracket:
    """One `round_robin` bracket; its groups keep the file's names. A league is one nameless group."""
    by_group: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        by_group[line.group].append(line)
    if len(by_group) > 1:
        problems += [Problem(line.where, say("has no group")) for line in by_group.get("", [])]
    problems += _in_two_groups(lines)
    matches = [match for name, members in by_group.items() for match in _read_group(name, members)]
    # Numbers run in the order of play, as programmes print them; keys stay those of the file's order.
    ordered = sorted(matches, key=lambda match: (match.scheduled_time or _LATEST, match.line))
    for number, match in enumerate(ordered, 1):
        match.match_number = number
    groups = {
        name: list(dict.fromkeys(team for line in by_group[name] for team in line.teams)) for name in by_group
    }
    name = "League" if list(by_group) == [""] else "Group stage"
    options: dict[str, object] = {
        "draws": True,
        "points": {"win": 3, "draw": 1, "loss": 0},
        "tiebreaks": ["score_difference", "score_for", "head_to_head"],
        "groups": len(by_group),
        "legs": 2 if _plays_twice(lines) else 1,
    }
    return SourceBracket("groups", name, "round_robin", ordered, dict(sorted(groups.items())), options)


def _read_group(name: str, lines: list[Line]) -> list[SourceMatch]:
    rounds = _round_numbers(lines)
    return [
        SourceMatch(
            key=f"group:{name}:{place}",
            line=line.position,
            section="group",
            round_name=line.round.name,
            round_number=rounds[line.position],
            sides=(Side(name=line.teams[0]), Side(name=line.teams[1])),
            group=name,
            number_in_file=line.number,
            scheduled_time=line.scheduled_time,
            station=line.station,
            outcome=line.outcome,
        )
        for place, line in enumerate(lines, 1)
    ]


def _round_numbers(lines: list[Line]) -> dict[int, int]:
    """Position in the file -> round of the group.

    A league's matchdays are its rounds. A cup numbers its matchdays over all groups, one a day, so there
    a team's n-th match belongs to round n.
    """
    games = Counter(team for line in lines for team in line.teams)
    matchdays = [line.round.matchday for line in lines]
    if all(matchdays) and max(matchdays) <= max(games.values()) + len(games) % 2:
        return {line.position: line.round.matchday for line in lines}
    played: Counter[str] = Counter()
    rounds = {}
    for line in sorted(lines, key=lambda line: (line.scheduled_time or _LATEST, line.position)):
        rounds[line.position] = 1 + max(played[team] for team in line.teams)
        played.update(line.teams)
    return rounds


def _in_two_groups(lines: list[Line]) -> list[Problem]:
    problems = []
    home: dict[str, str] = {}
    for line in lines:
        for team in line.teams:
            group = home.setdefault(team, line.group)
            if group != line.group and group and line.group:
                why = say("%(team)s plays in %(group)s already", team=shown(team), group=shown(group))
                problems.append(Problem(line.where, why))
    return problems


def _plays_twice(lines: list[Line]) -> bool:
    pairs = Counter(frozenset(line.teams) for line in lines)
    return max(pairs.values()) > 1
