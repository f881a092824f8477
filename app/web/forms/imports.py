"""The form of an import: a file, and what the file itself may not tell."""

from flask_wtf.file import FileField, FileRequired
from werkzeug.datastructures import FileStorage
from wtforms import BooleanField, SelectField, StringField
from wtforms.validators import Length, ValidationError

from app.domain.words import say
from app.importers.door import TITLES, Wish
from app.importers.guess import guess_format
from app.importers.json_text import MAX_BYTES, UnreadableText

from .base import RoomForm, stripped
from .tournaments import zone_choices

MEGABYTES = MAX_BYTES // (1024 * 1024)
_ACCEPTED = {"accept": ".json,.csv,.txt,application/json,text/csv", "data-max-bytes": MAX_BYTES}


class ImportForm(RoomForm):
    """What is asked for of a tournament that comes out of a file."""

    file = FileField(
        say("File"),
        description=say("JSON or CSV, at most %(megabytes)s MB.", megabytes=MEGABYTES),
        validators=[FileRequired(say("Choose a file."))],
        render_kw=_ACCEPTED,
    )
    format = SelectField(say("Format"), choices=[("", say("Tell by the file")), *TITLES.items()], default="")
    name = StringField(
        say("Name"),
        description=say("Empty: the file says it, or it is the file's own name."),
        filters=[stripped],
        validators=[Length(max=120)],
    )
    time_zone = SelectField(
        say("Time zone"),
        default="UTC",
        validate_choice=False,
        description=say("Of the tournament, and of times in the file that do not say theirs."),
    )
    is_private = BooleanField(say("Private"), description=say("Only its own people see it."))
    participants = FileField(
        say("Participants"),
        description=say("For a CSV file of matches: a second one with seeds and members."),
        render_kw=_ACCEPTED,
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.time_zone.choices = zone_choices()

    def validate_time_zone(self, field: SelectField) -> None:
        """Refuse a zone that nobody knows."""
        if field.data not in dict(self.time_zone.choices):
            raise ValidationError(say("This is not the name of a time zone."))

    def validate_participants(self, field: FileField) -> None:
        """Refuse a second file beside anything but CSV."""
        if field.data and self.format.data not in ("", "csv"):
            raise ValidationError(say("A second file is for CSV."))

    def read(self) -> tuple[Wish, bytes, bytes | None]:
        """What to import and how; UnreadableText where the format cannot be told by the file."""
        upload: FileStorage = self.file.data
        data = upload.read(MAX_BYTES + 1)
        second = self.participants.data.read(MAX_BYTES + 1) if self.participants.data else None
        kind = self.format.data or guess_format(data)
        if second is not None and kind != "csv":
            raise UnreadableText(
                say("The file is no CSV, but %(kind)s. Leave the second file out.", kind=TITLES[kind])
            )
        wish = Wish(kind, self.time_zone.data, self.is_private.data, self.name.data, _stem(upload.filename))
        return wish, data, second


def _stem(file_name: str | None) -> str:
    """The file's name without its folders and ending, in characters that a name may have."""
    last = (file_name or "").replace("\\", "/").rpartition("/")[2]
    printable = "".join(char for char in last if char.isprintable())
    return (printable.rpartition(".")[0] or printable.strip(".")).strip() or "Imported tournament"
