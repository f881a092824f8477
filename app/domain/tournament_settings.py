"""A tournament's settings: which values each may have, and the slug that its name makes."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from functools import cache
from zoneinfo import available_timezones

from .errors import InvalidInput
from .lobby import GAMES, RevealPolicy
from .words import say

STATUSES = ("draft", "upcoming", "live", "completed", "cancelled")
NO_SHOW_POLICIES = ("flag", "forfeit")
CONFLICT_POLICIES = ("warn", "refuse")
LOBBY_REVEALS = tuple(str(policy) for policy in RevealPolicy)
BEST_OF = (1, 3, 5, 7)

NAME_LENGTH = 120
SLUG_LENGTH = 80
DAY_MINUTES = 24 * 60
# Addresses beside the tournaments' own that a slug would hide.
RESERVED_SLUGS = frozenset({"new", "create", "matches", "import"})

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class Refusal(ValueError):
    """Why one value is refused, in one sentence."""

    def __init__(self, reason: str):
        super().__init__(reason)
        self.reason = reason


def clean_text(value: object, maximum: int) -> str:
    """The text without surrounding blanks; Refusal with the reason where it is refused."""
    if not isinstance(value, str):
        raise Refusal(say("Must be text."))
    text = value.strip()
    if not text:
        raise Refusal(say("May not be blank."))
    if len(text) > maximum:
        raise Refusal(say("May have at most %(number)s characters.", number=maximum))
    if _CONTROL.search(text):
        raise Refusal(say("Must not contain control characters."))
    return text


def _name(value: object) -> str:
    return clean_text(value, NAME_LENGTH)


def _slug(value: object) -> str:
    slug = clean_text(value, SLUG_LENGTH).lower()
    if not _SLUG.fullmatch(slug):
        raise Refusal(say("Use letters from a to z and digits, with single hyphens between them."))
    if slug in RESERVED_SLUGS:
        raise Refusal(say("This word is taken by another page; choose another slug."))
    return slug


# What some machines list beside the zones; it means something else on each, and nothing to a browser.
_NOWHERE = {"localtime", "Factory"}


@cache
def time_zones() -> frozenset[str]:
    """The names of all time zones that this machine knows, and others too."""
    return frozenset(available_timezones()) - _NOWHERE


def _time_zone(value: object) -> str:
    if not isinstance(value, str) or value not in time_zones():
        raise Refusal(say("Must be the name of a time zone, such as Europe/Berlin."))
    return value


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise Refusal(say("Must be true or false."))
    return value


def _choice(*choices: str) -> Callable[[object], str]:
    def rule(value: object) -> str:
        word = value.strip().lower() if isinstance(value, str) else None
        if word not in choices:
            raise Refusal(say("Must be one of %(choices)s.", choices=", ".join(choices)))
        return word

    return rule


def _minutes(minimum: int, maximum: int, *, nullable: bool = False) -> Callable[[object], int | None]:
    def rule(value: object) -> int | None:
        if value is None and nullable:
            return None
        if type(value) is not int or not minimum <= value <= maximum:
            raise Refusal(
                say("Must be a whole number from %(lowest)s to %(highest)s.", lowest=minimum, highest=maximum)
            )
        return value

    return rule


def _best_of(value: object) -> int:
    if type(value) is not int or value not in BEST_OF:
        raise Refusal(say("Must be 1, 3, 5 or 7."))
    return value


# The bounds are those that nobody who runs a tournament meets, and that no sum of times overflows.
BOUNDS: dict[str, tuple[int, int]] = {
    "check_in_window_minutes": (0, 7 * DAY_MINUTES),
    "match_minutes": (1, DAY_MINUTES),
    "rest_minutes": (0, DAY_MINUTES),
    "dispute_window_minutes": (0, 30 * DAY_MINUTES),
    "auto_confirm_minutes": (1, 7 * DAY_MINUTES),
    "lobby_reveal_minutes": (0, DAY_MINUTES),
}
_RULES: dict[str, Callable[[object], object]] = {
    "name": _name,
    "slug": _slug,
    "game": _choice(*GAMES),
    "time_zone": _time_zone,
    "is_public": _flag,
    "enable_check_in": _flag,
    "coordinators_run_matches": _flag,
    "require_lobby": _flag,
    "no_show_policy": _choice(*NO_SHOW_POLICIES),
    "conflict_policy": _choice(*CONFLICT_POLICIES),
    "lobby_reveal": _choice(*LOBBY_REVEALS),
    "status": _choice(*STATUSES),
    "best_of": _best_of,
    **{
        field: _minutes(*bounds, nullable=field == "auto_confirm_minutes") for field, bounds in BOUNDS.items()
    },
}
SETTINGS = tuple(_RULES)
# What each is called within a sentence.
WORDS = {
    "name": say("name"),
    "slug": say("address"),
    "game": say("game"),
    "time_zone": say("time zone"),
    "is_public": say("public"),
    "enable_check_in": say("enable check in"),
    "coordinators_run_matches": say("coordinators run matches"),
    "require_lobby": say("require lobby"),
    "no_show_policy": say("no show policy"),
    "conflict_policy": say("conflict policy"),
    "lobby_reveal": say("lobby reveal"),
    "status": say("status"),
    "best_of": say("best of"),
    "check_in_window_minutes": say("check in window minutes"),
    "match_minutes": say("match minutes"),
    "rest_minutes": say("rest minutes"),
    "dispute_window_minutes": say("dispute window minutes"),
    "auto_confirm_minutes": say("auto confirm minutes"),
    "lobby_reveal_minutes": say("lobby reveal minutes"),
}


def clean(values: Mapping[str, object]) -> dict[str, object]:
    """The settings as they are stored; raises InvalidInput with the reason for each refused one."""
    cleaned: dict[str, object] = {}
    errors: dict[str, list[str]] = {}
    for field, value in values.items():
        try:
            if field not in _RULES:
                raise Refusal(say("There is no such setting."))
            cleaned[field] = _RULES[field](value)
        except Refusal as refusal:
            errors[field] = [refusal.reason]
    if errors:
        field, reasons = next(iter(errors.items()))
        raise InvalidInput(f"{field}: {reasons[0]}", errors)
    return cleaned


def slug_of(name: str) -> str:
    """A slug made of the name's letters and digits; `tournament` where it has none that fit."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = "-".join(re.findall(r"[a-z0-9]+", plain))[:SLUG_LENGTH].strip("-")
    return f"{slug}-tournament" if slug in RESERVED_SLUGS else slug or "tournament"


def numbered_slug(slug: str, number: int) -> str:
    """The slug with a number behind it, not longer than a slug may be."""
    ending = f"-{number}"
    return slug[: SLUG_LENGTH - len(ending)].rstrip("-") + ending
