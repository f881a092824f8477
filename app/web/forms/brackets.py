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
from app.domain.words import say

from .base import RoomForm, optional_id, stripped
from .tournaments import LENGTHS

FORMATS = (
    ("single_elimination", say("Single elimination")),
    ("double_elimination", say("Double elimination")),
    ("round_robin", say("Round robin, or groups")),
    ("swiss", say("Swiss")),
)
SEEDINGS = (
    ("given", say("As in the list")),
    ("rank", say("By rank: unseeded participants last")),
    ("random", say("Drawn at random")),
)
ENTRANTS = (
    ("all", say("All participants, by seed")),
    ("chosen", say("Some of them, in an order of your own")),
    ("places", say("The best of the groups of another bracket")),
)
GRAND_FINALS = (
    ("single", say("One match")),
    ("double", say("A second one if the upper side loses the first")),
    ("none", say("None: both bracket finals are the end")),
)
TIEBREAKS = (
    ("", "–"),
    ("score_difference", say("Score difference")),
    ("score_for", say("Score")),
    ("head_to_head", say("Direct meetings")),
    ("wins", say("Matches won")),
    ("buchholz", say("Buchholz")),
    ("median_buchholz", say("Median Buchholz")),
    ("sonneborn_berger", say("Sonneborn-Berger")),
)
# How many rounds are told a length when only some have one of their own.
_ROUNDS_TOLD = {"single_elimination": 10, "double_elimination": 18, "round_robin": 126, "swiss": MAX_ROUNDS}
_LENGTH_OF_ROUND = re.compile(r"\s*([1-9][0-9]{0,2})\s*[:=]\s*([1357])\s*", re.ASCII)


def _count(label: str, lowest: int, highest: int, description: str = "", default: int | None = None):
    in_range = NumberRange(lowest, highest, message=say("A whole number from %(min)s to %(max)s."))
    return IntegerField(
        label,
        default=default,
        description=description,
        validators=[Optional(), in_range],
        render_kw={"inputmode": "numeric", "min": lowest, "max": highest},
    )


def _points(label: str, default: int) -> DecimalField:
    in_range = NumberRange(0, MAX_POINTS, message=say("A number from %(min)s to %(max)s."))
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
        say("Name"), filters=[stripped], validators=[DataRequired(say("Give it a name.")), Length(max=120)]
    )
    format = SelectField(say("Format"), choices=FORMATS)
    entrants = RadioField(say("Takes part"), choices=ENTRANTS, default="all")
    participants = TextAreaField(
        say("Participants in seed order"),
        description=say("One name a line, the best first. Who is not in the list does not play."),
        validators=[Length(max=200_000)],
        render_kw={"rows": 8, "spellcheck": "false"},
    )
    source = SelectField(say("Groups of"), coerce=optional_id, choices=[], validate_choice=False)
    best = _count(say("Best so many of each group"), 1, 64, default=2)
    extra = _count(say("Next best of all groups"), 0, 64, default=0)
    seeding = SelectField(say("Seeding"), choices=SEEDINGS, default="given")
    best_of = SelectField(say("Length of its matches"), coerce=int, choices=LENGTHS, default=1)
    best_of_rounds = StringField(
        say("Rounds of another length"),
        description=say("Round and games, such as 3: 5, 4: 7."),
        filters=[stripped],
        validators=[Length(max=500)],
    )
    third_place = BooleanField(say("Match for third place"))
    grand_final = SelectField(say("Grand final"), choices=GRAND_FINALS, default="single")
    groups = _count(say("Groups"), 1, 256, say("Filled by seed, there and back."), default=1)
    legs = SelectField(
        say("Meetings of each two"), coerce=int, choices=[(1, say("One")), (2, say("Two"))], default=1
    )
    rounds = _count(say("Rounds"), 1, MAX_ROUNDS, say("Empty: as many as it takes to leave one unbeaten."))
    draws = BooleanField(say("Matches may end level"))
    win = _points(say("Points for a win"), 3)
    draw = _points(say("For a draw"), 1)
    loss = _points(say("For a loss"), 0)
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
            raise ValidationError(
                say("Not in this tournament, or withdrawn: %(names)s.", names=", ".join(unknown[:10]))
            )
        if len({name.casefold() for name in names}) < len(names):
            raise ValidationError(say("A participant stands in the list twice."))
        if not names:
            raise ValidationError(say("Enter the names of those who play."))

    def validate_entrants(self, field: RadioField) -> None:
        """Places are for knockouts."""
        if field.data == "places" and not self.is_elimination:
            raise ValidationError(say("Places of groups go on to an elimination bracket."))

    def validate_source(self, field: SelectField) -> None:
        """One of the brackets that have groups."""
        if self.entrants.data == "places" and field.data not in self._groups:
            raise ValidationError(say("Choose the bracket with the groups."))

    def validate_best_of_rounds(self, field: StringField) -> None:
        """`round: games`, with commas between."""
        if field.data and not all(map(_LENGTH_OF_ROUND.fullmatch, field.data.split(","))):
            raise ValidationError(say("Write rounds and games like 3: 5, 4: 7; games are 1, 3, 5 or 7."))

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
