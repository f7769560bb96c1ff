"""Open, read, write and migrate the database; knows neither Flask nor what the tables mean.

One writer connection a process and one reader a thread, all kept open. Writers take turns, first come
first served, within the process by :class:`FairLock` (SQLite's own waiting is not fair) and between
processes by a lock file, because ``BEGIN IMMEDIATE`` alone gives up after the busy timeout.
"""

import fcntl
import os
import shutil
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import quote

import orjson
import sqlite_utils
from sqlite_utils import Migrations
from sqlite_utils.utils import sqlite3

from annotate.errors import Refused, Unavailable
from annotate.migrations import MIGRATIONS

BUSY_SECONDS = 8  # a locked database is waited for at least 5 seconds
STUCK_SECONDS = 1  # a writer needs milliseconds: who takes so long is waiting for another program
MOST_WAITING = 6  # of the 8 threads of a server, so that 2 are left to those who read
DIRTY_CODES = {  # primary result codes of SQLite that say: not now, and not the caller's fault
    5: "the database is locked by another program",
    6: "the database is locked by another program",
    8: "the database cannot be written: it is read-only",
    10: "the disk reports an error",
    11: "the database is damaged; run `check`",
    13: "the disk is full",
    14: "the database cannot be opened",
    26: "the file is not a database",
}

BUSY_CODES = (5, 6)
DAMAGE_CODES = (11, 26)

PRAGMAS = (
    "foreign_keys = ON",
    "synchronous = FULL",  # what is acknowledged survives a power cut
    "trusted_schema = OFF",
    "wal_autocheckpoint = 4000",  # pages; a tag writes about ten, and many of them the same
    "secure_delete = ON",  # what is erased is gone from the file, too
)

Row = Any  # sqlite3.Row: by name and by position


def json_list(values: Iterable[Any]) -> str:
    """Write values as SQL takes a list: for its ``json_each``."""
    return orjson.dumps(list(values)).decode()


class FairLock:
    """A lock that serves those who wait in the order in which they came.

    :param most: how many may keep waiting, whoever holds it included, once it is stuck.
    """

    def __init__(self, most: int = MOST_WAITING) -> None:
        self.most = most
        self._mutex = threading.Lock()
        self._waiting: deque[threading.Lock] = deque()
        self._is_held = False
        self._handed_at = 0.0

    def acquire(self, timeout: float) -> bool:
        """Wait at most `timeout` seconds, less where too many wait; say whether the lock is ours."""
        end = time.monotonic() + timeout
        with self._mutex:
            if not self._is_held:
                self._is_held, self._handed_at = True, time.monotonic()
                return True
            turn = threading.Lock()
            turn.acquire()
            self._waiting.append(turn)
        while not self._gives_up(turn, end):
            if turn.acquire(timeout=min(timeout, STUCK_SECONDS / 4)):
                return True
        return False

    def release(self) -> None:
        """Hand the lock to whoever has waited longest."""
        with self._mutex:
            self._handed_at = time.monotonic()
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._is_held = False

    def _gives_up(self, turn: threading.Lock, end: float) -> bool:
        """Leave the queue if it is too late, or if nothing moves and enough others wait already."""
        now = time.monotonic()
        with self._mutex:
            if turn not in self._waiting:
                return False  # it was handed to us just now
            is_surplus = self._waiting.index(turn) + 1 >= self.most
            if now < end and not (is_surplus and now > self._handed_at + STUCK_SECONDS):
                return False
            self._waiting.remove(turn)
            return True


def _connect(path: Path, mode: str) -> sqlite_utils.Database:
    connection = sqlite3.connect(
        f"file:{quote(os.fsencode(path))}?mode={mode}",
        uri=True,
        isolation_level=None,  # else RETURNING leaves a transaction open and the row is lost
        check_same_thread=False,
        timeout=BUSY_SECONDS,
        cached_statements=256,
    )
    connection.row_factory = sqlite3.Row
    db = sqlite_utils.Database(connection, recursive_triggers=False, execute_plugins=False)
    for pragma in PRAGMAS:
        db.execute(f"PRAGMA {pragma}")
    return db


@contextmanager
def _said_plainly() -> Iterator[None]:
    try:
        yield
    except sqlite3.DatabaseError as problem:
        _raise_plainly(problem)


def _raise_plainly(problem: Exception) -> NoReturn:
    """Turn what the disk does to us into :class:`Unavailable`; an error in our SQL stays what it is."""
    code = getattr(problem, "sqlite_errorcode", None)
    about = DIRTY_CODES.get(code & 0xFF) if code is not None else None
    if "Could not decode" in str(problem):  # the driver's own words for text that is no UTF-8
        about = DIRTY_CODES[11]
    if about is None:
        raise problem
    raise Unavailable(about[0].upper() + about[1:] + ".") from problem


