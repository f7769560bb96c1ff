"""A real Chromium before a real server, and people who use it by keyboard."""

import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.conftest import PASSWORD
from tests.server.conftest import Desk, Server, desk, furnished

__all__ = ["desk", "furnished"]

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# As root, in a container and without a network, Chromium needs to be told so.
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"]
expect.set_options(timeout=15_000)  # ms; CI machines are slow at times
DESKTOP, PHONE = {"width": 1280, "height": 850}, {"width": 375, "height": 740}


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium, else playwright's own."""
    found = next((path for path in map(shutil.which, NAMES) if path), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield browser
        browser.close()


class Visitor:
    """Somebody at a browser; what the browser complains of fails the test."""

    def __init__(self, context: BrowserContext, server: Server) -> None:
        self.context = context
        self.base = f"http://127.0.0.1:{server.port}"
        self.complaints: list[str] = []
        self.page = self.tab()

    def tab(self) -> Page:
        page = self.context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self._hear)
        return page

    def _hear(self, message: Any) -> None:
        # The browser reports every 4xx and lost connection as an error; those are ours to test.
        if message.type in ("error", "warning") and "Failed to load resource" not in message.text:
            self.complaints.append(message.text)

    def go(self, path: str) -> Page:
        self.page.goto(self.base + path)
        return self.page

    def sign_in(self, name: str, page: Page | None = None) -> Page:
        page = page or self.page
        page.goto(f"{self.base}/login")
        page.fill("[name=name]", name)
        page.fill("[name=password]", PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(f"{self.base}/")
        return page

    def press(self, keys: str) -> None:
        for key in keys.split():
            self.page.keyboard.press(key)

    def is_saved(self) -> None:
        expect(self.page.locator("#save")).to_have_attribute("data-state", "saved")


@pytest.fixture
def visitors(browser: Browser) -> Iterator[Callable[..., Visitor]]:
    """Let somebody come to a server with a browser of their own."""
    came: list[Visitor] = []

    def come(server: Server, name: str | None = None, **options: Any) -> Visitor:
        context = browser.new_context(**{"viewport": DESKTOP, "reduced_motion": "reduce", **options})
        context.set_default_timeout(15_000)
        visitor = Visitor(context, server)
        came.append(visitor)
        if name:
            visitor.sign_in(name)
        return visitor

    yield come
    for visitor in came:
        visitor.context.close()
    assert [each for visitor in came for each in visitor.complaints] == []


@pytest.fixture
def server(desk: Desk) -> Server:
    return desk.serve()


@pytest.fixture(scope="session")
def document(furnished: Desk) -> str:
    """The first of the two articles of every desk, 41 sentences."""
    return furnished.run("seeds", "list").stdout.splitlines()[-1].split("\t")[0]


@pytest.fixture
def alice(visitors: Callable[..., Visitor], server: Server, document: str) -> Visitor:
    """Alice, at the workbench."""
    visitor = visitors(server, "alice")
    visitor.go(f"/documents/{document}")
    expect(visitor.page.locator("#bar")).to_be_visible()  # its script is at work
    return visitor
