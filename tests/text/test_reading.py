import codecs

import pytest

from annotate.errors import Invalid
from annotate.text.reading import decode

TEXT = "Œuvre 😀\u00a0of\u200b e\u0301 and é\n\n  שלום\u2028two\f\ttail  \n"


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (b"", "utf-8"),
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
    ],
)
def test_the_characters_that_go_in_come_out_in_every_marked_encoding(mark: bytes, encoding: str) -> None:
    assert decode(mark + TEXT.encode(encoding)) == TEXT


def test_line_endings_become_line_feeds_and_other_breaks_stay() -> None:
    assert decode(b"one\r\ntwo\rthree\n\r\nfour\r\rfive") == "one\ntwo\nthree\n\nfour\n\nfive"
    assert decode("a\u2028b\u0085c\fd".encode()) == "a\u2028b\u0085c\fd"


def test_only_the_first_byte_order_mark_is_removed() -> None:
    assert decode(codecs.BOM_UTF8 * 2 + b"a\xef\xbb\xbfb") == "\ufeffa\ufeffb"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ("Café".encode("latin-1"), "UTF-8: see byte 3"),
        (codecs.BOM_UTF8 + b"abc\xff", "UTF-8: see byte 6"),
        (b"abc\xed\xa0\x80", "UTF-8: see byte 3"),  # a lone surrogate
        (b"abc\xc0\xaf", "UTF-8: see byte 3"),  # longer than it needs to be
        (b"abc\xe2\x82", "UTF-8: see byte 3"),  # cut off
        (codecs.BOM_UTF16_LE + b"a\x00\x00\xd8b\x00", "UTF-16-LE: see byte 4"),
        (codecs.BOM_UTF16_BE + b"\x00a\x00", "UTF-16-BE: see byte 4"),
        (codecs.BOM_UTF32_LE + b"\x00\x00\x11\x00", "UTF-32-LE: see byte 4"),
        (b"one\r\ntwo\rthree \x00", "NUL character in line 3"),
        ("Without a mark".encode("utf-16-le"), "NUL character in line 1"),
        (b"", "empty"),
        (codecs.BOM_UTF8, "empty"),
        (" \n\t\u00a0\u2003\r\n".encode(), "only white space"),
    ],
)
def test_what_is_not_a_text_is_refused_with_the_place(data: bytes, reason: str) -> None:
    with pytest.raises(Invalid) as refusal:
        decode(data)
    assert reason in refusal.value.message
