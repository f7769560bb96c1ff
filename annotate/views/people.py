"""The people of the desk: who they are, what they may, how they get in; for admins."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from annotate import rules
from annotate.errors import AnnotateError, Invalid, NotFound, Refused
from annotate.signing_in import session_limits
from annotate.store.links import LINK_HOURS, add_link
from annotate.store.people import (
    Member,
    count_members,
    get_member,
    limit_person,
    list_limited,
    list_members,
)
from annotate.store.reviewers import add_reviewer, get_reviewer, set_active, set_role
from annotate.store.sessions import end_sessions_of, list_sessions
from annotate.store.tokens import add_token, list_tokens, revoke_token
from annotate.views.forms import again, ask, is_confirmed, read
from annotate.web import get_db, get_settings, me
from schemas.base import LARGEST
from schemas.people import PeopleFilter, PersonForm, RoleForm, TokenForm
from schemas.terms import ROLES

blp = Blueprint("people", __name__, url_prefix="/people")
FILTER, PERSON_FORM, ROLE_FORM, TOKEN_FORM = PeopleFilter(), PersonForm(), RoleForm(), TokenForm()
PAGE_LENGTH = 50
PERSON = f"int(max={LARGEST}):person_id"
WRONG = (Invalid, NotFound, Refused)


@blp.before_request
def _admins_alone() -> None:
    rules.require(me().role, "manage_people")


@blp.get("")
def index() -> str:
    """Show everybody, as the address filters them."""
    return _index()


@blp.post("", endpoint="add")
def add() -> Response:
    """Add somebody, and show the link by which they get in."""
    try:
        form = read(PERSON_FORM)
        person = add_reviewer(get_db(), **form, password=None, by=me().id)
    except WRONG as problem:
        return again(_index(problem), problem)
    return _show_link(person.id, person.name, is_new=True)


@blp.get(f"/<{PERSON}>")
def show(person_id: int) -> str:
    """Show one of them, and what can be done."""
    return _show(person_id)


@blp.post(f"/<{PERSON}>/role", endpoint="role")
def change_role(person_id: int) -> Response:
    """Give somebody another role; they have to sign in again."""
    person = _get(person_id)
    try:
        role = read(ROLE_FORM)["role"]
        if role == person.role:
            return _done(person_id, f"{person.name} is {_a(role)} already.")
        if not is_confirmed():
            return ask(
                f"Make {person.name} {_a(role)}?",
                follows=f"{_signed_out(person)} What is not sent yet stays in their browser.",
                yes=f"Make {person.name} {_a(role)}",
                back=url_for("people.show", person_id=person_id),
            )
        set_role(get_db(), person.name, role, by=me().id)
    except WRONG as problem:
        return again(_show(person_id, problem, "role"), problem)
    return _done(person_id, f"{person.name} is now {_a(role)}.")


@blp.post(f"/<{PERSON}>/disable", endpoint="disable")
def disable(person_id: int) -> Response:
    """Keep somebody out."""
    person = _get(person_id)
    if person.is_active and not is_confirmed():
        return ask(
            f"Disable {person.name}?",
            follows=f"{_signed_out(person)} Tokens and links of theirs end for good. Their work stays, "
            "and they can be enabled again.",
            yes=f"Disable {person.name}",
            back=url_for("people.show", person_id=person_id),
        )
    try:
        set_active(get_db(), person.name, False, by=me().id)
    except WRONG as problem:
        return again(_show(person_id, problem, "active"), problem)
    return _done(person_id, f"{person.name} is disabled.")


@blp.post(f"/<{PERSON}>/enable", endpoint="enable")
def enable(person_id: int) -> Response:
    """Let somebody in again."""
    person = _get(person_id)
    set_active(get_db(), person.name, True, by=me().id)
    return _done(person_id, f"{person.name} is enabled.")


@blp.post(f"/<{PERSON}>/link", endpoint="link")
def make_link(person_id: int) -> Response:
    """Make a one-time link, and show it once."""
    person = _get(person_id)
    try:
        return _show_link(person_id, person.name)
    except WRONG as problem:
        return again(_show(person_id, problem, "link"), problem)


@blp.post(f"/<{PERSON}>/limit", endpoint="limit")
def limit(person_id: int) -> Response:
    """Say which of the limited collections somebody sees."""
    person = _get(person_id)
    try:
        limit_person(get_db(), person, request.form.getlist("collections"), by=me().id)
    except WRONG as problem:
        return again(_show(person_id, problem, "limit"), problem)
    return _done(person_id, "The collections are saved.")


@blp.post(f"/<{PERSON}>/sessions", endpoint="sessions")
def end_sessions(person_id: int) -> Response:
    """End one session of somebody, or all."""
    person = _get(person_id)
    only = request.form.get("session")
    if not is_confirmed():
        return ask(
            f"End a session of {person.name}?" if only else f"Sign {person.name} out everywhere?",
            follows="What is not sent yet stays in their browser, and is sent when they sign in again.",
            yes="End it" if only else "Sign out everywhere",
            back=url_for("people.show", person_id=person_id, _anchor="sessions"),
        )
    n = end_sessions_of(get_db(), person, only=only, by=me().id)
    return _done(person_id, f"{n} {'session has' if n == 1 else 'sessions have'} ended.")


@blp.post(f"/<{PERSON}>/tokens", endpoint="add_token")
def make_token(person_id: int) -> Response | str:
    """Make a token for somebody, and show it once."""
    person = _get(person_id)
    try:
        form = read(TOKEN_FORM)
        secret = add_token(get_db(), get_reviewer(get_db(), person.name), **form, by=me().id)
    except WRONG as problem:
        return again(_show(person_id, problem, "tokens"), problem)
    return _show(person_id, secret=secret)


@blp.post(f"/<{PERSON}>/tokens/revoke", endpoint="revoke_token")
def take_token(person_id: int) -> Response:
    """End a token of somebody's."""
    person, name = _get(person_id), request.form.get("token", "")
    if not is_confirmed():
        return ask(
            f"Revoke the token {name} of {person.name}?",
            follows="The program that uses it is refused from now on.",
            yes="Revoke it",
            back=url_for("people.show", person_id=person_id, _anchor="tokens"),
        )
    try:
        revoke_token(get_db(), get_reviewer(get_db(), person.name), name, by=me().id)
    except WRONG as problem:
        return again(_show(person_id, problem, "tokens"), problem)
    return _done(person_id, f"The token {name} is revoked.")


