"""Speakers: names to complete what somebody types, records, and what each has said."""

from typing import Any

from flask import Response

from annotate.api.wire import PREFIX, Blueprint, required_version, writes
from annotate.store.directory import Directory
from annotate.store.sayings import list_said
from annotate.store.speakers import (
    Speaker,
    list_known,
    list_names,
    merge_speakers,
    record_speaker,
    split_speaker,
)
from annotate.web import get_db, json_response, me
from schemas.speaker import (
    OtherSpeaker,
    Record,
    SaidQuery,
    SpeakerAnswer,
    SpeakerList,
    SpeakerQuery,
    SpeakerRequest,
)

blp = Blueprint("speakers_api", __name__, url_prefix=PREFIX, description="Who is quoted")
SPEAKER = "/speakers/<string:speaker_id>"


@blp.get("/speakers")
@blp.arguments(SpeakerQuery(), location="query")
@blp.response(200, SpeakerList)
def list_all(query: dict[str, Any]) -> Response:
    """List names that I have given, those of decisions that I may see, and those that have a record."""
    names = list_names(get_db(), me(), **query)
    known = list_known(get_db(), names)
    return json_response({"items": names, "known": known, "next": None})


@blp.get(SPEAKER)
@blp.arguments(SaidQuery(), location="query")
@blp.response(200, SpeakerAnswer)
def show(query: dict[str, Any], speaker_id: str) -> Response:
    """Show a speaker with what they said; one that is merged shows the one that it is."""
    db = get_db()
    directory = Directory(db, me())
    speaker = directory.get(speaker_id)
    entry = directory.entry_of(speaker)
    said, following = list_said(db, me(), entry.spellings, **query)
    beside = {"counts": dict(entry.counts), "sentences": {"items": said, "next": following}}
    return _answer(speaker, **beside)


@blp.put(SPEAKER)
@writes("mend_speakers")
@blp.arguments(SpeakerRequest())
@blp.response(200, Record)
def record(known: dict[str, Any], speaker_id: str) -> Response:
    """Store what is known of a speaker; If-Match "0" gives a name its record, whose id is in the answer."""
    return _answer(record_speaker(get_db(), speaker_id, by=me(), seen_version=required_version(), **known))


@blp.post(f"{SPEAKER}/merge")
@writes("mend_speakers")
@blp.arguments(OtherSpeaker())
@blp.response(200, Record)
def merge(body: dict[str, Any], speaker_id: str) -> Response:
    """Say that another speaker is this one."""
    return _answer(merge_speakers(get_db(), speaker_id, by=me(), seen_version=required_version(), **body))


@blp.post(f"{SPEAKER}/split")
@writes("mend_speakers")
@blp.arguments(OtherSpeaker())
@blp.response(200, Record)
def split(body: dict[str, Any], speaker_id: str) -> Response:
    """Undo a merge: the other stands for itself again, as it was."""
    return _answer(split_speaker(get_db(), speaker_id, by=me(), seen_version=required_version(), **body))


def _answer(speaker: Speaker, **beside: Any) -> Response:
    response = json_response(speaker.as_told() | beside)
    response.headers["ETag"] = f'"{speaker.version}"'
    return response
