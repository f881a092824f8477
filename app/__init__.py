"""Matchdesk, the match desk for live tournaments."""

from pathlib import Path

_ROOT = Path(__file__).resolve().parent.parent


def create_app(settings=None):
    """The Flask application; with the settings of the environment where no `Settings` are given."""
    # Imported here, so that `app.domain` can be imported without all that an application needs.
    from app import cli, errors, operations, startup
    from app.answers import KeptAnswers
    from app.api import register_api
    from app.application import Application
    from app.config import Settings
    from app.database import prepare_engine
    from app.extensions import csrf, db, jwt, limiter, login_manager, migrate
    from app.languages import register_languages
    from app.live import register_live
    from app.logs import configure_logs
    from app.proxies import TrustedProxies
    from app.request_log import register_request_log
    from app.web import register_web
    from app.web.bracket_page import bracket_section

    settings = settings or Settings.from_env()
    if not settings.is_test:
        configure_logs(is_production=settings.is_production)
    app = Application(
        __name__,
        template_folder=str(_ROOT / "templates"),
        static_folder=str(_ROOT / "static"),
        instance_path=str(settings.instance_path),
    )
    app.config.from_mapping(settings.flask_config())
    app.extensions["matchdesk_settings"] = settings
    app.url_map.strict_slashes = False

    db.init_app(app)
    migrate.init_app(app, db, directory=str(_ROOT / "migrations"), compare_type=True, render_as_batch=False)
    # Limits are counted where they matter, in services/rate_limits.py: known to be there already, the
    # extension does not look at every request.
    app.extensions["limiter"] = {limiter}
    for extension in (csrf, jwt, limiter, login_manager):
        extension.init_app(app)
    with app.app_context():
        prepare_engine(db.engine)
        app.wsgi_app = KeptAnswers(app.wsgi_app, db.engine)

    # Before any template is compiled.
    register_languages(app)
    errors.register_error_handlers(app)
    register_api(app, settings.allowed_origins)
    register_web(app)
    operations.register_operations(app)
    register_live(app, bracket_section)
    cli.register_cli(app)
    register_request_log(app)
    # Outermost, so that the sockets too see who really asked.
    app.wsgi_app = TrustedProxies(app.wsgi_app, settings.trusted_proxies)
    startup.refuse_unsafe_start(settings)
    return app