def _get(person_id: int) -> Member:
    return get_member(get_db(), person_id, **session_limits(get_settings()))


def _index(problem: AnnotateError | None = None) -> str:
    wanted = FILTER.load(request.args)
    found = list_members(
        get_db(),
        q=wanted["q"],
        role=wanted["role"] or None,
        state=wanted["state"] or None,
        after=wanted["after"],
        limit=PAGE_LENGTH + 1,
        **session_limits(get_settings()),
    )
    return render_template(
        "people.html",
        people=found[:PAGE_LENGTH],
        next_name=found[PAGE_LENGTH - 1].name if len(found) > PAGE_LENGTH else None,
        counts=count_members(get_db()),
        roles=ROLES,
        wanted=wanted,
        **_said(problem, "add"),
    )


def _show(
    person_id: int, problem: AnnotateError | None = None, at: str = "", *, secret: str | None = None
) -> str:
    person = _get(person_id)
    sessions = list_sessions(
        get_db(), person_id, current=current_user.session_token, **session_limits(get_settings())
    )
    return render_template(
        "person.html",
        person=person,
        roles=ROLES,
        limited=list_limited(get_db()),
        sessions=sessions,
        tokens=[each for each in list_tokens(get_db(), person) if not each.revoked_at],
        secret=secret,
        **_said(problem, at),
    )


def _said(problem: AnnotateError | None, at: str) -> dict[str, Any]:
    """Return what a page says of a form that could not be taken, and what had been typed."""
    fields = (problem.fields or {}) if problem else {}
    return {
        "error": problem and problem.message,
        "at": at if problem else "",
        "fields": fields,
        "typed": request.form,
    }


def _show_link(person_id: int, name: str, *, is_new: bool = False) -> Response:
    secret = add_link(get_db(), name, by=me().id)
    address = url_for("welcome.arrive", secret=secret, _external=True)
    page = render_template(
        "person_link.html", person_id=person_id, name=name, address=address, hours=LINK_HOURS, is_new=is_new
    )
    return Response(page, mimetype="text/html")


def _done(person_id: int, said: str) -> Response:
    flash(said)
    return redirect(url_for("people.show", person_id=person_id), 303)


def _signed_out(person: Member) -> str:
    n = person.n_sessions
    if not n:
        return f"{person.name} is not signed in anywhere."
    where = "one place" if n == 1 else f"{n} places"
    return f"{person.name} is signed out at once, in {where}."


def _a(role: str) -> str:
    return f"an {role}" if role[0] in "ae" else f"a {role}"
