"""Every page by keyboard alone: Tab reaches all that can be pressed, in order, and one always sees where one is."""

from collections.abc import Callable, Iterable

import pytest
from playwright.sync_api import Page

from tests import factories

PHONE = {"width": 390, "height": 844}
LAPTOP = {"width": 1280, "height": 800}
# A field for a time takes a Tab for each of its parts.
STOPS_OF_A_FIELD = 8

# Looks at whatever is focused before each Tab. What it finds is kept in `walk`.
WALKER = """
() => {
  const STOPS = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]";
  const seen = (element) => element.checkVisibility({ visibilityProperty: true }) && element.getClientRects().length;
  const named = (element) =>
    `<${element.tagName.toLowerCase()}${element.id && " #" + element.id}${element.className && " ." + element.className}>`
    + ` ${(element.textContent.trim() || element.name || "").replace(/\\s+/g, " ").slice(0, 40)}`;

  // Of a group of radio buttons one is reached, and the arrow keys go on from it.
  function isItsGroups(radio) {
    const group = [...document.getElementsByName(radio.name)].filter((one) => one.form === radio.form && !one.disabled);
    return radio === (group.find((one) => one.checked) || group[0]);
  }

  function stops() {
    return [...document.querySelectorAll(STOPS)].filter((one) =>
      one.tabIndex >= 0 && !one.disabled && seen(one) && !one.closest("[inert]")
      && (one.type !== "radio" || isItsGroups(one)));
  }

  const scrolls = (element) => {
    const style = getComputedStyle(element), isCut = /auto|scroll/;
    return (isCut.test(style.overflowX) && element.scrollWidth > element.clientWidth + 1)
      || (isCut.test(style.overflowY) && element.scrollHeight > element.clientHeight + 1);
  };

  // Where the mark of a focus may be: on the element, drawn over it, or on what it is a part of.
  function marks(element) {
    const places = [[element, null], [element, "::after"], [element, "::before"]];
    for (let up = element.parentElement, n = 0; up && n < 2; up = up.parentElement, n += 1) places.push([up, null]);
    for (const label of element.labels || []) places.push([label, null]);
    return places.map(([place, part]) => {
      const style = getComputedStyle(place, part);
      const outline = style.outlineStyle === "none" ? "" : style.outlineWidth + style.outlineColor;
      return [outline, style.boxShadow].join(" ");
    });
  }

  function covered(element) {
    const shown = element.getBoundingClientRect().width > 2 ? element : (element.labels || [])[0] || element;
    // Of a link over several lines, its first.
    const box = shown.getClientRects()[0];
    if (box.height > innerHeight || box.width > innerWidth) return "";
    if (box.top < -1 || box.left < -1 || box.bottom > innerHeight + 1 || box.right > innerWidth + 1) {
      return `outside of the window: ${[box.top, box.left, box.bottom, box.right].map(Math.round)}`;
    }
    const hidden = (x, y) => {
      const hit = document.elementFromPoint(x, y);
      return hit && !shown.contains(hit) && !hit.contains(shown) ? hit : null;
    };
    const middle = hidden((box.left + box.right) / 2, (box.top + box.bottom) / 2);
    if (middle) return `covered by ${named(middle)}`;
    // What stands still while the page scrolls must not hide a corner either.
    const inset = Math.min(4, box.height / 4, box.width / 4);
    for (const x of [box.left + inset, box.right - inset]) {
      for (const y of [box.top + inset, box.bottom - inset]) {
        for (let over = hidden(x, y); over && !over.contains(shown); over = over.parentElement) {
          if (/fixed|sticky/.test(getComputedStyle(over).position)) return `under ${named(over)}`;
        }
      }
    }
    return "";
  }

  const before = new Map(stops().map((element) => [element, marks(element)]));
  const walk = { visited: [], problems: [], isRound: false };
  window.walk = walk;

  walk.look = () => {
    const element = document.activeElement;
    if (walk.isRound || !element || element === document.body || element === walk.visited.at(-1)) return;
    if (element === walk.visited[0]) { walk.isRound = true; return; }
    walk.visited.push(element);
    const unfocused = before.get(element);
    if (unfocused && !marks(element).some((mark, n) => mark !== unfocused[n])) {
      walk.problems.push(`no mark of the focus: ${named(element)}`);
    }
    const why = covered(element);
    if (why) walk.problems.push(`${named(element)} is ${why}`);
  };
  document.addEventListener("keydown", (event) => { if (event.key === "Tab") walk.look(); }, true);

  walk.number = () => stops().length;
  walk.end = () => {
    walk.look();
    // A region that scrolls and holds nothing to press is a stop of its own.
    const wanted = stops(), visited = walk.visited.filter((one) => wanted.includes(one) || !scrolls(one));
    const at = wanted.findIndex((one, n) => one !== visited[n]);
    if (at >= 0) walk.problems.push(`${named(wanted[at])} is not stop ${at}, but ${visited[at] ? named(visited[at]) : "none"}`);
    else if (visited.length > wanted.length) walk.problems.push(`a stop too many: ${named(visited[wanted.length])}`);
    if (!walk.isRound) walk.problems.push(`no way out after ${walk.visited.length} stops`);
    if (!walk.visited.length || !walk.visited[0].matches(".skip-link")) walk.problems.push("the first stop does not skip the bar");
    for (const region of document.querySelectorAll("body *")) {
      const isReached = () => walk.visited.some((one) => region.contains(one));
      if (seen(region) && scrolls(region) && region.tagName !== "SELECT" && !isReached()) {
        walk.problems.push(`scrolls, and no key gets there: ${named(region)}`);
      }
    }
    return walk.problems;
  };
}
"""


