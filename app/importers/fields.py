"""Takes values out of an entry of a file, and notes by name what is not as it should be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from app.domain.words import say
from app.importers.json_text import shown
from app.importers.neutral import MAX_MATCHES, Problem

_FIRST_YEAR, _LAST_YEAR = 1970, 2999
MAX_KEY = 2**63 - 1


def within(where: str, inner: str) -> str:
    """The place of an entry that stands in another one, or in the file itself where that has no name."""
    return say("%(where)s, %(inner)s", where=where, inner=inner) if where else inner


class Fields:
    """One object of a file. A value that is refused becomes a problem, and its default is answered."""

    def __init__(self, where: str, value: Any, problems: list[Problem]):
        self.where = where
        self.problems = problems
        self.values = value if isinstance(value, dict) else {}
        if not isinstance(value, dict):
            self.refuse(say("is no object"))

    def refuse(self, why: str) -> None:
        """Note a problem of this entry."""
        self.problems.append(Problem(self.where, why))

    def text(self, name: str, maximum: int, default: str | None = "") -> str:
        """A short printable text; with the default None it must be there."""
        value = self.values.get(name)
        if value in (None, "") and default is not None:
            return default
        why = why_no_text(value, maximum)
        if why:
            self.refuse(say('"%(name)s" %(why)s', name=name, why=why))
            return default or ""
        return value.strip()

    def whole(self, name: str, lowest: int, highest: int, default: int | None = None) -> Any:
        """A whole number within bounds; the default where there is none."""
        value = self.values.get(name)
        if value is None:
            return default
        if type(value) is not int or not lowest <= value <= highest:
            self.refuse(
                say(
                    '"%(name)s" is %(value)s, which is no whole number from %(lowest)s to %(highest)s',
                    name=name,
                    value=shown(value),
                    lowest=lowest,
                    highest=shown(highest),
                )
            )
            return default
        return value

    def flag(self, name: str) -> bool:
        """True or false; false where it is missing."""
        value = self.values.get(name)
        if value is not None and not isinstance(value, bool):
            self.refuse(say('"%(name)s" is %(value)s, neither true nor false', name=name, value=shown(value)))
        return value is True

    def choice(self, name: str, choices: Iterable[str], default: str) -> str:
        """One of the words; the default where it is missing."""
        value = self.values.get(name)
        words = [str(choice) for choice in choices]
        if value is None:
            return default
        if value not in words:
            none = say(
                '"%(name)s" is %(value)s, none of %(choices)s',
                name=name,
                value=shown(value),
                choices=", ".join(words),
            )
            self.refuse(none)
            return default
        return value

    def moment(self, name: str) -> datetime | None:
        """A time: ISO 8601 with an offset, or seconds since 1970; None where there is none."""
        value = self.values.get(name)
        if value is None or value == "":
            return None
        found = read_moment(value)
        if found is None:
            self.refuse(
                say(
                    '"%(name)s" is %(value)s, which is no time with its offset from UTC',
                    name=name,
                    value=shown(value),
                )
            )
        return found

    def key(self, name: str, known: Iterable | None = None, what: str = say("entry")) -> Any:
        """What names another entry; None where it names none. It must be among the known ones, if given."""
        value = self.values.get(name)
        if value is None:
            return None
        is_key = type(value) is int and abs(value) <= MAX_KEY
        if not is_key and not (isinstance(value, str) and value and not why_no_text(value, 100)):
            self.refuse(say('"%(name)s" is %(value)s, which names nothing', name=name, value=shown(value)))
            return None
        if known is not None and value not in known:
            self.refuse(
                say(
                    '"%(name)s" names the %(what)s %(value)s, which the file lacks',
                    name=name,
                    what=what,
                    value=shown(value),
                )
            )
            return None
        return value

    def entries(self, name: str, what: str, most: int = MAX_MATCHES) -> Iterator[Fields]:
        """The objects of a list, each named by what it is and its place in the list.

        Nothing where the list is missing or too long.
        """
        value = self.values.get(name)
        if value is None:
            return
        if not isinstance(value, list):
            self.refuse(say('"%(name)s" is no list', name=name))
            return
        if len(value) > most:
            self.refuse(
                say(
                    '"%(name)s" has %(count)s entries; at most %(most)s can be read',
                    name=name,
                    count=len(value),
                    most=most,
                )
            )
            return
        for place, entry in enumerate(value, 1):
            itself = say("%(what)s %(place)s", what=what, place=place)
            yield Fields(within(self.where, itself), entry, self.problems)

    def inner(self, name: str) -> Fields | None:
        """The object within; None where it is null or missing."""
        value = self.values.get(name)
        return None if value is None else Fields(within(self.where, f'"{name}"'), value, self.problems)


def why_no_text(value: Any, maximum: int) -> str:
    """Why the value is no text that can be kept, or ""."""
    if not isinstance(value, str) or not value.strip():
        return (
            say("is missing") if value is None else say("is %(value)s, which is no text", value=shown(value))
        )
    if len(value.strip()) > maximum:
        return say("is longer than %(most)s characters: %(value)s", most=maximum, value=shown(value))
    if any(ord(char) < 32 or 127 <= ord(char) < 160 or 0xD800 <= ord(char) < 0xE000 for char in value):
        return say("has characters that are not printed: %(value)s", value=shown(value))
    return ""


def read_moment(value: Any) -> datetime | None:
    """The time in UTC, in whole seconds; None where the value is none, or one without an offset."""
    try:
        if isinstance(value, str):
            found = datetime.fromisoformat(value)
        elif type(value) in (int, float):
            found = datetime.fromtimestamp(value, UTC)
        else:
            return None
        if found.tzinfo is None:
            return None
        found = found.astimezone(UTC).replace(microsecond=0)
    except (ValueError, OverflowError, OSError):
        return None
    return found if _FIRST_YEAR <= found.year <= _LAST_YEAR else None
