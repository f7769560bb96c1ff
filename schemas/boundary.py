"""Boundaries to be mended, as they come in."""

from schemas.base import Offset, Shape


class SplitRequest(Shape):
    """Where to cut a sentence; white space beside the cut belongs to neither part."""

    end = Offset(required=True)
    at = Offset(required=True)


class MergeRequest(Shape):
    """The sentence to join with the next one."""

    end = Offset(required=True)
