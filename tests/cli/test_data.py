"""``init``, ``backup``, ``restore``, ``check`` and ``stats``."""

import json
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from annotate.config import Settings
from annotate.database import Database, open_database
from annotate.store.figures import catch_up
from tests.cli.conftest import Shell, assert_one_line, dump
from tests.client import Client


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_init_makes_a_database_and_a_key_that_nobody_else_can_read(empty_shell: Shell) -> None:
    before = os.umask(0)
    try:
        printed = empty_shell.ok("init")
    finally:
        os.umask(before)

    instance = empty_shell.instance
    assert printed == f"Ready: {instance / 'annotate.db'}\n"
    assert mode(instance) == 0o700
    assert {path.name for path in instance.iterdir()} >= {"annotate.db", "annotate.db.lock", "secret_key"}
    assert all(mode(path) == 0o600 for path in instance.iterdir())


def test_init_again_changes_nothing(empty_shell: Shell) -> None:
    empty_shell.ok("init")
    empty_shell.ok(
        "reviewers", "add", "dana", "--role", "admin", "--password-stdin", stdin="long enough pw\n"
    )
    key = (empty_shell.instance / "secret_key").read_text("utf-8")
    before = dump(open_database(empty_shell.instance / "annotate.db"))

    empty_shell.ok("init")

    assert (empty_shell.instance / "secret_key").read_text("utf-8") == key
    assert dump(open_database(empty_shell.instance / "annotate.db")) == before
    assert not (empty_shell.instance / "backups").exists()


def test_init_counts_the_figures_of_a_database_that_had_none(
    shell: Shell, story: str, alice: Client, db: Database
) -> None:
    alice.tag_all(story, "claim")
    catch_up(db, 5)
    before = dump(db)
    with db.transaction():
        for table in ("figures", "document_figures", "figures_waiting", "figures_progress"):
            db.write(f"DROP TABLE {table}")
        db.write("DELETE FROM _sqlite_migrations WHERE name LIKE '%_insights'")

    shell.ok("init")

    assert [line for line in dump(open_database(db.path)).splitlines() if line.startswith("figures: ")] == [
        line for line in before.splitlines() if line.startswith("figures: ")
    ]
    assert shell.ok("check") == "All is well.\n"


def test_every_installation_has_a_key_of_its_own(tmp_path: Path) -> None:
    for name in ("one", "two"):
        Shell(tmp_path / name).ok("init")

    keys = {(tmp_path / name / "secret_key").read_text("utf-8") for name in ("one", "two")}

    assert len(keys) == 2
    assert all(len(key.strip()) == 64 for key in keys)


def test_init_leaves_a_given_key_alone(empty_shell: Shell) -> None:
    empty_shell.ok("init", ANNOTATE_SECRET_KEY="s" * 40)

    assert not (empty_shell.instance / "secret_key").exists()


def test_init_names_a_key_file_that_holds_no_key(shell: Shell) -> None:
    (shell.instance / "secret_key").write_text("short", "utf-8")

    assert str(shell.instance / "secret_key") in shell.fails("init")


def test_init_where_no_folder_can_be_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    assert str(tmp_path / "file") in Shell(tmp_path / "file").fails("init")
    Shell(tmp_path / "file" / "deeper").fails("init")


def test_init_refuses_a_database_that_is_a_folder_or_no_database(empty_shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "letter.db").write_bytes(b"Dear editor, " * 1000)

    assert str(tmp_path) in empty_shell.fails("init", ANNOTATE_DATABASE=str(tmp_path))
    assert "not a database" in empty_shell.fails("init", ANNOTATE_DATABASE=str(tmp_path / "letter.db"))


def test_init_refuses_a_database_of_a_newer_program(shell: Shell, db: Database) -> None:
    with db.transaction():
        db.write(
            """
            INSERT INTO _sqlite_migrations (migration_set, name, applied_at)
            VALUES ('annotate', 'm9999_tomorrow', '2099-01-01')
            """
        )

    for words in (["init"], ["stats"], ["serve"]):
        assert "m9999_tomorrow" in shell.fails(*words)


