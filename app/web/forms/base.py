"""What the forms of the desk share: the hidden version and view, own ids, and errors from the services."""

from flask_wtf import FlaskForm
from wtforms import FieldList, IntegerField, StringField
from wtforms.validators import Length, Optional
from wtforms.widgets import HiddenInput

from app.domain.errors import DomainError, InvalidInput

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


class RoomForm(FlaskForm):
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
