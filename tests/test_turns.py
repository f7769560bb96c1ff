"""Writers of several processes take turns; each stands for one with its own lock files."""

import fcntl
import threading

import pytest

from annotate.config import Settings
from annotate.database import open_database


def wait_for_queue(settings: Settings) -> None:
    """Wait until somebody stands in it."""
    with open(f"{settings.database}.queue", "rb") as queue:
        while True:
            try:
                fcntl.flock(queue, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
            fcntl.flock(queue, fcntl.LOCK_UN)


def test_a_process_that_comes_again_at_once_lets_one_that_waits_go_first(settings: Settings) -> None:
    loader, server = open_database(settings.database), open_database(settings.database)
    order: list[str] = []

    def tag() -> None:
        with server.transaction():
            order.append("tag")

    with loader.transaction():
        waiting = threading.Thread(target=tag)
        waiting.start()
        wait_for_queue(settings)
        order.append("first batch")
    with loader.transaction():
        order.append("second batch")
    waiting.join()

    assert order == ["first batch", "tag", "second batch"]


def test_a_long_transaction_leaves_room_where_somebody_waited_and_only_there(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    loader, server = open_database(settings.database), open_database(settings.database)

    def tag() -> None:
        with server.transaction():
            pass

    with loader.transaction():
        waiting = threading.Thread(target=tag)
        waiting.start()
        wait_for_queue(settings)
    waiting.join()
    pauses: list[float] = []
    monkeypatch.setattr("annotate.database.time.sleep", pauses.append)
    loader.leave_room()
    with loader.transaction():
        pass
    loader.leave_room()

    assert pauses[0] > 0
    assert pauses[1] == 0
