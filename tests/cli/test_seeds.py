"""``seeds``: load, list, show, withdraw."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from annotate.database import Database
from tests.cli.conftest import Shell, dump
from tests.client import Client

SECRET = "Zanzibarwood"  # stands in every text that an erased document must take along


def write(folder: Path, **texts: str) -> Path:
    for name, text in texts.items():
        (folder / f"{name}.txt").write_text(text, "utf-8")
    return folder


def lines_of(output: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in output.splitlines()]


def list_ids(shell: Shell) -> list[str]:
    return [line.split("\t")[0] for line in shell.ok("seeds", "list").splitlines()]


def test_a_folder_is_loaded_and_told_article_by_article(shell: Shell, desk: Path) -> None:
    write(desk, a="One.\n", b="Two.\n")

    printed = shell.ok("seeds", "load", desk).splitlines()

    assert printed == [
        "new\tdesk/a.txt\t1 sentence",
        "new\tdesk/b.txt\t1 sentence",
        "2 new, 0 revised, 0 updated, 0 unchanged, 0 refused.",
    ]


def test_loading_again_changes_nothing_and_says_so(shell: Shell, desk: Path, db: Database) -> None:
    write(desk, a="One.\n", b="Two.\n")
    shell.ok("seeds", "load", desk)
    before = dump(db)

    printed = shell.ok("seeds", "load", desk, desk / "a.txt")

    assert dump(db) == before
    assert printed.splitlines()[-1] == "0 new, 0 revised, 0 updated, 3 unchanged, 0 refused."


def test_what_is_refused_is_named_and_the_rest_is_loaded(shell: Shell, desk: Path) -> None:
    write(desk, a="One.\n", c="Three.\n")
    (desk / "b.txt").write_bytes(b"Caf\xe9.\n")

    result = shell.run("seeds", "load", desk, desk / "missing.txt")

    assert result.exit_code == 1
    assert result.stdout.splitlines()[-1] == "2 new, 0 revised, 0 updated, 0 unchanged, 2 refused."
    missing, latin = result.stderr.splitlines()
    assert missing.startswith(f"refused\t{desk / 'missing.txt'}: ")
    assert latin.startswith(f"refused\t{desk / 'b.txt'}: ")
    assert "byte 3" in latin


def test_for_programs_there_is_one_object_a_line(shell: Shell, desk: Path) -> None:
    write(desk, a="One.\n")
    shell.ok("seeds", "load", desk)
    write(desk, b="Two.\n", c="")

    result = shell.run("seeds", "load", desk, "--json")

    assert result.exit_code == 1
    assert result.stderr == ""
    first, second, third = lines_of(result.stdout)
    assert set(first) == {
        "path",
        "outcome",
        "key",
        "id",
        "n_sentences",
        "reason",
        "line",
        "n_carried",
        "lost",
    }
    assert [each["outcome"] for each in (first, second, third)] == ["unchanged", "new", "refused"]
    assert [second["id"], first["id"]] == list_ids(shell)
    assert second == {
        "path": str(desk / "b.txt"),
        "outcome": "new",
        "key": "desk/b.txt",
        "id": second["id"],
        "n_sentences": 1,
        "reason": None,
        "line": None,
        "n_carried": None,
        "lost": None,
    }
    assert third["reason"]


def test_a_dry_run_tells_the_same_and_changes_nothing(shell: Shell, desk: Path, db: Database) -> None:
    write(desk, a="One.\n")
    shell.ok("seeds", "load", desk)
    write(desk, a="Another one.\n", b="Two.\n", c="Three.\n")
    before = dump(db)

    told = shell.run("seeds", "load", desk, "--dry-run")
    as_json = shell.run("seeds", "load", desk, "--dry-run", "--json")

    assert dump(db) == before
    assert told.exit_code == as_json.exit_code == 1
    assert told.stdout.splitlines()[-1] == "Would be: 2 new, 0 revised, 0 updated, 0 unchanged, 1 refused."
    assert [each["outcome"] for each in lines_of(as_json.stdout)] == ["refused", "new", "new"]
    assert lines_of(as_json.stdout)[1]["id"] is None


def test_a_collection_and_a_source_can_be_given(shell: Shell, desk: Path) -> None:
    write(desk, a="One.\n")

    shell.ok("seeds", "load", desk, "--collection", "Élections 2026", "--source", "The <Norhaven> Post")

    (document,) = json.loads(shell.run("export").stdout)["documents"]
    assert document["key"] == "Élections 2026/a.txt"
    assert document["collection"] == "Élections 2026"
    assert document["source"] == "The <Norhaven> Post"


def test_the_number_of_reviews_is_that_of_the_setting(shell: Shell, desk: Path, db: Database) -> None:
    shell.ok("seeds", "load", write(desk, a="One.\n"), ANNOTATE_REVIEWS_PER_DOCUMENT="3")
    shell.ok("seeds", "load", write(desk, b="Two.\n"))

    rows = db.rows("SELECT key, reviews_needed FROM documents ORDER BY key")

    assert [tuple(row) for row in rows] == [("desk/a.txt", 3), ("desk/b.txt", 1)]


def test_an_empty_folder_is_no_failure(shell: Shell, desk: Path) -> None:
    assert shell.ok("seeds", "load", desk) == "0 new, 0 revised, 0 updated, 0 unchanged, 0 refused.\n"


def test_a_path_of_impossible_length_is_refused_and_the_rest_is_loaded(shell: Shell, desk: Path) -> None:
    write(desk, a="One.\n")

    result = shell.run("seeds", "load", "n" * 300, desk)

    assert result.exit_code == 1
    assert result.stderr.count("refused") == 1
    assert len(list_ids(shell)) == 1


def test_odd_file_names_reach_no_terminal(shell: Shell, desk: Path) -> None:
    for name in (b"a\nrefused\tforged.txt", b"b\x1b]0;owned\x07.txt", b"c\xff\xfe.txt", b"d\xe2\x80\xae.txt"):
        (desk / os.fsdecode(name)).write_text("One.\n", "utf-8")

    for options in ([], ["--json"]):
        result = shell.run("seeds", "load", desk, *options)

        assert result.exit_code == 1
        lines = (result.stdout + result.stderr).splitlines()
        assert len(lines) == (4 if options else 5)
        assert all(line.replace("\t", " ").isprintable() for line in lines)
    assert list_ids(shell) == []


def test_a_name_that_looks_like_an_option_is_loaded(shell: Shell, desk: Path) -> None:
    (desk / "--json.txt").write_text("One.\n", "utf-8")

    assert "desk/--json.txt" in shell.ok("seeds", "load", "--", desk / "--json.txt")


def test_list_and_show_tell_what_is_there(shell: Shell, story: str, alice: Client) -> None:
    alice.tag_all(story, "claim")
    sentences = alice.sentences(story)

    (listed,) = shell.ok("seeds", "list").splitlines()
    shown = shell.ok("seeds", "show", story).splitlines()

    assert listed == f"{story}\topen\t{len(sentences)}\tdesk/story.txt"
    assert f"id: {story}" in shown
    assert "key: desk/story.txt" in shown
    rows = [line for line in shown if line.startswith("[")]
    first = sentences[0]
    assert rows[0].split("\t") == [
        f"[{first['start']}, {first['end']})",
        first["block"],
        "claim",
        first["text"],
    ]
    assert len(rows) == len(sentences)


def test_show_does_not_tell_blind_votes(shell: Shell, pair: str, alice: Client) -> None:
    alice.tag_all(pair, *["claim"] * len(alice.sentences(pair)))

    assert "claim" not in shell.ok("seeds", "show", pair)


def test_show_of_hostile_text_obeys_nothing(shell: Shell, add_story: Callable[..., str]) -> None:
    document = add_story("A \x1b[2J\x1b]0;owned\x07 title \u202e\n\nText \x9b31m \x08 with \u2028 more.\n")

    printed = shell.ok("seeds", "show", document) + shell.ok("seeds", "list")

    assert all(line.replace("\t", " ").isprintable() for line in printed.split("\n"))


def test_what_is_not_there_is_told(shell: Shell) -> None:
    for words in (["show", "nothing"], ["show", "a\x1b[31m"], ["withdraw", "nothing", "--reason", "r"]):
        assert shell.fails("seeds", *words) == "There is no such document."


def test_a_withdrawn_document_is_hidden_and_its_key_is_told(shell: Shell, story: str, alice: Client) -> None:
    cursor = json.loads(shell.run("export").stdout)["cursor"]

    assert "withdrawn" in shell.ok("seeds", "withdraw", story, "--reason", "a court order")

    assert shell.ok("seeds", "list") == ""
    shell.fails("seeds", "show", story)
    assert alice.send("GET", f"/documents/{story}").status_code == 404
    assert json.loads(shell.run("export").stdout)["documents"] == []
    (withdrawn,) = json.loads(shell.run("export", "--since", cursor).stdout)["withdrawn"]
    assert withdrawn["key"] == "desk/story.txt"


def test_withdrawing_twice_is_no_failure(shell: Shell, story: str) -> None:
    shell.ok("seeds", "withdraw", story, "--reason", "first")
    before = json.loads(shell.run("export", "--since", "0").stdout)["withdrawn"]

    shell.ok("seeds", "withdraw", story, "--reason", "again", "--erase")

    assert json.loads(shell.run("export", "--since", "0").stdout)["withdrawn"] == before


def test_a_withdrawn_article_does_not_come_back_by_loading(shell: Shell, story: str, desk: Path) -> None:
    shell.ok("seeds", "withdraw", story, "--reason", "a court order")

    result = shell.run("seeds", "load", desk)

    assert result.exit_code == 1
    assert "withdrawn" in result.stderr
    assert list_ids(shell) == []


def test_a_withdrawal_keeps_the_text_and_an_erasure_does_not(
    shell: Shell, add_story: Callable[..., str], db: Database
) -> None:
    document = add_story(f"About {SECRET}\n\nA tree called {SECRET} grew.\n")

    shell.ok("seeds", "withdraw", document, "--reason", "first")
    assert SECRET in dump(db)
    shell.ok("seeds", "withdraw", document, "--reason", "then for good", "--erase")

    assert SECRET not in dump(db)


def test_nothing_of_an_erased_document_is_found_in_any_table(
    shell: Shell, add_story: Callable[..., str], db: Database, alice: Client, carol: Client, story: str
) -> None:
    text = f"About {SECRET}\n\nA tree called {SECRET} grew.\n\n“{SECRET},” said {SECRET}.\n"
    document = add_story(text, name="tree.txt")
    other = dump_of_others(db)
    alice.tag_all(document, "claim", "quote")
    first, second, *_ = alice.sentences(document)
    assert first["label"] == "claim"
    alice.tag(document, second, "quote", speaker=SECRET, note=f"see {SECRET}", Idempotency_Key="k1")
    body = {"label": "claim", "speaker": SECRET, "reason": f"it says {SECRET}"}
    assert carol.write(document, second, "decision", body, version=2).status_code == 200
    alice.sign_off(document)
    settled = {
        "status": "settled",
        "verdict": "false",
        "rationale": f"no {SECRET}",
        "evidence": [{"url": f"https://example.org/{SECRET}", "title": SECRET, "excerpt": SECRET}],
    }
    keyed = {"version": 0, "Idempotency_Key": "k2"}
    assert alice.write(document, first, "verification", settled, **keyed).status_code == 200
    reopened = settled | {"status": "second_look", "reason": f"{SECRET} again"}
    assert carol.verify(document, first, 1, **reopened).status_code == 200
    before = [tuple(row) for row in db.rows("SELECT number, at, reviewer_id, act FROM events")]
    assert dump(db).count(SECRET) > 20

    shell.ok("seeds", "withdraw", document, "--reason", "a court order", "--erase")

    assert SECRET not in dump(db)
    assert "court order" in dump(db)
    events = [tuple(row) for row in db.rows("SELECT number, at, reviewer_id, act FROM events")]
    assert events[: len(before)] == before
    assert events[-1][-1] == "erased"
    assert dump_of_others(db) == other
    assert shell.ok("check") == "All is well.\n"
    exported = shell.run("export", "--since", "0")
    assert exported.exit_code == 0
    assert SECRET not in exported.stdout


def dump_of_others(db: Database) -> str:
    rows = db.rows(
        "SELECT t.text FROM texts AS t JOIN documents AS d ON d.number = t.document ORDER BY d.number"
    )
    return str(rows[0]["text"])


def test_a_reason_has_to_be_given(shell: Shell, story: str) -> None:
    assert "--reason" in shell.fails("seeds", "withdraw", story, code=2)
    assert list_ids(shell) == [story]


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="there are no terminals here")
def test_on_a_terminal_there_is_a_progress_bar(shell: Shell, desk: Path) -> None:
    from pty import openpty
    from subprocess import Popen
    from sys import executable

    write(desk, **{f"n{number:02}": "One.\n" for number in range(20)})
    ours, theirs = openpty()
    command = [executable, "-m", "annotate", "seeds", "load", str(desk)]
    top = Path(__file__).parent.parent.parent
    with Popen(command, cwd=top, env={**os.environ, **shell.env}, stdout=theirs, stderr=theirs) as process:
        os.close(theirs)
        shown = b""
        while True:
            try:
                piece = os.read(ours, 4096)
            except OSError:  # the other end is closed
                break
            if not piece:
                break
            shown += piece
    os.close(ours)

    assert process.returncode == 0
    assert b"100%  20 articles" in shown
    assert b"20 new, 0 revised, 0 updated, 0 unchanged, 0 refused." in shown


def test_a_revision_tells_what_stayed_and_what_could_not_be_carried(
    shell: Shell, desk: Path, alice: Client
) -> None:
    write(desk, a="A title\n\nOne stays.\n\nTwo\x1b goes.\n")
    shell.ok("seeds", "load", desk)
    (document,) = list_ids(shell)
    alice.tag_all(document, "none", "claim", "quote")
    write(desk, a="A title\n\nOne stays.\n\nThree comes.\n")

    tried = shell.ok("seeds", "load", desk, "--dry-run")
    told = shell.ok("seeds", "load", desk)

    assert tried.splitlines()[0] == "revised\tdesk/a.txt\t3 sentences, 2 as before"
    assert tried.splitlines()[-1] == "Would be: 0 new, 1 revised, 0 updated, 0 unchanged, 0 refused."
    first, lost, summary = told.splitlines()
    assert first == "revised\tdesk/a.txt\t3 sentences, 2 as before"
    assert lost == "\tnot carried: [21, 31) quote Two\\x1b goes."
    assert summary == "0 new, 1 revised, 0 updated, 0 unchanged, 0 refused."


def test_another_article_under_a_known_key_needs_replace(shell: Shell, desk: Path) -> None:
    write(desk, a="A title\n\nOne stays.\n")
    shell.ok("seeds", "load", desk)
    write(desk, a="Another\n\nIt is new.\n")

    refused = shell.run("seeds", "load", desk)

    assert refused.exit_code == 1
    assert "another article" in refused.stderr
    assert "--replace" in refused.stderr
    assert "0 as before" in shell.ok("seeds", "load", desk, "--replace")
