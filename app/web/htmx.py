"""Pages with and without htmx: the same view answers both."""

from flask import Response, make_response, redirect, render_template, request


def is_htmx() -> bool:
    """True where htmx asks for a part of a page; going back in the history it wants the page whole."""
    return (
        request.headers.get("HX-Request") == "true"
        and "HX-Boosted" not in request.headers
        and "HX-History-Restore-Request" not in request.headers
    )


def render(whole: str, partial: str, /, status: int = 200, **values) -> Response:
    """The partial where htmx asks, else the page that includes it."""
    response = make_response(render_template(partial if is_htmx() else whole, **values), status)
    # One address has two answers: caches and the browser's own history must tell them apart.
    response.vary.add("HX-Request")
    return response


def go_to(address: str) -> Response:
    """On to another page after a form: 303, or for htmx the header that makes the browser load it."""
    if is_htmx():
        return Response(status=204, headers={"HX-Redirect": address})
    return make_response(redirect(address, code=303))
