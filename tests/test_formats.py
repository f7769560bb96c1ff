"""What the formats say of an article, and what it is called."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from annotate.checking import find_faults
from annotate.database import Database
from annotate.loading import Loaded, Terms

STORY = "The bridge is closed\n\nIt was closed on Monday, the city said.\n"
FULL = {
    "id": "n-17",
    "text": STORY,
    "title": "Bridge\n closed",
    "source": "The Post",
    "url": "https://example.org/a?b=c",
    "author": "Ida Rask",
    "published_at": "2026-01-05T10:00:00Z",
    "language": "en_GB",
    "collection": "City",
    "comments": [{"text": "extra"}],
}
PAGE = """<!DOCTYPE html><html lang="pl"><head><title>Most zamknięty | Kurier</title>
<meta property="og:title" content="Most zamknięty"><meta property="og:site_name" content="Kurier Norhaven">
<meta name="author" content="Ida Rask"><meta property="article:published_time" content="2026-01-05T10:00:00Z">
<link rel="canonical" href="https://example.org/most"></head>
<body><nav><a href="/">Strona główna</a></nav><article><h1>Most zamknięty</h1>
<p>Most przy ulicy Olszowej zamknięto w&nbsp;poniedziałek, poinformował urząd miasta Norhaven.</p>
<p>„Pękły dwa łożyska”, powiedziała burmistrz Ida Rask.<script>alert("zły")</script></p>
<p>Naprawa potrwa do wiosny i będzie kosztować więcej, niż planowano.</p>
</article><footer>Wszelkie prawa zastrzeżone</footer></body></html>
"""

LoadPaths = Callable[..., list[Loaded]]


def write_lines(path: Path, *objects: dict[str, Any]) -> Path:
    path.write_text("".join(json.dumps(each) + "\n" for each in objects), "utf-8")
    return path


def stored(db: Database, key: str) -> dict[str, Any]:
    row = db.row(
        "SELECT d.*, t.text FROM documents AS d JOIN texts AS t ON t.document = d.number WHERE key = :key",
        key=key,
    )
    assert row is not None, [each["key"] for each in db.rows("SELECT key FROM documents")]
    return dict(row)


def keys(results: list[Loaded]) -> list[str | None]:
    return [each.key for each in results]


# What is said of an article


def test_what_an_object_says_is_kept(db: Database, desk: Path, load_paths: LoadPaths) -> None:
    write_lines(desk / "a.jsonl", FULL)

    (loaded,) = load_paths(desk)

    assert (loaded.outcome, loaded.key, loaded.line) == ("new", "City/n-17", 1)
    document = stored(db, "City/n-17")
    expected = FULL | {"title": "Bridge closed", "language": "en-GB"}
    for name in ("text", "title", "source", "url", "author", "published_at", "language", "collection"):
        assert document[name] == expected[name], name


def test_the_words_of_the_command_stand_over_those_of_the_file(
    db: Database, desk: Path, load_paths: LoadPaths
) -> None:
    write_lines(desk / "a.jsonl", FULL)

    load_paths(desk, collection="archive", terms=Terms(source="Somebody else"))

    document = stored(db, "archive/n-17")
    assert (document["collection"], document["source"]) == ("archive", "Somebody else")


def test_a_page_is_read_with_what_it_says_of_itself(db: Database, desk: Path, load_paths: LoadPaths) -> None:
    (desk / "most.html").write_text(PAGE, "utf-8")

    load_paths(desk)

    document = stored(db, "desk/most.html")
    lines = document["text"].split("\n\n")
    assert "Most przy ulicy Olszowej" in document["text"]
    assert any(each.startswith("„Pękły dwa łożyska”, powiedziała") for each in lines)
    for absent in ("alert", "Strona", "Wszelkie"):
        assert absent not in document["text"]
    assert document["title"] == "Most zamknięty"
    assert document["source"] == "Kurier Norhaven"
    assert document["author"] == "Ida Rask"
    assert document["published_at"] == "2026-01-05"
    assert document["url"] == "https://example.org/most"
    assert document["language"] == "pl"
    assert document["source_sha256"] == hashlib.sha256(PAGE.encode()).hexdigest()
    assert find_faults(db) == []


def test_what_a_page_says_unsoundly_is_left_out(db: Database, desk: Path, load_paths: LoadPaths) -> None:
    page = PAGE.replace("https://example.org/most", "javascript:alert(1)").replace('lang="pl"', 'lang="<b>"')
    (desk / "most.html").write_text(page, "utf-8")

    (loaded,) = load_paths(desk)

    assert loaded.outcome == "new"
    assert stored(db, "desk/most.html")["url"] is None


def test_the_text_of_an_object_is_kept_to_the_last_character(
    db: Database, desk: Path, load_paths: LoadPaths
) -> None:
    text = "\n\n  Zażółć\u00a0e\u0301 👩‍👩‍👧\u202e \u2028\t \r\nTwo.\rThree.  \n"
    write_lines(desk / "a.jsonl", {"text": text})

    load_paths(desk)

    assert stored(db, "desk/a.jsonl#1")["text"] == text.replace("\r\n", "\n").replace("\r", "\n")


# What it is called, and when it is the same


def test_keys_come_from_ids_else_from_places(desk: Path, load_paths: LoadPaths) -> None:
    (desk / "sub").mkdir()
    write_lines(desk / "sub" / "a.jsonl", {"text": "One."}, {"text": "Two.", "id": 7}, {"text": "Three."})
    (desk / "b.json").write_text(json.dumps([{"text": "Four."}, {"text": "Five."}]), "utf-8")
    (desk / "c.json").write_text(json.dumps({"text": "Six."}), "utf-8")

    assert keys(load_paths(desk)) == [
        "desk/b.json#1",
        "desk/b.json#2",
        "desk/c.json",
        "desk/sub/a.jsonl#1",
        "desk/7",
        "desk/sub/a.jsonl#3",
    ]
    assert keys(load_paths(desk / "sub" / "a.jsonl"))[0] == "sub/a.jsonl#1"


def test_an_article_is_unchanged_while_its_own_bytes_are(
    db: Database, desk: Path, load_paths: LoadPaths
) -> None:
    path = write_lines(desk / "a.jsonl", {"id": 1, "text": "One."}, {"id": 2, "text": "Two."})
    load_paths(desk)
    line = path.read_bytes().splitlines()[0]
    assert stored(db, "desk/1")["source_sha256"] == hashlib.sha256(line).hexdigest()
    path.write_bytes(b"\r\n".join(reversed(path.read_bytes().splitlines())) + b'\r\n{"id":3,"text":"3"}')

    assert [each.outcome for each in load_paths(desk)] == ["unchanged", "unchanged", "new"]

    (desk / "a.jsonl").unlink()
    (desk / "all.json").write_text('[{"id": 2, "text": "Two."}, {"id":1, "text":"One."}]', "utf-8")
    assert [each.outcome for each in load_paths(desk)] == ["unchanged", "unchanged"]


def test_the_same_id_with_another_text_is_refused_also_in_a_dry_run(
    db: Database, desk: Path, load_paths: LoadPaths
) -> None:
    one, two = {"id": "x", "text": "One."}, {"id": "x", "text": "Two."}
    write_lines(desk / "a.jsonl", one, one, two)

    for options in ({"is_dry_run": True}, {}):
        results = load_paths(desk, **options)
        assert [each.outcome for each in results] == ["new", "unchanged", "refused"]
        assert (results[2].line, results[2].key) == (3, "desk/x")
        assert "came before in this run" in (results[2].reason or "")
    assert [each.outcome for each in load_paths(desk)] == ["unchanged", "unchanged", "refused"]


def test_a_changed_text_is_still_refused_by_name(desk: Path, load_paths: LoadPaths) -> None:
    write_lines(desk / "a.jsonl", {"id": "x", "text": "One."}, {"id": "y", "text": "One."})
    load_paths(desk)
    write_lines(
        desk / "a.jsonl", {"id": "z", "text": "A"}, {"id": "x", "text": "Two."}, {"id": "w", "text": "B"}
    )

    results = load_paths(desk)

    assert [each.outcome for each in results] == ["new", "refused", "new"]
    assert results[1].id


def test_an_encoding_can_be_said_and_marks_and_declarations_stand_over_it(
    db: Database, desk: Path, load_paths: LoadPaths
) -> None:
    (desk / "a.txt").write_bytes("“Zażółć”".encode("cp1250"))
    (desk / "b.txt").write_bytes(b"\xef\xbb\xbf" + "“Zażółć”".encode())
    (desk / "c.jsonl").write_bytes('{"text": "“Zażółć”"}\n'.encode("cp1250"))
    (desk / "d.json").write_bytes('[{"text": "“Zażółć”"}]\n'.encode("cp1250"))
    (desk / "e.html").write_bytes(f'<meta charset="utf-8"><p>{STORY}</p><p>“Zażółć”</p>'.encode())
    (desk / "f.html").write_bytes(f"<html><body><p>{STORY}</p><p>“Zażółć”</p>".encode("cp1250"))

    results = load_paths(desk, terms=Terms(encoding="cp1250"))

    assert {each.outcome for each in results} == {"new"}
    assert all("“Zażółć”" in row["text"] for row in db.rows("SELECT text FROM texts"))


# Helper processes


def test_helpers_give_the_same_as_one_process(
    db: Database, desk: Path, load_paths: LoadPaths, tmp_path: Path
) -> None:
    objects = [{"id": n, "text": f"Number {n}\n\n" + f"It is {n}. " * (n % 40 + 1)} for n in range(400)]
    write_lines(desk / "a.jsonl", *objects, {"text": None}, objects[0], {"id": 0, "text": "Other."})
    for number in range(150):
        (desk / f"{number:03}.txt").write_text(f"Text {number}.\n", "utf-8")
    (desk / "bad.txt").write_bytes(b"\xff")

    told = load_paths(desk, n_workers=2)
    planned = load_paths(desk, is_dry_run=True, n_workers=2)

    outcomes = [each.outcome for each in told]
    assert outcomes == ["new"] * 150 + ["new"] * 400 + ["refused", "unchanged", "refused"] + ["refused"]
    assert [each.outcome for each in planned] == ["unchanged" if each == "new" else each for each in outcomes]
    assert keys(told) == keys(load_paths(desk))
    numbers = [row["key"] for row in db.rows("SELECT key FROM documents ORDER BY number")]
    assert numbers == [each.key for each in told if each.outcome == "new"]
    assert find_faults(db) == []


@pytest.mark.parametrize("name", ["idna", "punycode", "utf-7", "raw_unicode_escape"])
def test_an_odd_encoding_is_a_clear_word_and_never_a_traceback(
    desk: Path, load_paths: Callable[..., list[Loaded]], name: str
) -> None:
    (desk / "a.json").write_bytes('[{"text": "Zażółć"}]'.encode())
    (desk / "b.txt").write_bytes("Zażółć".encode())
    (desk / "c.html").write_bytes(f'<meta charset="{name}"><p>Zażółć gęślą jaźń</p>'.encode())

    results = load_paths(desk, terms=Terms(encoding=name))

    assert len(results) == 3
    assert all(each.outcome in ("new", "refused") for each in results)
    assert all("program" not in (each.reason or "") for each in results)


@pytest.mark.parametrize("name", ["zlib", "bz2", "quopri", "rot13", "hex"])
def test_a_page_that_declares_what_is_no_encoding_of_text_is_refused_by_name(
    desk: Path, load_paths: Callable[..., list[Loaded]], name: str
) -> None:
    (desk / "a.html").write_bytes(f'<meta charset="{name}"><p>The bridge is closed.</p>'.encode())

    (refused,) = load_paths(desk)

    assert refused.outcome == "refused"
    assert name in (refused.reason or "")
    assert "program" not in (refused.reason or "")
