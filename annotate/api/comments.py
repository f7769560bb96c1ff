"""Comments on sentences."""

from typing import Any

from flask import Response

from annotate.api.annotations import SENTENCE
from annotate.api.wire import PREFIX, Blueprint, required_version, writes, written
from annotate.store.comments import Commented, add_comment, change_comment, list_comments, remove_comment
from annotate.web import get_db, json_response, me
from schemas.base import LARGEST
from schemas.comment import CommentAnswer, CommentChange, CommentList, CommentRemoval, CommentRequest

blp = Blueprint("comments", __name__, url_prefix=PREFIX, description="What people say of sentences")
COMMENT = f"{SENTENCE}/comments/<int(max={LARGEST}):number>"


@blp.post(f"{SENTENCE}/comments")
@writes("comment")
@blp.arguments(CommentRequest())
@blp.response(201, CommentAnswer)
def add(comment: dict[str, Any], document_id: str, start: int) -> Response:
    """Comment on a sentence."""
    answer = _answer(add_comment(get_db(), document_id, start, by=me(), **comment))
    answer.status_code = 201
    return answer


@blp.get(f"{SENTENCE}/comments")
@blp.response(200, CommentList)
def list_all(document_id: str, start: int) -> Response:
    """List the comments on a sentence that I may see, oldest first."""
    return json_response({"items": list_comments(get_db(), document_id, start, me()), "next": None})


@blp.put(COMMENT)
@writes("comment")
@blp.arguments(CommentChange())
@blp.response(200, CommentAnswer)
def change(comment: dict[str, Any], document_id: str, start: int, number: int) -> Response:
    """Change a comment of mine, or resolve or reopen anyone's. If-Match: its `version`."""
    return _answer(
        change_comment(
            get_db(), document_id, start, number, by=me(), seen_version=required_version(), **comment
        )
    )


@blp.delete(COMMENT)
@writes("comment")
@blp.arguments(CommentRemoval())
@blp.response(200, CommentAnswer)
def remove(removal: dict[str, Any], document_id: str, start: int, number: int) -> Response:
    """Take a comment of mine back. If-Match: its `version`."""
    return _answer(
        remove_comment(
            get_db(), document_id, start, number, by=me(), seen_version=required_version(), **removal
        )
    )


def _answer(result: Commented) -> Response:
    return written(result.written, comment=result.comment)
