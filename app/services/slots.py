"""Places of a table that fill slots of a later bracket: "2nd of group B" plays in the knockout."""

from collections.abc import Iterable, Mapping

from sqlalchemy import select

from app.domain.brackets.place_labels import label
from app.domain.errors import InvalidInput
from app.domain.states import BEGUN
from app.domain.words import say
from app.extensions import db
from app.models import Bracket, Match

from .tables import TABLE_FORMATS, BracketTables
from .unit_of_work import UnitOfWork


def check_sources(uow: UnitOfWork, tournament_id: int, options: Mapping) -> list[dict]:
    """The sources of the option `slots`, in seed order, as they are stored; raises InvalidInput.

    `options["from"]` is the id of a bracket with tables; a slot is `{"group", "rank"}`, or
    `{"rank", "best"}` for the best, second best, ... of all who have this rank in their group.
    """
    bracket = uow.session.get(Bracket, options.get("from"))
    is_source = bracket is not None and bracket.tournament_id == tournament_id and not bracket.is_deleted
    if not is_source or bracket.format not in TABLE_FORMATS:
        raise InvalidInput.of("options", say("from names a round robin or Swiss bracket of this tournament."))
    tables = BracketTables(bracket)
    sizes = {group: len(tables.table(group)) for group in tables.groups()}
    sources = []
    for slot in options["slots"]:
        source = {"bracket": bracket.id, "rank": slot["rank"], "group": slot.get("group", "")}
        if "best" in slot:
            source |= {"best": slot["best"], "group": ""}
        _check_source(source, sizes, bracket)
        if source in sources:
            raise InvalidInput.of("options", say("%(place)s stands in two slots.", place=label(source)))
        sources.append(source)
    by_best = {source["rank"] for source in sources if "best" in source}
    if twice := [source for source in sources if "best" not in source and source["rank"] in by_best]:
        place = label(twice[0])
        raise InvalidInput.of(
            "options", say("%(place)s may be among the best of this rank as well.", place=place)
        )
    return sources


def _check_source(source: Mapping, sizes: Mapping[str, int], bracket: Bracket) -> None:
    """Raise InvalidInput where nobody can ever have this place."""
    rank = source["rank"]
    if "best" in source:
        groups = sum(size >= rank for size in sizes.values())
        if source["best"] > groups:
            raise InvalidInput.of(
                "options",
                say(
                    "%(bracket)s has only %(groups)s for %(place)s.",
                    bracket=bracket.name,
                    groups=groups,
                    place=label(source),
                ),
            )
    elif source["group"] not in sizes:
        raise InvalidInput.of(
            "options",
            say(
                "There is no group %(group)s in %(bracket)s.",
                group=repr(source["group"]),
                bracket=bracket.name,
            ),
        )
    elif rank > sizes[source["group"]]:
        raise InvalidInput.of(
            "options",
            say("%(bracket)s has nobody who could be %(place)s.", bracket=bracket.name, place=label(source)),
        )


def occupants(tables: BracketTables, sources: Iterable[Mapping]) -> list[int | None]:
    """Who fills each source as the tables stand; None where that is not decided yet."""
    return [_occupant(tables, source) for source in sources]


def _occupant(tables: BracketTables, source: Mapping) -> int | None:
    if "best" in source:
        return _best_placed(tables, source["rank"], source["best"])
    if not tables.is_complete(source["group"]):
        return None
    rows = tables.table(source["group"])
    return rows[source["rank"] - 1].entrant if source["rank"] <= len(rows) else None


def _best_placed(tables: BracketTables, rank: int, best: int) -> int | None:
    if not tables.is_complete():
        return None
    placed = [rows[rank - 1] for name in tables.groups() if len(rows := tables.table(name)) >= rank]
    placed.sort(key=lambda row: (-row.points, -row.score_difference, -row.score_for))
    return placed[best - 1].entrant if best <= len(placed) else None


def fed_matches(bracket: Bracket) -> list[tuple[Match, int, Mapping]]:
    """The slots that places of this bracket's tables fill: (match, slot, source)."""
    if bracket.format not in TABLE_FORMATS:
        return []
    matches = db.session.scalars(
        select(Match)
        .where(
            Match.tournament_id == bracket.tournament_id,
            Match.bracket_id != bracket.id,
            Match.round_number <= 2,
            ~Match.is_deleted,
        )
        .order_by(Match.id)
    )
    return [
        (match, slot, source)
        for match in matches
        for slot, source in ((1, match.slot1_source), (2, match.slot2_source))
        if source is not None and source["bracket"] == bracket.id
    ]


def is_open_to_change(match: Match) -> bool:
    """True where the match may still get another side."""
    return match.state not in BEGUN
