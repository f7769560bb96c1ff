"""Markdown as people write it, to HTML that is safe to show whoever wrote it; pure.

No HTML of theirs, no picture, no address that a browser would run, and no style: what is left over is text.
"""

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.token import Token

SAFE = re.compile(r"(https?://|mailto:|#)", re.IGNORECASE)
PREFIX = "guide-"  # of ids, so that none means something to the page around it


class Careful(MarkdownIt):
    """CommonMark and tables, without what could do harm."""

    def __init__(self) -> None:
        super().__init__("commonmark", {"html": False})
        self.enable("table")
        self.add_render_rule("image", _said_instead)

    def validateLink(self, url: str) -> bool:  # noqa: N802 - its base class calls it so
        """Say whether a link may lead there: the web, mail, or a heading of the same text."""
        return SAFE.match(url) is not None


def _said_instead(_: Any, tokens: Sequence[Token], index: int, *__: Any) -> str:
    """What a picture shows, in the words that its writer gave."""
    return escapeHtml(tokens[index].content)


_careful = Careful()


@lru_cache(maxsize=64)
def to_html(text: str) -> str:
    """Return HTML whose headings begin at the second level, as there is one above them on the page."""
    tokens = _careful.parse(text)
    seen: Counter[str] = Counter()
    for index, token in enumerate(tokens):
        token.attrs.pop("style", None)  # columns that are aligned
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(int(token.tag[1]) + 1, 6)}"
        if token.type == "heading_open":
            token.attrs["id"] = _name(tokens[index + 1].content, seen)
        for child in token.children or []:
            if child.type == "link_open":
                _mend_link(child)
    html: str = _careful.renderer.render(tokens, _careful.options, {})
    return html


def _name(heading: str, seen: Counter[str]) -> str:
    """Return an id by which a link finds a heading: `#how-to` finds "How to", `#how-to.2` the second one."""
    name = "-".join(re.findall(r"\w+", heading.lower())) or "heading"
    seen[name] += 1
    return f"{PREFIX}{name}.{seen[name]}" if seen[name] > 1 else f"{PREFIX}{name}"


def _mend_link(link: Token) -> None:
    target = str(link.attrs.get("href", ""))
    if target.startswith("#"):
        link.attrs["href"] = f"#{PREFIX}{target[1:].lower()}"
    else:
        link.attrs.update(rel="noopener noreferrer", target="_blank")
