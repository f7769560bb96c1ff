"""``seeds load`` with helper processes: killed, interrupted, fed through a pipe."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from annotate.database import Database
from tests.bench.articles import articles
from tests.cli.conftest import TOP, Shell
from tests.cli.test_seeds import lines_of

LARGE = 2400  # articles, enough for helpers to be called


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file that is large enough for helper processes."""
    path = tmp_path_factory.mktemp("archive") / "city" / "all.jsonl"
    path.parent.mkdir()
    filler = "x" * 2000  # somebody else's field
    path.write_text("".join(json.dumps({**each, "html": filler}) + "\n" for each in articles(LARGE)), "utf-8")
    return path


def begin(shell: Shell, *words: object) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-m", "annotate", *map(str, words)],
        cwd=TOP,
        env={**os.environ, **shell.env},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def helpers_of(pid: int) -> list[int]:
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def are_gone(pids: list[int]) -> bool:
    """Wait until none of them runs; a zombie has ended."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        states = [Path(f"/proc/{pid}/stat") for pid in pids]
        if not any(each.exists() and each.read_text().rpartition(") ")[2][0] != "Z" for each in states):
            return True
        time.sleep(0.05)
    return False


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="helpers are found by /proc")
def test_a_large_load_is_killed_and_run_again_as_if_it_had_not_been(
    shell: Shell, archive: Path, db: Database
) -> None:
    killed = begin(shell, "seeds", "load", archive)
    assert killed.stdout
    for _ in range(300):
        assert killed.stdout.readline()
    helpers = helpers_of(killed.pid)
    killed.kill()
    told = 300 + killed.communicate()[0].count(b"\n")
    assert len(helpers) >= 2
    assert are_gone(helpers)
    n_stored = db.value("SELECT count(*) FROM documents")
    assert 300 <= told <= n_stored + 1 < LARGE

    again = begin(shell, "seeds", "load", archive, "--json")
    printed, errors = again.communicate(timeout=300)

    assert (again.returncode, errors) == (0, b"")
    outcomes = [each["outcome"] for each in lines_of(printed.decode())]
    assert outcomes == ["unchanged"] * n_stored + ["new"] * (LARGE - n_stored)
    assert db.value("SELECT count(*) FROM events WHERE act = 'loaded'") == LARGE
    assert shell.ok("check") == "All is well.\n"


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="helpers are found by /proc")
def test_a_helper_that_dies_takes_nothing_with_it(shell: Shell, archive: Path) -> None:
    loading = begin(shell, "seeds", "load", archive)
    assert loading.stdout
    for _ in range(100):
        assert loading.stdout.readline()
    for pid in helpers_of(loading.pid):
        if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes():
            os.kill(pid, signal.SIGKILL)

    printed, errors = loading.communicate(timeout=300)

    assert (loading.returncode, errors) == (0, b"")
    assert printed.splitlines()[-1] == f"{LARGE} new, 0 revised, 0 updated, 0 unchanged, 0 refused.".encode()


def test_an_interrupted_load_ends_in_one_line(shell: Shell, archive: Path) -> None:
    loading = begin(shell, "seeds", "load", archive)
    assert loading.stdout
    assert loading.stdout.readline()
    os.killpg(loading.pid, signal.SIGINT)  # as a terminal does: to the helpers, too

    _, errors = loading.communicate(timeout=60)

    assert loading.returncode == 1
    assert errors.decode().split() == ["Aborted!"]


def test_standard_input_tells_by_its_beginning_what_it_is(shell: Shell, db: Database) -> None:
    for given, collection, outcomes in (
        ('{"text": "One.", "id": "a"}\n{"text": "Two."}\n', None, ["new", "new"]),
        ('\ufeff [{"text": "Three."}, {"text": 4}]', "wire", ["new", "refused"]),
        ("A text [of its own].\n", None, ["new"]),
        ("A text [of its own].\n", None, ["unchanged"]),
        ("Another text.\n", None, ["new"]),
        ("", None, ["refused"]),
    ):
        words = ["seeds", "load", "-", "--json", *(["--collection", collection] if collection else [])]
        done = shell.process(*words, input=given.encode())
        assert [each["outcome"] for each in lines_of(done.stdout.decode())] == outcomes, done
        assert done.returncode == int("refused" in outcomes)
        assert done.stderr == b""

    keys = [row["key"] for row in db.rows("SELECT key FROM documents ORDER BY number")]
    assert keys[0] == "stdin/a"
    assert [each.partition("/")[0] for each in keys] == ["stdin", "stdin", "wire", "stdin", "stdin"]
    assert all(each.partition("/")[2].startswith("stdin-") for each in keys[1:])


def test_standard_input_may_come_in_drops(shell: Shell) -> None:
    loading = subprocess.Popen(
        [sys.executable, "-m", "annotate", "seeds", "load", "-"],
        cwd=TOP,
        env={**os.environ, **shell.env},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert loading.stdin
    for byte in b'\xef\xbb\xbf \n{"text": "One."}\n':
        loading.stdin.write(bytes([byte]))
        loading.stdin.flush()

    printed, _ = loading.communicate(b'{"text": "Two."}', timeout=60)

    assert printed.splitlines()[-1] == b"2 new, 0 revised, 0 updated, 0 unchanged, 0 refused."


def test_what_is_refused_is_named_with_its_line(shell: Shell, desk: Path) -> None:
    (desk / "a.jsonl").write_text('{"text": "One."}\n{"text": 2}\n', "utf-8")

    result = shell.run("seeds", "load", desk)

    assert result.exit_code == 1
    assert result.stderr == f"refused\t{desk / 'a.jsonl'}, line 2: text: Not a valid string.\n"


def test_an_encoding_has_to_be_one(shell: Shell, desk: Path) -> None:
    (desk / "a.txt").write_bytes(b"Caf\xe9.\n")

    for name in ("klingon", "rot13", "base64"):
        assert name in shell.fails("seeds", "load", desk, "--encoding", name)
    assert "1 new" in shell.ok("seeds", "load", desk, "--encoding", "cp1252")
    assert shell.fails("seeds", "load", desk, "--collection", " ")
