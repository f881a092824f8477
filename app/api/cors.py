"""Cross-origin calls: only from the origins that the settings name, and never with the session cookie."""

from flask import Flask, Response, request

_METHODS = "GET, HEAD, POST, PATCH, DELETE, OPTIONS"
_REQUEST_HEADERS = "Authorization, Content-Type, If-Match, If-None-Match"
_RESPONSE_HEADERS = "ETag, Location, Retry-After, Allow"


def register_cors(app: Flask, allowed_origins: tuple[str, ...]) -> None:
    """Let pages of the allowed origins call the API with a Bearer token."""

    def add_headers(response: Response) -> Response:
        if not request.path.startswith("/api/"):
            return response
        origin = request.headers.get("Origin", "")
        if origin.lower() not in allowed_origins:
            return response
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Expose-Headers"] = _RESPONSE_HEADERS
        if request.method == "OPTIONS":
            response.headers["Access-Control-Allow-Methods"] = _METHODS
            response.headers["Access-Control-Allow-Headers"] = _REQUEST_HEADERS
            response.headers["Access-Control-Max-Age"] = "600"
        return response

    app.after_request(add_headers)
