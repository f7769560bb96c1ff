"""A folder of everything nasty that was ever thought of: promises 13 to 18, a line each."""

import codecs
import json
import os
import resource
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from annotate.checking import find_faults
from annotate.config import Settings
from annotate.database import Database

STORY = "The bridge is closed\n\nIt was closed on Monday, the city said.\n"
PAGE = (
    "<html><body><article><p>It was closed on Monday, the city of Norhaven said.</p></article></body></html>"
)
MB = 2**20
ESC = "\x1b]0;owned\x07\x1b[2J"


@dataclass(frozen=True)
class Nasty:
    """One input: what is in it, or how it is made; what becomes of it, and a word of the reason."""

    content: bytes | str | Callable[[Path], None]
    outcomes: tuple[str, ...] = ("refused",)
    reason: str = ""


def good(content: bytes | str | Callable[[Path], None], n: int = 1) -> Nasty:
    return Nasty(content, ("new",) * n)


def bad(content: bytes | str | Callable[[Path], None], reason: str) -> Nasty:
    return Nasty(content, ("refused",), reason)


def lines(*objects: Any) -> str:
    return "".join((each if isinstance(each, str) else json.dumps(each)) + "\n" for each in objects)


def hole(size: int) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        with open(path, "wb") as file:
            file.truncate(size)

    return make


def link(target: str) -> Callable[[Path], None]:
    return lambda path: path.symlink_to(target)


def fifo(path: Path) -> None:
    os.mkfifo(path)


def listener(path: Path) -> None:
    here = Path.cwd()
    os.chdir(path.parent)  # the name of a socket is short
    with socket.socket(socket.AF_UNIX) as each:
        each.bind(path.name)
    os.chdir(here)


def device(path: Path) -> None:
    try:
        os.mknod(path, 0o600 | 0o020000, os.makedev(1, 5))  # /dev/zero
    except OSError:
        os.mkfifo(path)  # who may not make devices tries another pipe


def folder_of(n: int) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        path.mkdir()
        for number in range(n):
            (path / f"{number}.txt").write_text(f"Number {number}\n\nIt is {number}.\n", "utf-8")

    return make


def deep(path: Path) -> None:
    folder = str(path)
    os.mkdir(folder)
    for _ in range(300):
        folder += "/d"
        os.mkdir(folder)
    Path(folder, "deep.txt").write_text(STORY, "utf-8")


def loop(path: Path) -> None:
    path.mkdir()
    (path / "again").symlink_to("..")
    (path / "self.txt").symlink_to("self.txt")


def many_lines(path: Path) -> None:
    line = json.dumps({"text": "The ferry is late.", "html": "x" * MB}) + "\n"
    with open(path, "w", encoding="utf-8") as file:
        for _ in range(50):
            file.write(line)


