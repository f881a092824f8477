"""Whatever the pages say is said through the catalogs: in a language that has every sentence in brackets."""

import re
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest
from babel.support import NullTranslations
from flask_babel import get_domain
from sqlalchemy import select

from app import demo
from app.domain.lobby import SCHEMAS
from app.domain.tournament_settings import time_zones
from app.extensions import db
from app.languages import LANGUAGES
from app.models import AuditLog, Bracket, Dispute, Match, Participant, Station, Tournament, User
from app.web.bundles import WORDS

# None of those that there are, so that nothing that is kept of it is shown to anybody; and its dates have no
# Latin letters.
BRACKETED = "ja"
CUP, FINALS, EMPTY = "harbour-lights-open", "world-cup-2026-demo", "empty"
OPENS, CLOSES = "⟦", "⟧"
# What is read out or shown beside the text.
SHOWN = {"aria-label", "title", "placeholder", "alt", "label"}
# Code, pictures, and times, which are not written with sentences.
SILENT = {"script", "style", "code", "pre", "svg", "time"}
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
WORD = re.compile(r"[A-Za-z]{2,}")
MARK = re.compile(f"([{OPENS}{CLOSES}])")
ADDRESS = re.compile(r"https?:\S*|/[\w./?=-]+")
# What is called so in every language.
PRODUCTS = {
    "Matchdesk",
    "API",
    "CSV",
    "JSON",
    "brackets-manager.js",
    "Challonge, v1",
    "Challonge",
    "openfootball",
    "start.gg",
}
ZONES = {shown for zone in time_zones() for shown in (zone, zone.replace("_", " "))}
# Files, and a page of samples for who works on the pages.
WORDLESS = {"static", "bundles.read", "styleguide.page"}
# Parts of pages that may be empty.
FRAGMENTS = {"public.following_rows", "timetable.blocks", "conflict_inbox.count"}


class Marked(NullTranslations):
    """A catalog that has every sentence, in brackets."""

    def ugettext(self, message):
        """The sentence, marked."""
        return f"{OPENS}{message}{CLOSES}"

    def ungettext(self, singular, plural, num):
        """Whichever the number asks for, marked."""
        return self.ugettext(singular if num == 1 else plural)

    def upgettext(self, context, message):
        """The word in one of its meanings, marked."""
        return self.ugettext(message)


class Page(HTMLParser):
    """Collects in `unmarked` what a page says outside of brackets, but for names."""

    def __init__(self, names):
        super().__init__()
        self.unmarked = set()
        self._names = names
        self._silent = []
        self._depth = 0

    def handle_starttag(self, tag, attrs):
        """Look at the attributes, and whether this is silent."""
        for name, value in attrs:
            if name in SHOWN and value:
                self._note(_outside(value, 0)[0])
        if tag not in VOID and (self._silent or tag in SILENT):
            self._silent.append(tag)

    def handle_endtag(self, tag):
        """Leave what is silent."""
        if self._silent and tag not in VOID:
            self._silent.pop()

    def handle_data(self, data):
        """Look at the text; a sentence may have elements within it."""
        if not self._silent:
            text, self._depth = _outside(data, self._depth)
            self._note(text)

    def _note(self, text):
        if WORD.search(text) and text.strip() not in ZONES:
            text = ADDRESS.sub(" ", self._names.sub(" ", text))
            if WORD.search(text):
                self.unmarked.add(" ".join(text.split()))


def _outside(text, depth):
    """What of the text stands in no brackets, and how many are open at its end."""
    found = []
    for part in MARK.split(text):
        if part in (OPENS, CLOSES):
            depth += 1 if part == OPENS else -1
        elif depth == 0:
            found.append(part)
    return " ".join(found), depth


@pytest.fixture
def reader(app, monkeypatch):
    """The demo, whose organizer reads that language, and also runs a tournament with nothing in it."""
    monkeypatch.setitem(LANGUAGES, BRACKETED, "日本語")
    for whose in ("", "desk-"):
        monkeypatch.setitem(WORDS, f"{whose}words-{BRACKETED}.js", BRACKETED)
    with app.test_request_context():
        monkeypatch.setitem(get_domain().cache, (BRACKETED, "messages"), Marked())
        demo.load(datetime.now(UTC))
        user = db.session.scalars(select(User).filter_by(username="organizer")).one()
        user.language = BRACKETED
        db.session.add(Tournament(name=EMPTY, slug=EMPTY, organizer_id=user.id))
        db.session.commit()


def _names():
    """What people or files named and wrote, and what is called so everywhere; longest first."""
    named = (
        Tournament.name,
        Participant.name,
        Station.name,
        Bracket.name,
        User.username,
        Match.group_name,
        Dispute.description,
    )
    texts = {text for column in named for text in db.session.scalars(select(column).distinct())}
    texts |= {str(value) for lobby in db.session.scalars(select(Match.lobby)) for value in lobby.values()}
    texts |= {meta["reason"] for meta in db.session.scalars(select(AuditLog.meta)) if "reason" in meta}
    texts |= PRODUCTS | set(LANGUAGES.values()) | {schema.title for schema in SCHEMAS.values()}
    longest = sorted(texts - {""}, key=len, reverse=True)
    return re.compile("|".join(rf"(?<!\w){re.escape(text)}(?!\w)" for text in longest))


def _addresses(app):
    """The address of every page, of matches in all states: `(endpoint, path)`."""
    tournament = db.session.scalars(select(Tournament).filter_by(slug=CUP)).one()
    states = select(Match.state, Match.id).where(Match.tournament_id == tournament.id).order_by(Match.id)
    of_each_state = dict(db.session.execute(states).tuples().all()).values()
    station_id = db.session.scalars(select(Station.id).filter_by(tournament_id=tournament.id)).first()
    values = {"station_id": station_id, "kind": "scoreboard", "token": "x", "format": "x"}
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/api/") or "GET" not in rule.methods or rule.endpoint in WORDLESS:
            continue
        for match_id in of_each_state if "match_id" in rule.arguments else (None,):
            for slug in (CUP, FINALS, EMPTY) if "slug" in rule.arguments else (None,):
                given = values | {"match_id": match_id, "slug": slug}
                path = rule.build({name: given.get(name, 1) for name in rule.arguments})[1]
                yield rule.endpoint, path


def _unmarked(client, addresses, names, **headers):
    """What the pages say that is not marked, each with a page that says it."""
    found = {}
    for endpoint, path in addresses:
        response = client.get(path, headers=headers)
        assert response.data is not None and response.status_code < 500, path
        if response.mimetype == "text/html" and response.status_code != 303:
            page = Page(names)
            page.feed(response.text)
            assert OPENS in response.text or endpoint in FRAGMENTS, path
            found |= dict.fromkeys(page.unmarked, f"{endpoint} {path}")
    return "\n".join(sorted(f"{place}: {text}" for text, place in found.items()))


def test_no_page_says_anything_but_through_the_catalogs(app, web_client, reader):
    with app.test_request_context():
        names, addresses = _names(), list(_addresses(app))
    organizer = web_client()
    organizer.sign_in("organizer", demo.PASSWORD)
    assert not _unmarked(organizer, addresses, names)
    doors = [
        (endpoint, path) for endpoint, path in addresses if endpoint.startswith(("accounts.", "public."))
    ]
    assert not _unmarked(web_client(), doors, names, **{"Accept-Language": f"{BRACKETED};q=0.9"})
