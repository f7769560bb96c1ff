"""Write documents out: the same state gives the same bytes, one document in memory at a time.

A format is a module of its own beside :mod:`annotate.exporting.native`: a function that yields bytes from an
:class:`Export`, named in `WRITERS`.
"""

from collections.abc import Callable, Iterator

from annotate.exporting.claimreview import write_claimreview
from annotate.exporting.native import (
    document_json,
    open_sentence_json,
    write_json,
    write_jsonl,
)
from annotate.exporting.selecting import Export, Publisher, Selection, open_export

__all__ = [
    "ENDINGS",
    "MIMETYPES",
    "WRITERS",
    "Export",
    "Publisher",
    "Selection",
    "document_json",
    "open_export",
    "open_sentence_json",
    "write_claimreview",
    "write_json",
    "write_jsonl",
]

WRITERS: dict[str, Callable[[Export], Iterator[bytes]]] = {
    "json": write_json,
    "jsonl": write_jsonl,
    "claimreview": write_claimreview,
}
MIMETYPES = {
    "json": "application/json",
    "jsonl": "application/x-ndjson",
    "claimreview": "application/ld+json",
}
ENDINGS = {"json": "json", "jsonl": "jsonl", "claimreview": "claimreview.jsonld"}  # of the file's name
