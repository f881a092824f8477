"""What the audit calls the fields and values that are stored by their names."""

from typing import Any

from app.domain.tournament_settings import WORDS
from app.domain.words import say
from app.languages import said

_FIELDS = {
    **WORDS,
    "station_id": say("station"),
    "stream_url": say("stream"),
    "coordinator_id": say("coordinator"),
    "scheduled_time": say("scheduled time"),
    "starts_at": say("starts at"),
    "ends_at": say("ends at"),
    "hours": say("hours"),
    "seed": say("seed"),
    "language": say("language"),
    "planned_minutes": say("planned minutes"),
}
_VALUES = {
    "draft": say("draft"),
    "upcoming": say("upcoming"),
    "live": say("live"),
    "completed": say("completed"),
    "cancelled": say("cancelled"),
    "flag": say("flag"),
    "forfeit": say("forfeit"),
    "warn": say("warn"),
    "refuse": say("refuse"),
    "at_once": say("at once"),
    "both_checked_in": say("both checked in"),
    "minutes_before": say("minutes before"),
    "no_show": say("no show"),
    "score_dispute": say("score dispute"),
    "wrong_winner": say("wrong winner"),
    "technical": say("technical"),
    "cheating": say("cheating"),
    "other": say("other"),
    "uphold": say("uphold"),
    "correct": say("correct"),
    "replay": say("replay"),
    "void": say("void"),
    "single_elimination": say("single elimination"),
    "double_elimination": say("double elimination"),
    "round_robin": say("round robin"),
    "swiss": say("swiss"),
}


def field_word(name: str) -> str:
    """What the field is called within a sentence, in the reader's language."""
    return said(_FIELDS[name]) if name in _FIELDS else name.replace("_", " ")


def value_word(value: Any) -> str:
    """What the value is called, in the reader's language; what we have no word for is shown as it is."""
    text = str(value)
    return said(_VALUES[text]) if text in _VALUES else text.replace("_", " ")