@pytest.mark.parametrize(
    "words",
    [
        ["stats"],
        ["check"],
        ["export"],
        ["serve"],
        ["seeds", "list"],
        ["seeds", "show", "x"],
        ["seeds", "load", "."],
        ["seeds", "withdraw", "x", "--reason", "r"],
        ["reviewers", "list"],
        ["reviewers", "add", "x", "--role", "admin"],
        ["reviewers", "set-role", "x", "admin"],
        ["reviewers", "disable", "x"],
        ["reviewers", "enable", "x"],
        ["reviewers", "password", "x"],
        ["tokens", "list"],
        ["tokens", "add", "x", "--for", "y", "--scope", "read"],
        ["tokens", "revoke", "x", "--for", "y"],
    ],
    ids=" ".join,
)
def test_without_a_database_every_command_says_to_run_init(empty_shell: Shell, words: list[str]) -> None:
    assert "init" in empty_shell.fails(*words)
    assert not empty_shell.instance.exists()


@pytest.mark.parametrize(
    "words",
    [
        ["nonsense"],
        ["seeds", "nonsense"],
        ["stats", "--nonsense"],
        ["seeds", "load"],
        ["seeds", "show"],
        ["seeds", "withdraw", "x"],
        ["reviewers", "add", "x"],
        ["reviewers", "add", "x", "--role", "king"],
        ["reviewers", "set-role", "alice", "king"],
        ["tokens", "add", "x", "--for", "alice", "--scope", "all"],
        ["tokens", "add", "x", "--for", "alice", "--scope", "read", "--days", "0"],
        ["agreement", "--label", "claim"],
        ["export", "--format", "xml"],
        ["export", "--label", "cla\nim"],
        ["export", "--status", "done"],
        ["backup"],
        ["serve", "--port", "70000"],
        ["serve", "--threads", "many"],
    ],
    ids=" ".join,
)
def test_a_misspelt_command_is_told_in_one_line(shell: Shell, words: list[str]) -> None:
    assert "--help" in shell.fails(*words, code=2)


def test_help_and_version_are_there() -> None:
    shell = Shell(Path("nowhere"))

    assert "seeds" in shell.ok("--help")
    assert "--erase" in shell.ok("seeds", "withdraw", "-h")
    assert shell.ok("--version").startswith("annotate, version ")


def test_stats_count_what_is_there(shell: Shell, story: str, alice: Client) -> None:
    n_sentences = len(alice.sentences(story))
    alice.tag_all(story, "claim", "quote")
    alice.verify(story, alice.sentences(story)[0], 0, status="in_progress")

    counted = json.loads(shell.ok("stats", "--json"))

    assert counted["documents"] == {"open": 1}
    assert counted["sentences"]["loaded"] == counted["sentences"]["decided"] == n_sentences
    assert counted["sentences"]["to_verify"] == 2
    assert counted["labels"] == {"claim": 1, "quote": 1, "none": n_sentences - 2}
    assert counted["verifications"] == {"in_progress": 1}
    assert counted["verdicts"] == {"unverified": 1}


def test_stats_for_people_say_the_same(shell: Shell, story: str, alice: Client) -> None:
    alice.tag_all(story, "claim")

    lines = shell.ok("stats").splitlines()

    assert lines[0] == "documents: 1 open"
    assert "1 to verify" in lines[1]
    assert lines[3] == "verifications: none"


def test_stats_count_a_withdrawn_document_as_that_alone(shell: Shell, story: str, alice: Client) -> None:
    alice.tag_all(story, "claim")
    shell.ok("seeds", "withdraw", story, "--reason", "court order")

    counted = json.loads(shell.ok("stats", "--json"))

    assert counted["documents"] == {"withdrawn": 1}
    assert set(counted["sentences"].values()) == {0}
    assert counted["labels"] == {}


