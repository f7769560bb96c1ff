"""My votes on sentences, and my sign-off."""

from typing import Any

from flask import Response

from annotate.api.wire import (
    PREFIX,
    Blueprint,
    counts_json,
    seen_version,
    writes,
    written,
)
from annotate.store.annotations import record_annotation
from annotate.store.reviews import sign_off
from annotate.web import get_db, json_response, me
from schemas.annotation import AnnotationRemoval, AnnotationRequest
from schemas.base import LARGEST
from schemas.document import SignOffAnswer, WriteAnswer

blp = Blueprint("annotations", __name__, url_prefix=PREFIX, description="My votes and sign-offs")
SENTENCE = f"/documents/<string:document_id>/sentences/<int(max={LARGEST}):start>"


@blp.put(f"{SENTENCE}/annotation")
@writes("annotate")
@blp.arguments(AnnotationRequest())
@blp.response(200, WriteAnswer)
def record(tag: dict[str, Any], document_id: str, start: int) -> Response:
    """Store my vote for one sentence."""
    return written(
        record_annotation(get_db(), document_id, start, by=me(), seen_version=seen_version(), **tag)
    )


@blp.delete(f"{SENTENCE}/annotation")
@writes("annotate")
@blp.arguments(AnnotationRemoval())
@blp.response(200, WriteAnswer)
def remove(removal: dict[str, Any], document_id: str, start: int) -> Response:
    """Take my vote, speaker and note back; the version goes on counting."""
    return written(
        record_annotation(
            get_db(),
            document_id,
            start,
            by=me(),
            label=None,
            seen_version=seen_version(),
            **removal,
        )
    )


@blp.post("/documents/<string:document_id>/sign-off")
@writes("sign_off")
@blp.response(200, SignOffAnswer)
def record_sign_off(document_id: str) -> Response:
    """Say that I have read the whole document; 422 with the untagged starts while any remain."""
    document = sign_off(get_db(), document_id, by=me())
    return json_response({"document": counts_json(document, n_untagged=0)})
