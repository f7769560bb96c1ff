"""SIGTERM: what is being answered is answered, nobody new is taken, and it ends by itself with 0."""

import json
import socket
import threading

from tests.conftest import CAST
from tests.server.caller import GONE, Caller, Crowd
from tests.server.conftest import Desk, Server, until


def test_sigterm_while_people_tag_loses_no_answer_and_ends_with_0(desk: Desk, server: Server) -> None:
    callers = [server.caller(desk.tokens["alice"]) for _ in range(6)]
    places = callers[0].places()
    is_begun = threading.Event()
    acknowledged: list[dict[str, int]] = [{} for _ in callers]

    def act(number: int) -> None:
        mine = places[number :: len(callers)]
        for round_ in range(10_000):
            for place in mine:
                try:
                    answer = callers[number].tag(place, "claim", version=round_)
                except GONE:
                    return
                assert answer.status == 200, answer.text
                acknowledged[number][place.path] = answer.version
                is_begun.set()

    crowd = Crowd(len(callers), act)
    assert is_begun.wait(30)
    server.terminate()

    assert server.wait() == 0
    crowd.wait()
    assert server.refuses()
    assert "Traceback" not in server.log
    assert len(server.lines) == 1, server.log
    assert desk.run("check").stdout == "All is well.\n"
    again = desk.serve().caller(desk.tokens["alice"])
    stored = {
        f"/documents/{document['id']}/sentences/{sentence['start']}/annotation": each["version"]
        for document in again.documents()
        for sentence in document["sentences"]
        for each in sentence["annotations"]
    }
    for each in acknowledged:
        for path, version in each.items():
            assert stored[path] in (version, version + 1)  # the last one may have lost its answer


def ask_for_export(desk: Desk, server: Server) -> socket.socket:
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16 * 1024)
    connection.settimeout(30)
    connection.connect(("127.0.0.1", server.port))
    head = f"GET /api/v1/export HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {desk.tokens['carol']}\r\n\r\n"
    connection.sendall(head.encode())
    return connection


def test_sigterm_while_a_slow_reader_downloads_lets_him_finish(desk: Desk, server: Server) -> None:
    desk.stock(40, n_lines=20, words=500)  # 8 MB, more than sockets hold
    with ask_for_export(desk, server) as connection:
        received = bytearray(connection.recv(4096))
        assert received.startswith(b"HTTP/1.1 200 ")
        server.terminate()
        until(server.refuses, "refused anybody new")
        assert server.process.poll() is None, "it left while somebody was being answered"
        while not received.endswith(b"\r\n0\r\n\r\n"):
            piece = connection.recv(1 << 20)
            assert piece, "cut off"
            received += piece

    assert server.wait() == 0
    document = json.loads(unchunked(bytes(received)))
    assert document["cursor"]
    assert len(document["documents"]) == 42
    assert "Traceback" not in server.log


def test_sigterm_ends_it_with_0_also_while_somebody_never_reads(desk: Desk, server: Server) -> None:
    desk.stock(40, n_lines=40, words=1000)  # 32 MB, more than sockets and the server's own buffer hold
    with ask_for_export(desk, server) as connection:
        assert connection.recv(16)
        server.terminate()
        assert server.wait(10) == 0
    assert "Traceback" not in server.log
    assert "Fatal" not in server.log


def unchunked(answer: bytes) -> bytes:
    body = bytearray()
    at = answer.index(b"\r\n\r\n") + 4
    while True:
        end = answer.index(b"\r\n", at)
        size = int(answer[at:end], 16)
        if size == 0:
            return bytes(body)
        body += answer[end + 2 : end + 2 + size]
        at = end + 2 + size + 2


def test_sigterm_ends_it_with_0_while_nobody_calls(server: Server) -> None:
    assert server.stop() == 0
    assert server.refuses()


def test_sigterm_ends_it_with_0_while_connections_are_idle_or_stalled(server: Server) -> None:
    idle = [server.caller() for _ in range(4)]
    for each in idle:
        assert each.get("/healthz").status == 200
    stalled = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(4)]
    try:
        for each in stalled:
            each.sendall(b"PUT /api/v1/x HTTP/1.1\r\nHost: a\r\nContent-Le")
        assert server.stop() == 0
    finally:
        for each in stalled:
            each.close()


def test_a_request_that_came_before_sigterm_is_answered(desk: Desk, server: Server) -> None:
    callers = [server.caller(desk.tokens[name]) for name in CAST for _ in range(4)]
    assert {each.get("/healthz").status for each in callers} == {200}

    def act(number: int) -> int:
        callers[number].start("GET", "/api/v1/documents")
        if number == 0:
            server.terminate()
        try:
            return callers[number].finish().status
        except GONE:
            return 0  # came too late

    statuses = Crowd(len(callers), act).wait()

    assert set(statuses) <= {0, 200}
    assert 200 in statuses
    assert server.wait() == 0


def test_a_second_sigterm_does_no_harm(server: Server) -> None:
    with Caller(server.port) as caller:
        assert caller.get("/healthz").status == 200
        server.terminate()
        server.terminate()
        assert server.wait() == 0
