"""Loading: promises 13 to 18 for .txt files, on real files."""

import hashlib
import os
import socket
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from annotate.checking import find_faults
from annotate.config import Settings
from annotate.database import Database, open_database
from annotate.loading import LARGEST_FILE, Loaded, find_sources, load

STORY = "The bridge is closed\n\nIt was closed on Monday, the city said.\n"


LoadPaths = Callable[..., list[Loaded]]


def outcomes(results: list[Loaded]) -> dict[str, str]:
    """Return name → outcome."""
    return {os.path.basename(each.path): each.outcome for each in results}


def text_of(db: Database, key: str) -> str:
    text = db.value(
        "SELECT text FROM texts WHERE document = (SELECT number FROM documents WHERE key = :key)", key=key
    )
    return str(text)


def count(db: Database) -> int:
    return int(db.value("SELECT count(*) FROM documents"))


def listing(folder: Path) -> list[tuple[object, ...]]:
    """Return everything that a visitor could change in a folder."""
    found = []
    for root, names, files in os.walk(folder):
        for name in [".", *names, *files]:
            about = os.lstat(os.path.join(root, name))
            found.append((root, name, about.st_mode, about.st_size, about.st_mtime_ns, about.st_ino))
    return sorted(found, key=repr)


# Whole or not at all, and safe to run again


def test_an_article_is_kept_to_the_last_character(db: Database, desk: Path, load_paths: LoadPaths) -> None:
    text = "\n\n  Zażółć gęślą\u00a0jaźń 👩‍👩‍👧 e\u0301 \u202e\u200b \n\n\t“Tak,” – rzekł.  \n\n\n"
    (desk / "a.txt").write_text(text, "utf-8")

    (loaded,) = load_paths(desk)

    assert loaded.outcome == "new"
    assert text_of(db, "desk/a.txt") == text
    row = db.row("SELECT sha256, source_sha256 FROM documents")
    assert row["sha256"] == row["source_sha256"] == hashlib.sha256(text.encode()).hexdigest()
    assert find_faults(db) == []


def test_the_same_file_again_is_unchanged(db: Database, desk: Path, load_paths: LoadPaths) -> None:
    (desk / "a.txt").write_text(STORY, "utf-8")
    (first,) = load_paths(desk)
    event = db.value("SELECT max(number) FROM events")

    (again,) = load_paths(desk)

    assert (again.outcome, again.id, again.n_sentences) == ("unchanged", first.id, first.n_sentences)
    assert db.value("SELECT max(number) FROM events") == event
    assert count(db) == 1


def test_the_same_text_in_other_bytes_is_unchanged(db: Database, desk: Path, load_paths: LoadPaths) -> None:
    (desk / "a.txt").write_text(STORY, "utf-8")
    load_paths(desk)

    for data in (
        STORY.replace("\n", "\r\n").encode(),
        b"\xef\xbb\xbf" + STORY.encode(),
        b"\xff\xfe" + STORY.encode("utf-16-le"),
    ):
        (desk / "a.txt").write_bytes(data)
        assert outcomes(load_paths(desk)) == {"a.txt": "unchanged"}


def test_another_text_under_a_known_key_is_refused_by_name_and_nothing_is_changed(
    db: Database, desk: Path, load_paths: LoadPaths
) -> None:
    (desk / "a.txt").write_text(STORY, "utf-8")
    load_paths(desk)
    (desk / "a.txt").write_text("Library opens\n\nIt has 9,000 books.\n", "utf-8")

    (again,) = load_paths(desk)

    assert (again.outcome, again.key) == ("refused", "desk/a.txt")
    assert "desk/a.txt" in (again.reason or "")
    assert text_of(db, "desk/a.txt") == STORY


