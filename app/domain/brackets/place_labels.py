"""What an open slot waits for, in words: kept in English, and read again to be said in other languages."""

import re
from collections.abc import Mapping
from functools import lru_cache

from app.domain.words import Words, say

_ORDINALS = {1: say("1st"), 2: say("2nd"), 3: say("3rd")}
# How the labels read that are written here, or for sides of files. In each the first that fits is meant.
_SENTENCES = (
    say("To be decided"),
    say("No. %(best)s of the %(rank)s-placed"),
    say("%(rank)s of the table"),
    say("%(rank)s of group %(group)s"),
    say("%(rank)s of %(group)s"),
    say("Winner of group %(group)s"),
    say("Runner-up of group %(group)s"),
    say("Third of group %(group)s"),
    say("Fourth of group %(group)s"),
    say("Winner of groups %(groups)s"),
    say("Runner-up of groups %(groups)s"),
    say("Third of groups %(groups)s"),
    say("Fourth of groups %(groups)s"),
    say("Winner of match %(number)s"),
    say("Loser of match %(number)s"),
    say("Seed %(number)s"),
)
_VALUES = {
    "best": r"[0-9]+",
    "rank": r"\d+(?:st|nd|rd|th)",
    "group": r".+",
    "groups": r"[A-Z](?:/[A-Z])+",
    "number": r"[0-9]+",
}


def label(source: Mapping) -> Words:
    """What a slot waits for that a place of a table fills: `{"rank", "group"}`, or `{"rank", "best"}`."""
    rank = _ordinal(source["rank"])
    if "best" in source:
        return say("No. %(best)s of the %(rank)s-placed", best=source["best"], rank=rank)
    group = source["group"]
    if not group:
        return say("%(rank)s of the table", rank=rank)
    if len(group) > 3:
        return say("%(rank)s of %(group)s", rank=rank, group=group)
    return say("%(rank)s of group %(group)s", rank=rank, group=group)


@lru_cache(maxsize=1024)
def read_label(text: str) -> str:
    """The kept label as words that can be said in other languages; as it is where it reads otherwise."""
    for sentence, form in _FORMS:
        if found := form.fullmatch(text):
            values = found.groupdict()
            if "rank" in values:
                values["rank"] = _ordinal(int(values["rank"][:-2]))
            words = say(sentence, **values)
            # A file may write what fits otherwise than it is written here: 21st, 02nd.
            return words if words == text else text
    return text


def _ordinal(rank: int) -> Words:
    return _ORDINALS.get(rank) or say("%(rank)sth", rank=rank)


def _form(sentence: str) -> re.Pattern:
    """What fits a sentence, whatever fills it."""
    parts = re.split(r"%\((\w+)\)s", sentence)
    named = [f"(?P<{name}>{_VALUES[name]})" for name in parts[1::2]]
    between = [re.escape(part) for part in parts[::2]]
    return re.compile("".join(part for pair in zip(between, [*named, ""], strict=True) for part in pair))


_FORMS = tuple((str(sentence), _form(sentence)) for sentence in _SENTENCES)
