"""How requests are read and writes are answered: JSON in, versions, idempotency keys, JSON out."""

import re
from collections.abc import Callable
from dataclasses import asdict
from functools import wraps
from typing import Any, NoReturn

import orjson
from flask import Response, request
from flask_smorest import Blueprint as SmorestBlueprint
from marshmallow import ValidationError
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import BadRequest, PreconditionRequired

from annotate import rules
from annotate.errors import Invalid
from annotate.exporting import open_sentence_json
from annotate.store.answers import Answer, find_answer, record_answer
from annotate.store.boundaries import Mended
from annotate.store.contents import Written
from annotate.store.documents import Document, get_document
from annotate.web import get_db, json_response, me
from schemas.document import Counts

PREFIX = "/api/v1"
ETAG = re.compile(r'"(0|[1-9][0-9]{0,17})"')
KEY = re.compile(r"[\x21-\x7e]{1,64}")


class Parser(FlaskParser):
    """Reads requests; what doesn't fit is a domain error like any other."""

    DEFAULT_UNKNOWN_BY_LOCATION = {  # noqa: RUF012 - its base class has it so
        **FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION,
        "query": "raise",
    }

    def load_json(self, req: Any, schema: Any) -> Any:
        """Read the body as JSON."""
        if not req.is_json:
            raise BadRequest("Send JSON, with Content-Type: application/json.")
        try:
            return orjson.loads(req.get_data(cache=True))
        except orjson.JSONDecodeError:
            raise BadRequest("The body is not JSON.") from None

    def handle_error(self, error: ValidationError, *_: Any, **__: Any) -> NoReturn:
        """Name the fields that are wrong."""
        (fields,) = error.normalized_messages().values()  # type: ignore[no-untyped-call]
        if not isinstance(fields, dict):
            fields = {"_schema": fields}
        names = ", ".join(str(name) for name in fields if name != "_schema")
        raise Invalid(f"Not right: {names}." if names else "Send a JSON object.", fields=fields)


class Blueprint(SmorestBlueprint):  # type: ignore[misc]
    """A blueprint whose requests are read by :class:`Parser`."""

    ARGUMENTS_PARSER = Parser()


def seen_version() -> int | None:
    """Return the version that If-Match names, None without the header.

    :raises BadRequest: the header is not an ETag of ours.
    """
    header = request.headers.get("If-Match")
    if header is None:
        return None
    match = ETAG.fullmatch(header.strip())
    if match is None:
        raise BadRequest('If-Match must be a version as we sent it, such as "3"; "0" means none yet.')
    return int(match[1])


def required_version() -> int:
    """Return the version that If-Match names.

    :raises PreconditionRequired: without the header.
    """
    version = seen_version()
    if version is None:
        raise PreconditionRequired("Send If-Match with the version that you saw.")
    return version


def writes(act: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Mark a view that writes: checks the right to `act`, and answers a repeated request again.

    The answer is stored in the transaction of the change, so that there is never one without the other.
    """

    def decorate(view: Callable[..., Response]) -> Callable[..., Response]:
        @wraps(view)
        def wrapper(*args: Any, **kwargs: Any) -> Response:
            rules.require(me().role, act)
            key = request.headers.get("Idempotency-Key")
            if key is None:
                return view(*args, **kwargs)
            if not KEY.fullmatch(key):
                raise BadRequest("An Idempotency-Key has 1 to 64 visible characters.")
            return _once(view, key, *args, **kwargs)

        return wrapper

    return decorate


def _once(view: Callable[..., Response], key: str, *args: Any, **kwargs: Any) -> Response:
    db = get_db()
    line = f"{request.method} {request.full_path}\n".encode()
    body = line + request.get_data(cache=True)
    with db.transaction():
        known = find_answer(db, me().id, key, body)
        if known is not None:
            for name in kwargs.keys() & {"document_id", "other_id"}:
                get_document(db, kwargs[name], me())  # still theirs to see
            return _response(known)
        response = view(*args, **kwargs)
        etag = response.headers.get("ETag")
        answer = Answer(response.status_code, etag, response.get_data())
        record_answer(db, me().id, key, body, answer)
        return response


def _response(answer: Answer) -> Response:
    response = Response(answer.body, answer.status, mimetype="application/json")
    if answer.etag:
        response.headers["ETag"] = answer.etag
    return response


def written(result: Written, **more: Any) -> Response:
    """Answer a write to a sentence: the sentence, its document's counts, and the record's version.

    :param more: what else the answer holds.
    """
    n_untagged = result.document.n_sentences - result.n_tagged
    body = {
        "sentence": open_sentence_json(result.sentence, me()),
        "document": counts_json(result.document, n_untagged),
        **more,
    }
    response = json_response(body)
    response.headers["ETag"] = f'"{result.version}"'
    return response


def mended(result: Mended) -> Response:
    """Answer a change of boundaries: what is there now, what got lost, the document's counts.

    The ETag is the first sentence's.
    """
    n_untagged = result.document.n_sentences - result.n_tagged
    body = {
        "sentences": [open_sentence_json(each, me()) for each in result.sentences],
        "lost": [{"start": each.start, "end": each.end, **asdict(each.annotation)} for each in result.lost],
        "document": counts_json(result.document, n_untagged),
    }
    response = json_response(body)
    response.headers["ETag"] = f'"{result.sentences[0].version_of(me())}"'
    return response


COUNTS = tuple(name for name in Counts().fields if name != "n_untagged")


def counts_json(document: Document, n_untagged: int) -> dict[str, Any]:
    """Return how far a document is; `n_untagged` is of whoever asks."""
    return {**{name: getattr(document, name) for name in COUNTS}, "n_untagged": n_untagged}
