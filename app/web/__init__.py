"""The pages: server-rendered, whole without scripts, better with them."""

from flask import Flask


def register_web(app: Flask) -> None:
    """Add the pages, their guards and their headers to the application."""
    from app.extensions import login_manager
    from app.services.queries.first_steps import find_first_steps

    from . import (
        accounts,
        bundles,
        calendars,
        codes,
        conflicts,
        dashboard,
        desk,
        filters,
        guards,
        imports,
        jump,
        match_deleted,
        match_verbs,
        me,
        public,
        rooms,
        schedule_changes,
        screens,
        security,
        stations,
        styleguide,
        timetable,
        tournament_pages,
    )

    filters.register_template_helpers(app)
    bundles.register_bundles(app)
    guards.register_guards(app)
    imports.register_imports(app)
    security.register_security(app)
    # Asked by the frame of a tournament's pages, so that not every view has to pass it on.
    app.jinja_env.globals["first_steps"] = find_first_steps
    login_manager.user_loader(guards.find_reader)
    pages = (
        bundles,
        public,
        timetable,
        schedule_changes,
        tournament_pages,
        screens,
        me,
        accounts,
        calendars,
        dashboard,
        conflicts,
        imports,
        desk,
        jump,
        match_verbs,
        codes,
        match_deleted,
        stations,
        rooms,
    )
    for module in pages:
        app.register_blueprint(module.blueprint)
    if not app.extensions["matchdesk_settings"].is_production:
        app.register_blueprint(styleguide.blueprint)
