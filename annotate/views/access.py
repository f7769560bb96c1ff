"""My own ways in: where I am signed in, and the tokens of my programs."""

from flask import Blueprint, flash, make_response, redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from annotate.errors import Invalid, NotFound, Refused
from annotate.store.reviewers import get_reviewer
from annotate.store.sessions import end_sessions_of
from annotate.store.tokens import add_token, revoke_token
from annotate.views.auth import show_account
from annotate.views.forms import again, ask, is_confirmed, read
from annotate.web import get_db, me
from schemas.people import TokenForm

blp = Blueprint("access", __name__, url_prefix="/account")
FORM = TokenForm()


@blp.post("/tokens", endpoint="add_token")
def make_token() -> Response:
    """Make a token, and show it once."""
    try:
        form = read(FORM)
        secret = add_token(get_db(), get_reviewer(get_db(), me().name), **form, by=me().id)
    except (Invalid, Refused) as problem:
        page = show_account(at="tokens", wrong=problem.message, fields=problem.fields, typed=request.form)
        return again(page, problem)
    return make_response(show_account(secret=secret))


@blp.post("/tokens/revoke", endpoint="revoke_token")
def take_token() -> Response:
    """End a token of mine."""
    name = request.form.get("token", "")
    if not is_confirmed():
        return ask(
            f"Revoke the token {name}?",
            follows="The program that uses it is refused from now on.",
            yes="Revoke it",
            back=url_for("auth.account", _anchor="tokens"),
        )
    try:
        revoke_token(get_db(), get_reviewer(get_db(), me().name), name, by=me().id)
    except NotFound as problem:
        return again(show_account(at="tokens", wrong=problem.message), problem)
    return _done(f"The token {name} is revoked.", "tokens")


@blp.post("/sessions", endpoint="sessions")
def end_sessions() -> Response:
    """End another session of mine, or all others."""
    only = request.form.get("session")
    if not is_confirmed():
        return ask(
            "End that session?" if only else "Sign out everywhere else?",
            follows="What is not sent yet stays in that browser, and is sent when you sign in again.",
            yes="End it" if only else "Sign out everywhere else",
            back=url_for("auth.account", _anchor="sessions"),
        )
    n = end_sessions_of(get_db(), me(), only=only, keep=current_user.session_token, by=me().id)
    return _done(f"{n} {'session has' if n == 1 else 'sessions have'} ended.", "sessions")


def _done(said: str, anchor: str) -> Response:
    flash(said)
    return redirect(url_for("auth.account", _anchor=anchor), 303)
