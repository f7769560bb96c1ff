"""The article in a page of HTML: decoded as it declares, its main text found by a library."""

import logging
import re
from dataclasses import dataclass

from lxml import etree, html
from trafilatura import bare_extraction
from trafilatura.settings import Document

from annotate.errors import Invalid
from annotate.text.reading import MARKS, check, decode_exactly

DECLARED_WITHIN = 8192  # bytes; browsers look at 1,024, and some pages begin with more comments
LARGEST_PAGE = 4 * 1024 * 1024  # bytes; with what follows, what the library reads in seconds
MOST_ELEMENTS = 30_000
MOST_CHILDREN = 5_000  # of one element, in which the library's time is quadratic
COMMENT = re.compile(rb"<!--.*?-->", re.DOTALL)
DECLARATIONS = (
    re.compile(rb"""\A\s*<\?xml\b[^>]*?\bencoding\s*=\s*["']\s*([\w.:-]+)"""),
    re.compile(rb"""<meta\b[^>]*?\bcharset\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE),
)
# What the Encoding Standard means by these names: that is what wrote the pages and what browsers read.
MEANT = {
    "iso-8859-1": "cp1252", "latin1": "cp1252", "latin-1": "cp1252", "l1": "cp1252", "ascii": "cp1252",
    "us-ascii": "cp1252", "iso-8859-9": "cp1254", "latin5": "cp1254", "iso-8859-11": "cp874",
    "tis-620": "cp874", "gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932", "shift-jis": "cp932",
    "euc-kr": "cp949", "ks_c_5601-1987": "cp949", "big5": "big5hkscs",
    "utf-16": "utf-8", "utf-16le": "utf-8", "utf-16be": "utf-8",  # without a mark nobody could have read it
}  # fmt: skip
NOTHING = "No article was found in this page."
TOO_MANY = "It has more elements or attributes than any article."
UTF8 = ("utf-8", "utf8")
MOST_ATTRIBUTES = 1_000  # of one element, in which the parser's time is quadratic
TAG = re.compile(r"""<[a-zA-Z](?:"[^"]*+"|'[^']*+'|[^"'>]++)*+""")
QUOTED = re.compile(r"""="[^"]*+"|='[^']*+'""")

for _name in ("trafilatura", "htmldate", "courlan", "justext"):  # they report on what they read
    logging.getLogger(_name).addHandler(logging.NullHandler())
    logging.getLogger(_name).propagate = False


@dataclass(frozen=True)
class Page:
    """What a page says of its article; all but the text is as it says and not yet checked."""

    text: str
    title: str | None
    author: str | None
    published_at: str | None
    url: str | None
    language: str | None
    source: str | None


def read_page(data: bytes, encoding: str | None = None) -> Page:
    """Find the article in a page.

    :param encoding: what somebody said that it is in, where it does not say so itself.
    :raises Invalid: it does not decode as it declares, or as UTF-8 if it declares nothing; it is too large or
        has no text.
    """
    if len(data) > LARGEST_PAGE:
        raise Invalid(f"It is larger than {LARGEST_PAGE // 2**20} MiB, which no article is.")
    source = _decode(data, encoding)
    check(source)
    tree = _parse(source)
    found = _extract(tree)
    lines = (line.rstrip() for line in (found.text or "").split("\n"))
    return Page(
        "\n\n".join(line for line in lines if line) + "\n",
        found.title,
        found.author,
        found.date,
        found.url,
        tree.get("lang"),
        found.sitename,
    )


def _extract(tree: html.HtmlElement) -> Document:
    try:
        found = bare_extraction(
            tree,
            include_comments=False,
            with_metadata=True,
            date_extraction_params={"extensive_search": False, "original_date": True},
        )
    except Exception as problem:  # whatever a page does to the library, it is this page alone
        raise Invalid(f"{NOTHING} {type(problem).__name__}") from None
    if not isinstance(found, Document) or not (found.text or "").strip():
        raise Invalid(NOTHING)
    return found


def _decode(data: bytes, said: str | None) -> str:
    declared = None if any(data.startswith(mark) for mark, _ in MARKS) else _declaration(data)
    if declared is None:
        try:
            return decode_exactly(data, said or "utf-8")
        except Invalid as problem:
            raise Invalid(f"{problem.message} It declares no encoding.") from None
    encoding = MEANT.get(declared, declared)
    if encoding not in UTF8 and not data.isascii() and _is_utf8(data):
        raise Invalid(f"It declares {declared}, but it is UTF-8. Correct one or the other.")
    try:
        return decode_exactly(data, encoding)
    except Invalid as problem:
        raise Invalid(f"It does not hold what it declares, {declared}. {problem.message}") from None


def _declaration(data: bytes) -> str | None:
    beginning = COMMENT.sub(b"", data[:DECLARED_WITHIN])
    for pattern in DECLARATIONS:
        match = pattern.search(beginning)
        if match:
            name = match[1].decode("ascii", "replace").lower()
            try:
                b"a".decode(name)
            except (LookupError, ValueError, TypeError):
                raise Invalid(f"It declares the encoding {name}, which is unknown.") from None
            return name
    return None


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _parse(source: str) -> html.HtmlElement:
    """Parse a page, and refuse one that would take parser or library for ever."""
    for tag in TAG.finditer(source):
        if len(tag[0]) > 2 * MOST_ATTRIBUTES and len(QUOTED.sub("", tag[0]).split()) > MOST_ATTRIBUTES:
            raise Invalid(TOO_MANY)
    parser = html.HTMLParser(encoding="utf-8")
    try:
        tree = html.document_fromstring(source.encode(), parser=parser)
    except (etree.LxmlError, ValueError):
        raise Invalid(NOTHING) from None
    for n_elements, element in enumerate(tree.iter()):
        if n_elements > MOST_ELEMENTS or len(element) > MOST_CHILDREN:
            raise Invalid(TOO_MANY)
    return tree
