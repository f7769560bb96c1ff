"""Tables as pages show them and as programs for tables read them."""

import csv
import io
from dataclasses import dataclass

from flask import Response

Cell = str | int | float | None

RISKY = ("=", "+", "-", "@", "\t", "\r")  # what a program for tables may take for a formula


@dataclass(frozen=True)
class Table:
    """Rows of cells under named columns; None is an empty cell.

    :ivar links: where the first cell of each row leads, None to nowhere.
    """

    name: str
    columns: tuple[str, ...]
    rows: list[tuple[Cell, ...]]
    links: list[str | None]


def table(name: str, columns: tuple[str, ...], rows: list[tuple[Cell, ...]], *links: str | None) -> Table:
    """Make a table, with a link for each row or for none."""
    return Table(name, columns, rows, list(links) or [None] * len(rows))


def csv_response(shown: Table) -> Response:
    """Answer with a table as a file to be saved, in which no cell is a formula."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(shown.columns)
    writer.writerows([_harmless(cell) for cell in row] for row in shown.rows)
    answer = Response(text.getvalue(), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="{shown.name}.csv"'
    return answer


def _harmless(cell: Cell) -> Cell:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(RISKY) else cell
