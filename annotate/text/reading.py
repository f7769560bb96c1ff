"""From the bytes of a file to its text: exactly, or not at all."""

import codecs

from annotate.errors import Invalid

# The mark of UTF-32 LE begins with the mark of UTF-16 LE, so the longer ones are tried first.
MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def decode(data: bytes) -> str:
    """Decode an article; a byte order mark decides, otherwise it is UTF-8.

    Line endings become line feeds and the mark goes; every other character stays as it came.

    :raises Invalid: it is in another encoding, holds NUL or a lone surrogate, or is empty.
        Bytes are counted from 0, lines from 1.
    """
    mark, encoding = _encoding(data)
    try:
        text = data[len(mark) :].decode(encoding)
    except UnicodeDecodeError as problem:
        at = len(mark) + problem.start
        raise Invalid(f"It is not {encoding.upper()}: see byte {at}. Save it as UTF-8.") from None
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    _check(text)
    return text


def _encoding(data: bytes) -> tuple[bytes, str]:
    for mark, encoding in MARKS:
        if data.startswith(mark):
            return mark, encoding
    return b"", "utf-8"


def _check(text: str) -> None:
    nul = text.find("\0")
    if nul >= 0:
        line = text.count("\n", 0, nul) + 1
        raise Invalid(f"There is a NUL character in line {line}. Save it as plain text in UTF-8.")
    if not text:
        raise Invalid("It is empty.")
    if text.isspace():
        raise Invalid("There is only white space in it.")