def _open_folds(page: Page) -> Iterable[str]:
    """Open each fold by its key; what does not open, or loses the focus."""
    folds = page.evaluate(
        "() => (window.folds = [...document.querySelectorAll('details:not([open]) > summary')]).length"
    )
    for place in range(folds):
        # One in another that is closed still is reached once that one is open.
        if not page.evaluate(
            "(n) => { window.folds[n].focus(); return document.activeElement === window.folds[n]; }", place
        ):
            yield f"fold {place} cannot be focused"
            continue
        page.keyboard.press("Enter")
        if not page.evaluate(
            "(n) => document.activeElement === window.folds[n] && window.folds[n].parentElement.open", place
        ):
            yield f"fold {place} does not open by its key, or loses the focus"
    page.evaluate("() => { document.activeElement.blur(); scrollTo(0, 0); }")


def _walk(page: Page, path: str) -> list[str]:
    """All that is wrong for somebody who has nothing but a keyboard, on the page and with its folds open."""
    page.goto(path)
    problems = list(_open_folds(page))
    # From the first line again, whatever a script focused.
    page.evaluate(
        "() => { document.body.tabIndex = -1; document.body.focus(); document.body.removeAttribute('tabindex'); }"
    )
    page.evaluate(WALKER)
    presses = page.evaluate("walk.number()")
    for _ in range(STOPS_OF_A_FIELD):
        for _ in range(presses + 1):
            page.keyboard.press("Tab")
        if page.evaluate("walk.look() || walk.isRound"):
            break
        presses = 10
    problems += page.evaluate("walk.end()")
    page.evaluate("document.querySelector('.skip-link')?.focus()")
    page.keyboard.press("Enter")
    if page.evaluate("document.activeElement.id") != "content":
        problems.append("the way past the bar does not lead to the content")
    return [f"{path}: {problem}" for problem in problems]


@pytest.fixture
def scene(live_server) -> factories.Scene:
    """A tournament with a match in most states, and the people of one that is ready."""
    lobby = {"room_code": "ALPHA-2026", "region": "EU"}
    scene = factories.scene("READY", match_columns={"lobby": lobby, "best_of": 3}, time_zone="Europe/Berlin")
    of, sides = scene.tournament, {"participant1": scene.team1, "participant2": scene.team2}
    station = factories.station(of)
    bracket = factories.bracket(of)
    for state in ("SCHEDULED", "READY", "LIVE", "COMPLETED", "CANCELLED"):
        factories.match(of, state, **sides, station_id=station.id, bracket_id=bracket.id)
    factories.match(of, "READY", **sides, scheduled_time=None, check_in_deadline=None)
    disputed = factories.match(of, "DISPUTED", **sides)
    factories.result(disputed)
    factories.dispute(disputed)
    factories.pause(of)
    return scene


@pytest.fixture
def walk(open_page, scene) -> Callable[..., None]:
    """Walks through pages, {slug} and {match} in their addresses being those of the scene."""

    def through(*paths: str, user=None, **size: int) -> None:
        page = open_page(
            "/healthz", user, viewport=size, reduced_motion="reduce", timezone_id="Europe/Berlin"
        )
        problems = []
        for path in paths:
            problems += _walk(page, path.format(slug=scene.tournament.slug, match=scene.match.id))
        assert not problems, "\n".join(problems)

    return through


PUBLIC = ("", "matches/", "bracket/", "schedule/", "participants/", "board/")
ROOMS = ("desk/", "stations/", "schedule/", "schedule/versions/", "audit/", "staff/", "slips/")
SETTINGS = ("", "participants/", "stations/", "brackets/", "screens/", "rehearsal/", "export/")


def test_everybodys_pages(walk):
    tournament = [f"/tournaments/{{slug}}/{part}" for part in PUBLIC]
    walk("/", "/tournaments/", "/login", "/register", "/matches/{match}/", "/nowhere/", *tournament, **PHONE)


def test_a_participants_pages(walk, scene):
    walk("/", "/me/", "/matches/{match}/", "/account/", user=scene.player1, **PHONE)


def test_a_coordinators_pages(walk, scene):
    walk("/me/coordinating/", "/matches/{match}/", user=scene.coordinator, **PHONE)


def test_an_organizers_pages(walk, scene):
    rooms = [f"/tournaments/{{slug}}/{room}" for room in ROOMS]
    every = ("/dashboard/", "/dashboard/conflicts/", "/dashboard/import/", "/matches/{match}/")
    walk(*every, *rooms, user=scene.organizer, **LAPTOP)


def test_an_organizers_settings(walk, scene):
    walk(*(f"/tournaments/{{slug}}/settings/{room}" for room in SETTINGS), user=scene.organizer, **LAPTOP)
