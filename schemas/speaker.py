"""Speakers as they are looked up."""

from marshmallow import fields, validate

from schemas.annotation import SPEAKER
from schemas.base import Shape, Text


class SpeakerQuery(Shape):
    """Which names to offer."""

    q = Text(longest=SPEAKER, load_default="", metadata={"description": "Part of a name."})
    limit = fields.Integer(load_default=20, validate=validate.Range(1, 200))


class SpeakerList(Shape):
    """Names, alphabetically; `next` is always null: ask for more of a name instead."""

    items = fields.List(fields.String(), required=True)
    next = fields.String(required=True, allow_none=True)