def long_list(path: Path) -> None:
    member = json.dumps({"html": "é" * (MB // 2), "text": "Zażółć."}, ensure_ascii=False)
    with open(path, "w", encoding="utf-8") as file:
        file.write("[" + ",\n".join([member] * 50) + "]")


def html(body: str | bytes, head: str = "") -> bytes:
    body = body if isinstance(body, bytes) else body.encode()
    return b"<html><head>" + head.encode() + b"</head><body><p>" + body + b"</p></body></html>"


LONG_WORDS = "The city of Norhaven said that it was closed on Monday. "
META = '<meta charset="%s">'

FOLDER: dict[str | bytes, Nasty] = {
    # Encodings of texts
    "utf8.txt": good("Zażółć 🦊 e\u0301\n".encode()),
    "utf8-bom.txt": good(codecs.BOM_UTF8 + b"A story.\n"),
    "two-boms.txt": good(codecs.BOM_UTF8 * 2 + b"A story.\n"),
    "utf16le.txt": good(codecs.BOM_UTF16_LE + "Zażółć.\n".encode("utf-16-le")),
    "utf16be.txt": good(codecs.BOM_UTF16_BE + "Zażółć.\n".encode("utf-16-be")),
    "utf32le.txt": good(codecs.BOM_UTF32_LE + "Zażółć.\n".encode("utf-32-le")),
    "utf32be.txt": good(codecs.BOM_UTF32_BE + "Zażółć.\n".encode("utf-32-be")),
    "utf16-unmarked.txt": bad("A story.\n".encode("utf-16-le"), "NUL"),
    "utf16-half.txt": bad(codecs.BOM_UTF16_LE + b"A\x00B", "UTF-16"),
    "latin1.txt": bad(b"Caf\xe9.\n", "--encoding"),
    "cp1252.txt": bad("“It’s”\n".encode("cp1252"), "byte 0"),
    "cut.txt": bad("Zażółć".encode()[:-1], "byte"),
    "overlong.txt": bad(b"A \xc0\xaf.\n", "byte 2"),
    "surrogate.txt": bad(b"A \xed\xa0\x80.\n", "byte 2"),
    "cesu.txt": bad(b"A \xed\xa0\xbd\xed\xb8\x80.\n", "byte 2"),
    "nul.txt": bad(b"A \x00 b.\n", "NUL"),
    "crlf.txt": good(b"One.\r\n\r\nTwo.\r\n"),
    "cr.txt": good(b"One.\r\rTwo.\r"),
    "breaks.txt": good("a\u2028b\u2029c\x85d\x0be\x0cf"),
    "empty.txt": bad(b"", "empty"),
    "bom-alone.txt": bad(codecs.BOM_UTF8, "empty"),
    "spaces.txt": bad(" \n\t\u00a0\u3000\r\n", "white space"),
    "picture.txt": bad(b"\x89PNG\r\n\x1a\n\x00" + bytes(range(256)), "UTF-8"),
    # Hostile texts
    "escapes.txt": good(f"A title {ESC}\n\nText {ESC} here.\n"),
    "markup.txt": good("<script>alert(1)</script>\n\n<img src=x onerror=alert(1)>\n"),
    "formula.txt": good("=cmd|' /C calc'!A0\n\n'); DROP TABLE documents; --\n"),
    "rtl.txt": good("\u202etxet\u202c \u2066isolated\u2069\n"),
    "zalgo.txt": good("a" + "\u0301" * 5000 + "\n"),
    "dots.txt": good("." * 100_000),
    "brackets.txt": good("(" * 50_000 + ")" * 50_000),
    "quotes.txt": good("“\"'«" * 25_000),
    "line-1mb.txt": good("word " * 200_000),
    "one-word-1mb.txt": good("x" * MB),
    "lines-200000.txt": good("A line.\n" * 200_000),
    "large-50mb.txt": bad(hole(50 * MB), "16 MiB"),
    "hole-1tb.txt": bad(hole(2**40), "16 MiB"),
    # Not files
    "pipe.txt": bad(fifo, "not a regular file"),
    "socket.txt": bad(listener, "not a regular file"),
    "device.txt": bad(device, "not a regular file"),
    "pipe.jsonl": bad(fifo, "not a regular file"),
    "link-out.txt": bad(link("../../secret.txt"), "a link"),
    "link-in.txt": bad(link("utf8.txt"), "a link"),
    "link-self.txt": bad(link("link-self.txt"), "a link"),
    "link-nowhere.html": bad(link("nowhere"), "a link"),
    "link-dev.json": bad(link("/dev/zero"), "a link"),
    "link-folder.txt": bad(link("/"), "a link"),
    "linked-folder": Nasty(link(".."), ()),
    "loops": Nasty(loop, ("refused",), "a link"),
    "deep": good(deep),
    "2000": good(folder_of(2000), 2000),
    "notes.md": Nasty("Not an article.\n", ()),
    # Odd names
    "-rf.txt": good(STORY),
    "--json.txt": good(STORY),
    "a b'c\"d$(id)`;&.txt": good(STORY),
    "<script>.txt": good(STORY),
    "🦊 e\u0301.txt": good(STORY),
    "n" * 250 + ".txt": good(STORY),
    b"line\nbreak.txt": bad(STORY, "printed"),
    b"escape\x1b[31m.txt": bad(STORY, "printed"),
    b"bell\x07.txt": bad(STORY, "printed"),
    b"turned\xe2\x80\xaetxt.txt": bad(STORY, "printed"),
    b"bytes\xff\xfe.txt": bad(STORY, "UTF-8"),
    b"bytes\xff.jsonl": bad(lines({"text": "One."}), "UTF-8"),
    # JSON
    "good.json": good(json.dumps({"text": STORY, "title": "A", "extra": [1]})),
    "list.json": good(json.dumps([{"text": "One."}, {"text": "Two."}]), 2),
    "empty-list.json": Nasty("[]", ()),
    "some-bad.json": Nasty(
        '[{"text": "One."}, {"text": 1}, 7, {"text": "Two."}]', ("new", "refused", "refused", "new")
    ),
    "torn.json": Nasty('[{"text": "One."}, {"text": "Tw', ("new", "refused"), "not read"),
    "utf16.json": good(codecs.BOM_UTF16_LE + json.dumps({"text": "One."}).encode("utf-16-le")),
    "latin1.json": bad(b'{"text": "Caf\xe9."}', "byte 13"),
    "empty.json": bad(b"", "no JSON"),
    "word.json": bad('"One."', "not an object"),
    "nan.json": bad('{"text": "One.", "n": NaN}', "NaN"),
    "lone.json": bad('{"text": "One \\ud800."}', "surrogate"),
    "nul.json": bad('{"text": "One \\u0000."}', "NUL"),
    "deep.json": bad('{"a":' + "[" * 100_000, "deeply"),
    "deep-list.json": bad("[" * 1_000_000, "deeply"),
    "huge-number.json": bad('{"text": "One.", "n": ' + "9" * 100_000 + "}", "number"),
    "twice.json": bad('{"text": "One.", "text": "Two."}', "more than once"),
    "no-text.json": bad("{}", "text: "),
    "null-text.json": bad('{"text": null}', "text: "),
    "list-text.json": bad('{"text": ["One."]}', "text: "),
    "blank-text.json": bad('{"text": " \\n "}', "text: "),
    "bad-url.json": bad('{"text": "One.", "url": "javascript:alert(1)"}', "url: "),
    "bad-date.json": bad('{"text": "One.", "published_at": "yesterday"}', "published_at: "),
    "bad-language.json": bad('{"text": "One.", "language": "English!"}', "language: "),
    "bad-title.json": bad('{"text": "One.", "title": {"a": 1}}', "title: "),
    "lone-title.json": bad('{"text": "One.", "title": "\\udfff"}', "title: "),
    "bad-id.json": bad('{"text": "One.", "id": 1.5}', "id: "),
    "escape-id.json": bad('{"text": "One.", "id": "\\u001b[2J"}', "id: "),
    "turned-id.json": bad('{"text": "One.", "id": "a\\u202eb"}', "printed"),
    "long-id.json": bad(json.dumps({"text": "One.", "id": "x" * 501}), "id: "),
    "bom.jsonl": good(codecs.BOM_UTF8 + lines({"text": "One."}).encode()),
    "crlf.jsonl": good("\r\n" + lines({"text": "One."}, {"text": "Two."}).replace("\n", "\r\n"), 2),
    "no-end.jsonl": good('{"text": "One."}\n\n{"text": "Two."}', 2),
    "some-bad.jsonl": Nasty(
        lines({"text": "One."}, "nope", [1], {"text": "Two."}).encode() + b'{"text": "\xff"}\n{"text": "3"}',
        ("new", "refused", "refused", "new", "refused", "new"),
    ),
    "same-id.jsonl": Nasty(
        lines({"id": 1, "text": "One."}, {"id": "1", "text": "One."}, {"id": 1, "text": "Two."}),
        ("new", "unchanged", "refused"),
        "came before",
    ),
    "utf16.jsonl": bad(codecs.BOM_UTF16_LE + lines({"text": "One."}).encode("utf-16-le"), "Save it as UTF-8"),
    "hole-1tb.jsonl": bad(hole(2**40), "longer than 16 MiB"),
    "hole-1tb.json": bad(hole(2**40), "16 MiB"),
    "large-50mb.jsonl": good(many_lines, 50),
    "large-50mb.json": good(long_list, 50),
    "line-1mb.jsonl": good(lines({"text": "x" * MB})),
    # HTML
    "page.html": good(PAGE),
    "PAGE.HTM": good(PAGE),
    "script.html": bad("<html><body><script>alert(1)</script><style>p{}</style></body></html>", "No article"),
    "frames.html": bad("<html><frameset><frame src=a><frame src=b></frameset></html>", "No article"),
    "empty.html": bad(b"", "empty"),
    "nul.html": bad(html("A \x00 b"), "NUL"),
    "declared.html": good(html("Zażółć gęślą jaźń.".encode("iso-8859-2"), META % "iso-8859-2")),
    "declared-xml.html": good(
        b'<?xml version="1.0" encoding="windows-1250"?>' + html("Zażółć gęślą jaźń.".encode("cp1250"))
    ),
    "latin1-quotes.html": good(html("“Closed,” it’s said.".encode("cp1252"), META % "ISO-8859-1")),
    "wrong-utf8.html": bad(html(b"Caf\xe9 closed.", META % "utf-8"), "declares, utf-8"),
    "wrong-latin1.html": bad(html("Café closed.", META % "iso-8859-1"), "but it is UTF-8"),
    "undeclared.html": bad(html(b"Caf\xe9 closed."), "declares no encoding"),
    "unknown.html": bad(html(b"Caf\xe9 closed.", META % "klingon"), "klingon"),
    "codec.html": bad(html(b"Caf\xe9 closed.", META % "rot13"), "rot13"),
    "nested.html": bad("<html><body>" + "<div>" * 100_000 + "<p>x" + "</div>" * 100_000, "No article"),
    "inline.html": bad("<html><body><p>" + "<b>x</b> " * 100_000, "more elements"),
    "elements.html": bad("<html><body>" + "<div><p>x</p></div>" * 60_000, "more elements"),
    "attributes.html": bad("<html><p " + " ".join(f"a{n}=1" for n in range(100_000)) + ">x", "attributes"),
    "unclosed.html": good("<p>" + LONG_WORDS + '<b title="'),
    "angles.html": good("<" * 200_000),
    "large-50mb.html": bad(hole(50 * MB), "16 MiB"),
    "large-5mb.html": bad(PAGE + " " * 5 * MB, "4 MiB"),
}  # fmt: skip


@pytest.fixture(scope="module")
def nasty_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    top = tmp_path_factory.mktemp("nasty")
    (top / "secret.txt").write_text("A secret.\n", "utf-8")
    folder = top / "in" / "desk"
    folder.mkdir(parents=True)
    for name, nasty in FOLDER.items():
        path = folder / os.fsdecode(name)
        if callable(nasty.content):
            nasty.content(path)
        else:
            path.write_bytes(nasty.content.encode() if isinstance(nasty.content, str) else nasty.content)
    return folder


def state_of(folder: Path) -> list[Any]:
    """Return everything that a visitor could change, and the bytes of what is small."""
    found: list[Any] = []
    for root, names, files in os.walk(folder):
        for name in [".", *names, *files]:
            path = os.path.join(root, name)
            about = os.lstat(path)
            is_small = os.path.isfile(path) and not os.path.islink(path) and about.st_size < MB
            data = Path(path).read_bytes() if is_small else None
            found.append((path, about.st_mode, about.st_size, about.st_mtime_ns, about.st_ino, data))
    return sorted(found, key=repr)


def run(settings: Settings, folder: Path, *options: str) -> subprocess.CompletedProcess[bytes]:
    env = {name: value for name, value in os.environ.items() if not name.startswith("ANNOTATE_")}
    return subprocess.run(
        [sys.executable, "-m", "annotate", "seeds", "load", str(folder), *options],
        cwd=Path(__file__).parent.parent,
        env={**env, "ANNOTATE_INSTANCE": str(settings.instance)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=600,
        check=False,
    )


def by_input(printed: bytes, folder: Path) -> dict[str, list[dict[str, Any]]]:
    """Sort the reports by what lies in the folder."""
    reports: dict[str, list[dict[str, Any]]] = {os.fsdecode(name): [] for name in FOLDER}
    for line in printed.decode("ascii").splitlines():
        report = json.loads(line)
        reports[Path(report["path"]).relative_to(folder).parts[0]].append(report)
    return reports


def test_a_folder_of_everything_nasty_loads_as_promised(
    settings: Settings, db: Database, nasty_folder: Path
) -> None:
    assert len(FOLDER) >= 60
    before = state_of(nasty_folder)
    begun = time.monotonic()

    result = run(settings, nasty_folder, "--json")

    assert (result.returncode, result.stderr) == (1, b"")
    reports = by_input(result.stdout, nasty_folder)
    for name, nasty in FOLDER.items():
        told = reports[os.fsdecode(name)]
        assert [each["outcome"] for each in told] == list(nasty.outcomes), (name, told[:3])
        reasons = [each["reason"] for each in told if each["outcome"] == "refused"]
        assert all(reasons), name
        assert nasty.reason in " ".join(reasons), (name, reasons)
        assert all(reason.isprintable() for reason in reasons), reasons
    assert state_of(nasty_folder) == before
    assert time.monotonic() - begun < 300  # minutes would be a hang
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < 1.5 * 2**20  # KiB, of the largest process
    assert db.value("SELECT count(*) FROM texts WHERE text LIKE '%secret%'") == 0
    n_new = sum(nasty.outcomes.count("new") for nasty in FOLDER.values())
    assert db.value("SELECT count(*) FROM documents") == n_new
    assert find_faults(db) == []

    again = by_input(run(settings, nasty_folder, "--json").stdout, nasty_folder)

    for name, nasty in FOLDER.items():
        expected = ["unchanged" if each == "new" else each for each in nasty.outcomes]
        assert [each["outcome"] for each in again[os.fsdecode(name)]] == expected, name
    assert db.value("SELECT count(*) FROM documents") == n_new


def test_nothing_nasty_gets_to_a_terminal_as_code(settings: Settings, nasty_folder: Path) -> None:
    result = run(settings, nasty_folder, "--dry-run")

    printed = (result.stdout + result.stderr).decode()
    assert all(line.replace("\t", " ").isprintable() for line in printed.split("\n"))
    assert result.stderr.count(b"\n") == sum(nasty.outcomes.count("refused") for nasty in FOLDER.values())
