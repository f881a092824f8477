"""The form that makes a bracket: any format, with all its options."""

import re
from collections.abc import Mapping, Sequence

from wtforms import (
    BooleanField,
    DecimalField,
    FieldList,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, Length, NumberRange, Optional, ValidationError

from app.domain.brackets.options import MAX_POINTS, MAX_ROUNDS
from app.domain.brackets.qualifiers import slots_of_best
from app.domain.tournament_settings import BEST_OF

from .base import RoomForm, optional_id, stripped

FORMATS = (
    ("single_elimination", "Single elimination"),
    ("double_elimination", "Double elimination"),
    ("round_robin", "Round robin, or groups"),
    ("swiss", "Swiss"),
)
SEEDINGS = (
    ("given", "As in the list"),
    ("rank", "By rank: unseeded participants last"),
    ("random", "Drawn at random"),
)
LENGTHS = [(n, "Single game" if n == 1 else f"Best of {n}") for n in BEST_OF]
ENTRANTS = (
    ("all", "All participants, by seed"),
    ("chosen", "Some of them, in an order of your own"),
    ("places", "The best of the groups of another bracket"),
)
GRAND_FINALS = (
    ("single", "One match"),
    ("double", "A second one if the upper side loses the first"),
    ("none", "None: both bracket finals are the end"),
)
TIEBREAKS = (
    ("", "–"),
    ("score_difference", "Score difference"),
    ("score_for", "Score"),
    ("head_to_head", "Direct meetings"),
    ("wins", "Matches won"),
    ("buchholz", "Buchholz"),
    ("median_buchholz", "Median Buchholz"),
    ("sonneborn_berger", "Sonneborn-Berger"),
)
# How many rounds are told a length when only some have one of their own.
_ROUNDS_TOLD = {"single_elimination": 10, "double_elimination": 18, "round_robin": 126, "swiss": MAX_ROUNDS}
_LENGTH_OF_ROUND = re.compile(r"\s*([1-9][0-9]{0,2})\s*[:=]\s*([1357])\s*", re.ASCII)


def _count(label: str, lowest: int, highest: int, description: str = "", default: int | None = None):
    in_range = NumberRange(lowest, highest, message=f"A whole number from {lowest} to {highest}.")
    return IntegerField(
        label,
        default=default,
        description=description,
        validators=[Optional(), in_range],
        render_kw={"inputmode": "numeric", "min": lowest, "max": highest},
    )


def _points(label: str, default: int) -> DecimalField:
    in_range = NumberRange(0, MAX_POINTS, message=f"A number from 0 to {MAX_POINTS}.")
    return DecimalField(
        label,
        default=default,
        places=None,
        validators=[Optional(), in_range],
        render_kw={"inputmode": "decimal"},
    )


class BracketForm(RoomForm):
    """A bracket to be made. Fields that are not for the chosen format are not looked at."""

    name = StringField(
        "Name", filters=[stripped], validators=[DataRequired("Give it a name."), Length(max=120)]
    )
    format = SelectField("Format", choices=FORMATS)
    entrants = RadioField("Takes part", choices=ENTRANTS, default="all")
    participants = TextAreaField(
        "Participants in seed order",
        description="One name a line, the best first. Who is not in the list does not play.",
        validators=[Length(max=200_000)],
        render_kw={"rows": 8, "spellcheck": "false"},
    )
    source = SelectField("Groups of", coerce=optional_id, choices=[], validate_choice=False)
    best = _count("Best so many of each group", 1, 64, default=2)
    extra = _count("Next best of all groups", 0, 64, default=0)
    seeding = SelectField("Seeding", choices=SEEDINGS, default="given")
    best_of = SelectField("Length of its matches", coerce=int, choices=LENGTHS, default=1)
    best_of_rounds = StringField(
        "Rounds of another length",
        description="Round and games, such as 3: 5, 4: 7.",
        filters=[stripped],
        validators=[Length(max=500)],
    )
    third_place = BooleanField("Match for third place")
    grand_final = SelectField("Grand final", choices=GRAND_FINALS, default="single")
    groups = _count("Groups", 1, 256, "Filled by seed, there and back.", default=1)
    legs = SelectField("Meetings of each two", coerce=int, choices=[(1, "One"), (2, "Two")], default=1)
    rounds = _count("Rounds", 1, MAX_ROUNDS, "Empty: as many as it takes to leave one unbeaten.")
    draws = BooleanField("Matches may end level")
    win = _points("Points for a win", 3)
    draw = _points("For a draw", 1)
    loss = _points("For a loss", 0)
    tiebreaks = FieldList(SelectField(choices=TIEBREAKS, default=""), min_entries=7, max_entries=7)

    def __init__(self, *args, names: Mapping[str, int], sources: Sequence[Mapping] = (), **kwargs):
        """`names` are the participants' ids by name; `sources` the brackets whose places may be taken."""
        super().__init__(*args, **kwargs)
        self._ids = {name.casefold(): participant_id for name, participant_id in names.items()}
        self._groups = {source["id"]: source["groups"] for source in sources}
        self.source.choices = [(source["id"], source["name"]) for source in sources]
        if not sources:
            self.entrants.choices = ENTRANTS[:2]

    @property
    def is_elimination(self) -> bool:
        """True where the chosen format is one."""
        return (self.format.data or "").endswith("elimination")

    def validate_participants(self, field: TextAreaField) -> None:
        """Names of this tournament, each once, where they are to be chosen."""
        if self.entrants.data != "chosen":
            return
        names = self._chosen()
        unknown = [name for name in names if name.casefold() not in self._ids]
        if unknown:
            raise ValidationError(f"Not in this tournament, or withdrawn: {', '.join(unknown[:10])}.")
        if len({name.casefold() for name in names}) < len(names):
            raise ValidationError("A participant stands in the list twice.")
        if not names:
            raise ValidationError("Enter the names of those who play.")

    def validate_entrants(self, field: RadioField) -> None:
        """Places are for knockouts."""
        if field.data == "places" and not self.is_elimination:
            raise ValidationError("Places of groups go on to an elimination bracket.")

    def validate_source(self, field: SelectField) -> None:
        """One of the brackets that have groups."""
        if self.entrants.data == "places" and field.data not in self._groups:
            raise ValidationError("Choose the bracket with the groups.")

    def validate_best_of_rounds(self, field: StringField) -> None:
        """`round: games`, with commas between."""
        if field.data and not all(map(_LENGTH_OF_ROUND.fullmatch, field.data.split(","))):
            raise ValidationError("Write rounds and games like 3: 5, 4: 7; games are 1, 3, 5 or 7.")

    def _chosen(self) -> list[str]:
        return [line.strip() for line in (self.participants.data or "").splitlines() if line.strip()]

    def participant_ids(self) -> list[int] | None:
        """Who plays, in seed order; None for all, and where places do."""
        if self.entrants.data != "chosen":
            return None
        return [self._ids[name.casefold()] for name in self._chosen()]

    def options(self) -> dict:
        """The options as the service takes them: those of the format."""
        options: dict = {"best_of": self._lengths()}
        if self.entrants.data == "places":
            slots = slots_of_best(self._groups[self.source.data], self.best.data or 1, self.extra.data or 0)
            options |= {"from": self.source.data, "slots": slots}
        else:
            options["seeding"] = self.seeding.data
        return options | (self._elimination() if self.is_elimination else self._table())

    def _lengths(self) -> int | dict[str, int]:
        own = dict(
            found.groups()
            for part in self.best_of_rounds.data.split(",")
            if (found := _LENGTH_OF_ROUND.fullmatch(part))
        )
        if not own:
            return self.best_of.data
        told = {str(number): self.best_of.data for number in range(1, _ROUNDS_TOLD[self.format.data] + 1)}
        return told | {number: int(games) for number, games in own.items()}

    def _elimination(self) -> dict:
        if self.format.data == "double_elimination":
            return {"grand_final": self.grand_final.data}
        return {"third_place": True} if self.third_place.data else {}

    def _table(self) -> dict:
        options: dict = {"draws": True} if self.draws.data else {}
        if self.format.data == "round_robin":
            options |= {"groups": self.groups.data or 1, "legs": self.legs.data}
        elif self.rounds.data:
            options["rounds"] = self.rounds.data
        points = {name: self[name].data for name in ("win", "draw", "loss") if self[name].data is not None}
        if points and points != {"win": 3, "draw": 1, "loss": 0}:
            options["points"] = {name: _plain(value) for name, value in points.items()}
        if tiebreaks := [name for name in self.tiebreaks.data if name]:
            options["tiebreaks"] = tiebreaks
        return options


def _plain(value) -> int | float:
    return int(value) if value == int(value) else float(value)
