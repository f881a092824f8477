"""Pages of other languages fit: longer words, taller letters, and writing that runs from right to left."""

import pytest
from playwright.sync_api import Page

from tests import factories

WIDTHS = (390, 1280)
# No language of the program runs from right to left yet, so a page is turned round as it arrives.
TURN_ROUND = """
new MutationObserver((_changes, watch) => {
  if (!document.documentElement) return;
  document.documentElement.dir = "rtl";
  watch.disconnect();
}).observe(document, { childList: true });
"""
# What reaches out of the page, and pressable things whose words are wider than they are.
WHAT_DOES_NOT_FIT = """() => {
  const root = document.documentElement, found = [];
  if (root.scrollWidth > root.clientWidth) found.push(`the page, ${root.scrollWidth} > ${root.clientWidth}`);
  for (const one of document.querySelectorAll("button, .button, .tabs__link, .chip, .site-nav__link, .round-tabs__link, .part-tabs__link"))
    if (one.checkVisibility() && one.scrollWidth > one.clientWidth)
      found.push(`${one.className}: ${one.textContent.trim()}, ${one.scrollWidth} > ${one.clientWidth}`);
  return found;
}"""


@pytest.fixture
def scene() -> factories.Scene:
    scene = factories.scene("READY", time_zone="Europe/Berlin")
    station = factories.station(scene.tournament)
    for state in ("LIVE", "PENDING_RESULT", "DISPUTED", "COMPLETED"):
        factories.match(
            scene.tournament, state, participant1=scene.team1, participant2=scene.team2, station_id=station.id
        )
    factories.matches(scene.tournament, 4, "SCHEDULED", bracket_id=factories.bracket(scene.tournament).id)
    return scene


def _paths(scene: factories.Scene) -> list[str]:
    parts = ("", "matches/", "bracket/", "schedule/", "participants/", "desk/", "settings/")
    return ["/", f"/matches/{scene.match.id}/", "/account/"] + [
        f"/tournaments/{scene.tournament.slug}/{part}" for part in parts
    ]


def _look_at(page: Page, scene: factories.Scene, spoken: tuple[str, str]) -> None:
    problems = []
    for path in _paths(scene):
        assert page.goto(path, wait_until="domcontentloaded").ok
        root = page.evaluate("[document.documentElement.lang, document.documentElement.dir]")
        assert tuple(root) == spoken, path
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            problems += [f"{path} at {width}: {found}" for found in page.evaluate(WHAT_DOES_NOT_FIT)]
    assert not problems, "\n".join(problems)


@pytest.mark.parametrize("language", ["de", "bn"])
def test_longer_words_and_taller_letters_fit(open_page, scene, language):
    page = open_page("/", scene.organizer, locale=language)
    _look_at(page, scene, (language, "ltr"))


def test_pages_turned_round_fit(open_page, scene):
    page = open_page("/", scene.organizer)
    page.add_init_script(TURN_ROUND)
    _look_at(page, scene, ("en", "rtl"))
