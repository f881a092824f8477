"""Calendar feeds: the addresses that calendars read, and the forms that make and end them."""

from flask import Blueprint, Response, flash, redirect, request, url_for

from app.domain.errors import InvalidInput, Refused
from app.domain.words import say
from app.exporters.calendar import MEDIA_TYPE, write_calendar
from app.languages import said
from app.services import calendars
from app.services.queries import calendars as queries

from .forms.accounts import FeedForm
from .guards import current_actor, now, own_path, signed_in
from .htmx import render

blueprint = Blueprint("calendars", __name__)


@blueprint.get("/calendar/<token>.ics")
def read(token: str) -> Response:
    """What a calendar reads, with the rights that its user has at this moment; no cookie is asked for."""
    response = Response(
        write_calendar(calendars.read(token), request.host_url), content_type=f"{MEDIA_TYPE}; charset=utf-8"
    )
    response.headers["Content-Disposition"] = 'inline; filename="matchdesk.ics"'
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"
    response.add_etag()
    return response.make_conditional(request)


@blueprint.post("/account/calendars")
@signed_in
def create() -> Response:
    """Make the address of a feed, and show it this once."""
    form = FeedForm()
    feed, status, url = None, 400, ""
    if form.validate():
        try:
            feed_id, token = calendars.create_feed(
                actor=current_actor(), kind=form.kind, subject_id=form.subject_id, now=now()
            )
        except (InvalidInput, Refused) as error:
            form.take(error)
        else:
            feed, status = queries.feed_document(current_actor(), feed_id), 201
            url = url_for("calendars.read", token=token, _external=True)
    response = render(
        "accounts/calendar.html",
        "accounts/_calendar.html",
        status,
        form=form,
        feed=feed,
        url=url,
        webcal=f"webcal{url[url.find(':') :]}",
        back=own_path(form.next.data, "/account/"),
    )
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@blueprint.post("/account/calendars/<id:feed_id>/revoke")
@signed_in
def revoke(feed_id: int) -> Response:
    """End an address: calendars that read it get nothing any more."""
    calendars.revoke_feed(actor=current_actor(), feed_id=feed_id, now=now())
    flash(said(say("Calendar address revoked.")), "good")
    return redirect(url_for("accounts.account"), code=303)
