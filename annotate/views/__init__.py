"""The pages."""

from flask import Flask

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
    there = [page for page in PAGES if page[0] in app.view_functions]
    app.add_template_global(
        lambda role: [(endpoint, name) for endpoint, name, act in there if may(role, act)],
        "pages_for",
    )
