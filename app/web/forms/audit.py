"""The filters of the audit, as a form whose address can be shared."""

from collections.abc import Iterable

from werkzeug.datastructures import MultiDict
from wtforms import Form, SearchField, SelectField, StringField
from wtforms.validators import Length, Optional, Regexp

from app.domain.words import say
from app.services.queries.audit_log import AuditFilters

from .base import Spoken, stripped
from .filters import Choice, IdSelect
from .times import WallTimeField

GroupedChoices = dict[str, list[tuple[str, str]]]


def _without_nul(value: str | None) -> str:
    return stripped(value).replace("\0", "")


class AuditFilterForm(Form):
    """Which entries of a tournament's audit."""

    Meta = Spoken

    search = SearchField(say("Words"), filters=[_without_nul], validators=[Length(max=100)])
    action = SelectField(say("What"), validate_choice=False, default="")
    who = StringField(
        say("Who"), filters=[_without_nul], validators=[Length(max=50)], render_kw={"autocapitalize": "none"}
    )
    match = StringField(
        say("Match number"),
        filters=[lambda value: stripped(value).lstrip("Mm")],
        validators=[Optional(), Regexp(r"[0-9]{1,9}\Z", message=say("Enter a number, such as 12."))],
        render_kw={"inputmode": "numeric", "maxlength": "10"},
    )
    participant = IdSelect(say("Participant"), say("All participants"))
    since = WallTimeField(say("From"))
    until = WallTimeField(say("Until"))

    @property
    def is_narrowed(self) -> bool:
        """True where some entries may be left out."""
        return any(field.data for field in self) or bool(self.errors)

    @property
    def is_detailed(self) -> bool:
        """True where one of the filters that are seldom needed is in use."""
        seldom = (self.who, self.match, self.participant, self.since, self.until)
        return any(field.data or field.errors for field in seldom)

    def filters(
        self, actions: frozenset[str] | None, named_actions: dict[str, frozenset[str]]
    ) -> AuditFilters:
        """The filters as the query wants them; `actions` are those that the choice stands for."""
        return AuditFilters(
            actions=actions,
            username=self.who.data or None,
            match_number=int(self.match.data) if self.match.data else None,
            participant_id=self.participant.data,
            since=self.since.data,
            until=self.until.data,
            text=self.search.data or "",
            named_actions=named_actions,
        )


def audit_filter_form(
    args: MultiDict, time_zone: str, actions: GroupedChoices, participants: Iterable[Choice]
) -> AuditFilterForm:
    """The form of an address, validated; what is empty is left out."""
    given = MultiDict([(name, value) for name, value in args.items(multi=True) if value.strip()])
    form = AuditFilterForm(given, meta={"time_zone": time_zone})
    form.action.choices = {"": [("", say("Everything"))], **actions}
    form.participant.choices += participants
    form.validate()
    return form
