"""In which language a page speaks: that of the reader's account, else what their browser asks for.

What is said is English in the code: `say` in Python, `_` in templates, `say` in scripts. Here it becomes the
reader's. The API, the logs and what is stored are English always.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from babel.dates import format_datetime
from babel.messages.extract import extract_from_file
from babel.numbers import format_decimal
from babel.support import Translations
from flask import Flask, g, has_app_context, has_request_context, request
from flask_babel import force_locale, get_locale, get_translations, refresh
from flask_login import current_user
from markupsafe import Markup
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from app.domain.words import Words
from app.extensions import babel

ENGLISH = "en"
# As each calls itself.
LANGUAGES = {ENGLISH: "English", "de": "Deutsch", "es": "Español", "fr": "Français", "bn": "বাংলা"}
# A program that shows an overlay cannot be told a language otherwise than by the address.
_BY_ADDRESS = "screens"
# What is shown beside lobby codes and scores keeps their digits, in every language.
_DIGITS = "latn"
_CATALOGS = Path(__file__).parent / "translations"
# What scripts call to say something, and which of the arguments are sentences.
_IN_SCRIPTS = {"say": None, "sayN": (2, 3)}
_FORMATS = {
    "time": "HH:mm",
    "day": "EEE d MMM",
    "short": "d MMM HH:mm",
    "date": "EEEE d MMMM y",
    "datetime": "EEE d MMM y, HH:mm",
    "weekday": "EEEE",
    "weekday, short": "EEE",
    "day of month": "d MMMM",
    "day of month, short": "d MMM",
}
# Where a language writes them otherwise; as browsers do, which put the reader's own times in their place.
_OTHER_FORMATS = {
    "de": {
        "day": "EEE, d. MMM",
        "short": "d. MMM HH:mm",
        "date": "EEEE, d. MMMM y",
        "datetime": "EEE, d. MMM y, HH:mm",
        "day of month": "d. MMMM",
        "day of month, short": "d. MMM",
    },
    "es": {
        "day": "EEE, d MMM",
        "date": "EEEE, d 'de' MMMM 'de' y",
        "datetime": "EEE, d MMM y, HH:mm",
        "day of month": "d 'de' MMMM",
    },
    "bn": {"date": "EEEE, d MMMM, y", "datetime": "EEE, d MMM, y, HH:mm"},
}


def register_languages(app: Flask) -> None:
    """Let the application's pages speak the languages that there are."""
    # Here, not by the extension: a template says some sixty sentences, and each call of the extension's costs
    # as much as ten of these.
    babel.init_app(app, default_locale=ENGLISH, locale_selector=_language_of_reader)
    environment = app.jinja_env
    environment.add_extension("jinja2.ext.i18n")
    environment.newstyle_gettext = True
    environment.policies["ext.i18n.trimmed"] = True
    environment.finalize = _in_words_of_reader
    environment.globals.update(
        _=in_template,
        gettext=in_template,
        ngettext=in_template_n,
        language=current_language,
        text_direction=text_direction,
    )
    environment.filters.update(said=said, number=number)


def current_language() -> str:
    """The code of the language in which this request is answered; English where there is no request."""
    if not has_app_context():
        return ENGLISH
    # Asked for each sentence of a page.
    known = g._get_current_object()
    try:
        return known.language
    except AttributeError:
        known.language = get_locale().language
        return known.language


def choose_anew() -> None:
    """Let the rest of this request be answered in the language that its reader has chosen just now."""
    refresh()
    g.pop("language", None)


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Meanwhile what is said is said in this language, whoever asks."""
    before = current_language()
    with force_locale(language):
        g.language = language
        try:
            yield
        finally:
            g.language = before


def asked_language(accepted: str) -> str:
    """The language that an Accept-Language header likes best of those that there are."""
    return _best_match(accepted) if accepted else ENGLISH


def said(text: str) -> str:
    """The text in the reader's language, where it was made to be said in others."""
    if type(text) is not Words or current_language() == ENGLISH:
        return str(text)
    if text.parts:
        return " ".join(map(said, text.parts))
    known = get_translations()
    if text.plural:
        sentence = known.ungettext(text.sentence, text.plural, text.values["num"])
    else:
        sentence = known.ugettext(text.sentence) if text.sentence else text
    values = {name: said(value) if type(value) is Words else value for name, value in text.values.items()}
    return sentence % values if values else str(sentence)


def in_template(sentence: str, /, **values: Any) -> Markup:
    """A sentence of a template in the reader's language, with what is filled into it escaped."""
    return _filled(_marked_up(sentence, current_language()), values)


def in_template_n(one: str, many: str, num: int, /, **values: Any) -> Markup:
    """The same for a sentence with a number in it, `%(num)s`."""
    values.setdefault("num", num)
    return _filled(Markup(get_translations().ungettext(one, many, num)), values)


def number(value: float) -> str:
    """A number with the separators of the reader's language."""
    return format_decimal(value, locale=current_language(), numbering_system=_DIGITS)


def written(moment: date, fmt: str, language: str) -> str:
    """A time or a day as the language writes it; `fmt` is one of `_FORMATS`."""
    return format_datetime(moment, _OTHER_FORMATS.get(language, {}).get(fmt, _FORMATS[fmt]), locale=language)


def text_direction() -> str:
    """Which way the reader's language is written: ltr or rtl."""
    locale = get_locale()
    return locale.text_direction if locale else "ltr"


def script_catalog(language: str, scripts: Iterable[Path]) -> dict[str, str | list[str]]:
    """What these scripts say, by the English sentence: the sentence in that language, or its two forms."""
    known = Translations.load(_CATALOGS, [language])
    found: dict[str, str | list[str]] = {}
    for script in scripts:
        for _line, message, _comments, _context in extract_from_file("javascript", script, _IN_SCRIPTS):
            if isinstance(message, tuple):
                one, many = message
                found[one] = [known.ungettext(one, many, 1), known.ungettext(one, many, 2)]
            else:
                found[message] = known.ugettext(message)
    return found


def _language_of_reader() -> str:
    if not has_request_context() or request.path.startswith("/api/") or request.path == "/api":
        return ENGLISH
    if request.blueprint == _BY_ADDRESS and request.args.get("lang") in LANGUAGES:
        return request.args["lang"]
    # Whoever brings no cookie is nobody, and need not be looked for.
    if "HTTP_COOKIE" in request.environ and current_user.is_authenticated and current_user.language:
        return current_user.language
    return asked_language(request.environ.get("HTTP_ACCEPT_LANGUAGE", ""))


@lru_cache(maxsize=512)
def _best_match(accepted: str) -> str:
    try:
        wanted = parse_accept_header(accepted, LanguageAccept)
    except ValueError:
        return ENGLISH
    return wanted.best_match(LANGUAGES, ENGLISH) or ENGLISH


def _in_words_of_reader(value: Any) -> Any:
    return said(value) if type(value) is Words else value


@lru_cache(maxsize=8192)
def _marked_up(sentence: str, language: str) -> Markup:
    # Catalogs are our own files: what stands in them is as safe as what stands in a template.
    return Markup(sentence if language == ENGLISH else get_translations().ugettext(sentence))


def _filled(sentence: Markup, values: dict[str, Any]) -> Markup:
    if not values and "%%" not in sentence:
        return sentence
    return sentence % {name: _in_words_of_reader(value) for name, value in values.items()}
