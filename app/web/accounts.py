"""People: sign in, register, sign out; links that let one in; the own account."""

from flask import (
    Blueprint,
    Response,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_login import current_user, login_user, logout_user

from app.domain.errors import InvalidInput, NotFound, NotSignedIn, Refused, TooManyRequests
from app.domain.words import say
from app.languages import choose_anew, said
from app.models import User
from app.services import accounts, tokens, tournaments
from app.services.queries import calendars, pages
from app.services.tournaments.links import hash_of

from .forms.accounts import LanguageForm, LoginForm, PasswordForm, PlainForm, RegisterForm, TokenForm
from .guards import current_actor, now, own_path, signed_in

blueprint = Blueprint("accounts", __name__)


@blueprint.route("/login", methods=["GET", "POST"])
def login():
    """Sign in with a name and a password, and go on to where one came from."""
    form = LoginForm()
    if request.method != "POST":
        form.next.data = request.args.get("next", "")
        if current_user.is_authenticated:
            return redirect(own_path(form.next.data, "/"), code=303)
        return render_template("accounts/login.html", form=form)
    if not form.validate():
        return render_template("accounts/login.html", form=form), 400
    try:
        user = accounts.authenticate(
            username=form.username.data, password=form.password.data, now=now(), ip=request.remote_addr
        )
    except NotSignedIn as error:
        form.take(error)
        return render_template("accounts/login.html", form=form), 401
    except TooManyRequests as error:
        form.take(error)
        response = make_response(render_template("accounts/login.html", form=form), 429)
        response.headers["Retry-After"] = str(error.retry_after)
        return response
    return _enter(user, form.next.data)


@blueprint.route("/register", methods=["GET", "POST"])
def register():
    """Make an account, and be signed in with it; without another goal, where a tournament is made."""
    form = RegisterForm()
    if request.method != "POST":
        form.next.data = request.args.get("next", "")
        return render_template("accounts/register.html", form=form)
    if not form.validate():
        return render_template("accounts/register.html", form=form), 400
    try:
        user_id = accounts.register(
            username=form.username.data, password=form.password.data, now=now(), ip=request.remote_addr
        )
    except InvalidInput as error:
        form.take(error)
        return render_template("accounts/register.html", form=form), 400
    return _enter(accounts.get_user(user_id), form.next.data or "/dashboard/")


@blueprint.post("/logout")
def logout():
    """Sign out here; other devices stay signed in."""
    sign_in = session.get("sign_in")
    if current_user.is_authenticated and sign_in:
        tokens.end_sign_in(user_id=current_user.id, sign_in=sign_in, now=now())
    logout_user()
    session.clear()
    flash(said(say("You are signed out.")), "good")
    return redirect("/", code=303)


@blueprint.route("/sign-in/<token>", methods=["GET", "POST"])
def sign_in_by_link(token: str):
    """Sign in with a one-time link. Only the button uses it up: programs that look at links press none."""
    form = PlainForm()
    if request.method != "POST" or not form.validate():
        return _secret_page("accounts/sign_in_link.html", form=form)
    user_id = tournaments.use_sign_in_link(token=token, now=now(), ip=request.remote_addr)
    return _enter(accounts.get_user(user_id), "/me/")


@blueprint.route("/join/<token>", methods=["GET", "POST"])
def join(token: str):
    """Join a participant by an organizer's invite link."""
    invitation = pages.find_invitation(hash_of(token))
    if invitation is None:
        raise NotFound(say("This link does not work, or no longer."))
    form = PlainForm()
    if request.method == "POST":
        try:
            tournaments.accept_invite(actor=current_actor(), token=token, now=now())
        except Refused as error:
            flash(said(error.detail), "bad")
        else:
            joined = say("You now play for %(name)s.", name=invitation["participant_name"])
            flash(said(joined), "good")
            return redirect("/me/", code=303)
    return _secret_page("accounts/join.html", form=form, invitation=invitation, here=request.path)


@blueprint.get("/account/")
@signed_in
def account():
    """The own account: language, password, tokens, sessions."""
    return _account_page()


@blueprint.post("/account/language")
@signed_in
def set_language():
    """Another language for the pages, from the answer on."""
    form = LanguageForm()
    if not form.validate():
        return _account_page(400, language_form=form)
    accounts.set_language(actor=current_actor(), language=form.language.data, now=now())
    choose_anew()
    flash(said(say("Language saved.")), "good")
    return redirect(url_for("accounts.account"), code=303)


@blueprint.post("/account/password")
@signed_in
def change_password():
    """Another password; every other session ends."""
    form = PasswordForm()
    if not form.validate():
        return _account_page(400, password_form=form)
    try:
        accounts.change_password(
            actor=current_actor(),
            current_password=form.current_password.data,
            new_password=form.new_password.data,
            now=now(),
        )
    except InvalidInput as error:
        form.take(error)
        return _account_page(400, password_form=form)
    return _stay(say("Password changed. You are signed out everywhere else."))


@blueprint.post("/account/sessions/end")
@signed_in
def end_sessions():
    """Sign out everywhere but here."""
    accounts.end_sessions(actor=current_actor(), now=now())
    return _stay(say("You are signed out everywhere else."))


@blueprint.post("/account/tokens")
@signed_in
def create_token():
    """A new personal access token, shown this once."""
    form = TokenForm()
    if not form.validate():
        return _account_page(400, token_form=form)
    try:
        text = tokens.create_personal_token(
            actor=current_actor(), name=form.name.data, scope=form.scope.data, now=now()
        )
    except InvalidInput as error:
        form.take(error)
        return _account_page(400, token_form=form)
    return _account_page(201, new_token=text)


@blueprint.post("/account/tokens/<id:token_id>/revoke")
@signed_in
def revoke_token(token_id: int):
    """End a personal access token."""
    tokens.revoke_personal_token(actor=current_actor(), token_id=token_id, now=now())
    flash(said(say("Token revoked.")), "good")
    return redirect(url_for("accounts.account"), code=303)


def _account_page(status: int = 200, **values) -> tuple[str, int]:
    forms = {
        "language_form": LanguageForm(formdata=None, language=current_user.language),
        "password_form": PasswordForm(formdata=None),
        "token_form": TokenForm(formdata=None),
        "new_token": None,
    } | values
    actor = current_actor()
    listed = tokens.list_personal_tokens(actor=actor)
    feeds = calendars.list_feeds(actor).rows(offset=0)
    return render_template("accounts/account.html", tokens=listed, feeds=feeds, **forms), status


def _secret_page(template: str, **values) -> Response:
    """A page whose address is a secret: it is not to be told to others, nor kept."""
    response = make_response(render_template(template, **values))
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _enter(user: User, target: str | None) -> Response:
    """Sign the user in with a session that has nothing of the one before, and go on."""
    session.clear()
    login_user(user)
    session["sign_in"] = tokens.new_sign_in()
    actor = current_actor()
    default = "/dashboard/" if actor.is_admin or pages.organizes_something(actor) else "/me/"
    return redirect(own_path(target, default), code=303)


def _stay(message: str) -> Response:
    """All sessions have ended: begin a new one here."""
    user = accounts.get_user(current_user.id)
    session.clear()
    login_user(user)
    session["sign_in"] = tokens.new_sign_in()
    flash(said(message), "good")
    return redirect(url_for("accounts.account"), code=303)
