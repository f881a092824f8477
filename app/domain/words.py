"""Sentences for people: English everywhere, and still sayable in another language where a page shows them."""

from collections.abc import Iterable, Mapping
from typing import Any


class Words(str):
    """An English text that knows how it was made. Once it is joined to others or cut, it is a plain `str`.

    `sentence` is the text with its placeholders, `plural` the other form of it where a number decides, and
    `values` fill the placeholders; `num` is that number. Values may be words themselves. `parts` are the
    texts that it is a row of.
    """

    sentence: str
    plural: str
    values: Mapping[str, Any]
    parts: tuple[str, ...]

    def __new__(
        cls,
        text: str,
        sentence: str = "",
        plural: str = "",
        values: Mapping[str, Any] | None = None,
        parts: tuple[str, ...] = (),
    ) -> "Words":
        """The text, as it was made."""
        words = super().__new__(cls, text)
        words.sentence, words.plural, words.values, words.parts = sentence, plural, values or {}, parts
        return words

    def __mod__(self, values: Mapping[str, Any]) -> "Words":
        """The text filled in later on, as libraries do with a sentence that they are given."""
        return Words(super().__mod__(values), self.sentence, self.plural, {**self.values, **values})

    def __getnewargs__(self) -> tuple:
        """What a copy is made of."""
        return str(self), self.sentence, self.plural, self.values, self.parts


def say(sentence: str, /, **values: Any) -> Words:
    """The English sentence with its `%(name)s` filled in. With values, `%` is written `%%`."""
    return Words(sentence % values if values else sentence, sentence, values=values)


def say_n(num: int, one: str, many: str, /, **values: Any) -> Words:
    """Whichever of the two sentences the number asks for, filled in; `%(num)s` is the number."""
    values["num"] = num
    return Words((one if num == 1 else many) % values, one, many, values)


def say_all(texts: Iterable[str]) -> Words:
    """The texts one after the other."""
    parts = tuple(texts)
    return Words(" ".join(parts), parts=parts)


def say_list(texts: Iterable[str]) -> Words:
    """The texts with commas between them; there is at least one."""
    first, *others = texts
    listed = first if isinstance(first, Words) else Words(first)
    for other in others:
        listed = say("%(first)s, %(second)s", first=listed, second=other)
    return listed
