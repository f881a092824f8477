"""Matches: as rows of a list, as whole documents, and the bodies of the verbs on them."""

from marshmallow import INCLUDE, Schema, ValidationError, fields, validate, validates

from app.api.fields import HttpUrl, Id, Instant, QueryChoices, QueryId, QueryInstant, Text, Whole
from app.domain.lobby import KEY_LENGTHS
from app.domain.states import MatchState
from app.domain.tournament_settings import BEST_OF
from app.services.queries.match_list import DEFAULT_ORDERING, ORDERINGS

from .base import ApiSchema, PageQuerySchema

_STATES = [str(state) for state in MatchState]
_MOST_MATCHES_AT_ONCE = 100


def _described(words: str) -> dict:
    return {"metadata": {"description": words}}


def _known_later(words: str) -> dict:
    return {"allow_none": True, **_described(words)}


class MatchListSchema(Schema):
    """A match as a row of a list."""

    id = fields.Integer()
    tournament = fields.Integer(**_described("Id of the tournament."))
    tournament_name = fields.String()
    bracket = fields.Integer(**_known_later("Id of the bracket; null for a match made by hand."))
    bracket_name = fields.String(allow_none=True)
    round_number = fields.Integer()
    match_number = fields.Integer(**_described("Unique in its bracket."))
    state = fields.String(metadata={"enum": _STATES})
    state_display = fields.String(**_described("The state in words, for people."))
    participant1_id = fields.Integer(**_known_later("Null while the side is open."))
    participant1_name = fields.String(**_described("Empty while the side is open."))
    participant2_id = fields.Integer(**_known_later("Null while the side is open."))
    participant2_name = fields.String(**_described("Empty while the side is open."))
    participant1_score = fields.Integer(**_known_later("Null until it is known."))
    participant2_score = fields.Integer(**_known_later("Null until it is known."))
    winner_id = fields.Integer(**_known_later("The participant that won; null for a draw."))
    scheduled_time = fields.DateTime(allow_none=True)
    started_at = fields.DateTime(allow_none=True)
    completed_at = fields.DateTime(allow_none=True)


class ScoreSchema(ApiSchema):
    """A pair of scores."""

    participant1_score = Whole(required=True)
    participant2_score = Whole(required=True)


class PendingResultSchema(Schema):
    """Who submitted the present result."""

    submitted_by = fields.Integer(**_known_later("The participant; null for an organizer."))
    submitted_at = fields.DateTime()


class DisputeSchema(Schema):
    """An objection to a result."""

    id = fields.Integer()
    reason = fields.String()
    description = fields.String()
    reported_by = fields.Integer(**_known_later("The participant; null for an organizer."))
    evidence_url = fields.String()
    created_at = fields.DateTime()


class LobbyInfoSchema(ApiSchema):
    """What the sides need to find each other in the game. A key sent as null is removed.

    Without a right to the match's secrets only `region`, `map`, `mode` and `draft_mode` are shown.
    """

    class Meta:
        # Which keys there are is a matter of the game; the domain refuses the rest by name.
        unknown = INCLUDE

    room_code = Text(maximum=KEY_LENGTHS["room_code"], allow_none=True)
    room_id = Text(maximum=KEY_LENGTHS["room_id"], allow_none=True)
    room_password = Text(maximum=KEY_LENGTHS["room_password"], allow_none=True)
    lobby_code = Text(maximum=KEY_LENGTHS["lobby_code"], allow_none=True)
    match_id = Text(maximum=KEY_LENGTHS["match_id"], allow_none=True)
    region = Text(maximum=KEY_LENGTHS["region"], allow_none=True)
    draft_mode = Text(maximum=KEY_LENGTHS["draft_mode"], allow_none=True)
    map = Text(maximum=KEY_LENGTHS["map"], allow_none=True)
    mode = Text(maximum=KEY_LENGTHS["mode"], allow_none=True)
    notes = Text(maximum=KEY_LENGTHS["notes"], allow_none=True)


class LobbyRevealSchema(Schema):
    """When a side will be shown its lobby."""

    reason = fields.String(**_described("A sentence."))
    at = fields.DateTime(**_known_later("Null where it hangs on no time, or on one that is not set."))


class MatchSchema(MatchListSchema):
    """A whole match, as its reader may see it."""

    tournament_slug = fields.String()
    loser_id = fields.Integer(allow_none=True)
    original_time = fields.DateTime(
        **_known_later("What was planned before delays moved it; null: none did.")
    )
    check_in_deadline = fields.DateTime(allow_none=True)
    called_at = fields.DateTime(**_known_later("When its sides were called to the station; null: not yet."))
    participant1_checked_in = fields.Boolean()
    participant2_checked_in = fields.Boolean()
    lobby_info = fields.Dict(**_described("The keys of LobbyInfo, as far as the reader may see them."))
    lobby_missing = fields.List(
        fields.String(),
        **_described("Keys that the game requires and the lobby lacks; for those who see it whole."),
    )
    lobby_reveal = fields.Nested(
        LobbyRevealSchema, **_described("Only for a side that is not shown its lobby's secrets yet.")
    )
    stream_url = fields.String(**_described("Empty where there is none."))
    coordinator_id = fields.Integer(allow_none=True)
    coordinator_answer = fields.String(
        metadata={
            "enum": ["", "accepted", "hand_over"],
            "description": "What the coordinator said to it; for the coordinator and the organizers.",
        }
    )
    coordinator_note = fields.String(**_described("Why it is to be handed over; for the same."))
    station_id = fields.Integer(allow_none=True)
    best_of = fields.Integer(metadata={"enum": list(BEST_OF)})
    game_scores = fields.List(fields.Nested(ScoreSchema))
    tiebreak = fields.Nested(ScoreSchema, **_known_later("What decided a level score, such as penalties."))
    created_at = fields.DateTime()
    updated_at = fields.DateTime()
    version = fields.Integer(
        **_described("Grows with every change; send it as If-Match to be told of a lost race.")
    )
    result = fields.Nested(PendingResultSchema, allow_none=True)
    dispute = fields.Nested(
        DisputeSchema, **_known_later("The open dispute, for the sides, the coordinator and organizers.")
    )


