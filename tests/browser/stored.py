"""What is stored, and what a page shows of it."""

import json
from typing import Any

from playwright.sync_api import Page

from annotate.database import open_database
from annotate.exporting import Publisher, Selection, open_export, write_json
from tests.server.conftest import Desk


def export(desk: Desk) -> bytes:
    """What the command of that name writes, without a process of its own each time."""
    with open_database(desk.database).snapshot() as view:
        return b"".join(write_json(open_export(view, Selection(), None, Publisher())))


def exported(desk: Desk) -> list[dict[str, Any]]:
    """All articles, as exported."""
    return list(json.loads(export(desk))["documents"])


def sentences(desk: Desk) -> list[dict[str, Any]]:
    """The sentences of the first article, as exported."""
    return list(exported(desk)[0]["sentences"])


def labels(desk: Desk) -> list[str | None]:
    """What is stored for the sentences of the first article."""
    return [sentence["label"] for sentence in sentences(desk)]


def versions(desk: Desk) -> list[int]:
    """How often each annotation of the first article was written."""
    return [each["version"] for sentence in sentences(desk) for each in sentence["annotations"]]


def marks(page: Page) -> list[str | None]:
    """What the page shows on its sentences."""
    return page.eval_on_selector_all("#article [data-end]", "all => all.map(each => each.dataset.l || null)")


def focused(page: Page) -> int:
    """Where in the article the focus is, -1 elsewhere."""
    return page.eval_on_selector_all(
        "#article [data-end]", "all => all.findIndex(each => each === document.activeElement)"
    )
