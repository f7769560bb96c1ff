"""The verification desk: what is to be checked, and who has it."""

from typing import Any

from flask import Response

from annotate.api.annotations import SENTENCE
from annotate.api.wire import PREFIX, Blueprint, seen_version, writes, written
from annotate.desk import check_json, wanted
from annotate.store.assignments import assign_check
from annotate.store.desk import list_checks
from annotate.web import get_db, json_response, me
from schemas.desk import AssigneeAnswer, AssigneeRequest, CheckList, DeskQuery

blp = Blueprint("checks", __name__, url_prefix=PREFIX, description="What is to be checked")


@blp.get("/verifications")
@blp.arguments(DeskQuery(), location="query")
@blp.response(200, CheckList)
def list_all(query: dict[str, Any]) -> Response:
    """List decided claims and quotes with how far their checking is, as the page /verification does."""
    limit, cursor = query.pop("limit"), query.pop("cursor")
    page = list_checks(get_db(), me(), wanted(**query), cursor=cursor, limit=limit)
    return json_response({"items": [check_json(each, me()) for each in page.checks], "next": page.next})


@blp.put(f"{SENTENCE}/assignee")
@writes("verify")
@blp.arguments(AssigneeRequest())
@blp.response(200, AssigneeAnswer)
def assign(request: dict[str, Any], document_id: str, start: int) -> Response:
    """Give one claim or quote to somebody to check, or back to the desk. If-Match: of its `assignment`."""
    return written(
        assign_check(get_db(), document_id, start, by=me(), seen_version=seen_version(), **request)
    )
