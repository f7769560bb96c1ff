"""The commands as processes of their own: both forms, pipes, terminals, the demo."""

import os
import re
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from annotate.database import Database
from tests.cli.conftest import PASSWORD, TOP, Shell, assert_one_line

FORMS = {"python -m annotate": ("-m", "annotate"), "flask": ("-m", "flask", "--app", "annotate")}


@pytest.fixture(params=FORMS)
def by(request: pytest.FixtureRequest) -> tuple[str, ...]:
    return FORMS[request.param]


def test_both_forms_do_the_same(shell: Shell, desk: Path, by: tuple[str, ...]) -> None:
    (desk / "a.txt").write_text("One fish.\n", "utf-8")
    add = ("reviewers", "add", "zoë", "--role", "admin", "--password-stdin")

    added = shell.process(*add, by=by, input=f"{PASSWORD}\n".encode())
    loaded = shell.process("seeds", "load", desk, by=by)

    assert added.stdout.decode() == "Added zoë, admin.\n"
    assert loaded.stdout.decode().splitlines()[0] == "new\tdesk/a.txt\t1 sentence"
    assert (added.returncode, loaded.returncode) == (0, 0)
    assert added.stderr + loaded.stderr == b""


def test_both_forms_export_the_same_bytes(shell: Shell, story: str) -> None:
    one, other = (shell.process("export", by=by) for by in FORMS.values())

    assert (one.returncode, one.stdout, one.stderr) == (other.returncode, other.stdout, other.stderr)
    assert one.stdout == shell.run("export").stdout_bytes


def test_both_forms_fail_in_one_line(shell: Shell, by: tuple[str, ...]) -> None:
    for words, code in ((["export", "--label", "lie"], 2), (["reviewers", "enable", b"\xff\x1b[31m"], 1)):
        done = shell.process(*words, by=by)

        assert (done.returncode, done.stdout) == (code, b"")
        assert_one_line(done.stderr.decode())


def test_both_forms_name_a_wrong_setting(shell: Shell, by: tuple[str, ...]) -> None:
    done = shell.process("stats", by=by, env={"ANNOTATE_PORT": "eighty"})

    assert done.returncode == 1
    assert "ANNOTATE_PORT" in assert_one_line(done.stderr.decode())


