"""What is in dispute."""

from dataclasses import asdict
from typing import Any

from flask import Response

from annotate.api.wire import PREFIX, Blueprint
from annotate.store.disputes import FIRST, Wanted, list_disputes
from annotate.web import get_db, json_response, me
from schemas.dispute import DisputeList, DisputeQuery

blp = Blueprint("disputes", __name__, url_prefix=PREFIX, description="What waits for an editor")


@blp.get("/disputes")
@blp.arguments(DisputeQuery(), location="query")
@blp.response(200, DisputeList)
def list_all(query: dict[str, Any]) -> Response:
    """List what is in dispute, the worst first; nothing of what is blind, closed or superseded."""
    limit, after = query.pop("limit"), query.pop("after") or FIRST
    found = list_disputes(get_db(), me(), Wanted(**query), after=after, limit=limit + 1)
    page = found[:limit]
    cursor = "{}.{}".format(*page[-1].place) if len(found) > limit else None
    items = [{name: value for name, value in asdict(each).items() if name != "place"} for each in page]
    return json_response({"items": items, "next": cursor})
