"""Collections: who sees them, how many review what is in them, and their guidelines."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from annotate import rules
from annotate.errors import AnnotateError, Invalid, NotFound, Stale
from annotate.store.collections import (
    check_name,
    find_guidelines,
    get_collection,
    list_settings,
    set_collection,
    set_guidelines,
)
from annotate.store.reviewers import list_reviewers
from annotate.text.markdown import to_html
from annotate.views.forms import again, read
from annotate.web import get_db, get_settings, me
from schemas.people import CollectionForm, GuidelinesForm

blp = Blueprint("collections", __name__)
COLLECTION_FORM, GUIDELINES_FORM = CollectionForm(), GuidelinesForm()
WRONG = (Invalid, NotFound, Stale)


@blp.get("/people/collections")
def index() -> str | Response:
    """Show what is set for every collection; one that is named and not there yet can be set up."""
    rules.require(me().role, "manage_people")
    name = request.args.get("name", "").strip()
    if name:
        check_name(name)
        return redirect(url_for("collections.show", name=name), 303)
    return render_template(
        "collections.html", collections=list_settings(get_db()), usual=get_settings().reviews_per_document
    )


@blp.get("/people/collections/<path:name>")
def show(name: str) -> str:
    """Show what is set for one."""
    rules.require(me().role, "manage_people")
    return _show(name)


@blp.post("/people/collections/<path:name>", endpoint="change")
def change(name: str) -> Response:
    """Say who sees it, and N of what will be loaded into it."""
    rules.require(me().role, "manage_people")
    try:
        form = read(COLLECTION_FORM, people=request.form.getlist("people"))
        set_collection(
            get_db(),
            name,
            people=form["people"] if form["limited"] else None,
            reviews_needed=form["reviews_needed"],
            seen=form["seen"],
            by=me().id,
        )
    except WRONG as problem:
        return again(_show(name, problem), problem)
    flash("Saved.")
    return redirect(url_for("collections.show", name=name), 303)


@blp.get("/collections/<path:name>/guidelines")
def guidelines(name: str) -> str:
    """Show how sentences of this collection are to be tagged."""
    return _guidelines(name)


@blp.post("/collections/<path:name>/guidelines", endpoint="guide")
def guide(name: str) -> Response:
    """Write the guidelines."""
    rules.require(me().role, "guide")
    find_guidelines(get_db(), name, me())
    try:
        form = read(GUIDELINES_FORM)
        set_guidelines(get_db(), name, form["guidelines"], seen=form["seen"], by=me().id)
    except WRONG as problem:
        return again(_guidelines(name, problem), problem)
    flash("Saved. This is how they look.")
    return redirect(url_for("collections.guidelines", name=name), 303)


def _show(name: str, problem: AnnotateError | None = None) -> str:
    check_name(name)
    collection = get_collection(get_db(), name)
    members = set(collection.people or ())
    return render_template(
        "collection.html",
        collection=collection,
        listed=next((each for each in list_settings(get_db()) if each.name == name), None),
        people=[
            each
            for each in list_reviewers(get_db())
            if each.role != "admin" and (each.is_active or each.name in members)
        ],
        members=members,
        usual=get_settings().reviews_per_document,
        **_said(problem),
    )


def _guidelines(name: str, problem: AnnotateError | None = None) -> str:
    collection = find_guidelines(get_db(), name, me())
    return render_template(
        "guidelines.html",
        collection=collection,
        html=to_html(collection.guidelines or ""),
        may_guide=rules.may(me().role, "guide"),
        **_said(problem),
    )


def _said(problem: AnnotateError | None) -> dict[str, Any]:
    fields = (problem.fields or {}) if problem else {}
    return {"error": problem and problem.message, "fields": fields, "typed": request.form}
