"""What uvicorn serves. Django must be set up before the consumer is imported."""

import os
from importlib import import_module

from channels.routing import ProtocolTypeRouter, URLRouter
from django.core.asgi import get_asgi_application
from django.urls import path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.stock.settings")
pages = get_asgi_application()
audience = import_module("bench.stock.consumers").Audience.as_asgi()
sockets = URLRouter([path("audience/<int:pk>/", audience)])
application = ProtocolTypeRouter({"http": pages, "websocket": sockets})
