"""The forms with which people sign in, register and look after their account."""

from flask_wtf import FlaskForm
from wtforms import HiddenField, PasswordField, RadioField, StringField
from wtforms.validators import InputRequired, Length, Regexp

from app.domain.errors import DomainError

from .base import LARGEST_ID

# Longer than any password; what is longer still is not worth hashing.
_LONGEST_PASSWORD = 1000
_NAME_INPUT = {"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false", "maxlength": 50}


def _password(label: str, autocomplete: str, description: str = "") -> PasswordField:
    return PasswordField(
        label,
        description=description,
        validators=[InputRequired("Enter a password."), Length(max=_LONGEST_PASSWORD)],
        render_kw={"autocomplete": autocomplete},
    )


class AccountForm(FlaskForm):
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
        "Username", validators=[InputRequired("Enter your username."), Length(max=50)], render_kw=_NAME_INPUT
    )
    password = _password("Password", "current-password")
    next = HiddenField()


class RegisterForm(AccountForm):
    """A new account."""

    username = StringField(
        "Username",
        description="Letters, digits and _ . @ + -; others see it.",
        validators=[InputRequired("Choose a username."), Length(max=50)],
        render_kw=_NAME_INPUT,
    )
    password = _password("Password", "new-password", "At least 8 characters.")
    next = HiddenField()


class PasswordForm(AccountForm):
    """Another password."""

    current_password = _password("Current password", "current-password")
    new_password = _password("New password", "new-password", "Signs you out everywhere else.")


class TokenForm(AccountForm):
    """A new personal access token."""

    name = StringField(
        "Name",
        description="What it is for, such as “stream overlay”.",
        validators=[InputRequired("Give it a name."), Length(max=80)],
        render_kw={"maxlength": 80, "autocomplete": "off"},
    )
    scope = RadioField("May", choices=[("read", "read"), ("write", "read and write")], default="read")


class PlainForm(FlaskForm):
    """Nothing to fill in but the button."""


class FeedForm(AccountForm):
    """Which matches a calendar is to show: `kind:id`."""

    feed = StringField(
        "Matches", validators=[Regexp(r"^[a-z]{1,12}:[0-9]{1,10}$", message="Choose what to follow.")]
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
