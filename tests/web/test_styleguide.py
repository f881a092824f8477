"""GET /styleguide/, and what it shows of the colours."""

import re
from pathlib import Path

import pytest

from app import create_app
from app.config import Settings
from app.domain.states import MatchState
from app.web import colours
from app.web.styleguide import ICONS
from tests.support.processes import SECRET_KEY

ROOT = Path(__file__).parents[2]
TOKENS = ROOT / "static/css/tokens.css"


def test_it_shows_every_state_as_row_and_as_tag(client):
    text = client.get("/styleguide/").text
    for state in MatchState:
        assert text.count(f'<span class="state" data-state="{state}">{state.label}</span>') == 2
    assert "<strong>below" not in text
    assert text.count('class="error-summary"') == 2
    assert 'role="alert" tabindex' not in text


def test_it_is_not_there_in_production(database_url, tmp_path):
    environ = {"MATCHDESK_ENV": "production", "SECRET_KEY": SECRET_KEY, "DATABASE_URL": database_url}
    app = create_app(Settings.from_env(environ, instance_path=tmp_path))
    assert app.test_client().get("/styleguide/").status_code == 404


@pytest.mark.parametrize("theme", colours.THEMES)
def test_what_is_written_can_be_read(theme):
    found = colours.list_ratios(colours.read_themes(TOKENS)[theme])
    more = 7 if theme.startswith("contrast") else 0
    weak = [line for line in found if line[2] < (max(line[3], more) if line[3] == colours.TEXT else line[3])]
    assert weak == []


@pytest.mark.parametrize(
    ("one", "other", "ratio"), [("#000000", "#ffffff", 21), ("#777777", "#ffffff", 4.478)]
)
def test_contrast_is_what_the_guidelines_say(one, other, ratio):
    assert colours.ratio(one, other) == colours.ratio(other, one) == pytest.approx(ratio, abs=0.001)


@pytest.mark.parametrize(
    ("chosen", "asked"),
    [
        (':root[data-theme="dark"]', ':root:not([data-theme="light"])'),
        (':root[data-theme="contrast"]', ":root:not([data-theme])"),
    ],
)
def test_a_theme_is_the_same_whether_chosen_or_asked_of_the_system(chosen, asked):
    text = TOKENS.read_text()
    lists = [
        re.search(rf"{re.escape(selector)} {{(.*?)}}", text, re.DOTALL)[1].split()
        for selector in (chosen, asked)
    ]
    assert lists[0] == lists[1]
    assert len(lists[0]) > 60


def test_every_colour_of_a_theme_is_one_of_the_light_themes():
    themes = colours.read_themes(TOKENS)
    assert all(set(theme) == set(themes["light"]) for theme in themes.values())


def test_the_sprite_holds_the_icons_that_are_used_and_no_others():
    sprite = (ROOT / "static/vendor/lucide-1.62.0.svg").read_text()
    assert sorted(re.findall(r'<symbol id="([\w-]+)"', sprite)) == sorted(ICONS)
    used = {
        name
        for path in (ROOT / "templates").rglob("*.html")
        for name in re.findall(r'icon\("([\w-]+)"', path.read_text())
    }
    assert used <= set(ICONS)
