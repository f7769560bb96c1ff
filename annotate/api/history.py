"""The history of a document or sentence, and bringing an earlier state back."""

from typing import Any

from flask import Response

from annotate.api.wire import PREFIX, Blueprint, mended, required_version, writes, written
from annotate.history import Event, may_restore
from annotate.restoring import restore
from annotate.store.boundaries import Mended
from annotate.store.documents import get_document
from annotate.store.history import get_thread, list_history
from annotate.web import event_before, event_name, event_number, get_db, get_settings, json_response, me
from schemas.history import HistoryList, HistoryQuery, RestoreAnswer, RestoreRequest

blp = Blueprint("history_api", __name__, url_prefix=PREFIX, description="Who did what, from what to what")


@blp.get("/documents/<string:document_id>/history")
@blp.arguments(HistoryQuery(), location="query")
@blp.response(200, HistoryList)
def show(query: dict[str, Any], document_id: str) -> Response:
    """Show what happened to a document or one sentence, newest first; while it is blind, what I did."""
    db, limit = get_db(), query["limit"]
    thread = get_thread(db, get_document(db, document_id, me()), query["start"])
    before = event_before(query["cursor"])
    wanted = {"person": query["person"], "kind": query["kind"]}
    found = list_history(db, thread, me(), before=before, limit=limit + 1, **wanted)
    page = found[:limit]
    cursor = event_name(page[-1].number) if len(found) > limit else None
    return json_response({"items": [_json(each) for each in page], "next": cursor})


@blp.post("/documents/<string:document_id>/history/<string:event>/restore")
@writes("annotate")  # one's own vote; the rest is for whoever may `restore`
@blp.arguments(RestoreRequest())
@blp.response(200, RestoreAnswer)
def bring_back(request: dict[str, Any], document_id: str, event: str) -> Response:
    """Bring back what an event led to, as a new event; of a split or merge, the boundaries before it.

    If-Match: the version, as it is now, of the vote, decision or verification; for boundaries the sentence's.
    """
    result = restore(
        get_db(),
        document_id,
        event_number(event),
        by=me(),
        seen_version=required_version(),
        two_person_rule=get_settings().two_person_rule,
        **request,
    )
    return mended(result) if isinstance(result, Mended) else written(result)


def _json(event: Event) -> dict[str, Any]:
    start, end = event.sentence or (None, None)
    return {
        "event": event_name(event.number),
        "at": event.at,
        "reviewer": event.who,
        "act": event.act,
        "kind": event.kind,
        "words": event.words,
        "document": event.document_id,
        "start": start,
        "end": end,
        "changes": [{"field": each.field, "was": each.was, "now": each.now} for each in event.changes],
        "restored": event_name(event.restored),
        "may_restore": event.can_go_back and may_restore(event, me().role),
    }
