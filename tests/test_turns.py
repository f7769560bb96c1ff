"""Writers of several processes take turns; each stands for one with its own lock files."""

import fcntl
import threading

from annotate.config import Settings
from annotate.database import open_database


def test_a_process_that_comes_again_at_once_lets_one_that_waits_go_first(settings: Settings) -> None:
    loader, server = open_database(settings.database), open_database(settings.database)
    order: list[str] = []

    def tag() -> None:
        with server.transaction():
            order.append("tag")

    with loader.transaction():
        waiting = threading.Thread(target=tag)
        waiting.start()
        with open(f"{settings.database}.queue", "rb") as queue:
            while True:  # until it stands in the queue
                try:
                    fcntl.flock(queue, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    break
                fcntl.flock(queue, fcntl.LOCK_UN)
        order.append("first batch")
    with loader.transaction():
        order.append("second batch")
    waiting.join()

    assert order == ["first batch", "tag", "second batch"]
