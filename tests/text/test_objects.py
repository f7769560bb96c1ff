import codecs
import json

import pytest

from annotate.errors import Invalid
from annotate.text.objects import read_object, split_list
from annotate.text.reading import decode_pieces


def pieces_of(text: str, size: int) -> list[str]:
    return [text[at : at + size] for at in range(0, len(text), size)]


def members(text: str, size: int = 7, longest: int = 10_000) -> list[str]:
    return [found for found, _ in split_list(iter(pieces_of(text, size)), longest)]


@pytest.mark.parametrize("size", [1, 2, 3, 10, 10_000])
def test_a_list_is_cut_where_its_members_end_however_it_comes(size: int) -> None:
    parts = ['{"text": "a, ] } \\" \\\\"}', "[1, [2]]", '"x"', "12", "-1.5e3", "null", '{"é": "\U0001f98a"}']
    text = " \r\n[" + " ,\n ".join(parts) + "\n]\n "

    assert members(text, size) == parts
    assert members("[]", size) == members(" [ ] ", size) == []


def test_each_member_has_its_line() -> None:
    text = '[{"text":\n"a"},\n\n{"text": "b"}, {"text": "c"}]'

    assert [line for _, line in split_list(iter([text]), 1000)] == [1, 4, 4]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[1 2]", "line 1"),
        ("[1,]", "no JSON"),
        ("[1", "does not end"),
        ('[{"a": 1}', "does not end"),
        ("[", "no JSON"),
        ("[1] x", "behind the end"),
        ("[1]]", "behind the end"),
        ("[1]\n[2]", "line 2"),
        ("[nope]", "no JSON"),
        ('["' + "x" * 20_000 + '"]', "too long"),
        ("[" * 100_000, "too deeply"),
        ("[" + "1" * 5_000 + "]", "too deeply"),
    ],
)
def test_what_is_no_list_is_refused(text: str, reason: str) -> None:
    with pytest.raises(Invalid) as refusal:
        members(text, 1000)
    assert reason in refusal.value.message


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no JSON"),
        ("{", "no JSON"),
        ("[1]", "not an object"),
        ('"text"', "not an object"),
        ("null", "not an object"),
        ('{"text": NaN}', "NaN is no JSON"),
        ('{"n": -Infinity}', "-Infinity is no JSON"),
        ('{"n": ' + "1" * 5_000 + "}", "number"),
        ('{"a": ' + "[" * 100_000, "too deeply"),
        ('{"a": ' * 100_000, "too deeply"),
        ('{"text": "a", "text": "b"}', "has text more than once"),
        ('{"text": "a"}\n{"text": "b"}', "called .jsonl"),
        ('{"text": "a\nb"}', "no JSON"),
        ("{'text': 'a'}", "no JSON"),
        ('{"text": "a",}', "no JSON"),
        ('\ufeff\ufeff{"text": "a"}', "no JSON"),
    ],
)
def test_what_is_no_object_to_every_reader_is_refused(text: str, reason: str) -> None:
    with pytest.raises(Invalid) as refusal:
        read_object(text.encode())
    assert reason in refusal.value.message


def test_an_object_is_read_in_every_marked_encoding() -> None:
    text = '{"text": "Œuvre 🦊\\u00e9", "n": 1e400}'
    for mark, encoding in ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_BE, "utf-16-be"), (b"", "utf-8")):
        assert read_object(mark + text.encode(encoding))["text"] == "Œuvre 🦊é"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-32-be"])
@pytest.mark.parametrize("size", [4, 5, 7, 1000])
def test_what_comes_in_pieces_is_decoded_as_a_whole(encoding: str, size: int) -> None:
    marks = {"utf-8": codecs.BOM_UTF8, "utf-16-le": codecs.BOM_UTF16_LE, "utf-32-be": codecs.BOM_UTF32_BE}
    text = json.dumps(["Zażółć 🦊"] * 9, ensure_ascii=False)
    data = marks[encoding] + text.encode(encoding)

    assert "".join(decode_pieces(data[at : at + size] for at in range(0, len(data), size))) == text


@pytest.mark.parametrize(
    ("data", "at"), [(b"abcdefg\xff", 7), (b"\xef\xbb\xbfabcd\xc3", 7), (b"abc\xc3\xa9\xc3x", 5)]
)
def test_what_does_not_decode_is_told_with_its_byte(data: bytes, at: int) -> None:
    for size in (4, 5, 100):
        with pytest.raises(Invalid, match=f"byte {at}"):
            list(decode_pieces(data[start : start + size] for start in range(0, len(data), size)))