def test_check_finds_nothing_wrong_with_a_desk_at_work(
    shell: Shell, story: str, pair: str, alice: Client, bob: Client
) -> None:
    alice.tag_all(story, "claim", "quote")
    alice.sign_off(story)
    for client, label in ((alice, "claim"), (bob, "quote")):
        client.tag_all(pair, label)
        client.sign_off(pair)

    assert shell.ok("check") == "All is well.\n"


TAMPERINGS = {
    "n_decided": "UPDATE documents SET n_decided = 7",
    "n_sentences": "UPDATE documents SET n_sentences = n_sentences + 1",
    "n_in_dispute": "UPDATE documents SET n_in_dispute = 1",
    "n_checkable": "UPDATE documents SET n_checkable = 3",
    "n_settled": "UPDATE documents SET n_settled = 1",
    "n_sign_offs": "UPDATE documents SET n_sign_offs = 1",
    "last_event": "UPDATE documents SET last_event = last_event + 1",
    "state": "UPDATE documents SET state = 'decided'",
    "The text is not the one": "UPDATE texts SET text = replace(text, 'Monday', 'Sunday')",
    "is not the sentence": "UPDATE sentences SET text = 'Nothing happened.' WHERE start = 0",
    "No sentence covers": "DELETE FROM sentences WHERE start = 0",
    "overlaps": "UPDATE sentences SET stop = stop + 9 WHERE start = 0",
    "cannot be read": "UPDATE texts SET blocks = '[[0, 1'",
}


@pytest.mark.parametrize("named", TAMPERINGS)
def test_check_names_what_was_tampered_with(shell: Shell, story: str, db: Database, named: str) -> None:
    with db.transaction():
        db.write(TAMPERINGS[named])

    result = shell.run("check")

    assert result.exit_code == 1
    assert result.stdout == ""
    lines = result.stderr.splitlines()
    assert any(named in line for line in lines), lines
    assert all(line.startswith("desk/story.txt: ") for line in lines), lines


def test_check_names_a_document_whose_text_is_gone(shell: Shell, story: str, db: Database) -> None:
    with db.transaction():
        db.write("DELETE FROM texts")

    result = shell.run("check")

    assert result.exit_code == 1
    assert result.stderr.startswith("desk/story.txt: ")


def test_check_tells_a_file_that_is_no_database(shell: Shell) -> None:
    (shell.instance / "annotate.db").write_bytes(b"no such thing " * 500)

    result = shell.run("check")

    assert result.exit_code == 1
    assert "not a database" in result.stderr


def test_check_tells_a_torn_page(shell: Shell, add_story: Callable[..., str], db: Database) -> None:
    add_story("A long story.\n\n" * 3000)
    db.rows("PRAGMA wal_checkpoint(TRUNCATE)")
    path = shell.instance / "annotate.db"
    size = path.stat().st_size
    with open(path, "r+b") as file:
        file.seek(size - 40_000)
        file.write(b"\xa5" * 30_000)

    result = shell.run("check")

    assert result.exit_code == 1
    assert result.stderr.strip()
    assert "Traceback" not in result.stderr


def test_a_backup_is_one_private_file_that_restores_to_the_same_export(
    shell: Shell, story: str, alice: Client, tmp_path: Path
) -> None:
    alice.tag_all(story, "claim")
    exported = shell.run("export").stdout_bytes
    copy = tmp_path / "safe" / "monday.db"
    shell.ok("backup", copy)
    alice.tag_all(story, "quote", "quote")
    assert shell.run("export").stdout_bytes != exported

    printed = shell.ok("restore", copy)

    assert shell.run("export").stdout_bytes == exported
    assert mode(copy) == 0o600
    assert [path.name for path in copy.parent.iterdir()] == ["monday.db"]
    assert "before-restore" in printed
    assert shell.ok("check") == "All is well.\n"


def test_a_restore_keeps_what_was_there_before(
    shell: Shell, add_story: Callable[..., str], tmp_path: Path
) -> None:
    shell.ok("backup", tmp_path / "empty.db")
    add_story()
    exported = shell.run("export").stdout_bytes
    shell.ok("restore", tmp_path / "empty.db")
    (kept,) = (shell.instance / "backups").iterdir()

    shell.ok("restore", kept)

    assert shell.run("export").stdout_bytes == exported


