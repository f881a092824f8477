"""What forms say, so that it can be said in the reader's language."""

from werkzeug.datastructures import MultiDict
from wtforms import Form, IntegerField, SelectField, StringField
from wtforms.validators import InputRequired, Length, NumberRange

from app.domain.words import Words, say
from app.web.forms.base import Spoken


class _Sample(Form):
    Meta = Spoken

    name = StringField(validators=[Length(max=3)])
    note = StringField(validators=[InputRequired()])
    seed = IntegerField(validators=[NumberRange(1, 9)])
    size = IntegerField()
    games = IntegerField(validators=[NumberRange(1, 9, message=say("From %(min)s to %(max)s."))])
    kind = SelectField(choices=[("a", "A")])


def test_errors_of_the_library_are_words_with_their_values():
    form = _Sample(MultiDict({"name": "long", "seed": "0", "size": "x", "games": "10", "kind": "b"}))
    assert not form.validate()
    errors = {name: reasons[0] for name, reasons in form.errors.items()}
    assert errors == {
        "name": "Field cannot be longer than 3 characters.",
        "note": "This field is required.",
        "seed": "Number must be between 1 and 9.",
        "size": "Not a valid integer value.",
        "games": "From 1 to 9.",
        "kind": "Not a valid choice.",
    }
    assert {type(reason) for reason in errors.values()} == {Words}
    assert errors["name"].sentence == "Field cannot be longer than %(max)d characters."
    assert errors["games"].values == {"min": 1, "max": 9}
