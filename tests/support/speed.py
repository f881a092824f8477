"""What each test's own application would work out anew, though it is the same for all of them."""

from pathlib import Path

from flask import Flask
from jinja2 import FileSystemBytecodeCache
from werkzeug.routing import Rule

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


def share_templates(app: Flask, folder: Path) -> None:
    """Keep compiled templates in the folder, for the next application."""
    app.jinja_env.bytecode_cache = FileSystemBytecodeCache(str(folder))
