"""The checking of a claim or a quote as it comes in."""

import re
from datetime import datetime
from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from schemas.annotation import REASON
from schemas.base import Offset, Shape, Text, WebAddress, choice
from schemas.terms import ATTRIBUTIONS, STANCES, STATUSES, VERDICTS

MOST_EVIDENCE = 50
ISO = re.compile(
    r"\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?"
)  # of all its forms, the usual


def check_time(value: str | None) -> None:
    """:raises ValidationError: neither a date nor a time in ISO 8601."""
    if value is None:
        return
    try:
        if not ISO.fullmatch(value):
            raise ValueError
        datetime.fromisoformat(value)
    except ValueError:
        raise ValidationError("Must be a date such as 2026-01-31, or a time in ISO 8601.") from None


class Evidence(Shape):
    """One source of a verification: an address, or a reference to something offline."""

    url = WebAddress(load_default=None, allow_none=True)
    reference = Text(longest=500, load_default=None, allow_none=True)
    title = Text(longest=500, load_default=None, allow_none=True)
    excerpt = Text(longest=4000, load_default=None, allow_none=True)
    stance = choice(STANCES, load_default="context")
    accessed_at = Text(longest=40, load_default=None, allow_none=True, validators=[check_time])
    archive_url = WebAddress(load_default=None, allow_none=True)

    @validates_schema
    def check_source(self, data: dict[str, Any], **_: Any) -> None:
        """:raises ValidationError: it says neither where nor what it is."""
        if not data.get("url") and not data.get("reference"):
            raise ValidationError("Give a url or a reference.", field_name="url")


class VerificationRequest(Shape):
    """A verification, whole; `reason` is only for reopening a settled one."""

    end = Offset(required=True)
    status = choice(STATUSES, required=True)
    verdict = choice(VERDICTS, load_default="unverified")
    attribution = choice(ATTRIBUTIONS, load_default=None, allow_none=True)
    rationale = Text(longest=4000, load_default=None, allow_none=True)
    evidence = fields.List(
        fields.Nested(Evidence), load_default=list, validate=validate.Length(max=MOST_EVIDENCE)
    )
    reason = Text(longest=REASON, load_default=None, allow_none=True)
