"""The standings of a bracket: its groups, or its one table; the same for pages, API, slots and pairing."""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import ColumnElement, select

from app.domain.brackets.standings import DEFAULT_TIEBREAKS, Game, Points, Row, standings
from app.domain.states import CLOSED, MatchState
from app.extensions import db
from app.models import Bracket, BracketEntrant, Match, Participant

TABLE_FORMATS = ("round_robin", "swiss")
_GAME = (
    Match.state,
    Match.group_name,
    Match.participant1_id,
    Match.participant2_id,
    Match.participant1_score,
    Match.participant2_score,
    Match.winner_id,
    Match.completed_at,
)


def group_documents(bracket: Mapping, rows: Iterable[Mapping], entrants: Sequence[Mapping]) -> list[dict]:
    """`[{"name", "standings"}]` of a bracket, given its match rows and its entrants in seed order.

    `bracket` has `format` and `options`; rows have the columns of a list row and `group_name`, entrants
    `id`, `name` and `group_name`. Empty for elimination.
    """
    if bracket["format"] not in TABLE_FORMATS:
        return []
    rows = list(rows)
    return [
        {"name": name, "standings": _documents(bracket, members, rows)}
        for name, members in _members(rows, entrants).items()
        if members
    ]


def _members(rows: Sequence[Mapping], entrants: Sequence[Mapping]) -> dict[str, dict[int, str]]:
    """The entrants of each group in seed order: `{group: {id: name}}`.

    A bracket that was read from elsewhere may name them only in its matches.
    """
    groups: dict[str, dict[int, str]] = {}
    group_of = {row[f"participant{side}_id"]: row["group_name"] for row in rows for side in (1, 2)}
    for entrant in entrants:
        name = entrant["group_name"] or group_of.get(entrant["id"], "")
        groups.setdefault(name, {})[entrant["id"]] = entrant["name"]
    known = {entrant["id"] for entrant in entrants} | {None}
    for row in rows:
        for side in (1, 2):
            if row[f"participant{side}_id"] not in known:
                members = groups.setdefault(row["group_name"], {})
                members.setdefault(row[f"participant{side}_id"], row[f"participant{side}_name"])
    return dict(sorted(groups.items()))


def _documents(bracket: Mapping, members: Mapping[int, str], rows: Sequence[Mapping]) -> list[dict]:
    return [
        {
            "rank": row.rank,
            "participant_id": row.entrant,
            "participant_name": members[row.entrant],
            "played": row.played,
            "won": row.won,
            "drawn": row.drawn,
            "lost": row.lost,
            "score_for": row.score_for,
            "score_against": row.score_against,
            "points": _plain(row.points),
            "tiebreaks": {name: _plain(value) for name, value in row.tiebreaks.items()},
        }
        for row in table(bracket, list(members), rows)
    ]


def _plain(value: float) -> int | float:
    return int(value) if value == int(value) else value


def table(bracket: Mapping, entrants: Sequence[int], rows: Iterable[Mapping]) -> list[Row]:
    """The standings of these entrants (ids in seed order) in the bracket's match rows."""
    options = bracket["options"] or {}
    return standings(
        entrants,
        [game for row in rows if (game := _game(row)) is not None],
        Points(**(options.get("points") or {})),
        options.get("tiebreaks") or DEFAULT_TIEBREAKS[bracket["format"]],
    )


def _game(row: Mapping) -> Game | None:
    """The row as a finished game; None where it does not count."""
    if not _stands(row) or row["state"] == MatchState.CANCELLED:
        return None
    sides = [row["participant1_id"], row["participant2_id"]]
    if sides == [None, None]:
        return None
    if None in sides:
        bye = next(side for side in sides if side is not None)
        return Game(bye, None, winner=bye)
    return Game(
        *sides,
        row["participant1_score"],
        row["participant2_score"],
        row["winner_id"],
        is_double_loss=row["state"] == MatchState.FORFEIT and row["winner_id"] is None,
    )


def _stands(row: Mapping) -> bool:
    """True where the match is over; what is disputed after that counts until an organizer rules."""
    is_disputed = row["state"] == MatchState.DISPUTED and row["completed_at"] is not None
    return is_disputed or row["state"] in CLOSED


class BracketTables:
    """The tables of a stored bracket as they now stand, read afresh in three queries at most."""

    def __init__(self, bracket: Bracket):
        self._stored = bracket
        self._bracket = {"format": bracket.format, "options": bracket.options}
        self._rows = (
            db.session.execute(select(*_GAME).where(Match.bracket_id == bracket.id, ~Match.is_deleted))
            .mappings()
            .all()
        )
        self._members = _members([{**row, **_NAMELESS} for row in self._rows], list_entrants(bracket.id))

    def groups(self) -> list[str]:
        """The names of the groups, sorted."""
        return list(self._members)

    def table(self, group: str) -> list[Row]:
        """The standings of the group; empty where there is none of this name."""
        members = self._members.get(group, {})
        return table(self._bracket, list(members), self._rows)

    def is_complete(self, group: str | None = None) -> bool:
        """True where no match of the group (of all, for None) is open or still to be paired."""
        if self._bracket["format"] == "swiss":
            return self._stored.status == "completed"
        return all(_stands(row) for row in self._rows if group is None or row["group_name"] == group)


