"""Somebody who has never seen a match desk: from the empty home page to the first live match, without a manual.

What it takes is priced with the keystroke-level model (S. K. Card, T. P. Moran, A. Newell: The keystroke-level model
for user performance time with interactive systems, Communications of the ACM 23(7), 1980), so that the time does not
depend on the machine: what somebody does has a price each, and so has every word that a page says, as newcomers read.
"""

from dataclasses import dataclass, field

from playwright.sync_api import Page, expect

KEY = 0.28  # seconds; of the model, for somebody who types with a few fingers
POINT_AND_CLICK = 1.1 + 0.2  # to a target with the mouse, and the button down and up
HOME = 0.4  # the hand from the keyboard to the mouse, or back
THINK = 1.35  # before each field and each decision
RESPONSE = 1.0  # of the server and the browser, for each page; many times what it is in a hall
WORD = (
    60 / 238
)  # M. Brysbaert: How many words do we read per minute?, Journal of Memory and Language 109, 2019
BUDGET = 180
# To the names in another window, all of them selected and copied, and back: four pairs of keys.
FETCH_NAMES = 8 * KEY + 2 * THINK
NAMES = "\n".join(f"Team {number}" for number in range(1, 17))
# The words on the screen, without the navigation that all pages have and without lists of choices; of rows that are
# alike the first is read.
_WORDS = """() => {
    const texts = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
    const aside = "select, noscript, .visually-hidden, .staff-tools, nav:not([data-first-steps]), "
        + ":is(.match-list, .plain-list, .seed-list) > li + li";
    let words = 0;
    while (texts.nextNode()) {
        const holder = texts.currentNode.parentElement;
        if (holder.closest(aside) || !holder.checkVisibility()) continue;
        if (holder.getBoundingClientRect().top > window.innerHeight) continue;
        words += texts.currentNode.data.split(/\\s+/).filter(Boolean).length;
    }
    return words;
}"""


@dataclass
class Newcomer:
    """Works a page by keyboard, and keeps the bill."""

    page: Page
    seconds: float = 0
    actions: int = 0
    pages: list[str] = field(default_factory=list)

    def arrive(self, address: str) -> None:
        """A page that was asked for is there: all that stands on the screen is read."""
        expect(self.page).to_have_url(address)
        self.pages.append(address)
        self.seconds += RESPONSE + self.page.evaluate(_WORDS) * WORD

    def press(self, key: str, times: int = 1) -> None:
        """A key, or two together."""
        for _ in range(times):
            self.page.keyboard.press(key)
        self._did(times * KEY * len(key.split("+")), times)

    def type(self, text: str) -> None:
        """What comes to mind for the field that has the focus."""
        self.page.keyboard.type(text)
        self._did(THINK + len(text) * KEY)

    def paste(self, text: str) -> None:
        """What was copied elsewhere."""
        self.page.keyboard.insert_text(text)
        self._did(FETCH_NAMES + 2 * KEY)

    def go_to(self, name: str) -> None:
        """From one control to the next, to the one of this name, and press it."""
        for _ in range(20):
            if self._focused() == name:
                break
            self.press("Tab")
        assert self._focused() == name
        self._did(THINK, 0)
        self.press("Enter")

    def click(self, name: str) -> None:
        """The first button of this name, with the mouse."""
        self.page.get_by_role("button", name=name).first.click()
        self._did(HOME + THINK + POINT_AND_CLICK)

    def _focused(self) -> str:
        return " ".join(self.page.evaluate("document.activeElement.textContent").split())

    def _did(self, seconds: float, actions: int = 1) -> None:
        self.seconds += seconds
        self.actions += actions


def test_a_newcomer_starts_a_first_match_within_three_minutes(live_server, open_page):
    newcomer = Newcomer(open_page("/"))
    page, address = newcomer.page, live_server.url
    newcomer.arrive(f"{address}/")
    newcomer.go_to("Register and create one")
    newcomer.arrive(f"{address}/register")
    newcomer.type("newcomer")
    newcomer.press("Tab")
    newcomer.type("my first cup")
    newcomer.press("Enter")
    newcomer.arrive(f"{address}/dashboard/")
    newcomer.type("Summer Cup")
    newcomer.press("Enter")
    cup = f"{address}/tournaments/summer-cup/"
    newcomer.arrive(f"{cup}settings/participants/")
    newcomer.paste(NAMES)
    newcomer.go_to("Enter participants")
    expect(page.get_by_text("16 participants entered.")).to_be_visible()
    newcomer.arrive(f"{cup}settings/participants/")
    newcomer.go_to("2 Generate a bracket")
    newcomer.arrive(f"{cup}settings/brackets/")
    newcomer.press("Enter")
    newcomer.arrive(f"{cup}desk/")
    steps = page.get_by_role("navigation", name="First steps")
    expect(steps.locator("[aria-current=step]")).to_have_text("3 Start the first match")
    newcomer.click("Start match")
    expect(page.locator("#desk-live .desk-row")).to_have_count(1)
    expect(steps).to_have_count(0)
    page.reload()
    expect(steps).to_have_count(0)
    assert newcomer.seconds < BUDGET
    assert newcomer.actions <= 25
    assert len(newcomer.pages) <= 7
