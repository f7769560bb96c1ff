"""From files to pieces that are one article each, still as they came: a long file is never held whole."""

import io
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from annotate.errors import AnnotateError
from annotate.loading.sources import LARGEST_FILE, Source, opened
from annotate.text.objects import split_list
from annotate.text.reading import decode_pieces, find_encoding

CHUNK = 256 * 1024  # bytes read at once
PARCEL_BYTES = 256 * 1024  # what is handed over at once: a tenth of a second's work
PARCEL_PIECES = 64
LONGEST_LINE = LARGEST_FILE


@dataclass(frozen=True, slots=True)
class Piece:
    """One article, or what there is to say instead.

    `kind` is text, page or object. `data` None: all of the file, which is still to be read. `number`, from
    1, is its place among several in a file; `line` where it begins there. `size` in bytes. `refusal`: what
    keeps it, and mostly what follows it in its file, from being read.
    """

    source: Source
    kind: str
    size: int
    data: bytes | str | None = None
    number: int | None = None
    line: int | None = None
    refusal: str | None = None


def parcels(sources: list[Source], encoding: str) -> Iterator[list[Piece]]:
    """Bundle the pieces of all sources, in order."""
    parcel: list[Piece] = []
    size = 0
    for source in sources:
        for piece in _pieces(source, encoding):
            parcel.append(piece)
            size += piece.size
            if size >= PARCEL_BYTES or len(parcel) >= PARCEL_PIECES:
                yield parcel
                parcel, size = [], 0
    if parcel:
        yield parcel


def _pieces(source: Source, encoding: str) -> Iterator[Piece]:
    if source.kind == "input":
        yield from _guarded(source, _from_input(source, sys.stdin.buffer, encoding))
    elif source.kind in ("lines", "objects"):
        yield from _guarded(source, _from_file(source, encoding))
    else:
        yield Piece(source, source.kind, source.size)


def _guarded(source: Source, pieces: Iterator[Piece]) -> Iterator[Piece]:
    """Turn what ends a file before its time into a last piece that tells of it."""
    line = None
    try:
        for piece in pieces:
            line = piece.line
            yield piece
    except AnnotateError as problem:
        rest = " The rest of the file was not read." if line else ""
        yield Piece(source, "object", 0, refusal=problem.message + rest)


def _from_file(source: Source, encoding: str) -> Iterator[Piece]:
    with opened(source.path) as file:
        if source.kind == "lines":
            yield from _lines(source, file, encoding)
        elif _first_sign(file, encoding) == "[":
            file.seek(0)
            yield from _members(source, file, encoding)
        else:
            yield Piece(source, "object", source.size)


def _from_input(source: Source, file: BinaryIO, encoding: str) -> Iterator[Piece]:
    """Standard input: a JSON list, objects a line, or one text."""
    head = b""
    while not (sign := _sign(head, encoding)) and (chunk := file.read1(CHUNK)):  # type: ignore[attr-defined]
        head += chunk
        if len(head) > LARGEST_FILE:
            break
    file = io.BufferedReader(Rejoined(head, file), CHUNK)
    if sign == "[":
        yield from _members(source, file, encoding)
    elif sign == "{":
        yield from _lines(source, file, encoding)
    else:
        data = file.read(LARGEST_FILE + 1)
        is_too_large = len(data) > LARGEST_FILE
        refusal = f"It is larger than {LARGEST_FILE // 2**20} MiB." if is_too_large else None
        yield Piece(source, "text", len(data), None if is_too_large else data, refusal=refusal)


class Rejoined(io.RawIOBase):
    """A stream whose beginning was read already, whole again."""

    def __init__(self, head: bytes, rest: BinaryIO) -> None:
        self.head = memoryview(head)
        self.rest = rest

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Give the beginning first."""
        piece = self.head[: len(buffer)] or self.rest.read1(len(buffer))  # type: ignore[attr-defined]
        self.head = self.head[len(piece) :]
        buffer[: len(piece)] = piece
        return len(piece)


def _first_sign(file: BinaryIO, encoding: str) -> str:
    while (chunk := file.read(CHUNK)) and not _sign(chunk, encoding):
        pass
    return _sign(chunk, encoding)


def _sign(data: bytes, encoding: str) -> str:
    """Return the first character that is no white space, if it can be told."""
    mark, encoding = find_encoding(data, encoding)
    try:
        return data[len(mark) :].decode(encoding, "ignore").lstrip()[:1]
    except UnicodeError:  # some know no "ignore"
        return ""


def _lines(source: Source, file: BinaryIO, encoding: str) -> Iterator[Piece]:
    mark, found = find_encoding(file.peek(4)[:4], encoding)  # type: ignore[attr-defined]
    if found.startswith(("utf-16", "utf-32")):
        yield Piece(source, "object", 0, refusal=f"It is {found.upper()}. Save it as UTF-8.")
        return
    file.read(len(mark))
    left = source.size or sys.maxsize  # what is appended meanwhile is for the next time
    number = 0
    while left > 0 and (data := file.readline(LONGEST_LINE + 1)):
        number += 1
        left -= len(data)
        if len(data) > LONGEST_LINE:
            reason = f"It is longer than {LONGEST_LINE // 2**20} MiB. The rest of the file was not read."
            yield Piece(source, "object", 0, number=number, line=number, refusal=reason)
            return
        if data.strip():
            yield Piece(source, "object", len(data), data.strip(), number, number)


def _members(source: Source, file: BinaryIO, encoding: str) -> Iterator[Piece]:
    texts = decode_pieces(iter(lambda: file.read(CHUNK), b""), encoding)
    for number, (text, line) in enumerate(split_list(texts, LARGEST_FILE), 1):
        yield Piece(source, "object", len(text), text, number, line)


def total_size(sources: list[Source]) -> int:
    """Return how many bytes there are to read, as far as that is known."""
    return sum(source.size for source in sources)
