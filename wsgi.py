"""What a WSGI server loads: `wsgi:app`."""

import gc

from app import create_app

# Nothing that is loaded is garbage; the collector would look through it many times, a fifth of the start.
gc.disable()
app = create_app()
gc.enable()
