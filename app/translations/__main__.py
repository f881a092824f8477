"""Brings the catalogs up to date: new sentences come in, gone ones go, what is there is compiled.

A changed sentence is a new one: nothing is guessed from what resembles it.
"""

from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from app.languages import ENGLISH, LANGUAGES

ROOT = Path(__file__).resolve().parents[2]
# Where sentences stand, and what reads them there.
_SOURCES = (
    ("app", "**.py", "python", {}),
    ("templates", "**.html", "jinja2", {"newstyle_gettext": "true", "trimmed": "true", "silent": "false"}),
    ("static/js", "**.js", "javascript", {}),
)
_NO_DATE = datetime(2026, 1, 1, tzinfo=UTC)
# What says a sentence, and which of its arguments are the sentence and its plural.
_KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "say": None, "say_n": (2, 3), "sayN": (2, 3)}


def collect() -> Catalog:
    """All sentences that the code says, with the files in which they stand."""
    found = Catalog(project="Matchdesk", fuzzy=False)
    for folder, pattern, method, options in _SOURCES:
        texts = extract_from_dir(ROOT / folder, [(pattern, method)], {pattern: options}, keywords=_KEYWORDS)
        for name, _line, message, comments, context in texts:
            found.add(message, None, [(f"{folder}/{name}", 1)], auto_comments=comments, context=context)
    return found


def catalog_path(language: str) -> Path:
    """The file of a language that people edit."""
    return Path(__file__).parent / language / "LC_MESSAGES" / "messages.po"


def read(language: str) -> Catalog:
    """The language's catalog as it stands in its file; an empty one without."""
    path = catalog_path(language)
    if not path.exists():
        return Catalog(locale=language, project="Matchdesk", fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def compiled(catalog: Catalog) -> bytes:
    """What is made of a catalog for reading."""
    written = BytesIO()
    write_mo(written, catalog)
    return written.getvalue()


def main() -> None:
    """Bring all catalogs up to date, and tell what is left to translate."""
    wanted = collect()
    for language in LANGUAGES:
        if language == ENGLISH:
            continue
        catalog = read(language)
        catalog.update(wanted, no_fuzzy_matching=True)
        catalog.obsolete.clear()
        _head(catalog, language)
        path = catalog_path(language)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            write_po(file, catalog, width=110, include_lineno=False, sort_output=True, omit_header=False)
        path.with_suffix(".mo").write_bytes(compiled(catalog))
        left = sum(1 for message in catalog if message.id and not _is_translated(message))
        print(f"{language}: {len(catalog)} sentences, {left} to be translated")


def _head(catalog: Catalog, language: str) -> None:
    """The same head each time, so that a file changes only with what it says."""
    catalog.header_comment = f"# Matchdesk in {LANGUAGES[language]}. `make words` keeps this file up to date."
    catalog.version = catalog.msgid_bugs_address = catalog.language_team = catalog.last_translator = ""
    catalog.creation_date = catalog.revision_date = _NO_DATE


def _is_translated(message) -> bool:
    return all(message.string) if isinstance(message.string, tuple) else bool(message.string)


if __name__ == "__main__":
    main()
