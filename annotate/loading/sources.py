"""The files that may hold articles: found without opening them, and opened without being led astray."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from annotate.errors import Refused
from annotate.loading.report import Loaded

SUFFIXES = {".txt": "text", ".html": "page", ".htm": "page", ".json": "objects", ".jsonl": "lines"}
LARGEST_FILE = 16 * 1024 * 1024  # bytes of one article; a novel has one, an article a hundredth
STANDARD_INPUT = "-"


@dataclass(frozen=True, slots=True)
class Source:
    """A file that may hold articles.

    `kind` is text, page, objects, lines, or input: standard input, which tells by its beginning. `name` is
    its path relative to the folder that was named. `is_collection_given`: it stands over what a file says.
    """

    path: str
    kind: str
    name: str
    collection: str
    is_collection_given: bool
    size: int


def find_sources(paths: list[Path], collection: str | None = None) -> tuple[list[Source], list[Loaded]]:
    """Find the files that `paths` name, folders recursively and by name.

    Links, devices, pipes and sockets inside a folder are never opened; files of other kinds are left alone.

    :param collection: of all that is found; None: what the file says, else the name of the folder.
    :returns: what to read, and what is refused without reading.
    """
    sources: list[Source] = []
    refused: list[Loaded] = []
    for path in paths:
        if str(path) == STANDARD_INPUT:
            sources.append(Source("-", "input", "stdin", collection or "stdin", collection is not None, 0))
            continue
        try:
            about = os.stat(path)
        except FileNotFoundError:
            refused.append(Loaded(str(path), "refused", reason="There is no such file or folder."))
            continue
        except OSError as problem:
            refused.append(Loaded(str(path), "refused", reason=f"It cannot be read: {problem.strerror}."))
            continue
        if stat.S_ISDIR(about.st_mode):
            _walk(path, collection, sources, refused)
        elif path.suffix.lower() not in SUFFIXES:
            refused.append(
                Loaded(str(path), "refused", reason=f"Only {', '.join(SUFFIXES)} files are loaded.")
            )
        else:
            folder = path.resolve().parent.name
            sources.append(_source(str(path.resolve()), path.name, folder, collection, about.st_size))
    return sources, refused


def _source(path: str, name: str, folder: str, collection: str | None, size: int) -> Source:
    kind = SUFFIXES[os.path.splitext(name)[1].lower()]
    return Source(path, kind, name, collection or folder, collection is not None, size)


def _walk(top: Path, collection: str | None, sources: list[Source], refused: list[Loaded]) -> None:
    folder = top.resolve().name
    waiting = _entries(str(top), refused)  # not by recursion: folders may be nested deeper than Python goes
    while waiting:
        entry = waiting.pop()
        if entry.is_dir(follow_symlinks=False):
            waiting += _entries(entry.path, refused)
        elif os.path.splitext(entry.name)[1].lower() not in SUFFIXES:
            continue
        elif entry.is_file(follow_symlinks=False):
            name = Path(entry.path).relative_to(top).as_posix()
            sources.append(_source(entry.path, name, folder, collection, _size(entry)))
        else:
            what = "a link" if entry.is_symlink() else "not a regular file"
            refused.append(Loaded(entry.path, "refused", reason=f"It is {what}, which is never read."))


def _entries(folder: str, refused: list[Loaded]) -> list["os.DirEntry[str]"]:
    """List what is in a folder, the last name first."""
    try:
        return sorted(os.scandir(folder), key=lambda entry: entry.name, reverse=True)
    except OSError as problem:
        refused.append(Loaded(folder, "refused", reason=f"It cannot be read: {problem.strerror}."))
        return []


def _size(entry: "os.DirEntry[str]") -> int:
    try:
        return entry.stat(follow_symlinks=False).st_size
    except OSError:  # it has just gone, which is told when it is read
        return 0


@contextmanager
def opened(path: str) -> Iterator[BinaryIO]:
    """Open a regular file and nothing else, though it be swapped for a link or a pipe just now.

    :raises Refused: it cannot be read.
    """
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
        with open(handle, "rb") as file:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise Refused("It is not a regular file.")
            yield file
    except OSError as problem:
        raise Refused(f"It cannot be read: {problem.strerror}.") from problem


def read_whole(path: str) -> bytes:
    """Read the file of one article.

    :raises Refused: it is larger than any, changed while it was read, or :func:`opened` refuses it.
    """
    with opened(path) as file:
        before = os.fstat(file.fileno())
        if before.st_size > LARGEST_FILE:
            raise Refused(f"It is larger than {LARGEST_FILE // 2**20} MiB.")
        data = file.read(LARGEST_FILE + 1)
        after = os.fstat(file.fileno())
    if (before.st_mtime_ns, before.st_size) != (after.st_mtime_ns, len(data)):
        raise Refused("It changed while it was read. Load it again.")
    return data
