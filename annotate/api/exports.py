"""The export over HTTP: what everyone may see, streamed."""

import logging
from contextlib import ExitStack
from threading import BoundedSemaphore
from typing import Any

from flask import Response

from annotate import rules
from annotate.api.wire import PREFIX, Blueprint
from annotate.errors import Unavailable
from annotate.exporting import ENDINGS, MIMETYPES, WRITERS, Export, Publisher, Selection, open_export
from annotate.web import get_db, get_settings, me
from schemas.export import Export as ExportShape
from schemas.export import ExportQuery

blp = Blueprint("exports", __name__, url_prefix=PREFIX, description="Everything, as JSON")


AT_ONCE = BoundedSemaphore(4)  # of the 8 threads of a server; the rest go on with people's work
logger = logging.getLogger(__name__)


@blp.get("/export")
@blp.arguments(ExportQuery(), location="query")
@blp.response(200, ExportShape)
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
        if not AT_ONCE.acquire(blocking=False):
            raise Unavailable("Enough exports are under way. Try again in a moment.")
        stack.callback(AT_ONCE.release)
        settings = get_settings()
        publisher = Publisher(settings.publisher, settings.review_url)
        under_way = open_export(stack.enter_context(get_db().snapshot()), selection, me(), publisher)
        stack.callback(_log_omitted, under_way)
        response = Response(WRITERS[form](under_way), mimetype=MIMETYPES[form])
        response.call_on_close(stack.pop_all().close)
    response.headers["Annotate-Cursor"] = under_way.cursor
    response.headers["Content-Disposition"] = f'attachment; filename="annotate.{ENDINGS[form]}"'
    return response


def _log_omitted(export: Export) -> None:
    for each in export.omitted:
        logger.error("Left out of an export: %s: %s", each["key"], each["reason"])
