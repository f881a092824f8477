"""Times that people enter: a wall clock of the form's zone in, a moment out, and no guessing.

Where the clocks jump forward, some wall times never happen: they are refused. Where they jump back, some
happen twice: the form asks which is meant, by offering both offsets. This is the only place that knows how.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from markupsafe import Markup
from wtforms import Field
from wtforms.widgets import DateTimeLocalInput

from app.domain.timetable import FIRST_YEAR, LAST_YEAR
from app.domain.words import say
from app.languages import said

_WALL_TIME = re.compile(
    r"(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2})(?::\d{2})?(?:\.\d+)?(Z|[+-]\d{2}:?\d{2})?", re.ASCII
)


@dataclass(frozen=True)
class Offset:
    """One of the two meanings of a time that the clock shows twice: `+02:00`, and its abbreviation."""

    value: str
    name: str


class WallTimeError(ValueError):
    """The text does not name one moment. `offsets` has both meanings where it names two."""

    def __init__(self, sentence: str, offsets: tuple[Offset, ...] = ()):
        super().__init__(sentence)
        self.sentence = sentence
        self.offsets = offsets


def moment_of_wall_time(text: str, zone: str, offset: str | None = None) -> datetime:
    """The moment, in UTC, at which the clocks of the zone show `text` (`2026-11-24T14:05`).

    `offset` (`+02:00`) decides where they show it twice; it is ignored where they show it once. A text with
    an offset of its own needs no zone. Raises WallTimeError for a time that is no time, is skipped, or is
    shown twice while no offset decides.
    """
    found = _WALL_TIME.fullmatch(text.strip())
    if found is None:
        raise WallTimeError(say("Enter a date and a time, such as 2026-11-24 14:05."))
    date, clock, own_offset = found.groups()
    try:
        wall = datetime.fromisoformat(f"{date}T{clock}")
        if not FIRST_YEAR <= wall.year <= LAST_YEAR:
            raise WallTimeError(
                say("The year must be between %(first)s and %(last)s.", first=FIRST_YEAR, last=LAST_YEAR)
            )
        if own_offset:
            return datetime.fromisoformat(f"{date}T{clock}{own_offset}").astimezone(UTC)
        return _moment(wall, ZoneInfo(zone), offset)
    except WallTimeError:
        raise
    except (ValueError, OverflowError):
        raise WallTimeError(say("There is no such date and time.")) from None


def _moment(wall: datetime, zone: ZoneInfo, offset: str | None) -> datetime:
    moments = [wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)]
    # A skipped time comes back as another wall time; a time shown twice has two moments.
    shown = [moment for moment in moments if moment.astimezone(zone).replace(tzinfo=None) == wall]
    if not shown:
        raise WallTimeError(_skipped_sentence(wall, moments, zone))
    if shown[0] == shown[-1]:
        return shown[0]
    offsets = tuple(_offset(moment, zone) for moment in shown)
    for moment, candidate in zip(shown, offsets, strict=True):
        if candidate.value == offset:
            return moment
    raise WallTimeError(
        say(
            "The clocks are set back that day, and show %(time)s twice in %(zone)s. Choose which is meant.",
            time=f"{wall:%H:%M}",
            zone=_words(zone),
        ),
        offsets,
    )


def _skipped_sentence(wall: datetime, moments: list[datetime], zone: ZoneInfo) -> str:
    later = max(moments).astimezone(zone)
    return say(
        "The clocks are set forward that day, and never show %(time)s in %(zone)s. "
        "The same moment may be meant as %(later)s.",
        time=f"{wall:%H:%M}",
        zone=_words(zone),
        later=f"{later:%H:%M}",
    )


def _offset(moment: datetime, zone: ZoneInfo) -> Offset:
    local = moment.astimezone(zone)
    seconds = local.utcoffset() or timedelta()
    sign = "-" if seconds < timedelta() else "+"
    minutes = int(abs(seconds).total_seconds()) // 60
    return Offset(f"{sign}{minutes // 60:02d}:{minutes % 60:02d}", local.strftime("%Z"))


def _words(zone: ZoneInfo) -> str:
    return zone.key.replace("_", " ")


class WallTimeField(Field):
    """A form's date and time, in the zone that the form is given: `Form(meta={"time_zone": zone})`.

    `data` is an aware time in UTC, or None where nothing was entered. After a time that the clock shows
    twice, `offsets` has both meanings, which the input then offers; the answer comes as `<name>_offset`.
    """

    widget = DateTimeLocalInput()

    def __init__(self, label=None, validators=None, **kwargs):
        super().__init__(label, validators, **kwargs)
        self.offsets: tuple[Offset, ...] = ()
        self.chosen_offset: str | None = None

    @property
    def zone(self) -> str:
        """The zone in which the text is read and shown."""
        return getattr(self.meta, "time_zone", "UTC")

    def process(self, formdata, *args, **kwargs):
        """Take the answer about the offset along with the time itself."""
        if formdata is not None:
            self.chosen_offset = formdata.get(f"{self.name}_offset")
        super().process(formdata, *args, **kwargs)

    def process_formdata(self, valuelist):
        """Read what was entered; nothing at all is None."""
        text = valuelist[0].strip() if valuelist else ""
        if not text:
            self.data = None
            return
        try:
            self.data = moment_of_wall_time(text, self.zone, self.chosen_offset)
        except WallTimeError as error:
            self.data = None
            self.offsets = error.offsets
            raise ValueError(error.sentence) from None

    def _value(self) -> str:
        if self.raw_data:
            return self.raw_data[0]
        return self.data.astimezone(ZoneInfo(self.zone)).strftime("%Y-%m-%dT%H:%M") if self.data else ""

    def offset_question(self, id_prefix: str | None = None) -> Markup:
        """The radio buttons that ask which of two moments is meant; empty where there is nothing to ask."""
        if not self.offsets:
            return Markup("")
        option = Markup(
            '<label class="check" for="{id}">'
            '<input type="radio" id="{id}" name="{name}_offset" value="{value}">'
            '<span class="field__label">{title} (UTC{value})</span></label>'
        )
        options = [
            option.format(
                id=f"{id_prefix or self.id}-offset-{place}",
                name=self.name,
                value=offset.value,
                title=offset.name,
            )
            for place, offset in enumerate(self.offsets)
        ]
        return Markup('<fieldset class="field"><legend class="field__label">{}</legend>{}</fieldset>').format(
            said(say("Which one?")), Markup("").join(options)
        )
