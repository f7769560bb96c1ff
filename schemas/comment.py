"""Comments as they come in and go out."""

from marshmallow import fields, validate

from schemas.base import Offset, Shape, Text
from schemas.document import OpenComment, WriteAnswer

COMMENT = 4000  # characters


def _text() -> Text:
    return Text(longest=COMMENT, required=True, validators=[validate.Length(min=1)])


class CommentRequest(Shape):
    """A new comment on one sentence."""

    end = Offset(required=True)
    text = _text()


class CommentChange(Shape):
    """A comment, whole; only its author may change the text, anyone whether it is resolved."""

    end = Offset(required=True)
    text = _text()
    resolved = fields.Boolean(required=True, truthy={True}, falsy={False})


class CommentRemoval(Shape):
    """The sentence whose comment, one's own, is taken back."""

    end = Offset(required=True)


class CommentList(Shape):
    """The comments on a sentence, oldest first; `next` is always null: all are there."""

    items = fields.List(fields.Nested(OpenComment), required=True)
    next = fields.String(required=True, allow_none=True)


class CommentAnswer(WriteAnswer):
    """The comment after a write, null once it is taken back, and its sentence."""

    comment = fields.Nested(OpenComment, required=True, allow_none=True)
