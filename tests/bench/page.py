"""What the workbench costs: ``python -m tests.bench.page``.

Bytes, time until it can be used, and what a key takes until its mark stands and until it is stored, for
articles of 30, 100 and 500 sentences. A browser before a server on the same machine; medians; the machine is
named, since milliseconds are its own. The last column is what we want to reach.
"""

import os
import platform
import re
import shutil
import statistics
import tempfile
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from annotate.database import migrate, open_database
from annotate.store.reviewers import add_reviewer
from tests.browser.conftest import DESKTOP, FLAGS, NAMES, Visitor
from tests.conftest import PASSWORD
from tests.server.conftest import Desk

SIZES = (30, 100, 500)  # sentences
ROUNDS = 5  # visits, each by a browser that has seen nothing yet
N_KEYS = 20
LINKED = re.compile(r"""(?:href|src)="([^"]*/static/[^"]+)\"""")

# One key at a time: how long until the mark stands, until the next frame, and until the page says Saved.
PRESS = """
async (key) => {
  const current = document.querySelector('#article [aria-selected=true]');
  const save = document.getElementById('save');
  const begun = performance.now();
  current.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
  const mark = performance.now() - begun;
  const taken = () => performance.now() - begun;
  const frame = new Promise((resolve) => requestAnimationFrame(() => setTimeout(() => resolve(taken()))));
  const stored = new Promise((resolve) => {
    const look = () => save.dataset.state === 'saved' && (resolve(taken()), watch.disconnect());
    const watch = new MutationObserver(look);
    watch.observe(save, { attributes: true, attributeFilter: ['data-state'] });
    look();
  });
  if (!current.dataset.l) throw new Error('no mark');
  return [mark, await frame, await stored];
}
"""


def main() -> None:
    """Measure and print."""
    found = next((path for path in map(shutil.which, NAMES) if path), None)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        desk = furnish(Path(folder) / "instance")
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        try:
            print(f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; ", end="")
            print(f"Chromium {browser.version}")
            print(f"{'':44}" + "".join(f"{n:>10}" for n in SIZES) + f"{'reach':>10}")
            for line in table(desk, browser):
                print(line, flush=True)
        finally:
            browser.close()
            desk.clear()


def furnish(folder: Path) -> Desk:
    folder.mkdir()
    desk = Desk(folder, {})
    migrate(desk.database, folder / "backups")
    (folder / "secret_key").write_text("k" * 64)
    add_reviewer(open_database(desk.database), name="alice", role="reviewer", password=PASSWORD)
    for n in SIZES:
        desk.run("seeds", "load", desk.write_articles(1, first=n, n_lines=n - 1, words=5))
    return desk


def table(desk: Desk, browser: Browser) -> Iterator[str]:
    server = desk.serve()
    columns = [measure(browser, Visitor(browser.new_context(), server), f"{n}.txt") for n in SIZES]
    reach = {
        "page alone, bytes": "",
        "page, style and script, bytes": "61440",
        "the same, compressed": "25600",
        "with what it loads once it can be used, raw": "",
        "the same with that, compressed": "",
        "until it can be used, first visit, ms": "300",
        "the same, again, ms": "300",
        "key until the mark stands, ms": "16",
        "key until the frame is drawn, ms": "",
        "key until it is stored, ms": "50",
    }
    for name, wanted in reach.items():
        yield f"{name:44}" + "".join(f"{column[name]:>10}" for column in columns) + f"{wanted:>10}"


def measure(browser: Browser, visitor: Visitor, key: str) -> dict[str, str]:
    visitor.sign_in("alice")
    page = visitor.go(f"/documents?q={key}")
    page.get_by_role("link", name="Meeting").first.click()
    page.wait_for_selector("#bar:not([hidden])")
    address = page.url
    raw, packed, alone = weigh(visitor, address)
    later_raw, later_packed, _ = weigh(visitor, address, "later.js")
    first = [until_usable(browser, visitor, address) for _ in range(ROUNDS)]
    again = [usable(page, address) for _ in range(ROUNDS)]
    keys = [page.evaluate(PRESS, "cqbn"[number % 4]) for number in range(N_KEYS)]
    mark, frame, stored = (statistics.median(each) for each in zip(*keys, strict=True))
    visitor.context.close()
    return {
        "page alone, bytes": str(alone),
        "page, style and script, bytes": str(raw),
        "the same, compressed": str(packed),
        "with what it loads once it can be used, raw": str(later_raw),
        "the same with that, compressed": str(later_packed),
        "until it can be used, first visit, ms": f"{statistics.median(first):.0f}",
        "the same, again, ms": f"{statistics.median(again):.0f}",
        "key until the mark stands, ms": f"{mark:.2f}",
        "key until the frame is drawn, ms": f"{frame:.1f}",
        "key until it is stored, ms": f"{stored:.1f}",
    }


def weigh(visitor: Visitor, address: str, *later: str) -> tuple[int, int, int]:
    """Count the bytes of bodies: of everything, of everything compressed, and of the page alone.

    :param later: scripts that the page's own loads, from beside itself.
    """
    cookie = "; ".join(f"{each['name']}={each['value']}" for each in visitor.context.cookies())

    def fetch(path: str, encoding: str) -> bytes:
        headers = {"Cookie": cookie, "Accept-Encoding": encoding}
        with urllib.request.urlopen(urllib.request.Request(path, headers=headers)) as answer:
            body: bytes = answer.read()
            return body

    page = fetch(address, "identity")
    linked = sorted(set(LINKED.findall(page.decode())))
    linked += [linked[0].rpartition("/")[0] + "/" + name for name in later]
    paths = [address, *(visitor.base + path for path in linked)]
    raw, packed = (sum(len(fetch(path, encoding)) for path in paths) for encoding in ("identity", "gzip"))
    return raw, packed, len(page)


def until_usable(browser: Browser, visitor: Visitor, address: str) -> float:
    context = browser.new_context(viewport=DESKTOP, storage_state=visitor.context.storage_state())
    try:
        return usable(context.new_page(), address)
    finally:
        context.close()


def usable(page: Page, address: str) -> float:
    """Return the ms from going there until the first sentence can be tagged."""
    page.add_init_script(
        """new MutationObserver((_, watch) => {
          if (!document.querySelector('#bar:not([hidden])')) return;
          watch.disconnect();
          globalThis.usable = performance.now();
        }).observe(document, { subtree: true, childList: true, attributes: true })"""
    )
    page.goto(address)
    page.wait_for_selector("#bar:not([hidden])")
    return float(page.evaluate("usable"))


if __name__ == "__main__":
    main()
