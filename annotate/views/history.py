"""The history of a document or sentence, and the step before an earlier state comes back."""

from typing import Any

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from annotate.errors import AnnotateError, Forbidden, Invalid, Refused, Stale
from annotate.history import may_restore
from annotate.restoring import preview, restore
from annotate.store.documents import Document, find_revision, get_document
from annotate.store.history import get_thread, list_actors, list_history
from annotate.web import STATUS, event_before, event_name, event_number, get_db, get_settings, me
from schemas.history import HistoryFilter, RestoreForm
from schemas.terms import ACT_KINDS

blp = Blueprint("history", __name__)
FILTER, RESTORE_FORM = HistoryFilter(), RestoreForm()
PAGE_LENGTH = 50


@blp.get("/documents/<string:document_id>/history")
def show(document_id: str) -> str:
    """Show what happened to a document or one sentence, newest first."""
    db, wanted = get_db(), FILTER.load(request.args)
    document = get_document(db, document_id, me())
    thread = get_thread(db, document, wanted["start"])
    found = list_history(
        db,
        thread,
        me(),
        person=wanted["person"],
        kind=wanted["kind"],
        before=event_before(wanted["cursor"]),
        limit=PAGE_LENGTH + 1,
    )
    page = found[:PAGE_LENGTH]
    return render_template(
        "history.html",
        document=document,
        before=find_revision(db, document, document.revision - 1),
        thread=thread,
        events=page,
        wanted=wanted,
        next_cursor=event_name(page[-1].number) if len(found) > PAGE_LENGTH else None,
        people=list_actors(db, thread, me()),
        kinds=ACT_KINDS,
        event_name=event_name,
        may_restore=lambda event: event.can_go_back and may_restore(event, me().role),
    )


@blp.get("/documents/<string:document_id>/history/<string:event>/restore", endpoint="confirm")
def confirm(document_id: str, event: str) -> Response:
    """Show what restoring would change."""
    return _confirm(get_document(get_db(), document_id, me()), event_number(event))


@blp.post("/documents/<string:document_id>/history/<string:event>/restore", endpoint="restore")
def restore_now(document_id: str, event: str) -> Response:
    """Restore, if nothing was changed since it was shown."""
    form = RESTORE_FORM.load(request.form)
    document, number = get_document(get_db(), document_id, me()), event_number(event)
    try:
        wanted = preview(get_db(), document_id, number, by=me())
        restore(
            get_db(),
            document_id,
            number,
            by=me(),
            seen_version=form["version"],
            reason=form["reason"],
            two_person_rule=get_settings().two_person_rule,
        )
    except (Forbidden, Invalid, Refused, Stale) as problem:
        return _confirm(document, number, problem, reason=form["reason"])
    return redirect(url_for("history.show", document_id=wanted.document_id, start=wanted.start))


def _confirm(
    document: Document, number: int, problem: AnnotateError | None = None, **context: Any
) -> Response:
    """Show the step before restoring, also once more with what was wrong."""
    wanted = None
    try:
        wanted = preview(get_db(), document.id, number, by=me())
    except (Forbidden, Refused) as reason:
        problem = reason
    page = render_template(
        "restore.html",
        document=document,
        wanted=wanted,
        event=event_name(number),
        problem=problem,
        is_stale=isinstance(problem, Stale),
        **context,
    )
    return make_response(page, STATUS[type(problem)] if problem else 200)
