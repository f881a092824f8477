"""How Alembic reaches the application's database and tables."""

import warnings

from alembic import context
from flask import current_app

# SQLite cannot reflect indexes over expressions; that they are not compared there is known.
warnings.filterwarnings("ignore", message="autogenerate skipping metadata-specified expression-based index")

database = current_app.extensions["migrate"].db


def _run():
    with database.engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=database.metadata,
            **current_app.extensions["migrate"].configure_args,
        )
        with context.begin_transaction():
            context.run_migrations()


_run()
