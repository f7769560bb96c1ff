"""``python -m tests.browser.picture`` takes the README's picture of the workbench anew."""

import shutil
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from annotate.database import migrate, open_database
from annotate.store.reviewers import add_reviewer
from tests.browser.conftest import DESKTOP, FLAGS, NAMES, Visitor
from tests.conftest import PASSWORD, SEEDS
from tests.server.conftest import Desk

PICTURE = Path(__file__).parent / "workbench.png"


def take(desk: Desk) -> None:
    """Tag the beginning of a sample article, settle a claim, and look at it."""
    found = next((path for path in map(shutil.which, NAMES) if path), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        context = browser.new_context(viewport=DESKTOP, reduced_motion="reduce")
        visitor = Visitor(context, desk.serve())
        visitor.sign_in("alice")
        page = visitor.go("/documents?q=storm-ferry")
        page.get_by_role("link", name="Ferry").click()
        page.wait_for_selector("#bar:not([hidden])")
        visitor.press("b n b c c b b b b c c n c q q")
        visitor.is_saved()
        page.locator("#article [data-l=claim]").first.click()
        visitor.press("v")
        page.locator("#verify [name=status]").select_option("settled")
        page.locator("#verify [name=verdict]").select_option("mostly_true")
        page.get_by_role("button", name="Add evidence").click()
        page.locator("#verify [name=reference]").fill("Log of the harbour master")
        page.get_by_role("button", name="Save the verification").click()
        visitor.is_saved()
        visitor.press("Escape")
        page.locator("#panel").evaluate("panel => panel.scrollTo(0, 0)")
        page.evaluate("scrollTo(0, 56)")
        page.screenshot(path=PICTURE)
        browser.close()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        desk = Desk(Path(folder), {})
        migrate(desk.database, Path(folder))
        (Path(folder) / "secret_key").write_text("k" * 64)
        add_reviewer(open_database(desk.database), name="alice", role="reviewer", password=PASSWORD)
        desk.run("seeds", "load", SEEDS)
        try:
            take(desk)
        finally:
            desk.clear()
