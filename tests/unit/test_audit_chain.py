"""The chain of the exported audit: what was written is read again, and no byte of it can be changed unseen."""

import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.audit_chain import START, BrokenChain, Chain, canonical, written

HEAD = {"tournament": {"id": 7, "slug": "cup", "name": "Cup \u00fc\u2028"}, "has_ip": False}
ROWS = [
    {"id": 3, "action": "MATCH_START", "meta": {"match_id": 1}, "username": "anna"},
    {"id": 5, "action": "MATCH_CANCEL", "meta": {"reason": 'rain\n"\\\x00\ud800'}, "username": ""},
    {"id": 9, "action": "MATCH_UPDATE", "meta": {"changes": {"best_of": 3, "x": 1.5}}, "username": "ben"},
]
LINES = list(written(HEAD, ROWS))
WHOLE = b"".join(LINES)

scalars = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
)
documents = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3)
)


def read(data: bytes):
    """The rows of the file, its count and its end."""
    chain = Chain(data.splitlines(keepends=True))
    rows = list(chain.rows())
    return rows, chain.count, chain.end


@given(st.lists(st.dictionaries(st.text(), documents, max_size=4), max_size=5))
def test_what_was_written_is_read_again(rows):
    lines = list(written(HEAD, rows))
    found, count, end = read(b"".join(lines))
    assert (found, count) == (rows, len(rows))
    assert end == json.loads(lines[-2])["hash"]


def test_each_line_is_what_its_words_say():
    previous = START
    for n, line in enumerate(LINES):
        document = json.loads(line)
        assert line == canonical(document) + b"\n"
        assert (document["n"], document["prev"]) == (n, previous)
        previous = document.pop("hash")
        text = json.dumps(document, sort_keys=True, separators=(",", ":"))
        assert previous == hashlib.sha256(text.encode()).hexdigest()
    first, last = json.loads(LINES[0]), json.loads(LINES[-1])
    assert first["tournament"]["slug"] == "cup"
    assert first["algorithm"] == "sha256"
    assert (last["count"], last["end"]) == (3, json.loads(LINES[-2])["hash"])


@given(st.integers(0, len(WHOLE) - 1), st.integers(1, 255))
def test_a_changed_byte_is_found_in_its_line(place, difference):
    changed = bytearray(WHOLE)
    changed[place] ^= difference
    with pytest.raises(BrokenChain) as refused:
        read(bytes(changed))
    assert refused.value.line == WHOLE[:place].count(b"\n") + 1


@given(st.integers(0, len(WHOLE)), st.binary(min_size=1, max_size=40))
def test_added_bytes_are_found(place, added):
    with pytest.raises(BrokenChain):
        read(WHOLE[:place] + added + WHOLE[place:])


@given(st.integers(0, len(WHOLE) - 1), st.integers(1, len(WHOLE)))
def test_missing_bytes_are_found(place, length):
    with pytest.raises(BrokenChain):
        read(WHOLE[:place] + WHOLE[place + length :])


@given(st.permutations(range(len(LINES))))
def test_lines_in_another_order_are_found(order):
    data = b"".join(LINES[place] for place in order)
    if data != WHOLE:
        with pytest.raises(BrokenChain):
            read(data)


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b"", 1),
        (b"{}\n", 1),
        (b"[]\n", 1),
        (b"\xff\n", 1),
        (b"[" * 100_000 + b"\n", 1),
        (b'{"n":' + b"9" * 10_000 + b"}\n", 1),
        (b'{"n":1e999}\n', 1),
        (WHOLE[:-1], 5),
        (b"".join(LINES[:-1]), 5),
        (WHOLE + b"\n", 6),
        (WHOLE + LINES[-1], 6),
        (WHOLE.replace(b'"has_ip":false', b'"has_ip":false,"has_ip":false'), 1),
        (LINES[0].replace(b":", b": ") + b"".join(LINES[1:]), 1),
        (b"".join(list(written(HEAD | {"x": 1}, ROWS))[:2] + LINES[2:]), 3),
    ],
)
def test_where_it_is_broken(data, line):
    with pytest.raises(BrokenChain) as refused:
        read(data)
    assert refused.value.line == line


def test_a_row_that_is_no_row_is_found_though_its_hash_fits():
    with pytest.raises(BrokenChain, match="row"):
        read(b"".join(written(HEAD, ["text"])))
