"""What axe-core finds on the pages, in every theme; and a match day by keyboard alone."""

import re
from dataclasses import dataclass

import pytest
import requests
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from app.domain.states import MatchState
from app.models import Match
from tests import factories

THEMES = ("light", "dark", "contrast")
# A theme changes nothing but colours, so all else is looked at once.
EVERYTHING = {"resultTypes": ["violations"], "preload": False}
COLOURS_ONLY = {**EVERYTHING, "runOnly": ["color-contrast"]}
# At which width a page is looked at: most of the hall holds a phone, whoever runs it sits at a laptop.
PHONE = {"width": 390, "height": 844}
LAPTOP = {"width": 1280, "height": 900}


@dataclass(frozen=True)
class Hall:
    """A tournament with a match in every state, and the people of one that is ready."""

    scene: factories.Scene

    def pages(self, *parts: str) -> list[str]:
        """The addresses of parts of the tournament."""
        return [f"/tournaments/{self.scene.tournament.slug}/{part}" for part in parts]

    @property
    def match(self) -> str:
        """The address of the match that is ready."""
        return f"/matches/{self.scene.match.id}/"


@pytest.fixture
def hall(live_server) -> Hall:
    lobby = {"room_code": "ALPHA-2026", "region": "EU", "map": "Ascent"}
    scene = factories.scene("READY", match_columns={"lobby": lobby}, time_zone="Europe/Berlin")
    of = scene.tournament
    sides = {"participant1": scene.team1, "participant2": scene.team2}
    station = factories.station(of)
    for state in MatchState:
        factories.match(of, state, **sides, station_id=station.id)
    factories.result(factories.rows(Match, state="DISPUTED", tournament_id=of.id)[0])
    factories.participants(of, 4)
    _draw_brackets(live_server.url, scene)
    return Hall(scene)


def _draw_brackets(url: str, scene: factories.Scene) -> None:
    who = {"username": scene.organizer.username, "password": factories.PASSWORD}
    access = requests.post(f"{url}/api/auth/login/", json=who, timeout=10).json()["access"]
    for kind in ("single_elimination", "double_elimination", "round_robin"):
        answer = requests.post(
            f"{url}/api/tournaments/{scene.tournament.id}/brackets/",
            json={"name": kind.replace("_", " "), "format": kind},
            headers={"Authorization": f"Bearer {access}"},
            timeout=10,
        )
        assert answer.status_code == 201, answer.text


def _complaints(page: Page, path: str) -> list[str]:
    """What axe finds wrong with the page, folds opened, in words, one line an element."""
    page.goto(path)
    page.evaluate("document.querySelectorAll('details').forEach((fold) => { fold.open = true; })")
    found = {}
    for theme in THEMES:
        page.evaluate("(theme) => { document.documentElement.dataset.theme = theme; }", theme)
        if not found:
            found[theme] = Axe().run(page, options=EVERYTHING).response
        else:  # axe is in the page already
            found[theme] = page.evaluate("(options) => axe.run(options)", COLOURS_ONLY)
    return [
        f"{path} ({theme}): {rule['id']}: {node['failureSummary']} {node['html'][:160]}"
        for theme, response in found.items()
        for rule in response["violations"]
        for node in rule["nodes"]
    ]


def _look_at(page: Page, paths: list[str]) -> None:
    problems = [problem for path in paths for problem in _complaints(page, path)]
    assert not problems, "\n".join(problems)


PUBLIC = ("", "matches/", "bracket/", "schedule/", "participants/", "board/")
ROOMS = (
    "desk/",
    "stations/",
    "staff/",
    "audit/",
    "deleted/",
    "slips/",
    "schedule/auto",
    "schedule/delay",
    "schedule/versions/",
    "settings/",
    "settings/brackets/",
    "settings/export/",
    "settings/participants/",
    "settings/rehearsal/",
    "settings/screens/",
    "settings/stations/",
)


def test_pages_for_everyone(open_page, hall):
    page = open_page("/", viewport=PHONE, reduced_motion="reduce")
    _look_at(
        page,
        [
            "/",
            "/tournaments/",
            "/login",
            "/register",
            "/following/",
            "/join/no-such-link",
            "/sign-in/no-such-link",
            hall.match,
            *hall.pages(*PUBLIC),
            "/nowhere/",
            "/styleguide/",
        ],
    )


def test_layers_of_a_broadcast(open_page, hall):
    """They have one theme, which is their own."""
    page = open_page("/", reduced_motion="reduce")
    problems = []
    for path in hall.pages("overlay/scoreboard", "overlay/next", "overlay/ticker"):
        page.goto(path)
        expect(page.locator(".match-row.is-shown").first).to_be_visible()
        found = Axe().run(page, options=EVERYTHING).response["violations"]
        problems += [
            f"{path}: {rule['id']}: {node['html'][:160]}" for rule in found for node in rule["nodes"]
        ]
    assert not problems, "\n".join(problems)


def test_pages_of_a_participant(open_page, hall):
    page = open_page("/", hall.scene.player1, viewport=PHONE, reduced_motion="reduce")
    _look_at(page, ["/me/", "/me/coordinating/", hall.match, "/account/"])


def test_pages_of_an_organizer(open_page, hall):
    page = open_page("/", hall.scene.organizer, viewport=LAPTOP, reduced_motion="reduce")
    _look_at(
        page,
        [
            "/dashboard/",
            "/dashboard/conflicts/",
            "/dashboard/import/",
            hall.match,
            *hall.pages("schedule/", *ROOMS),
        ],
    )


def _tab_to(page: Page, name: str, *, within: str = "body") -> None:
    """Press Tab until what has this accessible name is focused."""
    place = page.locator(within)
    wanted = place.get_by_role("button", name=name, exact=True)
    wanted = wanted.or_(place.get_by_role("link", name=name, exact=True)).or_(
        place.get_by_label(name, exact=True)
    )
    for _ in range(80):
        page.keyboard.press("Tab")
        if wanted.and_(page.locator(":focus")).count():
            return
    pytest.fail(f"{name!r} cannot be reached with Tab")


def test_a_match_is_started_by_keyboard_alone(open_page, hall):
    scene = hall.scene
    page = open_page(f"/login?next=/tournaments/{scene.tournament.slug}/")
    _tab_to(page, "Username")
    page.keyboard.type(scene.organizer.username)
    _tab_to(page, "Password")
    page.keyboard.type(factories.PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(rf"/tournaments/{scene.tournament.slug}/$"))
    _tab_to(page, "Match desk")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/desk/$"))
    row = f"#desk-row-{scene.match.id}-line"
    _tab_to(page, "Start match", within=row)
    outline = page.locator(":focus").evaluate("(button) => getComputedStyle(button).outlineStyle")
    assert outline == "solid"
    page.keyboard.press("Enter")
    expect(page.locator("#desk-live").locator(f"#desk-row-{scene.match.id}")).to_be_visible()
    assert factories.fresh(scene.match).state == "LIVE"