class Database:
    """The one way to the database.

    Reading outside a transaction goes through this thread's own reader; inside :meth:`transaction`,
    through the writer, so that a unit of work sees its own changes.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._turns = FairLock()
        self._writer: sqlite_utils.Database | None = None
        self._lock_files: tuple[int, int] | None = None
        self._owed_seconds = 0.0
        self._local = threading.local()

    def rows(self, sql: str, **values: Any) -> list[Row]:
        """Run a query and fetch it all: a half-read one would keep the log from being checkpointed."""
        try:
            return self._connection().conn.execute(sql, values).fetchall()
        except sqlite3.DatabaseError as problem:
            _raise_plainly(problem)

    def row(self, sql: str, **values: Any) -> Row | None:
        """Return the first row or None."""
        rows = self.rows(sql, **values)
        return rows[0] if rows else None

    def value(self, sql: str, **values: Any) -> Any:
        """Return the first column of the first row, or None."""
        row = self.row(sql, **values)
        return None if row is None else row[0]

    def write(self, sql: str, **values: Any) -> list[Row]:
        """Run one statement inside the open transaction and return what it RETURNs."""
        self._check_transaction()
        return self.rows(sql, **values)

    def write_many(self, sql: str, rows: Iterable[Mapping[str, object] | tuple[object, ...]]) -> None:
        """Run one statement for each of `rows` inside the open transaction."""
        self._check_transaction()
        with _said_plainly():
            self._connection().conn.executemany(sql, rows)

    def let_wait(self, most: int) -> None:
        """Say how many threads may wait for a database that somebody else has locked."""
        self._turns.most = max(1, most)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make what happens inside one durable change, or none; nested ones join the outermost.

        :raises Unavailable: no turn within :data:`BUSY_SECONDS`, too many wait, or the disk refuses.
        """
        if getattr(self._local, "writer", None) is not None:
            yield
            return
        if not self._turns.acquire(BUSY_SECONDS):
            raise Unavailable("The database is busy. Try again in a moment.")
        try:
            with self._between_processes(), _said_plainly():
                yield from self._unit_of_work()
        finally:
            self._turns.release()

    def _unit_of_work(self) -> Iterator[None]:
        writer = self._open_writer()
        try:
            writer.execute("BEGIN IMMEDIATE")
            self._local.writer = writer
            yield
            writer.execute("COMMIT")
        except (sqlite3.OperationalError, Unavailable):
            self._drop_writer()  # after a disk error the connection may be in any state
            raise
        except BaseException:
            with suppress(sqlite3.Error):
                writer.rollback()
            raise
        finally:
            self._local.writer = None

    @contextmanager
    def snapshot(self) -> Iterator["Database"]:
        """Yield a reader of its own that sees one state of the database, whatever others write."""
        with _said_plainly():
            connection = _connect(self.path, "rw")
        view = Database(self.path)
        view._local.reader = connection
        try:
            with _said_plainly():
                connection.execute("PRAGMA query_only = ON")
                connection.execute("BEGIN")
                connection.execute("SELECT number FROM documents LIMIT 1").fetchall()
            yield view
        finally:
            connection.close()

    def forget_log(self) -> None:
        """Empty the log, which still holds what was erased; later, if somebody is reading it just now."""
        with _said_plainly():
            self._connection().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    @property
    def in_transaction(self) -> bool:
        """Whether this thread is inside :meth:`transaction`."""
        return getattr(self._local, "writer", None) is not None

    def _connection(self) -> sqlite_utils.Database:
        writer = getattr(self._local, "writer", None)
        if writer is not None:
            return writer  # type: ignore[no-any-return]
        reader = getattr(self._local, "reader", None)
        if reader is None:
            reader = self._local.reader = _connect(self.path, "rw")
            reader.execute("PRAGMA query_only = ON")
        return reader

    def _check_transaction(self) -> None:
        if not self.in_transaction:
            raise RuntimeError("a write outside a transaction")

    def _open_writer(self) -> sqlite_utils.Database:
        if self._writer is None:
            self._writer = _connect(self.path, "rw")
        return self._writer

    def _drop_writer(self) -> None:
        writer, self._writer = self._writer, None
        if writer is not None:
            with suppress(sqlite3.Error):
                writer.close()

    @contextmanager
    def _between_processes(self) -> Iterator[None]:
        """Hold the lock between processes; whoever waits for it holds the place in front of it.

        So a process that comes again and again, such as a large load, lets one that waits go first.
        """
        if self._lock_files is None:
            self._lock_files = _open_lock(self.path), _open_lock(self.path, "queue")
        lock, queue = self._lock_files
        end = time.monotonic() + BUSY_SECONDS
        _wait_for(queue, end)
        try:
            _wait_for(lock, end)
        finally:
            fcntl.flock(queue, fcntl.LOCK_UN)
        begun = time.monotonic()
        try:
            yield
        finally:
            self._owed_seconds = time.monotonic() - begun if _is_taken(queue) else 0.0
            fcntl.flock(lock, fcntl.LOCK_UN)

    def leave_room(self) -> None:
        """After a long transaction, stay away as long as it took if another process has been waiting.

        Turns alone would let each of many small writes, which wait in one process, wait for a long one.
        """
        time.sleep(self._owed_seconds)


