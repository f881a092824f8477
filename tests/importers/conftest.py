"""Imports of documents that tests make."""

import json
from zoneinfo import ZoneInfo

import pytest

from app.importers.openfootball import read
from app.importers.writer import write
from tests import factories

from .football_files import as_bytes
from .stored import NOW


@pytest.fixture
def organizer(app):
    return factories.user("organizer")


@pytest.fixture
def import_file(app_context, organizer):
    """Imports a document or its matches, as the organizer; fails where the reader has a problem."""

    def run(*entries, document=None, now=NOW, by=organizer, **options):
        data = as_bytes(*entries) if document is None else json.dumps(document).encode()
        reading = read(data, ZoneInfo("UTC"))
        assert reading.problems == []
        return write(reading.tournament, actor=factories.actor(by), now=now, **options)

    return run
