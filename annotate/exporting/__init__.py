"""Write documents out: the same state gives the same bytes, one document in memory at a time.

A format is a module of its own beside :mod:`annotate.exporting.native`: a function that yields bytes from an
:class:`Export`, named in `WRITERS`.
"""

from collections.abc import Callable, Iterator

from annotate.exporting.native import (
    METADATA,
    VERIFICATION,
    document_json,
    open_sentence_json,
    sentence_json,
    write_json,
    write_jsonl,
)
from annotate.exporting.selecting import Export, Selection, open_export

__all__ = [
    "METADATA",
    "MIMETYPES",
    "VERIFICATION",
    "WRITERS",
    "Export",
    "Selection",
    "document_json",
    "open_export",
    "open_sentence_json",
    "sentence_json",
    "write_json",
    "write_jsonl",
]

WRITERS: dict[str, Callable[[Export], Iterator[bytes]]] = {"json": write_json, "jsonl": write_jsonl}
MIMETYPES = {"json": "application/json", "jsonl": "application/x-ndjson"}
