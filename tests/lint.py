"""Lint a page: what no page of ours may lack or have, whatever it shows."""

from collections import Counter
from html.parser import HTMLParser

FIELDS = {"input", "select", "textarea"}


class Page(HTMLParser):
    """Collects what the lint asks about."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.titles = 0
        self.ids: Counter[str] = Counter()
        self.labelled: set[str] = set()
        self.fields: list[dict[str, str | None]] = []
        self.faults: list[str] = []
        self.inside_label = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.titles += tag == "title"
        if given.get("id"):
            self.ids[given["id"] or ""] += 1
        if tag == "label":
            self.inside_label += 1
            self.labelled.add(given.get("for") or "")
        if tag in FIELDS and given.get("type") not in ("hidden", "submit", "button"):
            self.fields.append({**given, "inside": "yes" if self.inside_label else None})
        if tag == "script" and not given.get("src") and given.get("type") != "application/json":
            self.faults.append("an inline script")
        if tag == "style" or "style" in given:
            self.faults.append(f"an inline style on {tag}")
        self.faults += [f"an inline handler {name}" for name in given if name.startswith("on")]
        for name in ("src", "href", "action"):
            if (given.get(name) or "").startswith(("http:", "https:", "//")) and tag != "a":
                self.faults.append(f"{tag} loads from another host")

    def handle_endtag(self, tag: str) -> None:
        self.inside_label -= tag == "label"


def lint(html: str) -> None:
    """Fail with all that is wrong with a page."""
    page = Page(html)
    faults = page.faults
    if page.titles != 1:
        faults.append(f"{page.titles} titles")
    faults += [f"the id {name} {n} times" for name, n in page.ids.items() if n > 1]
    for field in page.fields:
        if not (field["inside"] or field.get("aria-label") or field.get("id") in page.labelled):
            faults.append(f"a field without a label: {field.get('name')}")
    assert not faults, faults
