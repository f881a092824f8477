"""Which settings a tournament may have, and the slugs that names make."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import InvalidInput
from app.domain.tournament_settings import (
    BOUNDS,
    RESERVED_SLUGS,
    SETTINGS,
    SLUG_LENGTH,
    clean,
    numbered_slug,
    slug_of,
)

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@pytest.mark.parametrize(
    ("field", "value", "stored"),
    [
        ("name", "  Cup ", "Cup"),
        ("slug", "Spring-Cup", "spring-cup"),
        ("game", "VALORANT", "valorant"),
        ("game", " MLBB ", "mlbb"),
        ("no_show_policy", "Forfeit", "forfeit"),
        ("time_zone", "America/Argentina/Buenos_Aires", "America/Argentina/Buenos_Aires"),
        ("auto_confirm_minutes", None, None),
        ("best_of", 7, 7),
        ("is_public", False, False),
    ],
)
def test_a_good_value_is_stored_in_its_one_spelling(field, value, stored):
    assert clean({field: value}) == {field: stored}


@pytest.mark.parametrize(("field", "bounds"), BOUNDS.items())
def test_minutes_have_bounds_that_are_told(field, bounds):
    for value in bounds:
        assert clean({field: value}) == {field: value}
    for value in (bounds[0] - 1, bounds[1] + 1, float(bounds[0]), str(bounds[0]), True):
        with pytest.raises(InvalidInput) as caught:
            clean({field: value})
        assert f"from {bounds[0]} to {bounds[1]}" in caught.value.errors[field][0]


def test_every_refused_value_is_named_at_once():
    with pytest.raises(InvalidInput) as caught:
        clean({"name": "", "best_of": 2, "time_zone": None, "colour": "red", "rest_minutes": 5})
    assert set(caught.value.errors) == {"name", "best_of", "time_zone", "colour"}


@pytest.mark.parametrize("zone", ["localtime", "Factory", "Mars/Olympus", "../UTC"])
def test_what_is_no_zone_in_every_browser_is_refused(zone):
    with pytest.raises(InvalidInput):
        clean({"time_zone": zone})


@given(st.dictionaries(st.sampled_from(SETTINGS), st.none() | st.booleans() | st.integers() | st.text()))
def test_settings_are_cleaned_or_refused_and_clean_ones_stay(values):
    try:
        cleaned = clean(values)
    except InvalidInput as error:
        refused = error.errors
    else:
        assert clean(cleaned) == cleaned
        refused = {}
    assert set(refused) <= set(values)


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Summer Cup 2026!", "summer-cup-2026"),
        ("  Ünïcode  &  Co. ", "unicode-co"),
        ("大会", "tournament"),
        ("---", "tournament"),
        ("New", "new-tournament"),
        ("x" * 100, "x" * 80),
    ],
)
def test_a_slug_is_made_of_the_name(name, slug):
    assert slug_of(name) == slug


@given(st.text(max_size=200), st.integers(min_value=2, max_value=10**6))
def test_every_name_makes_a_good_slug(name, number):
    for slug in (slug_of(name), numbered_slug(slug_of(name), number)):
        assert SLUG.fullmatch(slug)
        assert len(slug) <= SLUG_LENGTH
        assert slug not in RESERVED_SLUGS
        assert clean({"slug": slug}) == {"slug": slug}