class WeighedMatchSchema(MatchSchema):
    """A whole match, after a change that may have made conflicts in the schedule."""

    warnings = fields.List(
        fields.String(),
        **_described("A sentence for each conflict that is new; left out where there is none."),
    )


class MatchFilterSchema(PageQuerySchema):
    """The filters and orders of the list of matches."""

    tournament = QueryId()
    bracket = QueryId()
    state = QueryChoices(
        _STATES, load_default=list, **_described(f"Of {', '.join(_STATES)}: repeated, or with commas.")
    )
    scheduled_time__gte = QueryInstant(load_default=None, **_described("Not before this time."))
    scheduled_time__lte = QueryInstant(load_default=None, **_described("Not after this time."))
    participant = QueryId(**_described("On either side."))
    coordinator = QueryId()
    station = QueryId()
    round_number = QueryId()
    search = Text(maximum=100, load_default="", **_described("Part of a participant's name."))
    ordering = QueryChoices(
        tuple(ORDERINGS),
        signed=True,
        load_default=list,
        **_described(
            f"Of {', '.join(ORDERINGS)}; `-` for descending, several with commas."
            f" By default {','.join(DEFAULT_ORDERING)}."
        ),
    )


class MatchUpdateSchema(ApiSchema):
    """What can be changed about a match that is not closed; what is left out stays."""

    scheduled_time = Instant(**_known_later("In the future; null clears it."))
    stream_url = HttpUrl(**_described("http or https; empty for none."))
    station_id = Id(**_known_later("A station of the tournament; null for none."))
    best_of = Whole(minimum=1, maximum=7, **_described("1, 3, 5 or 7; before the match is LIVE."))

    @validates("best_of")
    def _is_odd_series(self, value: int, **_: object) -> None:
        if value not in BEST_OF:
            raise ValidationError("Must be 1, 3, 5 or 7.")


class MatchStartSchema(MatchSchema):
    """The match that was started, with a word about it."""

    message = fields.String(metadata={"example": "Match started successfully"})


class CoordinatorAssignmentSchema(ApiSchema):
    """Who looks after the match."""

    coordinator_id = Id(required=True, **_known_later("An active user; null for nobody."))


class HandOverSchema(ApiSchema):
    """Why somebody else should coordinate the match."""

    note = Text(maximum=200, load_default="", **_described("For the organizers."))


class BulkScheduleSchema(ApiSchema):
    """Several matches of one tournament, given a time together: all or none."""

    match_ids = fields.List(
        Id(),
        required=True,
        validate=validate.Length(
            min=1, max=_MOST_MATCHES_AT_ONCE, error=f"Give 1 to {_MOST_MATCHES_AT_ONCE} matches."
        ),
    )
    scheduled_time = Instant(required=True, **_described("In the future."))
    interval_minutes = Whole(
        maximum=7 * 24 * 60,
        load_default=0,
        **_described("Each match starts so many minutes after the one before it, in the order given."),
    )

    @validates("match_ids")
    def _has_no_duplicates(self, value: list[int], **_: object) -> None:
        if len(set(value)) != len(value):
            raise ValidationError("A match may stand in the list only once.")


class BulkScheduledSchema(Schema):
    """What a bulk scheduling did; `batch_id` takes it back."""

    scheduled_count = fields.Integer()
    scheduled_time = fields.DateTime()
    match_ids = fields.List(fields.Integer())
    batch_id = fields.Integer()
    warnings = fields.List(
        fields.String(),
        **_described("A sentence for each conflict that is new; left out where there is none."),
    )


class BulkUndoneSchema(Schema):
    """Which matches have their old times again."""

    batch_id = fields.Integer()
    match_ids = fields.List(fields.Integer())


class CheckInSchema(ApiSchema):
    """Which side checks in."""

    participant_id = Id(
        load_default=None, **_known_later("May be left out by a member of one side; an organizer names it.")
    )


class ReasonSchema(ApiSchema):
    """Why it is done."""

    reason = Text(maximum=500, load_default="")


class HistoryEntrySchema(Schema):
    """One thing that happened to a match."""

    id = fields.Integer()
    action = fields.String(metadata={"example": "MATCH_START"})
    created_at = fields.DateTime()
    user = fields.Integer(**_known_later("Who did it, for organizers; null for others."))
    username = fields.String()
    meta = fields.Dict(**_described("What changed, in ids, times and names of keys."))
