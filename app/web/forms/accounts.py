"""The forms with which people sign in, register and look after their account."""

from wtforms import HiddenField, PasswordField, RadioField, SelectField, StringField
from wtforms.validators import InputRequired, Length, Regexp

from app.domain.errors import DomainError
from app.domain.words import say
from app.languages import LANGUAGES

from .base import LARGEST_ID, SpokenForm

# Longer than any password; what is longer still is not worth hashing.
_LONGEST_PASSWORD = 1000
_NAME_INPUT = {"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false", "maxlength": 50}


def _password(label: str, autocomplete: str, description: str = "") -> PasswordField:
    return PasswordField(
        label,
        description=description,
        validators=[InputRequired(say("Enter a password.")), Length(max=_LONGEST_PASSWORD)],
        render_kw={"autocomplete": autocomplete},
    )


class AccountForm(SpokenForm):
    """Knows how to show what a service refused."""

    def take(self, error: DomainError) -> None:
        """Put each reason beside the field that it is about, and the rest on top."""
        loose = []
        for name, reasons in error.errors.items():
            if name in self:
                self[name].errors = [*self[name].errors, *reasons]
            else:
                loose += reasons
        self.form_errors = [*self.form_errors, *(loose if error.errors else [error.detail])]


class LoginForm(AccountForm):
    """Who one is, and where to go on afterwards."""

    username = StringField(
        say("Username"),
        validators=[InputRequired(say("Enter your username.")), Length(max=50)],
        render_kw=_NAME_INPUT,
    )
    password = _password(say("Password"), "current-password")
    next = HiddenField()


class RegisterForm(AccountForm):
    """A new account."""

    username = StringField(
        say("Username"),
        description=say("Letters, digits and _ . @ + -; others see it."),
        validators=[InputRequired(say("Choose a username.")), Length(max=50)],
        render_kw=_NAME_INPUT,
    )
    password = _password(say("Password"), "new-password", say("At least 8 characters."))
    next = HiddenField()


class PasswordForm(AccountForm):
    """Another password."""

    current_password = _password(say("Current password"), "current-password")
    new_password = _password(say("New password"), "new-password", say("Signs you out everywhere else."))


class LanguageForm(AccountForm):
    """In which language pages speak to one; empty where the browser decides."""

    language = SelectField(
        say("Language"),
        description=say("Of the pages that you see. What people have entered stays as it is."),
        choices=[
            ("", say("As your browser asks")),
            *((code, name, {"lang": code}) for code, name in LANGUAGES.items()),
        ],
    )


class TokenForm(AccountForm):
    """A new personal access token."""

    name = StringField(
        say("Name"),
        description=say("What it is for, such as “stream overlay”."),
        validators=[InputRequired(say("Give it a name.")), Length(max=80)],
        render_kw={"maxlength": 80, "autocomplete": "off"},
    )
    scope = RadioField(
        say("May"), choices=[("read", say("read")), ("write", say("read and write"))], default="read"
    )


class PlainForm(SpokenForm):
    """Nothing to fill in but the button."""


class FeedForm(AccountForm):
    """Which matches a calendar is to show: `kind:id`."""

    feed = StringField(
        say("Matches"),
        validators=[Regexp(r"^[a-z]{1,12}:[0-9]{1,10}$", message=say("Choose what to follow."))],
    )
    next = HiddenField()

    @property
    def kind(self) -> str:
        """What kind of feed."""
        return self.feed.data.partition(":")[0]

    @property
    def subject_id(self) -> int:
        """Of which participant, station, tournament or user."""
        # What no column could hold is taken as 0, which no row has.
        number = int(self.feed.data.partition(":")[2])
        return number if number <= LARGEST_ID else 0
