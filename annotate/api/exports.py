"""The export over HTTP: what everyone may see, streamed."""

from contextlib import ExitStack
from typing import Any

from flask import Response

from annotate import rules
from annotate.api.wire import PREFIX, Blueprint
from annotate.exporting import MIMETYPES, WRITERS, Selection, open_export
from annotate.web import get_db, me
from schemas.export import Export, ExportQuery

blp = Blueprint("exports", __name__, url_prefix=PREFIX, description="Everything, as JSON")


@blp.get("/export")
@blp.arguments(ExportQuery(), location="query")
@blp.response(200, Export)
def export(query: dict[str, Any]) -> Response:
    """Download documents with N = 1 or signed off N times, whole or changed since a cursor."""
    rules.require(me().role, "export")
    selection = Selection(
        collection=query["collection"],
        labels=tuple(query["label"]),
        statuses=tuple(query["status"]),
        since=query["since"],
    )
    form = query["format"]
    with ExitStack() as stack:
        under_way = open_export(stack.enter_context(get_db().snapshot()), selection)
        response = Response(WRITERS[form](under_way), mimetype=MIMETYPES[form])
        response.call_on_close(stack.pop_all().close)
    response.headers["Annotate-Cursor"] = under_way.cursor
    response.headers["Content-Disposition"] = f'attachment; filename="annotate.{form}"'
    return response
