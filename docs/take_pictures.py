"""Take the pictures of the README anew, of the demo on a database of its own: `make pictures`."""

import base64
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests
from playwright.sync_api import Browser, Page, sync_playwright

from app import create_app
from app.config import Settings
from tests.support.browser import CHROMIUM_OPTIONS, chromium_path
from tests.support.databases import SqliteTemplate
from tests.support.processes import SECRET_KEY, Server

PICTURES = Path(__file__).resolve().parent / "pictures"
PASSWORD = "pass123"
# The demo names its tournaments after the day.
FOOTBALL, ESPORTS = "/tournaments/{football}", "/tournaments/{esports}"
LAPTOP, PHONE, WALL = (1280, 800), (390, 760), (1920, 1080)
QUALITY = 72

# Name, address, who looks, how large the window is, and in which theme.
WANTED = (
    ("desk", f"{ESPORTS}/desk/", "organizer", LAPTOP, "light"),
    ("timetable", f"{ESPORTS}/schedule/", "organizer", LAPTOP, "light"),
    ("bracket", f"{ESPORTS}/bracket/", None, LAPTOP, "light"),
    ("match", "{own_match}", "participant1", PHONE, "light"),
    ("matches", f"{FOOTBALL}/", None, PHONE, "dark"),
    ("board", f"{FOOTBALL}/board/?view=matches", None, WALL, "dark"),
)


def main() -> None:
    """Take each picture, and say how large it has become."""
    PICTURES.mkdir(exist_ok=True)
    with _demo() as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=list(CHROMIUM_OPTIONS))
        places = _places(browser, url)
        for name, address, who, (width, height), theme in WANTED:
            page = _sign_in(
                browser, url, who, viewport={"width": width, "height": height}, color_scheme=theme
            )
            answer = page.goto(address.format(**places))
            if not answer.ok:
                raise SystemExit(f"{page.url}: {answer.status}")
            size = _take(page, PICTURES / f"{name}.webp")
            sys.stdout.write(f"{name}: {size / 1024:.0f} KB\n")
            page.context.close()
        browser.close()


@contextmanager
def _demo() -> Iterator[str]:
    """The address of a server that has the demo and nothing else, until the block ends."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        url = SqliteTemplate(folder).new()
        environ = {"MATCHDESK_ENV": "test", "SECRET_KEY": SECRET_KEY, "DATABASE_URL": url}
        app = create_app(Settings.from_env(environ, instance_path=folder))
        loaded = app.test_cli_runner().invoke(args=["demo"])
        if loaded.exit_code:
            raise SystemExit(loaded.output)
        server = Server(url, folder / "server.log")
        server.start()
        try:
            yield server.url
        finally:
            server.stop()


def _places(browser: Browser, url: str) -> dict[str, str]:
    """The addresses that only the demo itself knows."""
    page = _sign_in(browser, url, "participant1")
    page.goto("/me/")
    own_match = page.locator("main a[href^='/matches/']").first.get_attribute("href")
    page.goto(own_match)
    esports = page.locator("main a[href^='/tournaments/']").first.get_attribute("href").split("/")[2]
    page.context.close()
    told = requests.get(f"{url}/api/tournaments/", timeout=10).json()
    slugs = [one["slug"] for one in (told if isinstance(told, list) else told["results"])]
    return {
        "own_match": own_match,
        "esports": esports,
        "football": next(slug for slug in slugs if slug != esports),
    }


def _sign_in(browser: Browser, url: str, who: str | None, **options) -> Page:
    page = browser.new_context(
        base_url=url, locale="en-GB", timezone_id="Europe/Berlin", reduced_motion="reduce", **options
    ).new_page()
    if who:
        page.goto("/login")
        page.get_by_label("Username").fill(who)
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(lambda url: "/login" not in url)
    return page


def _take(page: Page, file: Path) -> int:
    """Keep what is in the window, once the page is connected and stands still; returns its bytes."""
    page.wait_for_selector("body[data-live-state='live']")
    page.wait_for_timeout(800)
    session = page.context.new_cdp_session(page)
    picture = session.send("Page.captureScreenshot", {"format": "webp", "quality": QUALITY})
    return file.write_bytes(base64.b64decode(picture["data"]))


if __name__ == "__main__":
    main()
