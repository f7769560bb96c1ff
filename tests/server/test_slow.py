"""Clients who are slow on purpose: they keep their connection for a while, and never keep others waiting."""

import http.client
import resource
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from annotate.cli.server import _most_connections
from tests.server.caller import Crowd
from tests.server.conftest import Desk, Server, begin_to_export, until

HALVES = (
    b"GET /healthz HTTP/1.1\r\nHost: a\r\nX-Slow: ",
    b"POST /login HTTP/1.1\r\nHost: a\r\nContent-Length: 5000\r\n\r\nname=",
    b"PUT /api/v1/x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n{",
    b"",
)

HURRIED = """
from annotate.cli import commands, server

server.STALL_SECONDS = {stall}
server.MOST_FILES = {files}
commands(["serve", "--port", "0"])
"""


def serve_hurried(desk: Desk, *, stall: float, files: int = 4096) -> Server:
    """Start a server with less patience, or fewer files, than in earnest."""
    code = HURRIED.format(stall=stall, files=files)
    server = Server([sys.executable, "-c", code], desk.environ())
    desk.servers.append(server)
    return server.wait_until_serving()


def stall(server: Server, stack: ExitStack, n: int) -> list[socket.socket]:
    connections = []
    for number in range(n):
        slow = stack.enter_context(socket.create_connection(("127.0.0.1", server.port), timeout=30))
        slow.sendall(HALVES[number % len(HALVES)])
        connections.append(slow)
    return connections


@contextmanager
def files_of_this_process(soft: int) -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    if before[1] != resource.RLIM_INFINITY and before[1] < soft:
        pytest.skip("this system lets nobody open so many files")
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


def is_closed(connection: socket.socket) -> bool:
    """Whether the other end has hung up; what it said before is thrown away."""
    connection.setblocking(False)
    try:
        while connection.recv(65536):
            pass
    except BlockingIOError:
        return False
    except ConnectionError:
        pass
    return True


def test_six_hundred_clients_that_stall_block_nobody(desk: Desk) -> None:
    with files_of_this_process(4096), ExitStack() as stack:
        server = desk.serve()
        stall(server, stack, 600)

        callers = [server.caller(desk.tokens["alice"]) for _ in range(8)]
        places = callers[0].places()
        assert (
            Crowd(8, lambda number: callers[number].tag(places[number], "claim").status).wait() == [200] * 8
        )
        assert server.stop() == 0


def test_more_clients_that_stall_than_the_server_can_hold_block_others_for_moments(desk: Desk) -> None:
    server = serve_hurried(desk, stall=20, files=256)
    with ExitStack() as stack:
        stall(server, stack, 150)  # it holds 96

        begun = time.monotonic()
        assert server.caller().get("/healthz").status == 200
        assert time.monotonic() - begun < 10


def test_it_may_hold_hundreds_of_connections_where_few_files_are_the_default() -> None:
    with files_of_this_process(4096), files_of_this_process(256):
        assert _most_connections() > 1000
        assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] == 4096


def test_a_request_that_never_ends_is_hung_up_on_though_bytes_trickle_in(desk: Desk) -> None:
    server = serve_hurried(desk, stall=1)
    with ExitStack() as stack:
        for slow, half in zip(stall(server, stack, 4), HALVES, strict=True):

            def is_over(slow: socket.socket = slow, half: bytes = half) -> bool:
                try:
                    slow.send(b"a" if half else b"\r\n")  # empty lines before a request are none
                except OSError:
                    return True
                return is_closed(slow)

            until(is_over, "hung up on", 10)
    assert "Traceback" not in server.log


def test_whoever_asks_now_and_then_keeps_the_connection(desk: Desk) -> None:
    server = serve_hurried(desk, stall=1.5)
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as connection:
        end = time.monotonic() + 3
        while time.monotonic() < end:
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\n")
            time.sleep(0.2)  # slower than a machine, and well within its patience
            connection.sendall(b"\r\n")
            with http.client.HTTPResponse(connection) as answer:
                answer.begin()
                assert (answer.status, answer.read()) == (200, b'{"status":"ok"}')


def test_clients_that_never_read_an_answer_larger_than_any_buffer_block_nobody_for_long(desk: Desk) -> None:
    desk.stock(40, n_lines=40, words=1000)  # 32 MB each
    server = serve_hurried(desk, stall=1)
    with ExitStack() as stack:
        for _ in range(8):  # as many as there are threads
            stack.enter_context(begin_to_export(server, desk.tokens["carol"]))
        assert server.caller().get("/healthz").status == 200
    assert "Traceback" not in server.log
