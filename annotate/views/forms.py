"""What the forms of several pages share: reading them, asking before something ends, saying what is wrong."""

from typing import Any

from flask import make_response, render_template, request
from marshmallow import Schema, ValidationError
from werkzeug.wrappers import Response

from annotate.errors import AnnotateError, Invalid
from annotate.web import STATUS


def read(form: Schema, **lists: list[str]) -> dict[str, Any]:
    """Return what was filled in.

    :param lists: fields that may come several times.
    :raises Invalid: with the fields that are wrong.
    """
    try:
        loaded: dict[str, Any] = form.load({**request.form, **lists})
    except ValidationError as problem:
        fields = problem.normalized_messages()  # type: ignore[no-untyped-call]
        said = " ".join(text for texts in fields.values() for text in _flat(texts))
        raise Invalid(said or "Not understood.", fields=fields) from None
    return loaded


def _flat(texts: Any) -> list[str]:
    if isinstance(texts, dict):
        return [text for each in texts.values() for text in _flat(each)]
    return [str(each) for each in texts]


def is_confirmed() -> bool:
    """Say whether somebody has been asked, and has said yes."""
    return request.form.get("confirm") == "yes"


def ask(question: str, *, follows: str, yes: str, back: str) -> Response:
    """Ask before something ends; the answer sends the same form again, with a yes.

    :param follows: what will follow.
    :param back: the address to go to instead.
    """
    kept = [
        (name, value)
        for name, value in request.form.items(multi=True)
        if name not in ("csrf_token", "confirm")
    ]
    page = render_template("ask.html", question=question, follows=follows, yes=yes, back=back, kept=kept)
    return make_response(page)


def again(page: str, problem: AnnotateError) -> Response:
    """Answer with a page that says what was wrong, under the status of that."""
    return make_response(page, STATUS[type(problem)])