def changed_tables(bracket_id: int, match_id: int) -> list[dict]:
    """The tables that this match of the bracket counts in, for open pages: `group`, `columns`, `rows`.

    Each row is a list of values, the id of its participant first. Empty where the format has no tables.
    """
    bracket = db.session.execute(
        select(Bracket.id, Bracket.format, Bracket.options).where(Bracket.id == bracket_id)
    ).first()
    if bracket is None or bracket.format not in TABLE_FORMATS:
        return []
    group = db.session.scalar(select(Match.group_name).where(Match.id == match_id))
    rows = BracketTables(bracket).table(group or "")
    if not rows:
        return []
    tiebreaks = list(rows[0].tiebreaks)
    return [
        {
            "group": group or "",
            "columns": ["id", *_TOLD, "score", *tiebreaks],
            "rows": [
                [
                    row.entrant,
                    *(_plain(getattr(row, name)) for name in _TOLD),
                    f"{row.score_for}:{row.score_against}",
                    *(_plain(row.tiebreaks[name]) for name in tiebreaks),
                ]
                for row in rows
            ],
        }
    ]


_TOLD = ("rank", "played", "won", "drawn", "lost", "points")
_NAMELESS = {"participant1_name": "", "participant2_name": ""}


def list_entrants(bracket_id: int) -> list[dict]:
    """The entrants of the bracket in seed order: `id`, `name`, `group_name`, `withdrawn_at`."""
    return _entrants(BracketEntrant.bracket_id == bracket_id).get(bracket_id, [])


def entrants_by_bracket(tournament_id: int) -> dict[int, list[dict]]:
    """The same for all brackets of a tournament, by the bracket's id."""
    return _entrants(Participant.tournament_id == tournament_id)


def tables_by_bracket(tournament_id: int, brackets: Sequence[Mapping]) -> dict[int, list[dict]]:
    """What `group_documents` says of each of these brackets, by id; two queries, if any has tables."""
    with_tables = [bracket for bracket in brackets if bracket["format"] in TABLE_FORMATS]
    if not with_tables:
        return {}
    query = select(*_GAME, Match.bracket_id).where(
        Match.bracket_id.in_([bracket["id"] for bracket in with_tables]), ~Match.is_deleted
    )
    rows: dict[int, list[dict]] = {}
    for row in db.session.execute(query).mappings():
        rows.setdefault(row["bracket_id"], []).append({**row, **_NAMELESS})
    entrants = entrants_by_bracket(tournament_id)
    return {
        bracket["id"]: group_documents(bracket, rows.get(bracket["id"], []), entrants.get(bracket["id"], []))
        for bracket in with_tables
    }


def group_names_by_bracket(tournament_id: int) -> dict[int, list[str]]:
    """The names of the groups of each bracket of the tournament that has tables, sorted, by its id."""
    rows = db.session.execute(
        select(Match.bracket_id, Match.group_name)
        .join(Bracket, Bracket.id == Match.bracket_id)
        .where(
            Match.tournament_id == tournament_id,
            Bracket.format.in_(TABLE_FORMATS),
            ~Bracket.is_deleted,
            ~Match.is_deleted,
        )
        .distinct()
        .order_by(Match.bracket_id, Match.group_name)
    )
    names: dict[int, list[str]] = {}
    for bracket_id, name in rows:
        names.setdefault(bracket_id, []).append(name)
    # Where there are groups, a match made by hand may be of none of them.
    return {bracket_id: [name for name in own if name] or own for bracket_id, own in names.items()}


def _entrants(condition: ColumnElement[bool]) -> dict[int, list[dict]]:
    rows = db.session.execute(
        select(
            BracketEntrant.bracket_id,
            Participant.id,
            Participant.name,
            BracketEntrant.group_name,
            Participant.withdrawn_at,
        )
        .join(Participant, Participant.id == BracketEntrant.participant_id)
        .where(condition)
        .order_by(BracketEntrant.bracket_id, BracketEntrant.seed)
    ).mappings()
    found: dict[int, list[dict]] = {}
    for row in rows:
        found.setdefault(row["bracket_id"], []).append(dict(row))
    return found


def leader_of(bracket: Bracket) -> int | None:
    """The participant on top of the bracket's only table; None with several groups, or where two share it."""
    tables = BracketTables(bracket)
    names = tables.groups()
    if len(names) != 1:
        return None
    rows = tables.table(names[0])
    is_alone = len(rows) > 0 and (len(rows) == 1 or rows[1].rank > 1)
    return rows[0].entrant if is_alone else None
