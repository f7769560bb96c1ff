"""Tags and decisions as they come in."""

from schemas.base import Offset, Shape, Text, choice
from schemas.terms import LABELS, ORIGINS

SPEAKER = 200  # characters
NOTE = 4000
REASON = 1000


class AnnotationRequest(Shape):
    """My vote on one sentence; it replaces the one before, whole."""

    end = Offset(required=True)
    label = choice(LABELS, required=True, allow_none=True)
    speaker = Text(longest=SPEAKER, is_one_line=True, load_default=None, allow_none=True)
    note = Text(longest=NOTE, load_default=None, allow_none=True)
    origin = choice(ORIGINS, load_default="api")


class AnnotationRemoval(Shape):
    """The sentence that my vote is taken back from."""

    end = Offset(required=True)


class DecisionRequest(Shape):
    """An editor's word on one sentence; label null gives it back to the votes."""

    end = Offset(required=True)
    label = choice(LABELS, required=True, allow_none=True)
    speaker = Text(longest=SPEAKER, is_one_line=True, load_default=None, allow_none=True)
    reason = Text(longest=REASON, load_default=None, allow_none=True)
