"""The checking of claims and quotes."""

from typing import Any

from flask import Response

from annotate.api.annotations import SENTENCE
from annotate.api.wire import PREFIX, Blueprint, required_version, writes, written
from annotate.store.verifications import record_verification
from annotate.web import get_db, get_settings, me
from schemas.document import WriteAnswer
from schemas.verification import VerificationRequest

blp = Blueprint("verifications", __name__, url_prefix=PREFIX, description="Checking of sentences")


@blp.put(f"{SENTENCE}/verification")
@writes("verify")
@blp.arguments(VerificationRequest())
@blp.response(200, WriteAnswer)
def record(verification: dict[str, Any], document_id: str, start: int) -> Response:
    """Store the verification of one decided claim or quote, whole."""
    return written(
        record_verification(
            get_db(),
            document_id,
            start,
            by=me(),
            seen_version=required_version(),
            two_person_rule=get_settings().two_person_rule,
            **verification,
        )
    )
