"""A real server in a process of its own, on an installation in a folder of its own."""

import hashlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from annotate.database import open_database
from annotate.loading import find_sources, load
from annotate.store.documents import Article, add_document
from annotate.store.reviewers import get_reviewer
from annotate.store.tokens import add_token
from tests.conftest import CAST
from tests.server.caller import PATIENCE, Caller

TOP = Path(__file__).parent.parent.parent
SERVING = re.compile(r"^Serving at http://127\.0\.0\.1:(\d+)$")


def article(number: int, n_lines: int = 40, words: int = 1) -> str:
    """Write an article whose every line is a sentence, however sentences are told apart."""
    lines = [f"Meeting {number} of the council of Norhaven"]
    for line in range(n_lines):
        filler = "again and " * words
        lines.append(f"On day {line} of meeting {number} the council counted {filler}{line + 7} votes.")
    return "\n\n".join(lines) + "\n"


def until(is_so: Callable[[], Any], what: str, patience: float = PATIENCE) -> Any:
    """Ask again until it is so, and fail when it never is."""
    end = time.monotonic() + patience
    while not (found := is_so()):
        assert time.monotonic() < end, f"never {what}"
        time.sleep(0.01)
    return found


class Server:
    """One ``serve``; what it writes to standard error is collected as it comes."""

    def __init__(self, command: list[str], environ: dict[str, str]) -> None:
        self.process = subprocess.Popen(  # a pipe, not a file: a full disk must not hide what it says
            command, env=environ, cwd=TOP, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
        )
        self.lines: list[str] = []
        self.port = 0
        self._is_told = threading.Event()
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()
        self._callers: list[Caller] = []

    def _listen(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.lines.append(line.rstrip("\n"))
            found = SERVING.match(line.rstrip("\n"))
            if found:
                self.port = int(found[1])
                self._is_told.set()
        self._is_told.set()

    @property
    def log(self) -> str:
        return "\n".join(self.lines)

    def wait_until_serving(self) -> "Server":
        assert self._is_told.wait(PATIENCE), "it never said that it serves"
        assert self.port, self.log
        return self

    def caller(self, token: str | None = None) -> Caller:
        caller = Caller(self.port, token)
        self._callers.append(caller)
        return caller

    def refuses(self) -> bool:
        """Whether nobody listens any more."""
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
        except ConnectionRefusedError:
            return True
        except OSError:
            return False
        return False

    def terminate(self) -> None:
        self.process.send_signal(signal.SIGTERM)

    def wait(self, patience: float = 10) -> int:
        """Wait for its end, by default as long as a supervisor would; return its exit code."""
        code = self.process.wait(patience)
        self._listener.join(PATIENCE)
        return code

    def stop(self) -> int:
        self.terminate()
        return self.wait()

    def kill(self) -> None:
        """Kill it as a crash would, if it still lives, and leave nothing open."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(PATIENCE)
        self._listener.join(PATIENCE)
        if self.process.stderr is not None:
            self.process.stderr.close()
        for caller in self._callers:
            caller.close()


class Desk:
    """An installation: its folder, its commands, its servers, and a token for everyone."""

    def __init__(self, folder: Path, tokens: dict[str, str]) -> None:
        self.folder = folder
        self.database = folder / "annotate.db"
        self.tokens = tokens
        self.servers: list[Server] = []
        self.processes: list[subprocess.Popen[str]] = []

    def environ(self, **settings: str) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("ANNOTATE_")}
        return {**kept, "ANNOTATE_INSTANCE": str(self.folder), **settings}

    def command(self, *arguments: object) -> list[str]:
        return [sys.executable, "-m", "annotate", *map(str, arguments)]

    def run(
        self, *arguments: object, fails: bool = False, **settings: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a command to its end; it must succeed, or fail, as the caller expects."""
        process = self.begin(*arguments, **settings)
        out, told = process.communicate(timeout=4 * PATIENCE)
        assert (process.returncode != 0) == fails, (arguments, process.returncode, out, told)
        assert "Traceback" not in told, told
        return subprocess.CompletedProcess(process.args, process.returncode, out, told)

    def begin(self, *arguments: object, **settings: str) -> "subprocess.Popen[str]":
        """Start a command and go on."""
        return self.start(self.command(*arguments), **settings)

    def start(self, command: list[str], **settings: str) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            command,
            env=self.environ(**settings),
            cwd=TOP,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            text=True,
        )
        self.processes.append(process)
        return process

    def serve(self, port: int = 0, **settings: str) -> Server:
        server = Server(self.command("serve", "--port", port), self.environ(**settings))
        self.servers.append(server)
        return server.wait_until_serving()

    def refusal(self, *arguments: object, **settings: str) -> str:
        """Run a command that must refuse: one line on standard error, no traceback; return the line."""
        done = self.run(*(arguments or ("serve", "--port", 0)), fails=True, **settings)
        (line,) = done.stderr.splitlines()
        return line

    def export(self) -> bytes:
        return self.run("export").stdout.encode()

    def write_articles(self, n: int, *, first: int = 100, **options: int) -> Path:
        folder = self.folder.parent / f"articles-{first}"
        folder.mkdir()
        for number in range(first, first + n):
            (folder / f"{number}.txt").write_text(article(number, **options), "utf-8")
        return folder

    def stock(self, n: int, *, n_lines: int, words: int) -> None:
        """Store many articles at once, each line a sentence; for what needs a large export."""
        db = open_database(self.database)
        with db.transaction():
            for number in range(n):
                text = article(number, n_lines, words)
                spans = [found.span() for found in re.finditer(r".+", text)]
                whole = Article(
                    key=f"stock/{number}.txt",
                    collection="stock",
                    title=f"Meeting {number}",
                    text=text,
                    sha256=hashlib.sha256(text.encode()).hexdigest(),
                    source_sha256=hashlib.sha256(text.encode()).hexdigest(),
                    segmenter="lines",
                    blocks=[(0, len(text), "paragraph")],
                    spans=spans,
                )
                add_document(db, whole, reviews_needed=1)

    def clear(self) -> None:
        for server in self.servers:
            server.kill()
        for process in self.processes:
            if process.poll() is None:
                process.kill()
            process.communicate(timeout=PATIENCE)


