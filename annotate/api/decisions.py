"""Editors' decisions."""

from typing import Any

from flask import Response

from annotate.api.annotations import SENTENCE
from annotate.api.wire import PREFIX, Blueprint, required_version, writes, written
from annotate.store.decisions import record_decision
from annotate.web import get_db, me
from schemas.annotation import DecisionRequest
from schemas.document import WriteAnswer

blp = Blueprint("decisions", __name__, url_prefix=PREFIX, description="Editors' decisions")


@blp.put(f"{SENTENCE}/decision")
@writes("adjudicate")
@blp.arguments(DecisionRequest())
@blp.response(200, WriteAnswer)
def record(decision: dict[str, Any], document_id: str, start: int) -> Response:
    """Decide one sentence; label null gives it back to the votes."""
    return written(
        record_decision(get_db(), document_id, start, by=me(), seen_version=required_version(), **decision)
    )
