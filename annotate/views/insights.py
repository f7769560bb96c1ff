"""The insights: how far the desk is, how fast, what it finds, and how far it agrees."""

from flask import Blueprint, Response, render_template, request

from annotate.errors import NotFound, Unavailable
from annotate.store.figures import catch_up, count_waiting
from annotate.views.insight_tables import MEASURES, N_DAYS, TABLES, Desk, charts, in_words
from annotate.views.tables import csv_response
from annotate.web import get_db, me
from schemas.insights import InsightsFilter

blp = Blueprint("insights", __name__, url_prefix="/insights")
FILTER = InsightsFilter()


@blp.get("")
def show() -> str:
    """Show all figures, of all collections or of one."""
    desk, n_waiting = _desk()
    tables = {name: make(desk) for name, make in TABLES.items()}
    return render_template(
        "insights.html",
        desk=desk,
        tables=tables,
        n_waiting=n_waiting,
        report=desk.report,
        measures=[(each, getattr(desk.report, each.key)) for each in MEASURES],
        in_words=in_words,
        n_days=N_DAYS,
        **charts(desk, tables),
    )


@blp.get("/<string:table>.csv")
def save(table: str) -> Response:
    """Send one of the tables as a file."""
    if table not in TABLES:
        raise NotFound("There is no such table.")
    desk, _ = _desk()
    return csv_response(TABLES[table](desk))


def _desk() -> tuple[Desk, int]:
    """Bring the figures up for some milliseconds; return them, and how many documents still wait."""
    collection = FILTER.load(request.args)["collection"]
    try:
        n_waiting = catch_up(get_db())
    except Unavailable:  # reading goes on
        n_waiting = count_waiting(get_db())
    desk = Desk(get_db(), me(), collection)
    if collection is not None and collection not in desk.all_collections:
        raise NotFound("There is no such collection.")
    return desk, n_waiting
