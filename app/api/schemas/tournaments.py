"""Tournaments: settings, entrants, staff, stations, secret links."""

from typing import Any

from marshmallow import Schema, ValidationError, fields

from app.api.fields import Choice, Flag, Secret, Text, Whole
from app.domain.lobby import GAMES
from app.domain.tournament_settings import (
    BEST_OF,
    BOUNDS,
    CONFLICT_POLICIES,
    LOBBY_REVEALS,
    NAME_LENGTH,
    NO_SHOW_POLICIES,
    SLUG_LENGTH,
    STATUSES,
)
from app.services.tournaments.participants import MAX_MEMBERS, MAX_SEED, PARTICIPANT_NAME_LENGTH
from app.services.tournaments.staff import STAFF_ROLES

from .base import ApiSchema

MAX_PARTICIPANTS_AT_ONCE = 1024


def _described(words: str) -> dict[str, Any]:
    return {"metadata": {"description": words}}


def _minutes(setting: str, words: str, **options: Any) -> Whole:
    minimum, maximum = BOUNDS[setting]
    return Whole(minimum=minimum, maximum=maximum, **_described(words), **options)


class TournamentSettingsSchema(ApiSchema):
    """The settings of a tournament, all optional."""

    slug = Text(
        minimum=1, maximum=SLUG_LENGTH, **_described("Its address; made of the name where none is given.")
    )
    game = Choice(GAMES, **_described("In either case; `generic` where none is given."))
    time_zone = Text(maximum=64, **_described("Its name in the IANA database, such as Europe/Berlin."))
    is_public = Flag(**_described("With false only its own people know that it exists."))
    enable_check_in = Flag(
        **_described("With false a match is READY as soon as both sides are known; switching moves matches.")
    )
    check_in_window_minutes = _minutes(
        "check_in_window_minutes", "So long before the start check-in closes; deadlines follow."
    )
    no_show_policy = Choice(NO_SHOW_POLICIES)
    conflict_policy = Choice(
        CONFLICT_POLICIES, **_described("What a side already playing, or a station taken, does to a start.")
    )
    match_minutes = _minutes("match_minutes", "Planned length of a match.")
    rest_minutes = _minutes("rest_minutes", "Planned rest between two matches of a side.")
    best_of = Whole(minimum=1, maximum=7, **_described("1, 3, 5 or 7; for matches made from now on."))
    coordinators_run_matches = Flag(**_described("Coordinators may check in, start, and record results."))
    require_lobby = Flag(**_described("No start before the lobby has all that the game needs."))
    lobby_reveal = Choice(
        LOBBY_REVEALS, **_described("From when on the sides see the secrets of their lobby; staff always do.")
    )
    lobby_reveal_minutes = _minutes("lobby_reveal_minutes", "For `minutes_before`: so many.")
    dispute_window_minutes = _minutes(
        "dispute_window_minutes", "So long after its completion a match may be disputed."
    )
    auto_confirm_minutes = _minutes(
        "auto_confirm_minutes",
        "A submitted result is confirmed after these; null for never.",
        allow_none=True,
    )
    status = Choice(STATUSES)


class TournamentCreateSchema(TournamentSettingsSchema):
    """A new tournament. Only its name is needed."""

    name = Text(required=True, minimum=1, maximum=NAME_LENGTH)


class TournamentUpdateSchema(TournamentSettingsSchema):
    """Changes to a tournament."""

    name = Text(minimum=1, maximum=NAME_LENGTH)


class TournamentSchema(Schema):
    """A tournament with its settings."""

    id = fields.Integer()
    name = fields.String()
    slug = fields.String()
    game = fields.String(metadata={"enum": list(GAMES)})
    time_zone = fields.String()
    is_public = fields.Boolean()
    enable_check_in = fields.Boolean()
    check_in_window_minutes = fields.Integer()
    no_show_policy = fields.String(metadata={"enum": list(NO_SHOW_POLICIES)})
    conflict_policy = fields.String(metadata={"enum": list(CONFLICT_POLICIES)})
    match_minutes = fields.Integer()
    rest_minutes = fields.Integer()
    best_of = fields.Integer(metadata={"enum": list(BEST_OF)})
    coordinators_run_matches = fields.Boolean()
    require_lobby = fields.Boolean()
    lobby_reveal = fields.String(metadata={"enum": list(LOBBY_REVEALS)})
    lobby_reveal_minutes = fields.Integer()
    dispute_window_minutes = fields.Integer()
    auto_confirm_minutes = fields.Integer(allow_none=True)
    status = fields.String(metadata={"enum": list(STATUSES)})
    organizer_id = fields.Integer(**_described("Who created it."))
    organizer_name = fields.String()
    version = fields.Integer()
    created_at = fields.DateTime()
    updated_at = fields.DateTime()


class SecretLinkSchema(Schema):
    """A secret link, as it is shown this once; only its hash is kept."""

    url = fields.String(**_described("The page that it opens."))
    token = fields.String()
    expires_at = fields.DateTime(allow_none=True, **_described("Null where it works until it is revoked."))


class SecretLinkStateSchema(Schema):
    """Whether there is a link that works."""

    is_active = fields.Boolean()


class JoinSchema(ApiSchema):
    """An invitation to be taken up."""

    token = Secret(required=True, maximum=200)


class SignInLinkCreateSchema(ApiSchema):
    """For whom a one-time sign-in link is made."""

    username = Text(required=True, minimum=1, maximum=50)


class ParticipantUpdateSchema(ApiSchema):
    """Changes to an entrant."""

    name = Text(minimum=1, maximum=PARTICIPANT_NAME_LENGTH)
    seed = Whole(minimum=1, maximum=MAX_SEED, allow_none=True)
    members = fields.List(
        Text(minimum=1, maximum=50), **_described(f"Usernames, the whole list; at most {MAX_MEMBERS}.")
    )


class ParticipantCreateSchema(ParticipantUpdateSchema):
    """A new entrant, or a list of them, of which all are added or none."""

    name = Text(required=True, minimum=1, maximum=PARTICIPANT_NAME_LENGTH)

    def load(self, data: Any, **options: Any) -> Any:
        """The entrant, or the list of entrants where a list came in."""
        if not isinstance(data, list):
            return super().load(data, **options)
        if not 1 <= len(data) <= MAX_PARTICIPANTS_AT_ONCE:
            raise ValidationError(f"Give 1 to {MAX_PARTICIPANTS_AT_ONCE} participants.")
        return super().load(data, **{**options, "many": True})


class ParticipantSchema(Schema):
    """An entrant: a team or a single player."""

    id = fields.Integer()
    tournament = fields.Integer()
    name = fields.String(**_described("Unique in its tournament."))
    seed = fields.Integer(allow_none=True)
    members = fields.List(fields.String(), **_described("Usernames."))
    withdrawn_at = fields.DateTime(allow_none=True)
    created_at = fields.DateTime()


class StaffCreateSchema(ApiSchema):
    """Somebody who is to help run the tournament."""

    username = Text(required=True, minimum=1, maximum=50)
    role = Choice(STAFF_ROLES, load_default="organizer")


class StaffSchema(Schema):
    """Somebody who helps to run the tournament, beside the one who created it."""

    id = fields.Integer()
    tournament = fields.Integer()
    user_id = fields.Integer()
    username = fields.String()
    role = fields.String(metadata={"enum": list(STAFF_ROLES)})
    created_at = fields.DateTime()