def test_what_was_loaded_when_it_was_abandoned_is_whole_and_the_rest_comes_next_time(
    db: Database, desk: Path, load_paths: LoadPaths
) -> None:
    for number in range(10):
        (desk / f"n{number}.txt").write_text(STORY * (number + 1), "utf-8")
    sources, _ = find_sources([desk])
    under_way = load(db, sources, reviews_needed=1)
    told = [next(under_way) for _ in range(4)]
    under_way.close()
    assert count(db) >= 4  # they share a transaction, and none is told before it is stored
    assert all(text_of(db, each.key or "") for each in told)
    assert find_faults(db) == []

    again = load_paths(desk)

    assert [each.outcome for each in again] == ["unchanged"] * 10
    assert db.value("SELECT count(*) FROM events WHERE act = 'loaded'") == 10
    assert find_faults(db) == []


def test_an_abandoned_article_leaves_nothing_behind(db: Database, desk: Path) -> None:
    (desk / "a.txt").write_text(STORY, "utf-8")
    sources, _ = find_sources([desk])

    def interrupted() -> None:
        with db.transaction():
            list(load(db, sources, reviews_needed=1))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()

    tables = ("documents", "texts", "sentences")
    assert [db.value(f"SELECT count(*) FROM {table}") for table in tables] == [0, 0, 0]
    assert [each.outcome for each in load(db, sources, reviews_needed=1)] == ["new"]


def test_a_dry_run_stores_nothing(db: Database, desk: Path, load_paths: LoadPaths) -> None:
    (desk / "a.txt").write_text(STORY, "utf-8")

    (told,) = load_paths(desk, is_dry_run=True)

    assert (told.outcome, told.id) == ("new", None)
    assert count(db) == 0


