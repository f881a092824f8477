"""The forms of the room of the screens."""

from collections.abc import Iterable

from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import Length

from app.domain.words import say
from app.services.queries.screens import ScreenState
from app.services.screens import BOARD, NAME_LENGTH, TEXT_LENGTH

from .base import RoomForm, optional_id, stripped

_TEXT = {"maxlength": TEXT_LENGTH, "rows": 2}


def _one_line(value: str | None) -> str:
    """What is typed over several lines is shown as one text, as large as fits."""
    return " ".join(stripped(value).split())


class AnnouncementForm(RoomForm):
    """What all boards say beside the matches."""

    announcement = TextAreaField(
        say("Announcement"),
        description=say("Stands on all boards beside the matches until you empty it."),
        filters=[_one_line],
        validators=[Length(max=TEXT_LENGTH)],
        render_kw=_TEXT,
    )


class MessageForm(RoomForm):
    """What one board or all of them show over everything else."""

    screen_id = SelectField(say("To"), coerce=optional_id, default=None)
    message = TextAreaField(
        say("Message"),
        description=say("Fills the screen until you clear it. Overlays show none."),
        filters=[_one_line],
        validators=[Length(max=TEXT_LENGTH)],
        render_kw=_TEXT,
    )

    def __init__(self, *args, screens: Iterable[ScreenState] = (), **kwargs):
        super().__init__(*args, **kwargs)
        boards = [(str(screen.id), screen.label) for screen in screens if screen.kind == BOARD]
        self.screen_id.choices = [("", say("All boards")), *boards]


class NameForm(RoomForm):
    """What a screen is called."""

    name = StringField(
        say("Name"),
        filters=[stripped],
        validators=[Length(max=NAME_LENGTH)],
        render_kw={"maxlength": NAME_LENGTH},
    )
