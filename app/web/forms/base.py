"""What forms share: the language, the hidden version and view, own ids, and errors from the services."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms import Field, FieldList, IntegerField, SelectField, SelectMultipleField, StringField
from wtforms.meta import DefaultMeta
from wtforms.validators import Length, Optional
from wtforms.widgets import HiddenInput

from app.domain.errors import DomainError, InvalidInput
from app.domain.words import Words, say
from app.languages import ENGLISH, current_language, said

LARGEST_ID = 2**31 - 1


def stripped(value: str | None) -> str:
    """The text without blanks around it; empty for none. A filter of text fields."""
    return (value or "").strip()


def known_id(value: str | int) -> int:
    """The id that a choice stands for; ValueError for what no id can be. For `coerce` of select fields."""
    number = int(value)
    if not 0 < number <= LARGEST_ID:
        raise ValueError("this is not an id")
    return number


def optional_id(value: str | int | None) -> int | None:
    """The id that a choice stands for, or None for its empty choice."""
    return known_id(value) if value not in (None, "", "None") else None


class _Translations:
    """What WTForms itself says where a field names no sentence of its own: as words, by its English."""

    _words = {
        str(words): words
        for words in (
            say("This field is required."),
            say("Field cannot be longer than %(max)d characters."),
            say("Number must be at least %(min)s."),
            say("Number must be between %(min)s and %(max)s."),
            say("Not a valid integer value."),
            say("Not a valid decimal value."),
            say("Not a valid choice."),
            say("Invalid Choice: could not coerce."),
            say("Invalid choice(s): one or more data inputs could not be coerced."),
            say("'%(value)s' is not a valid choice for this field."),
            say("'%(value)s' are not valid choices for this field."),
            say("Invalid input."),
        )
    }

    def gettext(self, sentence: str) -> str:
        """The sentence, as words where it is known."""
        return self._words.get(sentence, sentence)

    def ngettext(self, one: str, many: str, num: int) -> str:
        """Whichever of the sentences the number asks for."""
        return self.gettext(one if num == 1 else many)


class Spoken(DefaultMeta):
    """The `Meta` of a form whose fields are drawn in the reader's language, and whose errors are words."""

    def get_translations(self, form: Any) -> _Translations:
        """Words for WTForms' own sentences."""
        return _TRANSLATIONS

    def render_field(self, field: Field, render_kw: dict) -> str:
        """The field with its choices and attributes in the reader's language; the form stays as it is."""
        if current_language() != ENGLISH:
            field = _copy(field)
            if field.render_kw:
                field.render_kw = {name: _shown(value) for name, value in field.render_kw.items()}
            if isinstance(field, SelectField | SelectMultipleField) and field.choices:
                field.choices = _shown_choices(field.choices)
        return super().render_field(field, render_kw)


_TRANSLATIONS = _Translations()


def _copy(field: Field) -> Field:
    # Of a class of fields, `copy` makes an unbound one.
    other = object.__new__(type(field))
    vars(other).update(vars(field))
    return other


def _shown_choices(choices: Any) -> Any:
    """Choices, or groups of them by name, in the reader's language."""
    if isinstance(choices, dict):
        return {_shown(group): _shown_choices(own) for group, own in choices.items()}
    return [choice if isinstance(choice, str) else tuple(map(_shown, choice)) for choice in choices]


def _shown(value: Any) -> Any:
    return said(value) if type(value) is Words else value


class SpokenForm(FlaskForm):
    """A form that is sent; its fields are drawn in the reader's language."""

    Meta = Spoken


class RoomForm(SpokenForm):
    """A form of an organizer's room; knows how to show what a service refused."""

    def take(self, error: DomainError) -> None:
        """Put the reasons beside the fields that they are about; what is about none stands on top."""
        loose = []
        for name, reasons in error.errors.items():
            field = self._fields.get(name) if isinstance(error, InvalidInput) else None
            if field is None:
                loose += reasons
            else:
                field.errors = [*field.errors, *reasons]
        if not error.errors:
            loose = list(getattr(error, "reasons", [])) or [error.detail]
        self.form_errors = [*self.form_errors, *loose]

    def name_ids(self, prefix: str) -> None:
        """Give the fields ids of their own, for pages that show several forms."""
        for field in self:
            field.id = f"{prefix}-{field.name}"
            field.label.field_id = field.id
            for entry in field if isinstance(field, FieldList) else ():
                for part in entry:
                    part.id = f"{prefix}-{part.name}"


class ActionForm(RoomForm):
    """The form of one verb on a match. `version` is what its reader saw; `view` is where it stands."""

    version = IntegerField(widget=HiddenInput(), validators=[Optional()])
    view = StringField(widget=HiddenInput(), filters=[stripped], validators=[Length(max=20)])