def test_two_loaders_at_once_load_each_article_once(settings: Settings, db: Database, desk: Path) -> None:
    for number in range(80):
        (desk / f"n{number}.txt").write_text(f"Number {number}.\n", "utf-8")
    results: list[list[Loaded]] = []
    together = threading.Barrier(3)

    def run() -> None:
        own = open_database(settings.database)
        sources, _ = find_sources([desk])
        together.wait()
        results.append(list(load(own, sources, reviews_needed=1)))

    threads = [threading.Thread(target=run) for _ in range(3)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    told = [each.outcome for result in results for each in result]
    assert told.count("new") == 80
    assert told.count("unchanged") == 160
    assert count(db) == 80
    ids = {each.key: {other.id for result in results for other in result if other.key == each.key}
           for each in results[0]}  # fmt: skip
    assert all(len(each) == 1 for each in ids.values())


# What is read, and what is not


def test_folders_are_read_recursively_and_by_name(db: Database, desk: Path, load_paths: LoadPaths) -> None:
    for name in ("b.txt", "a/z.txt", "c/a.TXT", "a/b/c.txt", "c.txt", "notes.md", "a/.hidden.txt", "txt"):
        (desk / name).parent.mkdir(parents=True, exist_ok=True)
        (desk / name).write_text(STORY, "utf-8")

    results = load_paths(desk)

    keys = ["a/.hidden.txt", "a/b/c.txt", "a/z.txt", "b.txt", "c.txt", "c/a.TXT"]
    assert sorted(each.key or "" for each in results) == [f"desk/{key}" for key in keys]
    assert load_paths(desk)[0].key == results[0].key


def test_a_key_is_the_same_however_the_folder_is_named(
    desk: Path, load_paths: LoadPaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    (desk / "a.txt").write_text(STORY, "utf-8")
    load_paths(desk)
    monkeypatch.chdir(desk)

    for path in (Path(), Path("../desk"), desk / "..", desk / "a.txt", Path("a.txt")):
        key = "desk/a.txt" if path != desk / ".." else f"{desk.parent.name}/desk/a.txt"
        assert key in {each.key for each in load_paths(path)}
    assert {each.outcome for each in load_paths(Path(), desk, Path("a.txt"))} == {"unchanged"}


def test_a_folder_that_is_called_like_a_file_is_a_folder(desk: Path, load_paths: LoadPaths) -> None:
    (desk / "x.txt").mkdir()
    (desk / "x.txt" / "a.txt").write_text(STORY, "utf-8")

    assert [each.key for each in load_paths(desk)] == ["desk/x.txt/a.txt"]
    assert [each.key for each in load_paths(desk / "x.txt")] == ["x.txt/a.txt"]


def test_links_in_a_folder_are_never_read(desk: Path, tmp_path: Path, load_paths: LoadPaths) -> None:
    (tmp_path / "secret.txt").write_text("A secret.\n", "utf-8")
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "more.txt").write_text("More secrets.\n", "utf-8")
    (desk / "good.txt").write_text(STORY, "utf-8")
    (desk / "out.txt").symlink_to(tmp_path / "secret.txt")
    (desk / "relative.txt").symlink_to("../secret.txt")
    (desk / "inside.txt").symlink_to("good.txt")
    (desk / "dangling.txt").symlink_to("nowhere.txt")
    (desk / "self.txt").symlink_to("self.txt")
    (desk / "folder.txt").symlink_to(tmp_path / "secrets")
    (desk / "folder").symlink_to(tmp_path / "secrets")
    (desk / "loop").symlink_to(desk)

    results = load_paths(desk)

    found = outcomes(results)
    assert found.pop("good.txt") == "new"
    assert set(found) == {f"{n}.txt" for n in ("out", "relative", "inside", "dangling", "self", "folder")}
    assert set(found.values()) == {"refused"}
    assert all("link" in (each.reason or "") for each in results if each.outcome == "refused")


@pytest.mark.parametrize("target", ["nowhere.txt", "self.txt"])
def test_a_named_link_that_leads_nowhere_is_refused(desk: Path, load_paths: LoadPaths, target: str) -> None:
    (desk / "self.txt").symlink_to(target)

    (refused,) = load_paths(desk / "self.txt")

    assert refused.outcome == "refused"
    assert refused.reason


def test_pipes_and_sockets_are_refused_and_hang_nothing(
    desk: Path, load_paths: LoadPaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(desk)  # the name of a socket is short
    os.mkfifo("pipe.txt")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket.txt")
        (desk / "good.txt").write_text(STORY, "utf-8")

        in_folder = outcomes(load_paths(desk))
        named = outcomes(load_paths(desk / "pipe.txt", desk / "socket.txt"))

    assert in_folder == {"pipe.txt": "refused", "socket.txt": "refused", "good.txt": "new"}
    assert named == {"pipe.txt": "refused", "socket.txt": "refused"}


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/null", "/dev/stdin"])
def test_devices_are_refused(load_paths: LoadPaths, device: str) -> None:
    if not os.path.exists(device) or os.path.isfile(device):
        pytest.skip(f"{device} is no device here")

    assert [each.outcome for each in load_paths(Path(device))] == ["refused"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_what_may_not_be_read_is_refused(desk: Path, load_paths: LoadPaths) -> None:
    (desk / "a.txt").write_text(STORY, "utf-8")
    (desk / "b.txt").write_text(STORY, "utf-8")
    (desk / "b.txt").chmod(0)
    (desk / "folder").mkdir(mode=0)

    results = load_paths(desk)

    (desk / "folder").chmod(0o700)
    assert outcomes(results) == {"a.txt": "new", "b.txt": "refused", "folder": "refused"}


def test_a_file_that_vanishes_before_it_is_read_is_refused(db: Database, desk: Path) -> None:
    for name in ("a.txt", "b.txt"):
        (desk / name).write_text(STORY, "utf-8")
    sources, _ = find_sources([desk])
    (desk / "a.txt").unlink()

    assert [each.outcome for each in load(db, sources, reviews_needed=1)] == ["refused", "new"]


def test_a_file_that_grows_while_it_is_read_is_refused(desk: Path, load_paths: LoadPaths) -> None:
    (desk / "a.txt").write_bytes(bytes(2**23))  # which costs nobody time, being refused anyway
    is_done = threading.Event()

    def write() -> None:
        with open(desk / "a.txt", "ab", buffering=0) as file:
            while not is_done.is_set() and file.tell() < LARGEST_FILE - 100:
                file.write(b"More.\n")

    writing = threading.Thread(target=write)
    writing.start()
    is_told = any(
        "changed while it was read" in (each.reason or "") for _ in range(20) for each in load_paths(desk)
    )
    is_done.set()
    writing.join()

    assert is_told


def test_a_path_that_is_not_there_or_cannot_be_is_refused(desk: Path, load_paths: LoadPaths) -> None:
    (desk / "a.txt").write_text(STORY, "utf-8")

    results = load_paths(desk / "missing", desk / "a.txt" / "b", desk / ("n" * 300), desk)

    assert [each.outcome for each in results] == ["refused"] * 3 + ["new"]
    assert all(each.reason for each in results[:3])


def test_folders_may_be_nested_deeper_than_python_recurses(tmp_path: Path, load_paths: LoadPaths) -> None:
    top = tmp_path / "deep"
    folder = str(top)
    os.mkdir(folder)
    for _ in range(1300):
        folder += "/d"
        os.mkdir(folder)
    Path(folder, "a.txt").write_text(STORY, "utf-8")

    try:
        assert [each.outcome for each in load_paths(top)] == ["new"]
    finally:
        subprocess.run(["rm", "-rf", str(top)], check=True)  # Python's own would recurse


def test_the_folder_stays_untouched(desk: Path, load_paths: LoadPaths) -> None:
    (desk / "sub").mkdir()
    (desk / "a.txt").write_text(STORY, "utf-8")
    (desk / "sub" / "b.txt").write_bytes(b"\xff")
    (desk / "link.txt").symlink_to("a.txt")
    before = listing(desk)

    load_paths(desk)
    load_paths(desk, is_dry_run=True)

    assert listing(desk) == before


def test_a_folder_that_may_only_be_read_is_loaded(desk: Path, load_paths: LoadPaths) -> None:
    (desk / "a.txt").write_text(STORY, "utf-8")
    (desk / "a.txt").chmod(0o400)
    desk.chmod(0o500)

    try:
        assert outcomes(load_paths(desk)) == {"a.txt": "new"}
    finally:
        desk.chmod(0o700)


# The characters in are the characters out

ARTICLE = "Zażółć – “gęślą”\n\nJaźń 🦊 e\u0301.\n"
DECODED = {
    "UTF-8": ARTICLE.encode(),
    "UTF-8 with a mark": b"\xef\xbb\xbf" + ARTICLE.encode(),
    "CRLF": ARTICLE.replace("\n", "\r\n").encode(),
    "CR": ARTICLE.replace("\n", "\r").encode(),
    "mixed line endings": ARTICLE.replace("\n\n", "\r\n\r").encode(),
    "UTF-16 LE with a mark": b"\xff\xfe" + ARTICLE.encode("utf-16-le"),
    "UTF-16 BE with a mark": b"\xfe\xff" + ARTICLE.encode("utf-16-be"),
    "UTF-16 with CRLF": b"\xff\xfe" + ARTICLE.replace("\n", "\r\n").encode("utf-16-le"),
}


@pytest.mark.parametrize("encoding", DECODED)
def test_it_is_decoded_right(db: Database, desk: Path, load_paths: LoadPaths, encoding: str) -> None:
    (desk / "a.txt").write_bytes(DECODED[encoding])

    assert outcomes(load_paths(desk)) == {"a.txt": "new"}
    assert text_of(db, "desk/a.txt") == ARTICLE
    assert db.value("SELECT source_sha256 FROM documents") == hashlib.sha256(DECODED[encoding]).hexdigest()


@pytest.mark.parametrize(
    "text", ["a\ufeffb", "a\u2028b\u2029c\x85d\x0be\x0cf", "fi ﬁ Å Å", "tab\tand\u00a0nbsp"]
)
def test_no_character_is_changed_or_lost(db: Database, desk: Path, load_paths: LoadPaths, text: str) -> None:
    (desk / "a.txt").write_text(text, "utf-8")

    assert outcomes(load_paths(desk)) == {"a.txt": "new"}
    assert text_of(db, "desk/a.txt") == text
    assert find_faults(db) == []


REFUSED = {
    "Latin-1": ARTICLE.replace("ż", "é").encode("latin-1", "ignore"),
    "Windows-1252": "It’s “closed”.\n".encode("cp1252"),
    "UTF-8 cut in the middle of a letter": ARTICLE.encode()[:3],
    "an overlong form": b"A \xc0\xaf slash.\n",
    "a lone surrogate": b"A \xed\xa0\x80 surrogate.\n",
    "a surrogate pair in UTF-8": b"A \xed\xa0\xbd\xed\xb8\x80 pair.\n",
    "beyond Unicode": b"A \xf4\x90\x80\x80 far away.\n",
    "UTF-16 without a mark": ARTICLE.encode("utf-16-le"),
    "UTF-16 with half a character": b"\xff\xfe" + ARTICLE.encode("utf-16-le")[:-1],
    "UTF-16 with a lone surrogate": b"\xff\xfe" + b"\x3d\xd8A\x00",
    "NUL": b"A \x00 in it.\n",
    "NUL at the end": b"A story.\n\x00",
    "empty": b"",
    "a mark alone": b"\xef\xbb\xbf",
    "white space": b" \n\t\r\n \n",
    "white space of all kinds": "\u00a0\u2003\u3000\u2028\n".encode(),
    "a picture": b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)),
}


@pytest.mark.parametrize("what", REFUSED)
def test_it_is_refused_with_a_reason_and_the_rest_goes_on(
    db: Database, desk: Path, load_paths: LoadPaths, what: str
) -> None:
    (desk / "a.txt").write_text(STORY, "utf-8")
    (desk / "b.txt").write_bytes(REFUSED[what])
    (desk / "c.txt").write_text(STORY, "utf-8")

    results = load_paths(desk)

    assert outcomes(results) == {"a.txt": "new", "b.txt": "refused", "c.txt": "new"}
    (refused,) = (each for each in results if each.outcome == "refused")
    assert refused.reason
    assert "\n" not in refused.reason
    assert count(db) == 2


@pytest.mark.parametrize(
    ("data", "place"),
    [(b"Caf\xe9.\n", "byte 3"), (b"\xef\xbb\xbfCaf\xe9.\n", "byte 6"), (b"One.\n\nT\0wo.\n", "line 3")],
)
def test_the_reason_says_where(desk: Path, load_paths: LoadPaths, data: bytes, place: str) -> None:
    (desk / "a.txt").write_bytes(data)

    (refused,) = load_paths(desk)

    assert place in (refused.reason or "")


# Odd names and hostile texts


@pytest.mark.parametrize(
    "name",
    [
        "-rf.txt",
        "--json.txt",
        "🦊.txt",
        "a b'c\"d$(id)`;&.txt",
        "<script>.txt",
        "ćma e\u0301.txt",
        ".txt.txt",
    ],
)
def test_an_odd_name_that_can_be_printed_is_a_key(
    db: Database, desk: Path, load_paths: LoadPaths, name: str
) -> None:
    (desk / name).write_text(STORY, "utf-8")

    (loaded,) = load_paths(desk)

    assert (loaded.outcome, loaded.key) == ("new", f"desk/{name}")
    assert db.value("SELECT key FROM documents") == f"desk/{name}"


@pytest.mark.parametrize(
    "name", [b"a\nb.txt", b"a\rb.txt", b"a\x1b[31m.txt", b"a\x07.txt", b"\xff\xfe.txt", b"a\xe2\x80\xaeb.txt"]
)
def test_a_name_that_cannot_be_printed_is_refused(
    db: Database, desk: Path, load_paths: LoadPaths, name: bytes
) -> None:
    (desk / os.fsdecode(name)).write_text(STORY, "utf-8")
    (desk / "z.txt").write_text(STORY, "utf-8")

    results = load_paths(desk)

    assert sorted(each.outcome for each in results) == ["new", "refused"]
    assert count(db) == 1


HOSTILE = [
    "<script>alert(1)</script>\n\n<img src=x onerror=alert(1)> &amp; </textarea>\n",
    "'); DROP TABLE documents; --\n\n=cmd|' /C calc'!A0\n",
    "{{ 7 * 7 }} {% raw %} ${7*7} <%= 7 %>\n",
    "\x1b[2J\x1b]0;owned\x07 \x08\x08 \x7f\n",
    "\u202etxet desrever\u202c \u2066isolated\u2069\n",
    "a" + "\u0301" * 5000 + "\n",
    "\u200b\n",
    "." * 20_000 + "\n" + "?!" * 10_000 + "\n" + "\"'“”‘’«»()[]" * 1000 + "\n",
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_is_stored_as_it_is(db: Database, desk: Path, load_paths: LoadPaths, text: str) -> None:
    (desk / "a.txt").write_text(text, "utf-8")

    assert outcomes(load_paths(desk)) == {"a.txt": "new"}
    assert text_of(db, "desk/a.txt") == text
    assert find_faults(db) == []


# Large and many


def test_a_file_of_15_megabytes_is_loaded_whole(db: Database, desk: Path, load_paths: LoadPaths) -> None:
    line = "the city said on Monday that the bridge stays closed for repairs, " * 60 + "they said."
    text = (line + "\n\n") * (15 * 2**20 // (len(line) + 2))
    (desk / "a.txt").write_text(text, "utf-8")

    (loaded,) = load_paths(desk)

    assert loaded.outcome == "new"
    assert loaded.n_sentences
    assert db.value("SELECT sha256 FROM documents") == hashlib.sha256(text.encode()).hexdigest()
    assert db.value("SELECT length(text) FROM texts") == len(text)


def test_a_file_above_the_limit_is_refused_without_being_read(
    db: Database, desk: Path, load_paths: LoadPaths
) -> None:
    with open(desk / "a.txt", "wb") as file:
        file.write(b"A story.\n")
        file.truncate(LARGEST_FILE + 1)
    with open(desk / "b.txt", "wb") as file:
        file.truncate(2**40)  # a hole: it takes no space, and reading it no end
    (desk / "c.txt").write_text(STORY, "utf-8")

    results = load_paths(desk)

    assert outcomes(results) == {"a.txt": "refused", "b.txt": "refused", "c.txt": "new"}
    assert all("16 MiB" in (each.reason or "") for each in results[:2])


@pytest.mark.parametrize(
    "text", ["word " * 200_000, "x" * 1_000_000, "Line.\n" * 20_000, "“" * 100_000, "Mr. " * 100_000]
)
def test_long_lines_and_many_lines_are_loaded(
    db: Database, desk: Path, load_paths: LoadPaths, text: str
) -> None:
    (desk / "a.txt").write_text(text, "utf-8")

    assert outcomes(load_paths(desk)) == {"a.txt": "new"}
    assert find_faults(db) == []


def test_two_thousand_small_files_are_loaded(db: Database, desk: Path, load_paths: LoadPaths) -> None:
    for number in range(2000):
        folder = desk / f"{number % 20:02}"
        folder.mkdir(exist_ok=True)
        (folder / f"{number}.txt").write_text(f"Number {number}\n\nIt is {number}.\n", "utf-8")

    results = load_paths(desk)

    assert [each.outcome for each in results] == ["new"] * 2000
    assert len({each.id for each in results}) == 2000
    assert {each.outcome for each in load_paths(desk)} == {"unchanged"}
    assert count(db) == 2000
