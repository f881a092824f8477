"""The public row of a match, as lists, the scoreboard and pushes show it: columns, not objects.

A row has the fields of the API's list, and what a page needs besides: slug and zone of the tournament,
station, stream, what open sides wait for, and the `seq` up to which it is true. Nothing in it is secret.
"""

from collections.abc import Iterable

from sqlalchemy import Select, select
from sqlalchemy.orm import aliased

from app.domain.states import MatchState
from app.extensions import db
from app.models import Bracket, Match, Participant, Station, Tournament

from .desk import label_open_sides

SIDE1, SIDE2 = aliased(Participant), aliased(Participant)


def select_rows() -> Select:
    """The query of public rows, unfiltered and unordered: narrow it down, then give it to `list_rows`."""
    return (
        select(
            Match.id,
            Match.tournament_id.label("tournament"),
            Tournament.name.label("tournament_name"),
            Tournament.slug.label("tournament_slug"),
            Tournament.time_zone,
            Tournament.event_seq.label("seq"),
            Match.bracket_id.label("bracket"),
            Bracket.name.label("bracket_name"),
            Match.section,
            Match.group_name,
            Match.round_number,
            Match.match_number,
            Match.state,
            Match.participant1_id,
            SIDE1.name.label("participant1_name"),
            Match.participant2_id,
            SIDE2.name.label("participant2_name"),
            Match.slot1_label,
            Match.slot2_label,
            Match.participant1_score,
            Match.participant2_score,
            Match.game_scores,
            Match.tiebreak,
            Match.best_of,
            Match.winner_id,
            Match.scheduled_time,
            Match.started_at,
            Match.completed_at,
            Match.stream_url,
            Match.station_id,
            Station.name.label("station_name"),
            Match.version,
        )
        .join(Tournament, Tournament.id == Match.tournament_id)
        .outerjoin(Bracket, Bracket.id == Match.bracket_id)
        .outerjoin(SIDE1, SIDE1.id == Match.participant1_id)
        .outerjoin(SIDE2, SIDE2.id == Match.participant2_id)
        .outerjoin(Station, Station.id == Match.station_id)
        .where(~Match.is_deleted, ~Tournament.is_deleted)
    )


def list_rows(query: Select) -> list[dict]:
    """The rows of the query, as dicts; two queries, however many rows there are."""
    rows = [dict(row._mapping) for row in db.session.execute(query)]
    for row in rows:
        row["state_display"] = MatchState(row["state"]).label
        for name in ("bracket_name", "participant1_name", "participant2_name", "station_name"):
            row[name] = row[name] or ""
    label_open_sides(rows)
    return rows


def list_rows_of(match_ids: Iterable[int]) -> list[dict]:
    """The rows of these matches, in this order; whoever asks must know that the reader may see them."""
    wanted = list(match_ids)
    found = {row["id"]: row for row in list_rows(select_rows().where(Match.id.in_(wanted)))} if wanted else {}
    return [found[match_id] for match_id in wanted if match_id in found]


def find_row(match_id: int) -> dict | None:
    """The row of one match, whoever asks; None where there is none."""
    return next(iter(list_rows_of([match_id])), None)
