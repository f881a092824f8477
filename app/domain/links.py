"""Links that people give: to a stream, to evidence."""

from urllib.parse import urlsplit

from .errors import InvalidInput
from .words import say

URL_LENGTH = 200


def http_url(value: str | None, field: str) -> str:
    """The URL, or "" for none; InvalidInput where it is no http or https URL of 200 characters at most."""
    value = (value or "").strip()
    if not value:
        return ""
    if len(value) > URL_LENGTH:
        raise InvalidInput.of(field, say("May have at most %(number)s characters.", number=URL_LENGTH))
    try:
        parts = urlsplit(value)
        good = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        good = False
    if not good or any(ord(character) <= 32 or ord(character) == 127 for character in value):
        raise InvalidInput.of(field, say("Give a URL that begins with http:// or https://."))
    return value
