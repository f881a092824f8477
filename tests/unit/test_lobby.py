"""Lobby keys, merging, and what is public of a lobby."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import InvalidInput
from app.domain.lobby import (
    IDENTIFIERS,
    KEY_LENGTHS,
    LABELS,
    READ_ONLY_KEYS,
    SCHEMAS,
    SECRET_KEYS,
    changed_keys,
    merge,
    public_part,
)


@pytest.mark.parametrize(
    ("game", "required"),
    [
        ("valorant", ("room_code", "region")),
        ("mlbb", ("room_id", "room_password")),
        ("efootball", ("match_id",)),
        ("pubgm", ("room_id", "room_password", "map", "mode")),
        ("generic", ()),
    ],
)
def test_required_keys_of_each_game(game, required):
    assert SCHEMAS[game].required == required
    assert SCHEMAS[game].missing({}) == required
    assert SCHEMAS[game].missing(dict.fromkeys(required, "x")) == ()


def test_every_key_of_every_game_is_known_and_has_a_label():
    assert {key for schema in SCHEMAS.values() for key in schema.keys} <= set(KEY_LENGTHS)
    assert set(LABELS) == set(KEY_LENGTHS)


def test_merge_keeps_what_is_not_named_and_removes_what_is_null():
    merged = merge({"room_code": "A1", "region": "EU", "map": "Ascent"}, {"region": "NA", "map": None})
    assert merged == {"room_code": "A1", "region": "NA"}


@pytest.mark.parametrize("changes", [{}, {"region": "EU"}, {"notes": "ask the desk"}])
def test_a_lobby_needs_an_identifier(changes):
    with pytest.raises(InvalidInput, match="at least one of"):
        merge({}, changes)


def test_the_last_identifier_cannot_be_removed():
    with pytest.raises(InvalidInput):
        merge({"room_code": "A1"}, {"room_code": None})
    assert merge({"room_code": "A1"}, {"room_code": None, "room_id": "7"}) == {"room_id": "7"}


@pytest.mark.parametrize("key", [*sorted(READ_ONLY_KEYS), "colour", ""])
def test_other_keys_are_refused_by_name(key):
    with pytest.raises(InvalidInput) as refusal:
        merge({"room_code": "A1"}, {key: "x"})
    assert list(refusal.value.errors) == [key]


@pytest.mark.parametrize("value", [7, True, [], {}, "", "  ", "a\x00b"])
def test_values_are_short_texts(value):
    with pytest.raises(InvalidInput):
        merge({"room_code": "A1"}, {"map": value})


@pytest.mark.parametrize(("key", "length"), KEY_LENGTHS.items())
def test_longest_value_of_each_key(key, length):
    assert merge({"room_code": "A1"}, {key: "x" * length})[key] == "x" * length
    with pytest.raises(InvalidInput):
        merge({"room_code": "A1"}, {key: "x" * (length + 1)})


@given(st.dictionaries(st.sampled_from(sorted(KEY_LENGTHS)), st.text(min_size=1, max_size=20)))
def test_nothing_secret_is_public(lobby):
    assert SECRET_KEYS.isdisjoint(public_part(lobby))
    assert set(IDENTIFIERS) < SECRET_KEYS


def test_changed_keys_names_what_differs():
    assert changed_keys({"map": "A", "mode": "x"}, {"map": "B", "mode": "x", "region": "EU"}) == [
        "map",
        "region",
    ]
