"""The pages."""

from flask import Flask, request

from annotate.rules import may
from annotate.views import (
    access,
    adjudication,
    auth,
    collections,
    desk,
    history,
    insights,
    pages,
    people,
    planning,
    speakers,
    static,
    welcome,
)

PAGES = (  # as they stand in the navigation, with what one must be allowed to do to see them
    ("pages.queue", "Queue", "annotate"),
    ("pages.documents", "Documents", "annotate"),
    ("desk.board", "Verification", "verify"),
    ("adjudication.board", "Adjudication", "adjudicate"),
    ("speakers.index", "Speakers", "annotate"),
    ("insights.show", "Insights", "annotate"),
    ("people.index", "People", "manage_people"),
    ("auth.account", "Account", "annotate"),
)

ABOVE = {  # the entry of pages without one: by endpoint, else by part of the program
    "adjudication.mine": "pages.queue",
    "people": "people.index",
    "access": "auth.account",
    "auth": "auth.account",
    "collections": "people.index",
    "collections.guidelines": "pages.documents",
    "pages": "pages.documents",
    "planning": "pages.documents",
    "history": "pages.documents",
    "desk": "desk.board",
    "adjudication": "adjudication.board",
    "speakers": "speakers.index",
    "insights": "insights.show",
}


def init_app(app: Flask) -> None:
    """Register every page."""
    static.init_app(app)
    for module in (
        auth,
        access,
        welcome,
        pages,
        planning,
        desk,
        people,
        collections,
        speakers,
        adjudication,
        insights,
        history,
    ):
        app.register_blueprint(module.blp)
    app.add_template_global(pages_for)


def pages_for(role: str) -> list[tuple[str, str, str | None]]:
    """Return the entries of the navigation: endpoint, name, and the value of ``aria-current``."""
    here = request.endpoint or ""
    above = ABOVE.get(here) or ABOVE.get(here.split(".")[0])
    current = {here: "page"} if any(here == each[0] for each in PAGES) else {above: "true"}
    return [(endpoint, name, current.get(endpoint)) for endpoint, name, act in PAGES if may(role, act)]
