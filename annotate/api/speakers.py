"""Names of speakers, to complete what somebody types."""

from typing import Any

from flask import Response

from annotate.api.wire import PREFIX, Blueprint
from annotate.store.speakers import list_speakers
from annotate.web import get_db, json_response, me
from schemas.speaker import SpeakerList, SpeakerQuery

blp = Blueprint("speakers", __name__, url_prefix=PREFIX, description="Who is quoted")


@blp.get("/speakers")
@blp.arguments(SpeakerQuery(), location="query")
@blp.response(200, SpeakerList)
def list_all(query: dict[str, Any]) -> Response:
    """List speakers that I have named, and those of decisions that I may see."""
    return json_response({"items": list_speakers(get_db(), me(), **query), "next": None})
