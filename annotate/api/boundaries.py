"""Boundaries of sentences, mended by hand."""

from typing import Any

from flask import Response

from annotate.api.annotations import SENTENCE
from annotate.api.wire import PREFIX, Blueprint, mended, required_version, writes
from annotate.store.boundaries import merge_sentences, split_sentence
from annotate.web import get_db, me
from schemas.boundary import MergeRequest, SplitRequest
from schemas.document import MendAnswer

blp = Blueprint("boundaries", __name__, url_prefix=PREFIX, description="Where sentences begin and end")


@blp.post(f"{SENTENCE}/split")
@writes("mend")
@blp.arguments(SplitRequest())
@blp.response(200, MendAnswer)
def split(request: dict[str, Any], document_id: str, start: int) -> Response:
    """Split a sentence in two; merging the two is the undo. If-Match: the sentence's `version`."""
    return mended(
        split_sentence(get_db(), document_id, start, by=me(), seen_version=required_version(), **request)
    )


@blp.post(f"{SENTENCE}/merge")
@writes("mend")
@blp.arguments(MergeRequest())
@blp.response(200, MendAnswer)
def merge(request: dict[str, Any], document_id: str, start: int) -> Response:
    """Merge a sentence with the next one; splitting it there is the undo. If-Match: the first's `version`."""
    return mended(
        merge_sentences(get_db(), document_id, start, by=me(), seen_version=required_version(), **request)
    )
