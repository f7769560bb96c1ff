"""Load articles from files: find them, read them, cut them into sentences, store each whole or not at all."""

import dataclasses
import hashlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from unicodedata import bidirectional, category

from annotate.database import Database
from annotate.errors import AnnotateError, Invalid, Refused, Unavailable
from annotate.store.documents import Article, Document, add_document, find_latest
from annotate.store.revisions import Lost, find_carried, revise
from annotate.text.blocks import blocks, title
from annotate.text.reading import decode
from annotate.text.segment import SEGMENTER, spans

SUFFIX = ".txt"
BREAKING = {"Cc", "Zl", "Zp"}  # categories that would break a line of a report; joiners are letters
TURNING = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}  # would show a name as another
LARGEST_FILE = 16 * 1024 * 1024  # bytes; a novel has one, an article a hundredth


@dataclass(frozen=True)
class Source:
    """A file that may hold an article, and the key that it would have."""

    path: Path
    collection: str
    key: str


@dataclass(frozen=True)
class Loaded:
    """What became of one article: `outcome` is new, revised, unchanged or refused; refused has a `reason`.

    One that is revised tells how many sentences were carried, and what work could not be: `lost`.
    """

    path: str
    outcome: str
    key: str | None = None
    id: str | None = None
    n_sentences: int | None = None
    reason: str | None = None
    n_carried: int | None = None
    lost: list[Lost] | None = None


def find_sources(paths: list[Path], collection: str | None = None) -> tuple[list[Source], list[Loaded]]:
    """Find the files that `paths` name, folders recursively and by name.

    Links, devices, pipes and sockets inside a folder are never opened; files of other kinds are left alone.

    :returns: what to read, and what is refused without reading.
    """
    sources: list[Source] = []
    refused: list[Loaded] = []
    for path in paths:
        try:
            is_folder = stat.S_ISDIR(os.stat(path).st_mode)
        except FileNotFoundError:
            refused.append(Loaded(str(path), "refused", reason="There is no such file or folder."))
            continue
        except OSError as problem:
            refused.append(Loaded(str(path), "refused", reason=f"It cannot be read: {problem.strerror}."))
            continue
        if is_folder:
            name = collection or path.resolve().name
            _walk(path, name, sources, refused)
        elif path.suffix.lower() != SUFFIX:
            refused.append(Loaded(str(path), "refused", reason=f"Only {SUFFIX} files are loaded."))
        else:
            name = collection or path.resolve().parent.name
            sources.append(Source(path.resolve(), name, f"{name}/{path.name}"))
    return sources, refused


def _walk(top: Path, collection: str, sources: list[Source], refused: list[Loaded]) -> None:
    waiting = _entries(top, refused)  # not by recursion: folders may be nested deeper than Python goes
    while waiting:
        entry = waiting.pop()
        path = Path(entry.path)
        if entry.is_dir(follow_symlinks=False):
            waiting += _entries(path, refused)
        elif path.suffix.lower() != SUFFIX:
            continue
        elif entry.is_file(follow_symlinks=False):
            relative = path.relative_to(top).as_posix()
            sources.append(Source(path, collection, f"{collection}/{relative}"))
        else:
            what = "a link" if entry.is_symlink() else "not a regular file"
            refused.append(Loaded(str(path), "refused", reason=f"It is {what}, which is never read."))


def _entries(folder: Path, refused: list[Loaded]) -> list["os.DirEntry[str]"]:
    """List what is in a folder, the last name first."""
    try:
        return sorted(os.scandir(folder), key=lambda entry: entry.name, reverse=True)
    except OSError as problem:
        refused.append(Loaded(str(folder), "refused", reason=f"It cannot be read: {problem.strerror}."))
        return []


def load(
    db: Database,
    sources: list[Source],
    *,
    reviews_needed: int,
    source: str | None = None,
    replace: bool = False,
    is_dry_run: bool = False,
) -> Iterator[Loaded]:
    """Load one article after the other and tell what became of each; a bad one never stops the rest.

    :param source: who published them.
    :param replace: let a text that has little in common with the one under its key be a revision of it.
    :param is_dry_run: tell only.
    :raises Unavailable: the database cannot be written; what was told before is stored.
    """
    tried: dict[str, str] = {}  # what a dry run would have loaded by now: key → hash of the text
    for each in sources:
        try:
            article = _read(each, source)
            if is_dry_run and tried.setdefault(each.key, article.sha256) != article.sha256:
                raise Refused(f"Another text is loaded under the key {each.key}; nothing was changed.")
            yield _store(db, each, article, reviews_needed, replace, is_dry_run)
        except Unavailable:
            raise
        except AnnotateError as problem:
            yield Loaded(str(each.path), "refused", each.key, reason=problem.message)


def _store(
    db: Database, source: Source, article: Article, reviews_needed: int, replace: bool, is_dry_run: bool
) -> Loaded:
    """Add what is new, revise what is known, leave what is the same.

    :raises Refused: it was withdrawn, or looks like another article.
    """
    with db.transaction():  # look and add in one, so that two loaders at once add it once
        latest = find_latest(db, article.key)
        if latest is None:
            added = None if is_dry_run else add_document(db, article, reviews_needed=reviews_needed)
            return Loaded(
                str(source.path), "new", article.key, added.id if added else None, len(article.spans)
            )
        if latest.state == "withdrawn":
            raise Refused("The article under this key was withdrawn.")
        if article.source_sha256 == latest.source_sha256 or article.sha256 == latest.sha256:
            return Loaded(str(source.path), "unchanged", article.key, latest.id, latest.n_sentences)
        return _revise(db, source, latest, article, replace, is_dry_run)


def _revise(
    db: Database, source: Source, latest: Document, article: Article, replace: bool, is_dry_run: bool
) -> Loaded:
    told = Loaded(str(source.path), "revised", article.key, n_sentences=len(article.spans))
    if is_dry_run:
        return dataclasses.replace(told, n_carried=len(find_carried(db, latest, article, replace=replace)))
    revision = revise(db, latest, article, replace=replace)
    return dataclasses.replace(
        told, id=revision.document.id, n_carried=revision.n_carried, lost=revision.lost
    )


def _read(source: Source, publisher: str | None) -> Article:
    data = _read_bytes(source.path)
    _check_key(source.key)
    text = decode(data)
    return Article(
        key=source.key,
        collection=source.collection,
        title=title(text),
        text=text,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        source_sha256=hashlib.sha256(data).hexdigest(),
        segmenter=SEGMENTER,
        blocks=blocks(text),
        spans=spans(text),
        source=publisher,
    )


def _read_bytes(path: Path) -> bytes:
    """Read a regular file and nothing else, though it be swapped for a link or a pipe just now."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
        with open(handle, "rb") as file:
            about = os.fstat(handle)
            if not stat.S_ISREG(about.st_mode):
                raise Refused("It is not a regular file.")
            data = file.read(LARGEST_FILE + 1) if about.st_size <= LARGEST_FILE else None
            if data is None or len(data) > LARGEST_FILE:  # it may have grown in the meantime
                raise Refused(f"It is larger than {LARGEST_FILE // 2**20} MiB.")
            return data
    except OSError as problem:
        raise Refused(f"It cannot be read: {problem.strerror}.") from problem


def _check_key(key: str) -> None:
    try:
        key.encode()
    except UnicodeEncodeError:
        raise Invalid("Its name is not UTF-8; rename it.") from None
    if any(category(each) in BREAKING or bidirectional(each) in TURNING for each in key):
        raise Invalid("Its name holds characters that cannot be printed; rename it.")
