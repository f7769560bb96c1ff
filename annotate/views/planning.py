"""From one document to the next, and what editors plan: who reviews what, how soon, and what is closed."""

from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from marshmallow import ValidationError
from werkzeug.wrappers import Response

from annotate import rules
from annotate.errors import Invalid, Refused, Stale
from annotate.store.documents import list_documents
from annotate.store.plans import Change, Planned, change_plans, get_plan, list_assignable, record_plan
from annotate.store.queue import give_back, take_next
from annotate.views.pages import FILTER, clock
from annotate.web import STATUS, get_db, me
from schemas import terms
from schemas.plan import MOST_AT_ONCE, MOST_REVIEWS, ManyPlansForm, PlanForm

blp = Blueprint("planning", __name__)
PLAN_FORM, MANY_FORM = PlanForm(), ManyPlansForm()


@blp.post("/queue/next", endpoint="next")
def go_on() -> Response:
    """Take the next document and go to it, or say in the queue why there is none."""
    found = take_next(get_db(), me())
    if found.lease:
        return redirect(url_for("pages.document", document_id=found.lease.document.id), 303)
    until = f" Ask again after {clock(found.until)}." if found.until else ""
    flash(rules.WHY_NOTHING[found.why or ""] + until)
    return redirect(url_for("pages.queue"), 303)


@blp.post("/documents/<string:document_id>/not-now")
def not_now(document_id: str) -> Response:
    """Give a document back and take the next one."""
    give_back(get_db(), document_id, by=me())
    return go_on()


@blp.get("/documents/<string:document_id>/plan", endpoint="plan")
def show_plan(document_id: str) -> str:
    """Show the plan of a document to those who may change it."""
    rules.require(me().role, "plan")
    return _page(get_plan(get_db(), document_id, me()))


@blp.post("/documents/<string:document_id>/plan")
def record(document_id: str) -> str | Response:
    """Store a plan; what does not fit is told on the page, with what was typed."""
    rules.require(me().role, "plan")
    stored = get_plan(get_db(), document_id, me())
    sent = {**request.form.to_dict(), "assigned": request.form.getlist("assigned")}
    try:
        form = PLAN_FORM.load(sent)
        version = form.pop("version")
        record_plan(get_db(), document_id, by=me(), seen_version=version, **form)
    except ValidationError as problem:
        return _refused(stored, sent, problem.normalized_messages(), None, 422)  # type: ignore[no-untyped-call]
    except (Invalid, Refused, Stale) as problem:
        return _refused(stored, sent, problem.fields or {}, problem.message, STATUS[type(problem)])
    flash("The plan is stored.")
    return redirect(url_for("planning.plan", document_id=document_id), 303)


def _refused(
    stored: Planned, sent: dict[str, Any], fields: dict[str, Any], message: str | None, status: int
) -> Response:
    return make_response(_page(stored, sent=sent, problems=fields, message=message), status)


def _page(
    planned: Planned,
    *,
    sent: dict[str, Any] | None = None,
    problems: dict[str, Any] | None = None,
    message: str | None = None,
) -> str:
    """Render the form; `sent` is what somebody typed and was not taken."""
    names = dict.fromkeys([*list_assignable(get_db(), planned.document.collection), *planned.plan.assigned])
    return render_template(
        "plan.html",
        document=planned.document,
        plan=planned.plan,
        shown=sent or planned.plan.__dict__,
        names=list(names),
        priorities=terms.PRIORITIES,
        most_reviews=MOST_REVIEWS,
        problems=problems or {},
        message=message,
    )


@blp.post("/documents", endpoint="many")
def plan_many() -> Response:
    """Change the plans of the documents that are ticked, or of all that the list's filter shows."""
    rules.require(me().role, "plan")
    wanted = FILTER.load(request.args)
    back = redirect(url_for("pages.documents") + _query(), 303)
    try:
        form = MANY_FORM.load({**request.form.to_dict(), "id": request.form.getlist("id")})
        change = _change(form)
    except (ValidationError, Invalid) as problem:
        flash(problem.message if isinstance(problem, Invalid) else "Not stored: this makes no sense.")
        return back
    ids = form["id"]
    if form["everything"]:
        wanted["before"] = None
        ids = [each.id for each in list_documents(get_db(), me(), **wanted, limit=MOST_AT_ONCE)]
    n_done, refused = change_plans(get_db(), ids, change, by=me())
    flash(f"Planned: {n_done} {'document' if n_done == 1 else 'documents'}.")
    for message in dict.fromkeys(message for _, message in refused):
        n = sum(each == message for _, each in refused)
        flash(f"Not stored for {n}: {message}")
    return back


def _query() -> str:
    query = request.query_string.decode()
    return f"?{query}" if query else ""


def _change(form: dict[str, Any]) -> Change:
    """:raises Invalid: nothing is to be changed, or closing lacks a reason."""
    if form["state"] == "close" and not form["reason"]:
        raise Invalid("Not stored: say why they are closed.")
    change = Change(
        assign=(form["assign"],) if form["assign"] else (),
        unassign=(form["unassign"],) if form["unassign"] else (),
        priority=form["priority"],
        close=form["reason"] if form["state"] == "close" else None,
        reopen=form["state"] == "reopen",
    )
    if change == Change():
        raise Invalid("Nothing was chosen to be changed.")
    if not form["id"] and not form["everything"]:
        raise Invalid("Tick the documents first.")
    return change