def _is_taken(lock_file: int) -> bool:
    try:
        fcntl.flock(lock_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    fcntl.flock(lock_file, fcntl.LOCK_UN)
    return False


def _open_lock(path: Path, name: str = "lock") -> int:
    try:
        return os.open(f"{path}.{name}", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as problem:
        raise Unavailable(f"The database cannot be written: {problem.strerror}.") from problem


def _wait_for(lock_file: int, end: float | None = None) -> None:
    """Take a lock between processes; polled, because flock itself knows no timeout.

    :param end: when to give up, on the monotonic clock; None: after :data:`BUSY_SECONDS`.
    """
    end, pause = end or time.monotonic() + BUSY_SECONDS, 0.0005
    while True:
        try:
            fcntl.flock(lock_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() > end:
                raise Unavailable("The database is busy. Try again in a moment.") from None
            time.sleep(pause)
            pause = min(pause * 2, 0.005)


def open_database(path: Path, migrations: Migrations = MIGRATIONS) -> Database:
    """Open an existing database of this program's layout.

    :raises Unavailable: it is missing, not a database, or of an older or a newer layout.
    """
    if not path.is_file():
        raise Unavailable(f"There is no database at {path}. Run `init` first.")
    with _said_plainly():
        connection = _connect(path, "rw")
        try:
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
            _refuse_newer(connection, migrations)
            pending = migrations.pending(connection)
        finally:
            connection.close()
    if pending:
        raise Unavailable(f"The database at {path} has an older layout. Run `init` to bring it up.")
    return Database(path)


def migrate(path: Path, backups: Path, migrations: Migrations = MIGRATIONS) -> Path | None:
    """Create the database or bring it to the newest layout; whole or not at all, safe to run again.

    :returns: the backup that was made first, if there was anything to lose.
    :raises Unavailable: the database is newer than this program, damaged or locked.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    lock_file = _open_lock(path)
    backup = None
    try:
        _wait_for(lock_file)
        with _said_plainly():
            db = _connect(path, "rw")
            _refuse_newer(db, migrations)
            if migrations.pending(db):
                if migrations.applied(db):
                    backup = keep_copy(path, backups, "before-migration")
                _apply(db, migrations)
            db.close()
    finally:
        os.close(lock_file)
    return backup


def _apply(db: sqlite_utils.Database, migrations: Migrations) -> None:
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA foreign_keys = OFF")
    db.execute("BEGIN IMMEDIATE")
    try:
        migrations.apply(db)
        if db.execute("PRAGMA foreign_key_check").fetchall():
            raise Unavailable("The migration would leave loose ends; nothing was changed.")
        db.execute("COMMIT")
    except BaseException:
        db.rollback()
        raise


def _refuse_newer(db: sqlite_utils.Database, migrations: Migrations) -> None:
    known = {each.name for each in migrations._migrations}
    newer = [each.name for each in migrations.applied(db) if each.name not in known]
    if newer:
        raise Unavailable(f"The database is newer than this program: it has {newer[-1]}.")


def copy_database(source: Path, target: Path) -> None:
    """Copy a database, also one in use, with all that was committed before; the copy appears whole.

    :raises Refused: there is something under that name, perhaps since a moment ago.
    :raises Unavailable: the source is missing, damaged or locked, or the target cannot be written.
    """
    if not source.is_file():
        raise Unavailable(f"There is no database at {source}.")
    partial = target.with_name(f".{target.name}.{os.getpid()}.partial")
    try:
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        partial.unlink(missing_ok=True)  # of a process that was killed and had our number
        os.close(os.open(partial, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        with _said_plainly():
            _pour(source, partial, journal="DELETE")  # one file, without a log beside it
        with open(partial, "rb") as file:
            os.fsync(file.fileno())
        _publish(partial, target)
    except OSError as problem:
        raise Unavailable(f"{target} cannot be written: {problem.strerror}.") from problem
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)


def _publish(partial: Path, target: Path) -> None:
    """Give a whole file its name without taking it from another: `os.replace` would."""
    try:
        os.link(partial, target)
        return
    except FileExistsError:
        pass
    except OSError:  # a disk that knows no links, such as a memory stick
        if not target.exists():
            os.replace(partial, target)
            return
    raise Refused(f"{target} exists; choose another name.")


def keep_copy(source: Path, folder: Path, reason: str) -> Path:
    """Copy a database into the folder of backups under a name of its own, whoever else is keeping one."""
    while True:
        name = _free_name(folder, reason)
        with suppress(Refused):  # another process took the name within this second
            copy_database(source, name)
            return name


def _free_name(folder: Path, reason: str) -> Path:
    """Return a name with the time that no backup has yet, though two be made within one second."""
    stem = f"{reason}-{time.strftime('%Y%m%dT%H%M%S')}"
    names = (folder / f"{stem}{'' if n == 1 else f'-{n}'}.db" for n in count(1))
    return next(name for name in names if not name.exists())


def copy_in_newest_layout(source: Path, target: Path, migrations: Migrations = MIGRATIONS) -> None:
    """Copy a database of this program, and bring the copy to the newest layout.

    :raises Unavailable: it is newer than this program, damaged, or another program's.
    """
    copy_database(source, target)
    with _said_plainly(), closing(_connect(target, "rw")) as db:
        if not migrations.applied(db):
            raise Unavailable(f"{source} is not a database of this program.")
    migrate(target, target.parent, migrations)


def replace_content(
    path: Path, source: Path, backups: Path, migrations: Migrations = MIGRATIONS
) -> Path | None:
    """Put another database's content in the place of one that may be in use, and keep what was there.

    Both happen under one hold of the lock between processes: what is acknowledged is either kept, or
    comes after and is seen.

    :returns: where that is which was there, if anything was; `damaged-…` if it could only be moved.
    :raises Unavailable: what is there is newer than this program or stays locked, or the disk refuses.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock_file = _open_lock(path)
    try:
        _wait_for(lock_file)
        kept = _keep(path, backups, migrations) if path.exists() else None
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        with _said_plainly():
            _pour(source, path, journal="WAL")
    finally:
        os.close(lock_file)
    return kept


def _keep(path: Path, backups: Path, migrations: Migrations) -> Path:
    try:
        with _said_plainly(), closing(_connect(path, "rw")) as db:
            _refuse_newer(db, migrations)
        return keep_copy(path, backups, "before-restore")
    except Unavailable as problem:
        code = getattr(problem.__cause__, "sqlite_errorcode", 0)
        if code & 0xFF not in DAMAGE_CODES:
            raise
    name = _free_name(backups, "damaged")
    backups.mkdir(parents=True, exist_ok=True, mode=0o700)
    for suffix in ("-wal", "-shm", ""):  # the log first: beside a new database it would be thrown away
        with suppress(FileNotFoundError):
            shutil.move(f"{path}{suffix}", f"{name}{suffix}")
    return name


def _pour(source: Path, target: Path, *, journal: str) -> None:
    """Replace the target's content in one transaction."""
    end = time.monotonic() + BUSY_SECONDS

    def check_time(status: int, _remaining: int, _total: int) -> None:
        if status & 0xFF in BUSY_CODES and time.monotonic() >= end:  # else `backup` would try for ever
            raise Unavailable("The database is busy. Try again in a moment.")

    with closing(_connect(source, "rw")) as reading, closing(_connect(target, "rw")) as writing:
        reading.conn.backup(writing.conn, progress=check_time)
        writing.execute(f"PRAGMA journal_mode = {journal}")


def _check_quickly(db: sqlite_utils.Database) -> list[str]:
    """Check table by table, the search indexes' own too, but not word by word what is in those."""
    tables = db.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND rootpage > 0").fetchall()
    return [
        found[0] for (name,) in tables for found in db.execute(f"PRAGMA quick_check([{name}])").fetchall()
    ]


def find_damage(path: Path, *, quick: bool = True) -> list[str]:
    """Return what SQLite finds wrong with the file itself; empty when all is well."""
    try:
        with _said_plainly():
            db = _connect(path, "rw")
            try:
                if quick:
                    found = _check_quickly(db)
                else:
                    found = [row[0] for row in db.execute("PRAGMA integrity_check(20)").fetchall()]
                    loose = db.execute("PRAGMA foreign_key_check").fetchall()
                    found += [f"loose reference in {row[0]}, row {row[1]}" for row in loose]
            finally:
                db.close()
    except Unavailable as problem:
        return [problem.message]
    return [each for each in found if each != "ok"]
