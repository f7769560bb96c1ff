"""From the bytes of a file to its text: exactly, or not at all."""

import codecs
from collections.abc import Iterable, Iterator
from itertools import chain

from annotate.errors import Invalid

# The mark of UTF-32 LE begins with the mark of UTF-16 LE, so the longer ones are tried first.
MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def decode(data: bytes, encoding: str = "utf-8") -> str:
    """Decode an article.

    Line endings become line feeds and the mark goes; every other character stays as it came.

    :param encoding: what somebody said that it is in; a byte order mark stands over it.
    :raises Invalid: it is in another encoding, holds NUL or a lone surrogate, or is empty.
        Bytes are counted from 0, lines from 1.
    """
    text = decode_exactly(data, encoding).replace("\r\n", "\n").replace("\r", "\n")
    check(text)
    return text


def decode_exactly(data: bytes, encoding: str = "utf-8") -> str:
    """Decode bytes and take the mark off.

    :raises Invalid: they are in another encoding.
    """
    mark, encoding = find_encoding(data, encoding)
    try:
        return data[len(mark) :].decode(encoding)
    except UnicodeDecodeError as problem:
        raise _undecodable(encoding, len(mark) + problem.start) from None
    except (LookupError, UnicodeError):  # some have rules of their own
        raise Invalid(f"It cannot be read as {encoding.upper()}.") from None


def decode_pieces(pieces: Iterable[bytes], encoding: str = "utf-8") -> Iterator[str]:
    """Decode bytes that come in pieces, the first of at least four bytes if there are so many.

    :raises Invalid: they are in another encoding.
    """
    decoder, done = None, 0
    for piece in chain(pieces, [b""]):
        data = piece
        if decoder is None:
            mark, encoding = find_encoding(piece, encoding)
            decoder = codecs.getincrementaldecoder(encoding)()
            data, done = piece[len(mark) :], len(mark)
        held = len(decoder.getstate()[0])
        try:
            yield decoder.decode(data, final=not piece)
        except UnicodeDecodeError as problem:
            raise _undecodable(encoding, done - held + problem.start) from None
        done += len(data)


def find_encoding(data: bytes, otherwise: str = "utf-8") -> tuple[bytes, str]:
    """Return the byte order mark that stands at the beginning, and the encoding."""
    for mark, encoding in MARKS:
        if data.startswith(mark):
            return mark, encoding
    return b"", otherwise


def _undecodable(encoding: str, at: int) -> Invalid:
    hint = "" if encoding.lower() != "utf-8" else ", or name its encoding with --encoding"
    return Invalid(f"It is not {encoding.upper()}: see byte {at}. Save it as UTF-8{hint}.")


def check(text: str) -> None:
    """:raises Invalid: there is a NUL character in it, or no text."""
    nul = text.find("\0")
    if nul >= 0:
        line = text.count("\n", 0, nul) + 1
        raise Invalid(f"There is a NUL character in line {line}. Save it as plain text in UTF-8.")
    if not text:
        raise Invalid("It is empty.")
    if text.isspace():
        raise Invalid("There is only white space in it.")
