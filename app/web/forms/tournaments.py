"""The forms of an organizer's rooms: the tournament, its entrants, staff, stations and brackets."""

import re

from wtforms import BooleanField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional
from wtforms.widgets import HiddenInput

from app.domain.lobby import SCHEMAS
from app.domain.tournament_settings import BEST_OF, BOUNDS, time_zones
from app.domain.words import say

from .base import RoomForm, stripped

GAMES = [
    (game, schema.title if game != "generic" else say("Any other game")) for game, schema in SCHEMAS.items()
]
LENGTHS = [(n, say("Single game") if n == 1 else say("Best of %(number)s", number=n)) for n in BEST_OF]
STATUSES = {
    "draft": say("Draft"),
    "upcoming": say("Upcoming"),
    "live": say("Live"),
    "completed": say("Completed"),
    "cancelled": say("Cancelled"),
}
_MARK = re.compile(r"\s*[;\t]\s*")


def zone_choices(present: str = "UTC") -> list[tuple[str, str]]:
    """The time zones to choose from: those of places, UTC, and the one that stands."""
    names = {name for name in time_zones() if "/" in name and not name.startswith(("Etc/", "SystemV/"))}
    return [(name, name.replace("_", " ")) for name in sorted(names | {"UTC", present})]


def _minutes(name: str, label: str, description: str, *, optional: bool = False) -> IntegerField:
    lowest, highest = BOUNDS[name]
    first = Optional() if optional else InputRequired(say("Enter a number of minutes."))
    in_range = NumberRange(lowest, highest, message=say("A whole number from %(min)s to %(max)s."))
    keyboard = {"inputmode": "numeric", "min": lowest, "max": highest}
    return IntegerField(label, description=description, validators=[first, in_range], render_kw=keyboard)


class CreateTournamentForm(RoomForm):
    """The few things that a new tournament is asked for; everything else has defaults."""

    name = StringField(
        say("Name"), filters=[stripped], validators=[DataRequired(say("Give it a name.")), Length(max=120)]
    )
    game = SelectField(say("Game"), choices=GAMES, default="generic")
    time_zone = SelectField(say("Time zone"), default="UTC", validate_choice=False)
    enable_check_in = BooleanField(
        say("Check-in"),
        description=say(
            "A match waits until both sides have said that they are here. Can be switched on later."
        ),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.time_zone.choices = zone_choices()

    def settings(self) -> dict:
        """The settings as the service takes them."""
        return {field.name: field.data for field in self if field.name != "csrf_token"}


class SettingsForm(RoomForm):
    """All settings of a tournament."""

    version = IntegerField(widget=HiddenInput(), validators=[Optional()])
    name = StringField(
        say("Name"), filters=[stripped], validators=[DataRequired(say("Give it a name.")), Length(max=120)]
    )
    slug = StringField(
        say("Address"),
        filters=[stripped],
        description=say("The last part of its address: letters, digits, hyphens. Links to the old one end."),
        validators=[DataRequired(say("Give it an address.")), Length(max=80)],
    )
    game = SelectField(say("Game"), choices=GAMES, description=say("Decides what a lobby asks for."))
    time_zone = SelectField(
        say("Time zone"), validate_choice=False, description=say("Forms and pages use its clock.")
    )
    status = SelectField(say("Status"), choices=list(STATUSES.items()))
    is_public = BooleanField(say("Public"), description=say("Everyone can see it. Off: only its own people."))
    enable_check_in = BooleanField(
        say("Check-in"),
        description=say("A match is ready only when both sides have said that they are here."),
    )
    check_in_window_minutes = _minutes(
        "check_in_window_minutes", say("Check-in closes"), say("So many minutes before the match.")
    )
    no_show_policy = SelectField(
        say("When a side does not check in"),
        choices=[("flag", say("Ask the desk")), ("forfeit", say("The side forfeits"))],
    )
    match_minutes = _minutes("match_minutes", say("Minutes of a match"), say("The planned length."))
    rest_minutes = _minutes("rest_minutes", say("Minutes of rest"), say("Between two matches of one side."))
    best_of = SelectField(say("Best of"), coerce=int, choices=LENGTHS, description=say("For new matches."))
    conflict_policy = SelectField(
        say("A side or a station that is taken"),
        choices=[("warn", say("Warn, and let the desk start")), ("refuse", say("Refuse the start"))],
    )
    require_lobby = BooleanField(
        say("Lobby before the start"),
        description=say("A match starts only when its lobby has all that the game needs."),
    )
    lobby_reveal = SelectField(
        say("The sides see the lobby's codes"),
        choices=[
            ("at_once", say("As soon as they stand")),
            ("both_checked_in", say("When both sides have checked in")),
            ("minutes_before", say("Some minutes before the match")),
        ],
    )
    lobby_reveal_minutes = _minutes(
        "lobby_reveal_minutes", say("So many minutes before"), say("Counts only for the last choice.")
    )
    coordinators_run_matches = BooleanField(
        say("Coordinators run their matches"),
        description=say("They check in, start, give out the lobby and enter results. Off: they only read."),
    )
    dispute_window_minutes = _minutes(
        "dispute_window_minutes",
        say("Minutes to dispute a finished match"),
        say("0: a result can be disputed only before it is final."),
    )
    auto_confirm_minutes = _minutes(
        "auto_confirm_minutes",
        say("Minutes until a result confirms itself"),
        say("Empty: never."),
        optional=True,
    )

    def __init__(self, *args, zone: str = "UTC", **kwargs):
        super().__init__(*args, **kwargs)
        self.time_zone.choices = zone_choices(zone)

    def settings(self) -> dict:
        """The settings as the service takes them."""
        return {field.name: field.data for field in self if field.name not in ("csrf_token", "version")}


class ParticipantsForm(RoomForm):
    """Many entrants at once, one a line."""

    lines = TextAreaField(
        say("Participants"),
        validators=[DataRequired(say("Enter at least one participant.")), Length(max=200_000)],
        render_kw={"rows": 8, "spellcheck": "false"},
    )

    def participants(self) -> list[dict]:
        """What the lines say: `name; seed; user names`, where all but the name may be left out."""
        return [_participant(line) for line in self.lines.data.splitlines() if line.strip()]


def _participant(line: str) -> dict:
    name, *rest = _MARK.split(line.strip())
    entrant: dict = {"name": name}
    if rest and rest[0]:
        text = rest[0]
        entrant["seed"] = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else text
    members = [member.strip() for part in rest[1:] for member in part.split(",") if member.strip()]
    if members:
        entrant["members"] = members
    return entrant


class ParticipantForm(RoomForm):
    """One entrant: name, seed, and who plays for it."""

    name = StringField(
        say("Name"), filters=[stripped], validators=[DataRequired(say("Give it a name.")), Length(max=100)]
    )
    seed = IntegerField(say("Seed"), validators=[Optional(), NumberRange(1, 100_000)])
    members = StringField(
        say("Members"),
        description=say("User names, with commas between."),
        filters=[stripped],
        validators=[Length(max=3000)],
    )

    def changes(self) -> dict:
        """The values as the service takes them."""
        members = [name.strip() for name in self.members.data.split(",") if name.strip()]
        return {"name": self.name.data, "seed": self.seed.data, "members": members}


class UserNameForm(RoomForm):
    """Somebody by name."""

    username = StringField(
        say("Username"),
        filters=[stripped],
        validators=[DataRequired(say("Enter a user name.")), Length(max=50)],
        render_kw={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"},
    )


class ActForm(RoomForm):
    """A press of a button: nothing to fill in."""
