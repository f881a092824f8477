"""The colours of static/css/tokens.css, theme by theme, and how well they can be told apart."""

import re
from pathlib import Path

# Which blocks of the file make a theme, the later over the earlier, and which half of light-dark() counts.
_BLOCKS = {
    "light": ([":root"], 0),
    "dark": ([":root", ':root[data-theme="dark"]'], 1),
    "contrast, light": ([":root", ':root[data-theme="contrast"]'], 0),
    "contrast, dark": ([":root", ':root[data-theme="contrast"]'], 1),
}
THEMES = tuple(_BLOCKS)
# What is written on what: WCAG 2.2, 1.4.3 (4.5 for text) and 1.4.11 (3 for what is no text).
TEXT, NO_TEXT = 4.5, 3.0
GROUNDS = ("paper", "surface")
_INKS = ("ink", "ink-soft", "ink-faint", "link", "danger", "good")
STATES = (
    "scheduled",
    "check-in",
    "ready",
    "live",
    "pending",
    "disputed",
    "completed",
    "forfeit",
    "cancelled",
)
PAIRS: tuple[tuple[str, str, float], ...] = (
    *((ink, ground, TEXT) for ink in (*_INKS, *(f"state-{state}" for state in STATES)) for ground in GROUNDS),
    *((name, ground, NO_TEXT) for name in ("focus", "rule-strong") for ground in GROUNDS),
    *(
        (ink, ground, TEXT)
        for ink in ("ink", "ink-soft")
        for ground in ("surface-sunk", "accent-wash", "live-wash")
    ),
    ("state-live", "live-wash", TEXT),
    ("danger", "danger-wash", TEXT),
    ("ink", "good-wash", TEXT),
    ("accent-ink", "accent", TEXT),
    ("accent-ink", "accent-hover", TEXT),
    ("bar-ink", "bar", TEXT),
    ("bar-ink-soft", "bar", TEXT),
)


def read_themes(path: Path) -> dict[str, dict[str, str]]:
    """The colours of each theme, `#rrggbb` by token; raises ValueError where a block is missing."""
    text = path.read_text()
    return {name: _merged(text, *blocks) for name, blocks in _BLOCKS.items()}


def ratio(one: str, other: str) -> float:
    """The contrast of two colours `#rrggbb`, from 1 to 21, as WCAG 2.2 reckons it."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def list_ratios(colours: dict[str, str]) -> list[tuple[str, str, float, float]]:
    """What is written on what in a theme: names of both, their contrast, and the least that it may be."""
    return [(ink, ground, ratio(colours[ink], colours[ground]), least) for ink, ground, least in PAIRS]


def _merged(text: str, selectors: list[str], half: int) -> dict[str, str]:
    colours: dict[str, str] = {}
    for selector in selectors:
        block = re.search(rf"^ *{re.escape(selector)} {{(.*?)}}", text, re.MULTILINE | re.DOTALL)
        if block is None:
            raise ValueError(f"there is no block {selector}")
        for name, value in re.findall(r"--([\w-]+): ([^;]+);", block[1]):
            found = re.findall(r"#[0-9a-f]{6}\b", value)
            if found:
                colours[name] = found[half] if len(found) == 2 else found[0]
    return colours


def _luminance(colour: str) -> float:
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
