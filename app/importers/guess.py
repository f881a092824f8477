"""Tells the format of a file by what stands in it. Pure."""

from __future__ import annotations

from typing import Any

from app.domain.words import say
from app.importers.json_text import UnreadableText, load_json

_MANAGER = {"participant", "stage", "group", "round", "match"}
_STARTGG = {"data", "event", "phase", "phaseGroup", "sets", "nodes"}


def guess_format(data: bytes) -> str:
    """The name of the format that the file is of; UnreadableText says why it can be none of them."""
    if not data.strip():
        raise UnreadableText(say("The file is empty."))
    if data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] not in (b"{", b"["):
        return "csv"
    document = load_json(data)
    found = _of_list(document) if isinstance(document, list) else _of_object(document)
    if not found:
        raise UnreadableText(say("The file is JSON, but looks like none of the formats: choose its format."))
    return found


def _of_list(entries: list) -> str:
    first = next((entry for entry in entries if isinstance(entry, dict)), {})
    if "match" in first or "player1_id" in first:
        return "challonge"
    return "startgg" if "slots" in first else ""


def _of_object(document: dict[str, Any]) -> str:
    if document.get("format") == "matchdesk":
        return "matchdesk"
    if len(_MANAGER & document.keys()) > 2:
        return "brackets-manager"
    tournament = document.get("tournament")
    if isinstance(tournament, dict) and {"matches", "participants"} & tournament.keys():
        return "challonge"
    if isinstance(tournament, dict) or _STARTGG & document.keys():
        return "startgg"
    return "openfootball" if "matches" in document else ""
