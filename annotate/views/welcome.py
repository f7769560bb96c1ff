"""Getting in by a one-time link, which an admin has made and sent: choose a password, and be signed in.

The secret leaves the address at once for the signed cookie, so that it stands in no history and no Referer.
"""

from flask import Blueprint, redirect, render_template, request, session, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from annotate.errors import Invalid
from annotate.signing_in import open_link, use_link
from annotate.store.reviewers import Reviewer
from annotate.store.sessions import end_session
from annotate.views.auth import begin
from annotate.web import STATUS, get_db, get_settings
from schemas.people import LinkForm

blp = Blueprint("welcome", __name__, url_prefix="/welcome")
FORM = LinkForm()
SECRET = "welcome"  # its name in the cookie


@blp.get("/<string:secret>")
def arrive(secret: str) -> Response:
    """Take the secret, whoever comes with it; looking at a link does not use it up."""
    _open(secret)
    session[SECRET] = secret
    return redirect(url_for("welcome.show"))


@blp.get("")
def show() -> str:
    """Show the form."""
    return _form(_open(session.get(SECRET, "")))


@blp.post("")
def choose() -> Response | tuple[str, int]:
    """Store the password and begin a session; whoever was signed in here is signed out."""
    secret = session.get(SECRET, "")
    form = FORM.load(request.form)
    before = current_user.session_token if current_user.is_authenticated else None
    try:
        if form["new_password"] != form["again"]:
            raise Invalid("The two passwords differ.", fields={"again": ["This one differs."]})
        token = use_link(
            get_db(),
            get_settings(),
            secret=secret,
            password=form["new_password"],
            address=request.remote_addr or "",
        )
    except Invalid as problem:
        return _form(_open(secret), problem), STATUS[Invalid]
    if before:
        end_session(get_db(), before)
    begin(token)
    return redirect(url_for("pages.queue"))


@blp.after_request
def _tell_nobody(answer: Response) -> Response:
    if request.endpoint == "welcome.arrive":  # the form itself needs a Referer, and has a plain address
        answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


def _open(secret: str) -> Reviewer:
    return open_link(get_db(), get_settings(), secret=secret, address=request.remote_addr or "")


def _form(person: Reviewer, problem: Invalid | None = None) -> str:
    return render_template(
        "welcome.html",
        person=person,
        error=problem and problem.message,
        fields=problem.fields or {} if problem else {},
    )
