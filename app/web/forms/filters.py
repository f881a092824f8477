"""The filters of a tournament's list of matches: the API's, as a form whose address can be shared."""

from collections.abc import Iterable
from functools import lru_cache

from werkzeug.datastructures import MultiDict
from wtforms import Form, IntegerField, SearchField, SelectField, SelectMultipleField
from wtforms.validators import Length, NumberRange, Optional, ValidationError
from wtforms.widgets import CheckboxInput, HiddenInput, ListWidget

from app.domain.states import MatchState
from app.domain.words import say
from app.services.queries.match_list import ORDERINGS, MatchFilters

from .base import Spoken
from .times import WallTimeField

Choice = tuple[int, str]
LARGEST_NUMBER = 2**31 - 1
DEFAULT_PAGE_SIZE = 20
LARGEST_PAGE_SIZE = 100
_ORDERS = (
    ("scheduled_time", say("Earliest first")),
    ("-scheduled_time", say("Latest first")),
    ("state,scheduled_time", say("By state")),
    ("round_number,scheduled_time", say("By round")),
    ("-created_at", say("Newest first")),
)
_STATES = {str(state): state.label for state in MatchState}


def _id_field(label: str) -> IntegerField:
    return IntegerField(
        label,
        validators=[Optional(), NumberRange(1, LARGEST_NUMBER, message=say("This is not an id."))],
        widget=HiddenInput(),
    )


def _optional_id(value: str | int | None) -> int | None:
    return int(value) if value not in (None, "", "None") else None


class IdSelect(SelectField):
    """A choice by id; an id that is not offered is no error, but finds nothing."""

    def __init__(self, label: str, empty: str, **kwargs):
        super().__init__(label, coerce=_optional_id, validate_choice=False, choices=[("", empty)], **kwargs)

    def pre_validate(self, form):
        """Refuse what no id can be."""
        if self.data is not None and not 0 < self.data <= LARGEST_NUMBER:
            raise ValidationError(say("This is not an id."))


class MatchFilterForm(Form):
    """Which matches of a tournament, in which order, in pages of which size."""

    Meta = Spoken

    search = SearchField(say("Participant"), validators=[Length(max=100)])
    state = SelectMultipleField(
        say("State"), choices=list(_STATES.items()), widget=ListWidget(), option_widget=CheckboxInput()
    )
    bracket = IdSelect(say("Bracket"), say("All brackets"))
    station = IdSelect(say("Station"), say("All stations"))
    round_number = IntegerField(
        say("Round"),
        validators=[Optional(), NumberRange(1, LARGEST_NUMBER, message=say("Rounds count from 1."))],
    )
    scheduled_time__gte = WallTimeField(say("From"))
    scheduled_time__lte = WallTimeField(say("Until"))
    participant = _id_field(say("Participant id"))
    coordinator = _id_field(say("Coordinator id"))
    ordering = SelectField(say("Order"), choices=_ORDERS, validate_choice=False, default="scheduled_time")
    page_size = IntegerField(
        say("Page size"), validators=[Optional(), NumberRange(1, LARGEST_NUMBER)], widget=HiddenInput()
    )

    def validate_search(self, field: SearchField) -> None:
        """A text that can be looked for."""
        if "\0" in (field.data or ""):
            raise ValidationError(say("This can't be searched for."))

    def validate_ordering(self, field: SelectField) -> None:
        """Names of columns, each with or without `-`."""
        if not all(name.removeprefix("-") in ORDERINGS for name in (field.data or "").split(",")):
            raise ValidationError(
                say("Order by %(columns)s, with - for descending.", columns=", ".join(ORDERINGS))
            )

    @property
    def is_narrowed(self) -> bool:
        """True where some matches may be left out."""
        named = ("search", "state", "bracket", "station", "round_number", "participant", "coordinator")
        times = ("scheduled_time__gte", "scheduled_time__lte")
        return any(self[name].data for name in named + times) or bool(self.errors)

    def filters(self, tournament_id: int) -> MatchFilters:
        """The filters as the query wants them."""
        return MatchFilters(
            tournament=tournament_id,
            bracket=self.bracket.data,
            states=tuple(MatchState(state) for state in self.state.data or ()),
            scheduled_from=self.scheduled_time__gte.data,
            scheduled_until=self.scheduled_time__lte.data,
            participant=self.participant.data,
            coordinator=self.coordinator.data,
            station=self.station.data,
            round_number=self.round_number.data,
            search=(self.search.data or "").strip(),
        )

    def order(self) -> list[str]:
        """The columns to order by."""
        return self.ordering.data.split(",")

    def size(self) -> int:
        """How many matches stand on a page."""
        return min(self.page_size.data or DEFAULT_PAGE_SIZE, LARGEST_PAGE_SIZE)


def match_filter_form(
    args: MultiDict, time_zone: str, brackets: Iterable[Choice], stations: Iterable[Choice]
) -> MatchFilterForm:
    """The form of an address, validated. `brackets` and `stations` are the ids and names to choose from.

    States come in either case, repeated or with commas; what is empty is left out. The same form is given to
    all who ask the same: it must not be changed.
    """
    given = tuple(
        (name, value)
        for name, value in args.items(multi=True)
        if name.removesuffix("_offset") in _NAMES and value.strip()
    )
    return _validated(given, time_zone, tuple(brackets), tuple(stations))


_NAMES = frozenset(field.name for field in MatchFilterForm())


# Reading the form takes as long as finding the matches, drawing it three times as long.
@lru_cache(maxsize=128)
def _validated(
    given: tuple[tuple[str, str], ...],
    time_zone: str,
    brackets: tuple[Choice, ...],
    stations: tuple[Choice, ...],
) -> MatchFilterForm:
    values = MultiDict(given)
    states = [part.strip().upper() for value in values.poplist("state") for part in value.split(",")]
    values.setlist("state", [state for state in states if state])
    values.setdefault("ordering", "scheduled_time")
    form = MatchFilterForm(values, meta={"time_zone": time_zone})
    form.bracket.choices += brackets
    form.station.choices += stations
    form.validate()
    return form