def test_two_restores_in_one_second_keep_both_databases(shell: Shell, story: str, tmp_path: Path) -> None:
    shell.ok("backup", tmp_path / "one.db")

    for _ in range(3):
        shell.ok("restore", tmp_path / "one.db")

    assert len(list((shell.instance / "backups").iterdir())) == 3


def test_a_backup_goes_into_an_installation_that_has_no_database(
    shell: Shell, empty_shell: Shell, story: str, tmp_path: Path
) -> None:
    shell.ok("backup", tmp_path / "one.db")

    empty_shell.ok("restore", tmp_path / "one.db")

    assert empty_shell.run("export").stdout_bytes == shell.run("export").stdout_bytes
    assert mode(empty_shell.instance / "annotate.db") == 0o600


def test_an_open_connection_sees_what_was_restored(
    shell: Shell, add_story: Callable[..., str], db: Database, tmp_path: Path
) -> None:
    shell.ok("backup", tmp_path / "empty.db")
    add_story()
    assert db.value("SELECT count(*) FROM documents") == 1

    shell.ok("restore", tmp_path / "empty.db")

    assert db.value("SELECT count(*) FROM documents") == 0


def test_a_backup_never_overwrites(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("precious", "utf-8")

    assert "exists" in shell.fails("backup", tmp_path / "precious")
    assert "exists" in shell.fails("backup", shell.instance / "annotate.db")
    assert (tmp_path / "precious").read_text("utf-8") == "precious"


def test_a_backup_where_nothing_can_be_written_is_told(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    shell.fails("backup", tmp_path / "file" / "copy.db")

    assert (tmp_path / "file").read_bytes() == b""


def test_a_backup_of_nothing_is_refused_and_leaves_nothing(empty_shell: Shell, tmp_path: Path) -> None:
    empty_shell.fails("backup", tmp_path / "copy.db")

    assert not (tmp_path / "copy.db").exists()


def test_a_backup_can_have_any_name(shell: Shell, story: str, tmp_path: Path) -> None:
    for name in (b"caf\xc3\xa9 #1?.db", b"\xff\x1b[31m\n.db"):
        copy = tmp_path / os.fsdecode(name)

        printed = shell.ok("backup", copy)

        assert printed.rstrip("\n").isprintable()
        assert copy.is_file()


def test_what_is_no_backup_is_not_restored(
    shell: Shell, story: str, settings: Settings, tmp_path: Path
) -> None:
    before = shell.run("export").stdout_bytes
    (tmp_path / "letter").write_bytes(b"Dear editor, " * 1000)
    (tmp_path / "empty").touch()

    for path in (tmp_path / "letter", tmp_path / "empty", tmp_path / "missing", tmp_path):
        shell.fails("restore", path)

    assert shell.run("export").stdout_bytes == before
    assert not settings.backups.exists()


def test_a_damaged_backup_is_not_restored(
    shell: Shell, add_story: Callable[..., str], tmp_path: Path
) -> None:
    add_story("A long story.\n\n" * 3000)
    before = shell.run("export").stdout_bytes
    shell.ok("backup", tmp_path / "copy.db")
    data = (tmp_path / "copy.db").read_bytes()
    (tmp_path / "copy.db").write_bytes(data[:-40_000] + b"\xa5" * 30_000 + data[-10_000:])

    assert "no sound backup" in shell.fails("restore", tmp_path / "copy.db")
    assert shell.run("export").stdout_bytes == before


def test_a_full_disk_is_told_in_one_line(shell: Shell, story: str) -> None:
    if not os.path.exists("/dev/full"):
        pytest.skip("there is no /dev/full here")
    with open("/dev/full", "wb") as full:
        done = shell.process("export", stdout=full)

    assert done.returncode == 1
    assert "No space left" in assert_one_line(done.stderr.decode())
