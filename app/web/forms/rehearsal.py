"""The forms of rehearsals."""

from wtforms import IntegerField, StringField
from wtforms.validators import InputRequired, Length, NumberRange

from app.domain.rehearsal import SEEDS, SPEEDS
from app.domain.words import say

from .base import RoomForm, stripped


def _whole(label: str, bounds: tuple[int, int], description: str) -> IntegerField:
    in_range = NumberRange(*bounds, message=say("A whole number from %(min)s to %(max)s."))
    return IntegerField(
        label,
        description=description,
        validators=[InputRequired(say("Enter a number.")), in_range],
        render_kw={"inputmode": "numeric", "min": bounds[0], "max": bounds[1]},
    )


def _speed() -> IntegerField:
    return _whole(say("Speed"), SPEEDS, say("How many minutes of the tournament pass in one: from 1 to 60."))


class RehearsalForm(RoomForm):
    """What a new rehearsal is asked for."""

    speed = _speed()
    seed = _whole(say("Seed"), SEEDS, say("The same number makes the same results, no-shows and disputes."))


class PaceForm(RoomForm):
    """How a rehearsal goes on: `act` is play, pause, or empty for neither."""

    act = StringField(filters=[stripped], validators=[Length(max=10)])
    speed = _speed()
