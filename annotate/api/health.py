"""Whether the service can do its work, for whoever watches it."""

from flask import Blueprint, Response

from annotate.api.wire import PREFIX
from annotate.web import get_db, json_response

blp = Blueprint("health", __name__)


@blp.get("/healthz", endpoint="root")
@blp.get(f"{PREFIX}/healthz", endpoint="api")
def health() -> Response:
    """Answer 200 when the database can be read, else 503; tells nothing else."""
    get_db().value("SELECT 1 FROM documents LIMIT 1")
    return json_response({"status": "ok"})
