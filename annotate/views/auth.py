"""Signing in and out, and one's own account."""

import re

from flask import Blueprint, make_response, redirect, render_template, request, session, url_for
from flask_login import current_user, login_user, logout_user
from marshmallow import ValidationError
from werkzeug.wrappers import Response

from annotate.errors import AnnotateError, Forbidden, Invalid, Throttled
from annotate.signing_in import change_password, session_limits, sign_in
from annotate.store.keys import get_keys, set_keys
from annotate.store.sessions import end_session, list_sessions
from annotate.store.tokens import list_tokens
from annotate.web import STATUS, get_db, get_settings, load_session, me
from schemas.keys import ACTS, USUAL, KeysForm
from schemas.reviewer import PasswordForm, SignInForm

blp = Blueprint("auth", __name__)
SIGN_IN_FORM, PASSWORD_FORM, KEYS_FORM = SignInForm(), PasswordForm(), KeysForm()
# Only paths of ours, spelled with characters that no browser reads as another host.
LOCAL = re.compile(r"/(?![/\\])[A-Za-z0-9_\-./?=&%~+,:@]*")


@blp.get("/login", endpoint="sign_in")
def show_sign_in() -> str | Response:
    """Show the form."""
    target = request.args.get("next", "")
    if current_user.is_authenticated:
        return redirect(_local(target))
    return render_template("login.html", next=target, name="", error=None)


@blp.post("/login", endpoint="sign_in_now")
def sign_in_now() -> Response:
    """Start a session."""
    form = SIGN_IN_FORM.load(request.form)
    try:
        token = sign_in(
            get_db(),
            get_settings(),
            name=form["name"],
            password=form["password"],
            address=request.remote_addr or "",
        )
    except (Forbidden, Throttled) as problem:
        return _again("login.html", problem, next=form["next"], name=form["name"])
    begin(token)
    return redirect(_local(form["next"]))


@blp.post("/logout")
def sign_out() -> Response:
    """End the session on the server; a copy of the cookie is worth nothing afterwards."""
    end_session(get_db(), current_user.session_token)
    logout_user()
    session.clear()
    return redirect(url_for("auth.sign_in"))


@blp.get("/account")
def account() -> str:
    """Show my account and sessions."""
    return show_account()


@blp.post("/account", endpoint="change_password")
def change_my_password() -> Response:
    """Change my password; every other session of mine ends."""
    form = PASSWORD_FORM.load(request.form)
    try:
        if form["new_password"] != form["again"]:
            raise Invalid("The two new passwords differ.")
        token = change_password(
            get_db(),
            get_settings(),
            name=current_user.name,
            current=form["current_password"],
            new=form["new_password"],
            address=request.remote_addr or "",
        )
    except (Invalid, Forbidden, Throttled) as problem:
        if isinstance(problem, Forbidden):
            problem.message = "The current password is wrong."
        return _again("account.html", problem, **_shown())
    begin(token)
    return make_response(show_account(message="Your password is changed. Every other session has ended."))


@blp.post("/account/keys")
def choose_keys() -> Response:
    """Choose my keys for the workbench, or go back to the usual ones."""
    try:
        keys = USUAL if "usual" in request.form else KEYS_FORM.load(request.form)
    except ValidationError as problem:
        typed = {name: request.form.get(name, "") for name in ACTS}
        return make_response(show_account(keys=typed, problems=problem.messages), STATUS[Invalid])
    set_keys(get_db(), me().id, keys)
    return make_response(show_account(saved="Your keys are saved."))


def begin(token: str) -> None:
    """Bind this browser to a new session; nothing of the one before stays."""
    session.clear()
    account = load_session(token)
    if account is None:
        raise Forbidden("This account was disabled just now.")
    login_user(account)


def show_account(**context: object) -> str:
    """Show my account, with what an act on it led to."""
    return render_template("account.html", **_shown() | context)


def _shown() -> dict[str, object]:
    """Return what my account shows."""
    return {
        "sessions": list_sessions(
            get_db(), me().id, current=current_user.session_token, **session_limits(get_settings())
        ),
        "tokens": [each for each in list_tokens(get_db(), me()) if not each.revoked_at],
        "acts": ACTS,
        "usual": USUAL,
        "keys": get_keys(get_db(), me().id),
        "problems": {},
    }


def _again(template: str, problem: AnnotateError, **context: object) -> Response:
    """Show a form again with what was wrong with it."""
    answer = make_response(render_template(template, error=problem.message, **context))
    answer.status_code = STATUS[type(problem)]
    if isinstance(problem, Throttled):
        answer.headers["Retry-After"] = str(problem.retry_after)
    return answer


def _local(target: str) -> str:
    """Return where to go after signing in: a path of ours, else the queue."""
    return target if LOCAL.fullmatch(target) else url_for("pages.queue")
