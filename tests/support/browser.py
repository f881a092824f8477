"""A real browser: Debian's Chromium, through Playwright."""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page

from app.models import User
from tests import factories
from tests.support.processes import Server

BROWSER_FIXTURES = frozenset({"browser", "context", "page", "new_context", "open_page"})
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# It looks at one server on this machine only, and must not spend a test's time on anything else.
CHROMIUM_OPTIONS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-sync",
    "--mute-audio",
    "--no-first-run",
)
PATIENCE_MS = 10_000
_CSRF_FIELD = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
IS_CI = os.environ.get("CI", "").lower() in ("1", "true", "yes")


def chromium_path() -> str | None:
    """Where the browser is: CHROMIUM names it, else it is looked for; None where there is none."""
    named = os.environ.get("CHROMIUM")
    if named:
        return named
    return next((path for path in map(shutil.which, CHROMIUM_NAMES) if path), None)


def pytest_report_header() -> str:
    """Say whether there is a browser, before anything is skipped for want of one."""
    return f"browser: {chromium_path() or 'no Chromium found, so the browser tests are skipped'}"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the browser's tests, and skip them where there is none."""
    for item in items:
        if BROWSER_FIXTURES.intersection(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.browser)
            if chromium_path() is None:
                item.add_marker(pytest.mark.skip(reason="there is no Chromium on this machine"))


def pytest_sessionfinish(session: pytest.Session) -> None:
    """In CI nothing may be skipped: a machine without a browser proves nothing about pages."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter else []
    if IS_CI and skipped:
        reporter.write_line(f"\n{len(skipped)} skipped, which CI does not accept.", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Start the machine's own Chromium instead of one that Playwright would download."""
    return {
        **browser_type_launch_args,
        "executable_path": chromium_path(),
        "args": [*browser_type_launch_args.get("args", []), *CHROMIUM_OPTIONS],
    }


@pytest.fixture
def open_page(
    live_server: Server, new_context: Callable[..., BrowserContext]
) -> Iterator[Callable[..., Page]]:
    """Opens pages, each in a browser of its own: `open_page(path, user)`, signed in where a user is given.

    An error in a script, or something that the content security policy refused, fails the test.
    """
    problems: list[str] = []

    def open_one(path: str = "/", user: User | None = None, **options: Any) -> Page:
        page = new_context(base_url=live_server.url, **options).new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.on("pageerror", lambda error: problems.append(f"{page.url}: {error}"))
        page.on("console", lambda message: _note_refusal(problems, page.url, message.text))
        if user is not None:
            sign_in(page, user)
        page.goto(path)
        return page

    yield open_one
    assert not problems, "\n".join(problems)


def sign_in(page: Page, user: User, password: str = factories.PASSWORD) -> None:
    """Sign in with the form of the login page, without showing it."""
    form = page.request.get("/login").text()
    fields = {"username": user.username, "password": password, "csrf_token": _CSRF_FIELD.search(form)[1]}
    # Rendered, the form and the page after it would cost a browser as much as the rest of many a test.
    answer = page.request.post("/login", form=fields, max_redirects=0)
    assert answer.status in (302, 303), answer.text()


def _note_refusal(problems: list[str], url: str, text: str) -> None:
    if "Content Security Policy" in text:
        problems.append(f"{url}: {text}")
