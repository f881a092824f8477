"""Fields that take exactly what they say: no coercion, every bound stated, every reason one sentence."""

import re
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from marshmallow import ValidationError, fields, validate

# The widest whole number that the columns hold: scores, round numbers, minutes, ids.
MAX_NUMBER = 2**31 - 1

_TIME = re.compile(
    r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(:\d{2}([.,]\d{1,9})?)?([Zz]|[+-]\d{2}:?\d{2})", re.ASCII
)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class Whole(fields.Integer):
    """A whole number within bounds; neither text nor a boolean is taken for one."""

    def __init__(self, *, minimum: int = 0, maximum: int = MAX_NUMBER, **kwargs: Any):
        bounds = validate.Range(
            min=minimum, max=maximum, error=f"Must be a whole number from {minimum} to {maximum}."
        )
        super().__init__(validate=[bounds], **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        if type(value) is not int:
            raise ValidationError("Not a whole number.")
        return value


class Id(Whole):
    """The id of a stored thing."""

    def __init__(self, **kwargs: Any):
        super().__init__(minimum=1, **kwargs)


class QueryWhole(Whole):
    """A whole number out of a query string, where everything arrives as text.

    With `clamp` a number above the maximum is taken as the maximum.
    """

    def __init__(self, *, clamp: bool = False, **kwargs: Any):
        super().__init__(**kwargs)
        self.highest = kwargs.get("maximum", MAX_NUMBER) if clamp else None

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        if not isinstance(value, str) or not re.fullmatch(r"-?[0-9]{1,100}", value):
            raise ValidationError("Not a whole number.")
        number = int(value)
        return number if self.highest is None else min(number, self.highest)


class Flag(fields.Boolean):
    """True or false, and nothing that merely looks like it."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:
        if type(value) is not bool:
            raise ValidationError("Must be true or false.")
        return value


class QueryId(QueryWhole):
    """An id out of a query string. Any whole number will do: one that no row has finds nothing.

    Empty, as forms send it, is the same as not given.
    """

    def __init__(self, **kwargs: Any):
        super().__init__(minimum=-MAX_NUMBER, clamp=True, load_default=None, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int | None:
        return max(super()._deserialize(value, attr, data, **kwargs), -MAX_NUMBER) if value else None

    def _validate(self, value: int | None) -> None:
        if value is not None:
            super()._validate(value)


class QueryFlag(fields.Boolean):
    """A switch out of a query string: `true`, `1`, or the other way round."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:
        known = {"true": True, "1": True, "false": False, "0": False}
        try:
            return known[value.lower()]
        except (KeyError, AttributeError):
            raise ValidationError("Must be true or false.") from None


class Text(fields.String):
    """Text of bounded length, without control characters; surrounding blanks are dropped."""

    def __init__(self, *, maximum: int, minimum: int = 0, **kwargs: Any):
        extra = kwargs.pop("validate", [])
        length = validate.Length(min=minimum, max=maximum, error=_length_error(minimum, maximum))
        super().__init__(validate=[length, *extra], **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if not isinstance(value, str):
            raise ValidationError("Must be text.")
        if _CONTROL.search(value):
            raise ValidationError("Must not contain control characters.")
        return value.strip()


class Secret(fields.String):
    """A password or token: taken as it is, blanks included."""

    def __init__(self, *, maximum: int, **kwargs: Any):
        length = validate.Length(min=1, max=maximum, error=_length_error(1, maximum))
        super().__init__(validate=[length], **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if not isinstance(value, str):
            raise ValidationError("Must be text.")
        return value


class Choice(Text):
    """One word out of a few, taken in any case and handed on as it is spelt in the list."""

    def __init__(self, choices: list[str] | tuple[str, ...], **kwargs: Any):
        self.choices = tuple(choices)
        longest = max(len(choice) for choice in self.choices)
        kwargs.setdefault("metadata", {})["enum"] = list(self.choices)
        super().__init__(maximum=longest, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        for choice in self.choices:
            if choice.lower() == text.lower():
                return choice
        raise ValidationError(f"Must be one of {', '.join(self.choices)}.")


class QueryChoices(fields.List):
    """Several words out of a few in a query string: with commas, or the parameter repeated.

    With `signed` each may begin with a `-`, which stays.
    """

    def __init__(self, choices: list[str] | tuple[str, ...], *, signed: bool = False, **kwargs: Any):
        super().__init__(fields.String(), **kwargs)
        self.choices = tuple(choices)
        self.signs = ("", "-") if signed else ("",)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[str]:
        known = {
            f"{sign}{choice}".lower(): f"{sign}{choice}" for choice in self.choices for sign in self.signs
        }
        words = [word.strip().lower() for word in value.split(",") if word.strip()]
        unknown = [word for word in words if word not in known]
        if unknown:
            raise ValidationError(f"Must be of {', '.join(self.choices)}.")
        return list(dict.fromkeys(known[word] for word in words))


class HttpUrl(Text):
    """An http or https address of at most 200 characters, or an empty text."""

    def __init__(self, **kwargs: Any):
        super().__init__(maximum=200, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if text and not _is_web_address(text):
            raise ValidationError("Must be an address that starts with http:// or https://.")
        return text


class Instant(fields.DateTime):
    """A moment: ISO 8601 with an offset, handed on as aware UTC in whole seconds."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        if not isinstance(value, str):
            raise ValidationError("Must be a time such as 2026-06-11T18:00:00Z.")
        if not _TIME.fullmatch(value):
            raise ValidationError("Must be an ISO 8601 time with an offset, such as 2026-06-11T18:00:00Z.")
        try:
            moment = datetime.fromisoformat(value.upper().replace(",", "."))
            return moment.astimezone(UTC).replace(microsecond=0)
        except (ValueError, OverflowError):
            raise ValidationError("There is no such time.") from None


class QueryInstant(Instant):
    """The same out of a query string, where an unescaped `+` arrives as a blank; empty is not given."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime | None:
        if not value:
            return None
        return super()._deserialize(re.sub(r" (?=\d{2}:?\d{2}$)", "+", value), attr, data, **kwargs)


def _length_error(minimum: int, maximum: int) -> str:
    if minimum:
        return f"Must have {minimum} to {maximum} characters."
    return f"Must have at most {maximum} characters."


def _is_web_address(text: str) -> bool:
    if re.search(r"\s", text):
        return False
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != -1
    except ValueError:
        return False
