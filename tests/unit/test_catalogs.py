"""What is said in other languages: every sentence of the code, with the same places to fill in."""

import re
from functools import cache

import pytest

from app.languages import ENGLISH, LANGUAGES
from app.translations.__main__ import catalog_path, collect, compiled, read

TRANSLATED = [language for language in LANGUAGES if language != ENGLISH]
collected = cache(collect)


def forms(text) -> tuple[str, ...]:
    return text if isinstance(text, tuple) else (text,)


def places(text: str) -> set[str]:
    return set(re.findall(r"%\(\w+\)s|%%", text))


def tags(text: str) -> list[str]:
    return sorted(re.findall(r"</?[a-z]+[^>]*>", text))


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_catalog_says_every_sentence_of_the_code_and_no_other(language):
    said = {(message.id, message.context) for message in read(language) if message.id}
    wanted = {(message.id, message.context) for message in collected() if message.id}
    assert said ^ wanted == set()
    assert [message.id for message in read(language) if message.id and not all(forms(message.string))] == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_what_is_filled_in_and_marked_up_is_the_same(language):
    """A place that only one of the two would fail when the sentence is said."""
    wrong = []
    for message in read(language):
        english = forms(message.id)
        for text in forms(message.string) if message.id else ():
            may = places("".join(english))
            # "One match" need not have its number in it.
            must = set.intersection(*map(places, english)) - {"%(num)s"}
            if not must <= places(text) <= may or tags(text) not in [tags(each) for each in english]:
                wrong.append((message.id, text))
    assert wrong == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_what_is_read_was_made_of_what_is_edited(language):
    made = catalog_path(language).with_suffix(".mo").read_bytes()
    assert made == compiled(read(language)), "run `make words`"