def begin_to_export(server: Server, token: str) -> socket.socket:
    """Ask for the export, read a few bytes of it through a small buffer, and never go on."""
    slow = socket.socket()
    slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    slow.settimeout(30)
    slow.connect(("127.0.0.1", server.port))
    slow.sendall(f"GET /api/v1/export HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {token}\r\n\r\n".encode())
    assert slow.recv(8)
    return slow


@pytest.fixture(scope="session")
def furnished(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A desk with the cast, a token for each of them and two articles, made once and then copied."""
    folder = tmp_path_factory.mktemp("furnished") / "instance"
    folder.mkdir(mode=0o700)
    desk = Desk(folder, {})
    shutil.copyfile(template, desk.database)
    (folder / "secret_key").write_text("k" * 64)
    db = open_database(desk.database)
    for name in CAST:
        scope = "read" if name == "dana" else "write"
        desk.tokens[name] = add_token(db, get_reviewer(db, name), name="test", scope=scope, days=None)
    sources, _ = find_sources([desk.write_articles(2, first=0)])
    assert [each.outcome for each in load(db, sources, reviews_needed=1)] == ["new", "new"]
    db.rows("PRAGMA wal_checkpoint(TRUNCATE)")
    return desk


@pytest.fixture
def desk(furnished: Desk, tmp_path: Path) -> Iterator[Desk]:
    """A furnished desk of the test's own; whatever it started is killed afterwards."""
    folder = tmp_path / "instance"
    folder.mkdir(mode=0o700)
    for name in ("annotate.db", "secret_key"):
        shutil.copyfile(furnished.folder / name, folder / name)
    desk = Desk(folder, furnished.tokens)
    yield desk
    desk.clear()


@pytest.fixture
def server(desk: Desk) -> Server:
    """A server on that desk."""
    return desk.serve()


@pytest.fixture
def alice(desk: Desk, server: Server) -> Caller:
    """A program of alice's."""
    return server.caller(desk.tokens["alice"])
