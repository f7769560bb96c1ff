"""The same claim elsewhere: what is offered, and what people say of it."""

from dataclasses import asdict
from typing import Any

from flask import Response

from annotate.api.annotations import SENTENCE
from annotate.api.wire import PREFIX, Blueprint, seen_version, writes, written
from annotate.store.matches import Match, Matched, list_matches, record_match, remove_match
from annotate.web import get_db, json_response, me
from schemas.base import LARGEST
from schemas.match import MatchAnswer, MatchList, MatchRequest

blp = Blueprint("matches", __name__, url_prefix=PREFIX, description="The same claim elsewhere")
MATCH = f"{SENTENCE}/matches/<string:other_id>/<int(max={LARGEST}):other_start>"


@blp.get(f"{SENTENCE}/matches")
@blp.response(200, MatchList)
def list_all(document_id: str, start: int) -> Response:
    """List where else a decided claim or quote may be said: what is recorded, then what is offered."""
    found = list_matches(get_db(), document_id, start, me())
    return json_response({"items": [_as_json(each) for each in found], "next": None})


@blp.put(MATCH)
@writes("propose_match")
@blp.arguments(MatchRequest())
@blp.response(200, MatchAnswer)
def record(match: dict[str, Any], document_id: str, start: int, other_id: str, other_start: int) -> Response:
    """Propose a match, confirm it as an editor, or with relation null reject it. If-Match: its `version`."""
    return _answer(
        record_match(
            get_db(), document_id, start, other_id, other_start, by=me(), seen_version=seen_version(), **match
        )
    )


@blp.delete(MATCH)
@writes("propose_match")
@blp.response(200, MatchAnswer)
def remove(document_id: str, start: int, other_id: str, other_start: int) -> Response:
    """Take back what was said of two sentences; they may be offered again. If-Match: its `version`."""
    return _answer(
        remove_match(
            get_db(), document_id, start, other_id, other_start, by=me(), seen_version=seen_version()
        )
    )


def _answer(result: Matched) -> Response:
    return written(result.written, match=_as_json(result.match))


def _as_json(match: Match) -> dict[str, Any]:
    differing = [{"here": here, "there": there} for here, there in match.differing]
    return {**asdict(match), "likeness": match.likeness, "differing": differing}
