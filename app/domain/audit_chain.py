"""The audit as lines of which each has the hash of the one before, so that no byte can be changed unseen.

A line is the canonical JSON (RFC 8259; keys sorted, no blanks, ASCII only) of an object with

- `n`: its number, from 0;
- what it tells: the first line the tournament and the algorithm, each further one a `row`, the last one the
  `count` of rows and the chain's `end`, which is the hash of the line before it;
- `prev`: the hash of the line before, 64 zeros for the first;
- `hash`: SHA-256, in hex, of the canonical JSON of the line without `hash`.

Who can write the file anew can also make another chain that is whole. Against that stands a note of the
chain's end kept elsewhere, or a comparison with the database.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator

FORMAT = "matchdesk-audit"
VERSION = 1
ALGORITHM = "sha256"
START = "0" * 64
_KIND = {"format": FORMAT, "version": VERSION, "algorithm": ALGORITHM}


class BrokenChain(ValueError):
    """The lines are not what was written. `line` counts from 1."""

    def __init__(self, line: int, reason: str):
        super().__init__(f"line {line}: {reason}")
        self.line = line
        self.reason = reason


def canonical(document: dict) -> bytes:
    """The one way in which the document is written; raises ValueError for what JSON does not know."""
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    return text.encode("ascii")


def written(head: dict, rows: Iterable[dict]) -> Iterator[bytes]:
    """The lines, each with its line break: `head` as the first, a line a row, and the end."""
    line, last = _line(0, {**head, **_KIND}, START)
    yield line
    count = 0
    for count, row in enumerate(rows, 1):
        line, last = _line(count, {"row": row}, last)
        yield line
    yield _line(count + 1, {"count": count, "end": last}, last)[0]


def _line(n: int, told: dict, previous: str) -> tuple[bytes, str]:
    document = {"n": n, **told, "prev": previous}
    digest = hash_of(document)
    return canonical({**document, "hash": digest}) + b"\n", digest


def hash_of(document: dict) -> str:
    """The hash of a line, which does not have its `hash` yet."""
    return hashlib.sha256(canonical(document)).hexdigest()


class Chain:
    """Reads such lines and checks them: first `head`, then the rows as they are asked for, then `end`.

    Every step raises BrokenChain at the first line that is not what was written.
    """

    def __init__(self, lines: Iterable[bytes]):
        self._lines = iter(lines)
        self._read = 0
        self._last = START
        self.count = 0
        self.end = ""
        self.head = self._next()
        if any(self.head.get(name) != value for name, value in _KIND.items()):
            raise self._broken(f"does not begin a {FORMAT} of version {VERSION} with {ALGORITHM}")

    def rows(self) -> Iterator[dict]:
        """The rows, each once it was found to be whole; afterwards `count` and `end` are known."""
        while "row" in (document := self._next()):
            if not isinstance(document["row"], dict):
                raise self._broken("does not have a row as rows are")
            self.count += 1
            yield document["row"]
        if document.get("count") != self.count or document.get("end") != document["prev"]:
            raise self._broken("does not tell the number of rows and the hash of the last one")
        self.end = document["end"]
        if next(self._lines, b""):
            raise BrokenChain(self._read + 1, "stands after the end")

    def _next(self) -> dict:
        line = next(self._lines, b"")
        self._read += 1
        document = self._parsed(line)
        if document.get("n") != self._read - 1:
            raise self._broken(f"is not number {self._read - 1}")
        if document.get("prev") != self._last:
            raise self._broken("does not follow from the line before it")
        told = document.pop("hash", None)
        if told != hash_of(document):
            raise self._broken("does not have the hash of what it says")
        self._last = told
        return document

    def _parsed(self, line: bytes) -> dict:
        if not line:
            raise self._broken("is missing; the lines end too early")
        if not line.endswith(b"\n"):
            raise self._broken("is cut off")
        try:
            document = json.loads(line)
            is_canonical = isinstance(document, dict) and canonical(document) + b"\n" == line
        except (ValueError, RecursionError):
            raise self._broken("is no JSON") from None
        if not is_canonical:
            raise self._broken("is not written in the one way in which it is written")
        return document

    def _broken(self, reason: str) -> BrokenChain:
        return BrokenChain(self._read, reason)
