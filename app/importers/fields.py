"""Takes values out of an entry of a file, and notes by name what is not as it should be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from app.importers.json_text import shown
from app.importers.neutral import MAX_MATCHES, Problem

_FIRST_YEAR, _LAST_YEAR = 1970, 2999
MAX_KEY = 2**63 - 1


class Fields:
    """One object of a file. A value that is refused becomes a problem, and its default is answered."""

    def __init__(self, where: str, value: Any, problems: list[Problem]):
        self.where = where
        self.problems = problems
        self.values = value if isinstance(value, dict) else {}
        if not isinstance(value, dict):
            self.refuse("is no object")

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
            self.refuse(f'"{name}" {why}')
            return default or ""
        return value.strip()

    def whole(self, name: str, lowest: int, highest: int, default: int | None = None) -> Any:
        """A whole number within bounds; the default where there is none."""
        value = self.values.get(name)
        if value is None:
            return default
        if type(value) is not int or not lowest <= value <= highest:
            self.refuse(
                f'"{name}" is {shown(value)}, which is no whole number from {lowest} to {shown(highest)}'
            )
            return default
        return value

    def flag(self, name: str) -> bool:
        """True or false; false where it is missing."""
        value = self.values.get(name)
        if value is not None and not isinstance(value, bool):
            self.refuse(f'"{name}" is {shown(value)}, neither true nor false')
        return value is True

    def choice(self, name: str, choices: Iterable[str], default: str) -> str:
        """One of the words; the default where it is missing."""
        value = self.values.get(name)
        words = [str(choice) for choice in choices]
        if value is None:
            return default
        if value not in words:
            self.refuse(f'"{name}" is {shown(value)}, none of {", ".join(words)}')
            return default
        return value

    def moment(self, name: str) -> datetime | None:
        """A time: ISO 8601 with an offset, or seconds since 1970; None where there is none."""
        value = self.values.get(name)
        if value is None or value == "":
            return None
        found = read_moment(value)
        if found is None:
            self.refuse(f'"{name}" is {shown(value)}, which is no time with its offset from UTC')
        return found

    def key(self, name: str, known: Iterable | None = None, what: str = "entry") -> Any:
        """What names another entry; None where it names none. It must be among the known ones, if given."""
        value = self.values.get(name)
        if value is None:
            return None
        is_key = type(value) is int and abs(value) <= MAX_KEY
        if not is_key and not (isinstance(value, str) and value and not why_no_text(value, 100)):
            self.refuse(f'"{name}" is {shown(value)}, which names nothing')
            return None
        if known is not None and value not in known:
            self.refuse(f'"{name}" names the {what} {shown(value)}, which the file lacks')
            return None
        return value

    def entries(self, name: str, where: str, most: int = MAX_MATCHES) -> Iterator[Fields]:
        """The objects of a list, each named by its place; nothing where the list is missing or too long."""
        value = self.values.get(name)
        if value is None:
            return
        if not isinstance(value, list):
            self.refuse(f'"{name}" is no list')
            return
        if len(value) > most:
            self.refuse(f'"{name}" has {len(value)} entries; at most {most} can be read')
            return
        for place, entry in enumerate(value, 1):
            yield Fields(
                f"{self.where}, {where} {place}" if self.where else f"{where} {place}", entry, self.problems
            )

    def inner(self, name: str) -> Fields | None:
        """The object within; None where it is null or missing."""
        value = self.values.get(name)
        return None if value is None else Fields(f'{self.where}, "{name}"', value, self.problems)


def why_no_text(value: Any, maximum: int) -> str:
    """Why the value is no text that can be kept, or ""."""
    if not isinstance(value, str) or not value.strip():
        return "is missing" if value is None else f"is {shown(value)}, which is no text"
    if len(value.strip()) > maximum:
        return f"is longer than {maximum} characters: {shown(value)}"
    if any(ord(char) < 32 or 127 <= ord(char) < 160 or 0xD800 <= ord(char) < 0xE000 for char in value):
        return f"has characters that are not printed: {shown(value)}"
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
