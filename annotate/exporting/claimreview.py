"""Settled claims as schema.org ``ClaimReview``, in JSON-LD, for the pages that publish them.

https://schema.org/ClaimReview; what of it is required and recommended is said at
https://developers.google.com/search/docs/appearance/structured-data/factcheck
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from ipaddress import ip_address
from tempfile import SpooledTemporaryFile
from typing import Any
from urllib.parse import quote, urlsplit

import orjson

from annotate.exporting.selecting import Export, Publisher, Selection, is_selected, written
from annotate.store.contents import Content, Sentence, Verification
from annotate.store.documents import Document

SCHEMA = "https://schema.org"
# What stands beside the reviews is ours, and no JSON-LD: readers of it are told to pass over these.
CONTEXT = [SCHEMA, {"documents": None, "omitted": None, "skipped": None, "withdrawn": None}]
RATINGS = {  # from worst to best; None: not on a line from false to true
    "verified": 5,
    "mostly_true": 4,
    "mixed": 3,
    "mostly_false": 2,
    "false": 1,
    "misleading": None,
    "unverifiable": None,
}
DAY = re.compile(r"\d{4}-\d\d-\d\d")
PRIVATE = (".local", ".localhost", ".internal", ".lan", ".home.arpa")
IN_MEMORY = 1 << 20  # bytes of what was skipped, which stands last; the rest waits in a file

SUSPENDED = "It is set aside: the sentence is no longer what was checked."
UNSETTLED = "Its verification is not settled."
QUOTED = "It is a quote: a rating would not tell whether it was said."
NO_ADDRESS = "No public address: neither has its article one, nor does ANNOTATE_REVIEW_URL make one."


@dataclass
class Reviews:
    """What became of one document: reviews, and what was skipped with the reason."""

    key: str
    found: list[dict[str, Any]] = field(default_factory=list)
    skipped: list[dict[str, Any]] = field(default_factory=list)


def write_claimreview(export: Export) -> Iterator[bytes]:
    """Yield one JSON-LD document: the reviews as its graph, then what was skipped and why."""
    keys: list[str] = []
    yield b'{"@context":' + orjson.dumps(CONTEXT) + b',"@graph":['
    with SpooledTemporaryFile(max_size=IN_MEMORY) as skipped:
        separator = b"\n"
        for reviews in written(export, lambda *about: _review_all(export.publisher, *about)):
            if export.selection.since is not None:
                keys.append(reviews.key)
            for review in reviews.found:
                yield separator + orjson.dumps(review)
                separator = b",\n"
            for each in reviews.skipped:
                skipped.write((b",\n" if export.skipped else b"\n") + orjson.dumps(each))
                export.skipped[each["reason"]] += 1
        yield b'\n],"skipped":['
        skipped.seek(0)
        yield from iter(lambda: skipped.read(IN_MEMORY), b"")
    yield b"\n]" + _tail(export, keys) + b"}\n"


def _tail(export: Export, keys: list[str]) -> bytes:
    tail: dict[str, Any] = {}
    if export.omitted:
        tail["omitted"] = export.omitted
    if export.selection.since is not None:
        tail |= {"withdrawn": export.withdrawn, "documents": keys}
    return b"," + orjson.dumps(tail)[1:-1] if tail else b""


def _review_all(publisher: Publisher, document: Document, content: Content, selection: Selection) -> Reviews:
    reviews = Reviews(document.key)
    for sentence in content.sentences:
        verification = sentence.verification
        if verification is None or not is_selected(sentence, selection):
            continue
        url = _page_of(publisher, document, sentence)
        reason = _find_obstacle(sentence, verification, url)
        if reason:
            skipped = {"key": document.key, "start": sentence.start, "reason": reason}
            reviews.skipped.append(skipped)
        else:
            reviews.found.append(_review(publisher, document, sentence, verification, url))
    return reviews


def _find_obstacle(sentence: Sentence, verification: Verification, url: str | None) -> str | None:
    if verification.suspended:
        return SUSPENDED
    if verification.status != "settled":
        return UNSETTLED
    if sentence.decision is None or sentence.decision.label != "claim":
        return QUOTED
    return None if url else NO_ADDRESS


def _page_of(publisher: Publisher, document: Document, sentence: Sentence) -> str | None:
    """Return where a review is published: as the desk has set it, else where the claim appeared."""
    if publisher.review_url is None:
        return document.url if is_public(document.url) else None
    named = {"document": document.id, "key": quote(document.key), "start": str(sentence.start)}
    return re.sub(r"\{(\w+)\}", lambda found: named[found[1]], publisher.review_url)


def is_public(url: str | None) -> bool:
    """Say whether an address can be one that everybody reaches; nothing is looked up."""
    try:
        parts = urlsplit(url or "")
    except ValueError:
        return False
    host = (parts.hostname or "").rstrip(".")
    return parts.scheme in ("http", "https") and not host.endswith(PRIVATE) and _is_reachable(host)


def _is_reachable(host: str) -> bool:
    try:
        return ip_address(host).is_global
    except ValueError:
        return "." in host  # one word is the name of a machine in the house


def _review(
    publisher: Publisher, document: Document, sentence: Sentence, verification: Verification, url: str | None
) -> dict[str, Any]:
    return _without_blanks(
        {
            "@context": SCHEMA,  # each of them can be taken out alone
            "@type": "ClaimReview",
            "identifier": f"{document.key}#{sentence.start}",
            "url": url,
            "claimReviewed": sentence.text,
            "datePublished": (verification.at or "")[:10],
            "author": _thing("Organization", name=publisher.name),
            "reviewRating": _rating(verification.verdict),
            "itemReviewed": _claim(document, sentence),
        }
    )


def _rating(verdict: str) -> dict[str, Any]:
    value = RATINGS.get(verdict)
    scale = {} if value is None else {"ratingValue": value, "bestRating": 5, "worstRating": 1}
    return {"@type": "Rating", **scale, "alternateName": verdict.replace("_", " ").capitalize()}


def _claim(document: Document, sentence: Sentence) -> dict[str, Any]:
    speaker = sentence.decision and sentence.decision.speaker
    published = DAY.match(document.published_at or "")
    day = published and published[0]
    appearance = {
        "url": document.url if is_public(document.url) else None,
        "headline": document.title,
        "datePublished": day,
        "author": _thing("Person", name=document.author),
        "publisher": _thing("Organization", name=document.source),
    }
    claim = {
        "author": _thing("Person", name=speaker),
        "datePublished": day,
        "appearance": _thing("CreativeWork", **appearance),
    }
    return {"@type": "Claim", **_without_blanks(claim)}


def _thing(kind: str, **known: Any) -> dict[str, Any] | None:
    """Describe something of a kind; None if nothing is known of it."""
    known = _without_blanks(known)
    return {"@type": kind, **known} if known else None


def _without_blanks(known: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in known.items() if value}