def test_a_reader_who_has_seen_enough_sees_no_traceback(shell: Shell, desk: Path) -> None:
    (desk / "a.txt").write_text("One fish.\n\n" * 20_000, "utf-8")
    shell.ok("seeds", "load", desk)

    with subprocess.Popen(
        [sys.executable, "-m", "annotate", "export"],
        cwd=TOP,
        env={**os.environ, **shell.env},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout
        assert process.stderr
        assert process.stdout.read(1) == b"{"
        process.stdout.close()
        assert process.stderr.read() == b""

    assert process.returncode == 1


def test_a_terminal_that_lacks_a_letter_gets_an_escape(shell: Shell, db: Database) -> None:
    with db.transaction():
        db.write("UPDATE reviewers SET name = 'Łucja' WHERE name = 'alice'")

    done = shell.process("reviewers", "list", env={"PYTHONIOENCODING": "iso-8859-1"})

    assert done.returncode == 0
    assert b"\\u0141ucja\treviewer" in done.stdout


def test_a_password_that_is_not_utf_8_is_refused(shell: Shell) -> None:
    done = shell.process(
        "reviewers",
        "add",
        "erin",
        "--role",
        "reviewer",
        "--password-stdin",
        input=b"long enough \xff\xfe\n",
        env={"PYTHONIOENCODING": "utf-8:strict"},
    )

    assert done.returncode == 1
    assert "UTF-8" in assert_one_line(done.stderr.decode())


def test_two_loaders_at_once_load_each_article_once(shell: Shell, desk: Path, db: Database) -> None:
    for number in range(60):
        (desk / f"n{number}.txt").write_text(f"Number {number}.\n\nMore.\n", "utf-8")
    command = [sys.executable, "-m", "annotate", "seeds", "load", str(desk), "--json"]

    loaders = [
        subprocess.Popen(
            command, cwd=TOP, env={**os.environ, **shell.env}, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        for _ in range(2)
    ]
    outputs = [loader.communicate(timeout=60) for loader in loaders]

    assert [loader.returncode for loader in loaders] == [0, 0]
    assert [stderr for _, stderr in outputs] == [b"", b""]
    told = b"".join(stdout for stdout, _ in outputs)
    assert told.count(b'"outcome":"new"') == told.count(b'"outcome":"unchanged"') == 60
    assert db.value("SELECT count(*) FROM documents") == 60
    assert db.value("SELECT count(*) FROM events WHERE act = 'loaded'") == 60


def test_a_killed_loader_leaves_whole_articles_and_is_run_again(
    shell: Shell, desk: Path, db: Database
) -> None:
    for number in range(300):
        (desk / f"n{number:03}.txt").write_text(f"Number {number}.\n\nMore.\n", "utf-8")
    with subprocess.Popen(
        [sys.executable, "-m", "annotate", "seeds", "load", str(desk), "--json"],
        cwd=TOP,
        env={**os.environ, **shell.env},
        stdout=subprocess.PIPE,
    ) as loader:
        assert loader.stdout
        for _ in range(5):
            assert loader.stdout.readline()
        loader.kill()
        loader.stdout.read()

    n_before = db.value("SELECT count(*) FROM documents")
    assert 5 <= n_before < 300
    assert shell.ok("check") == "All is well.\n"
    shell.ok("seeds", "load", desk)
    assert db.value("SELECT count(*) FROM documents") == 300
    assert shell.ok("check") == "All is well.\n"


def test_serve_refuses_what_it_cannot_serve(shell: Shell, empty_shell: Shell) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert port in shell.fails("serve", "--port", port)
        shell.fails("serve", "--host", "not an address", "--port", "0")
    (shell.instance / "secret_key").unlink()
    assert "secret key" in shell.fails("serve")
    assert "secret key" in empty_shell.fails("serve")


def test_the_demo_refuses_a_database_with_other_accounts(shell: Shell, db: Database) -> None:
    with db.transaction():
        db.write("UPDATE reviewers SET name = 'erin', name_key = 'erin' WHERE name = 'alice'")

    assert "ANNOTATE_INSTANCE" in shell.fails("demo")
    assert not (shell.instance / "demo-people.txt").exists()


def test_the_demo_refuses_people_whose_passwords_it_did_not_make(shell: Shell) -> None:
    shell.fails("demo")  # they are called like the demo's

    assert not (shell.instance / "demo-people.txt").exists()


def read_demo(shell: Shell) -> Iterator[str]:
    """Start the demo, yield what it prints up to its last line, and end it."""
    with subprocess.Popen(
        [sys.executable, "-m", "annotate", "demo"],
        cwd=TOP,
        env={**os.environ, **shell.env, "ANNOTATE_PORT": "0"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        try:
            for line in process.stdout:
                yield line
                if "Ctrl+C" in line:
                    break
            process.send_signal(signal.SIGTERM)
            assert process.wait(15) == 0
        finally:
            process.kill()


def test_the_demo_prints_whom_to_sign_in_as_the_same_at_every_run(empty_shell: Shell) -> None:
    first = list(read_demo(empty_shell))
    path = empty_shell.instance / "demo-people.txt"

    people = people_in(first)
    assert set(people) == {"alice", "bob", "carol", "dana"}
    assert len(set(people.values())) == 4
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_text("utf-8").split() == [word for pair in people.items() for word in pair]
    assert people_in(list(read_demo(empty_shell))) == people


def people_in(lines: list[str]) -> dict[str, str]:
    return dict(re.findall(r"^    (\w+) +(?:reviewer|editor|admin) +(\S+)$", "".join(lines), re.MULTILINE))
