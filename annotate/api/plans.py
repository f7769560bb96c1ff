"""The queue, leases, and the plans of documents."""

from dataclasses import asdict
from typing import Any

from flask import Response, g, request

from annotate.api.documents import LISTED
from annotate.api.wire import PREFIX, Blueprint, counts_json, required_version, writes
from annotate.rules import WHY_NOTHING
from annotate.store.clock import as_time
from annotate.store.contents import count_tagged
from annotate.store.plans import Planned, get_plan, record_plan
from annotate.store.queue import Lease, find_next, give_back, take_lease, take_next
from annotate.web import get_db, json_response, me
from schemas.plan import LeaseAnswer, NextDocument, PlanAnswer, PlanRequest

blp = Blueprint("plans", __name__, url_prefix=PREFIX, description="What is next, for whom, and how soon")


@blp.get("/queue/next")
@blp.response(200, NextDocument)
def next_document() -> Response:
    """Give me the next document and take its lease, which is all that changes; asking again gives the same.

    A lease steers the queue for 30 minutes from my last act and refuses nothing to anybody. HEAD, and a token
    that may only read, take none.
    """
    is_looking = request.method == "HEAD" or g.account.scope != "write"
    found = (find_next if is_looking else take_next)(get_db(), me())
    return json_response(
        {
            "document": found.lease and LISTED.dump([found.lease.document])[0],
            "lease": _lease_json(found.lease),
            "why": found.why,
            "message": found.why and WHY_NOTHING[found.why],
            "until": found.until and as_time(found.until),
        }
    )


@blp.post("/documents/<string:document_id>/lease")
@writes("annotate")
@blp.response(200, LeaseAnswer)
def lease(document_id: str) -> Response:
    """Say that I have opened a document; the answer tells who else is at work on it."""
    return _leased(take_lease(get_db(), document_id, by=me()))


@blp.delete("/documents/<string:document_id>/lease")
@writes("annotate")
@blp.response(200, LeaseAnswer)
def not_now(document_id: str) -> Response:
    """Give a document back; it is not given to me again for a while."""
    return _leased(give_back(get_db(), document_id, by=me()))


def _leased(result: Lease) -> Response:
    n_untagged = result.document.n_sentences - count_tagged(get_db(), result.document, me())
    return json_response(
        {
            "document": counts_json(result.document, n_untagged),
            "lease": _lease_json(result),
            "others_at_work": result.others_at_work,
        }
    )


def _lease_json(result: Lease | None) -> dict[str, str] | None:
    return {"until": as_time(result.until)} if result and result.until else None


@blp.get("/documents/<string:document_id>/plan")
@blp.response(200, PlanAnswer)
def show(document_id: str) -> Response:
    """Show who is to review a document, how many, how soon, and whether it is closed."""
    return _planned(get_plan(get_db(), document_id, me()))


@blp.put("/documents/<string:document_id>/plan")
@writes("plan")
@blp.arguments(PlanRequest())
@blp.response(200, PlanAnswer)
def record(plan: dict[str, Any], document_id: str) -> Response:
    """Plan a document, whole. If-Match: the plan's `version`."""
    return _planned(record_plan(get_db(), document_id, by=me(), seen_version=required_version(), **plan))


def _planned(result: Planned) -> Response:
    n_untagged = result.document.n_sentences - count_tagged(get_db(), result.document, me())
    body = {"plan": asdict(result.plan), "document": counts_json(result.document, n_untagged)}
    response = json_response(body)
    response.headers["ETag"] = f'"{result.plan.version}"'
    return response
