"""What each test's own application would work out anew, though it is the same for all of them."""

from pathlib import Path
from typing import Any

from flask import Flask
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import Engine
from werkzeug.routing import Rule

from app import database
from app.extensions import db

_engines: dict[str, Engine] = {}
_prepared: set[int] = set()
_builders: dict[tuple, object] = {}
_compile_builder = Rule._compile_builder


def share_url_builders() -> None:
    """Let werkzeug compile the function that builds a rule's URLs once for all applications."""

    def remembered(rule: Rule, append_unknown: bool = True) -> object:
        key = (rule.rule, tuple(rule._trace), repr(rule.defaults), append_unknown)
        if key not in _builders:
            _builders[key] = _compile_builder(rule, append_unknown)
        return _builders[key]

    Rule._compile_builder = remembered


def share_engines() -> None:
    """Let applications on the same database have one engine, which keeps the statements it compiled.

    Its connections are closed after each test, so that the database can be replaced.
    """
    make_engine, prepare_engine = db._make_engine, database.prepare_engine

    def remembered(bind_key: str | None, options: dict[str, Any], app: Flask) -> Engine:
        key = repr(sorted(options.items()))
        if key not in _engines:
            _engines[key] = make_engine(bind_key, options, app)
        return _engines[key]

    def prepared_once(engine: Engine) -> None:
        if id(engine) not in _prepared:
            _prepared.add(id(engine))
            prepare_engine(engine)

    db._make_engine = remembered
    database.prepare_engine = prepared_once


def share_templates(app: Flask, folder: Path) -> None:
    """Keep compiled templates in the folder, for the next application."""
    app.jinja_env.bytecode_cache = FileSystemBytecodeCache(str(folder))
