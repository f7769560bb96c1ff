"""``export`` as a command; what stands in it is tested in ``test_exporting``."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from annotate.database import Database
from tests.cli.conftest import Shell
from tests.client import Client

AddStory = Callable[..., str]


@pytest.fixture
def two(add_story: AddStory) -> list[str]:
    """Two documents, by key."""
    return [add_story("One fish.\n\nTwo fish.\n", name="a.txt"), add_story("Red fish.\n", name="b.txt")]


def exported(shell: Shell, *options: str | Path) -> list[dict[str, object]]:
    result = shell.run("export", *options)
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)["documents"]


def test_json_is_one_document_and_the_cursor_is_told_beside_it(shell: Shell, two: list[str]) -> None:
    result = shell.run("export")

    whole = json.loads(result.stdout_bytes)
    assert list(whole) == ["format", "documents", "cursor"]
    assert whole["format"] == "annotate/1"
    assert [each["id"] for each in whole["documents"]] == two
    assert result.stderr == f"cursor {whole['cursor']}\n"
    assert shell.run("export", "--format", "json").stdout_bytes == result.stdout_bytes


def test_jsonl_is_one_article_a_line(shell: Shell, two: list[str]) -> None:
    result = shell.run("export", "--format", "jsonl")

    lines = [json.loads(line) for line in result.stdout_bytes.splitlines()]
    assert lines == exported(shell)
    assert result.stderr == shell.run("export").stderr


def test_an_empty_database_gives_an_empty_export(shell: Shell) -> None:
    assert json.loads(shell.ok("export"))["documents"] == []
    assert shell.ok("export", "--format", "jsonl") == ""


def test_a_label_leaves_other_sentences_out(shell: Shell, two: list[str], alice: Client) -> None:
    for document in two:
        alice.tag_all(document, "claim", "quote")

    claims = exported(shell, "--label", "claim")
    both = exported(shell, "--label", "claim", "--label", "quote")

    assert [[each["label"] for each in document["sentences"]] for document in claims] == [
        ["claim"],
        ["claim"],
    ]
    assert [len(document["sentences"]) for document in both] == [2, 1]
    assert all(document["partial"] is True for document in claims + both)
    assert [document["text"] for document in claims] == [document["text"] for document in exported(shell)]


def test_a_status_leaves_other_sentences_out(shell: Shell, two: list[str], alice: Client) -> None:
    alice.tag_all(two[0], "claim", "claim")
    alice.verify(two[0], alice.sentences(two[0])[0], 0, status="in_progress")

    def starts(*options: str) -> list[list[int]]:
        return [[each["start"] for each in one["sentences"]] for one in exported(shell, *options)]

    assert starts("--status", "in_progress") == [[0], []]
    assert starts("--status", "unchecked") == [[11], []]
    assert starts("--status", "unchecked", "--status", "in_progress") == [[0, 11], []]
    assert starts("--status", "settled") == [[], []]
    assert starts("--status", "in_progress", "--label", "quote") == [[], []]


def test_a_suspended_verification_has_no_status(shell: Shell, two: list[str], alice: Client) -> None:
    alice.tag_all(two[1], "claim")
    (sentence,) = alice.sentences(two[1])
    alice.verify(two[1], sentence, 0, status="in_progress")
    alice.tag(two[1], sentence, "none")

    found = exported(shell, "--status", "in_progress")

    assert [one["sentences"] for one in found] == [[], []]


def test_a_collection_leaves_other_documents_out(shell: Shell, two: list[str], desk: Path) -> None:
    shell.ok("seeds", "load", desk / "a.txt", "--collection", "Øst")

    assert [each["key"] for each in exported(shell, "--collection", "Øst")] == ["Øst/a.txt"]
    assert len(exported(shell, "--collection", "desk")) == 2
    assert exported(shell, "--collection", "DESK") == []
    assert not any("partial" in each for each in exported(shell, "--collection", "desk"))


def test_since_gives_only_what_changed(shell: Shell, two: list[str], alice: Client) -> None:
    cursor = json.loads(shell.run("export").stdout)["cursor"]
    alice.tag(two[1], alice.sentences(two[1])[0], "claim")

    whole = json.loads(shell.run("export", "--since", cursor).stdout)

    assert [each["id"] for each in whole["documents"]] == [two[1]]
    assert whole["withdrawn"] == []
    assert int(whole["cursor"]) > int(cursor)
    assert exported(shell, "--since", whole["cursor"]) == []


@pytest.mark.parametrize("cursor", ["", "x", "-1", "1.0", "99999", "1e3", "９", " 1", "0x1", "9" * 400])
def test_what_is_no_cursor_is_refused(shell: Shell, two: list[str], cursor: str) -> None:
    assert "cursor" in shell.fails("export", f"--since={cursor}")


def test_a_file_is_written_whole_and_replaced_whole(shell: Shell, two: list[str], tmp_path: Path) -> None:
    out = tmp_path / "out" / "all.json"
    out.parent.mkdir()
    out.write_text("older", "utf-8")

    result = shell.run("export", "--out", out)

    assert result.exit_code == 0
    assert result.stdout_bytes == b""
    assert result.stderr.startswith("cursor ")
    assert out.read_bytes() == shell.run("export").stdout_bytes
    assert [path.name for path in out.parent.iterdir()] == ["all.json"]


def test_a_file_can_be_written_beside_us(
    shell: Shell, two: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    shell.run("export", "--out", "all.json")
    shell.run("export", "--out", "--all.json")

    assert (tmp_path / "all.json").read_bytes() == (tmp_path / "--all.json").read_bytes() != b""


def test_where_nothing_can_be_written_it_is_told_and_nothing_is_left(
    shell: Shell, two: list[str], tmp_path: Path
) -> None:
    folder = tmp_path / "out"
    (folder / "taken").mkdir(parents=True)
    (folder / "file").touch()

    for out in (
        folder / "missing" / "x",
        folder / "taken",
        folder / "file" / "x",
        folder / ("n" * 250),
        "",
        "/",
    ):
        shell.fails("export", "--out", out)

    assert sorted(path.name for path in folder.rglob("*")) == ["file", "taken"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_the_right_to_write_is_told(shell: Shell, two: list[str], tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir(mode=0o500)

    assert "Permission denied" in shell.fails("export", "--out", folder / "x")


def test_a_check_writes_nothing(shell: Shell, two: list[str], tmp_path: Path) -> None:
    result = shell.run("export", "--check", "--out", tmp_path / "out.json")

    assert result.exit_code == 0
    assert result.stdout_bytes == b""
    assert result.stderr.startswith("2 documents hold.\ncursor ")
    assert not (tmp_path / "out.json").exists()


CORRUPTIONS = {
    "a text": "UPDATE texts SET text = 'X' || substr(text, 2)",
    "a sentence": "UPDATE sentences SET text = 'Blue fish.'",
    "an offset": "UPDATE sentences SET stop = stop - 1",
    "a missing sentence": "DELETE FROM sentences",
    "a missing text": "DELETE FROM texts",
    "blocks that are no JSON": "UPDATE texts SET blocks = '[[0,'",
    "bytes that are no text": "UPDATE texts SET text = CAST(x'ff41' AS TEXT)",
}


@pytest.mark.parametrize("corruption", CORRUPTIONS)
def test_a_corrupted_document_is_left_out_whole_and_named(
    shell: Shell, two: list[str], db: Database, tmp_path: Path, corruption: str
) -> None:
    sound = exported(shell)[0]
    with db.transaction():
        db.write(f"{CORRUPTIONS[corruption]} WHERE document = (SELECT max(number) FROM documents)")

    for options in ([], ["--format", "jsonl"], ["--check"], ["--out", str(tmp_path / "out.json")]):
        result = shell.run("export", *options)

        assert result.exit_code == 1
        first, *_, last = result.stderr.splitlines()
        assert first.startswith("omitted desk/b.txt: ")
        assert last.startswith("cursor ")

    whole = json.loads((tmp_path / "out.json").read_bytes())
    assert whole["documents"] == [sound]
    assert [each["key"] for each in whole["omitted"]] == ["desk/b.txt"]
    assert list(whole)[-1] == "cursor"


def test_evidence_that_is_no_json_omits_its_document(
    shell: Shell, two: list[str], alice: Client, db: Database
) -> None:
    alice.tag_all(two[1], "claim")
    alice.verify(two[1], alice.sentences(two[1])[0], 0, status="in_progress")
    with db.transaction():
        db.write("UPDATE verifications SET evidence = '[{'")

    result = shell.run("export")

    assert result.exit_code == 1
    assert [each["id"] for each in json.loads(result.stdout)["documents"]] == [two[0]]
    assert shell.run("check").stderr.startswith("desk/b.txt: ")


def test_a_name_that_is_not_utf_8_is_told(shell: Shell, two: list[str]) -> None:
    for words in (
        ["export", "--collection"],
        ["export", "--since"],
        ["seeds", "show"],
        ["reviewers", "enable"],
    ):
        assert "UTF-8" in shell.fails(*words, os.fsdecode(b"\xff"))
