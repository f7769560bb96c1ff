"""What comes over the wire from people who mean no good, and what goes back to them."""

import re
import socket
from contextlib import ExitStack

import pytest

from tests.conftest import PASSWORD
from tests.server.caller import Caller, raw
from tests.server.conftest import Desk, Server, begin_to_export

STATUS = re.compile(rb"\AHTTP/1\.[01] ([1-5][0-9][0-9]) ")
MEGABYTE = 1024 * 1024


def status_of(answer: bytes) -> int:
    """Return the status of an answer, 0 where the server has closed without a word."""
    found = STATUS.match(answer)
    assert found or not answer, answer[:200]
    return int(found[1]) if found else 0


def test_eight_clients_that_never_read_a_large_answer_block_nobody(desk: Desk, server: Server) -> None:
    desk.stock(20, n_lines=20, words=500)
    with ExitStack() as stack:
        for _ in range(10):
            stack.enter_context(begin_to_export(server, desk.tokens["carol"]))
        assert server.caller().get("/healthz").status == 200


@pytest.mark.parametrize("path", ["/login", "/api/v1/documents/x/sentences/0/annotation", "/nowhere"])
def test_a_body_over_the_limit_is_refused_before_it_is_sent(server: Server, path: str) -> None:
    for method in ("POST", "PUT"):
        head = f"{method} {path} HTTP/1.1\r\nHost: a\r\nContent-Length: {5 * MEGABYTE}\r\n\r\n"
        with socket.create_connection(("127.0.0.1", server.port), timeout=30) as connection:
            connection.sendall(head.encode() + b"a")  # and not a byte more: it answers all the same
            assert status_of(connection.recv(65536)) == 413


def test_a_chunked_body_over_the_limit_is_refused_before_its_end(server: Server) -> None:
    head = b"POST /login HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    chunk = b"10000\r\n" + b"a" * 0x10000 + b"\r\n"
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as connection:
        connection.sendall(head)
        try:
            for _ in range(17 * 4):  # 4 MB and no end
                connection.sendall(chunk)
        except ConnectionError:
            pass  # refused, and hung up
        try:
            answer = connection.recv(65536)
        except ConnectionError:
            answer = b""
    assert status_of(answer) in (0, 413)
    assert status_of(raw(server.port, head + chunk * 17)) in (0, 413)
    assert server.caller().get("/healthz").status == 200


def test_a_body_just_under_the_limit_reaches_the_application(server: Server, alice: Caller) -> None:
    place = alice.places()[0]
    answer = alice.tag(place, "claim", note="n" * (MEGABYTE - 200))
    assert answer.status == 422
    assert "note" in answer.json["error"]["fields"]


BOMBS = {
    "one enormous header": b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"a" * MEGABYTE + b"\r\n\r\n",
    "very many headers": b"GET / HTTP/1.1\r\nHost: a\r\n" + b"X: a\r\n" * 50_000 + b"\r\n",
    "an enormous path": b"GET /" + b"a" * MEGABYTE + b" HTTP/1.1\r\nHost: a\r\n\r\n",
    "an enormous cookie": b"GET / HTTP/1.1\r\nHost: a\r\nCookie: annotate=" + b"a" * 100_000 + b"\r\n\r\n",
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
def test_a_header_bomb_is_refused(server: Server, bomb: bytes) -> None:
    status = status_of(raw(server.port, bomb))
    assert status == 0 or 400 <= status < 500
    assert server.caller().get("/healthz").status == 200


HOST = b"Host: a\r\n"
MALFORMED = {
    "nothing": b"\r\n\r\n",
    "junk": b"\x00\xff\xfe junk\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 64,
    "no version": b"GET /\r\n\r\n",
    "no path": b"GET  HTTP/1.1\r\n" + HOST + b"\r\n",
    "odd version": b"GET / HTTP/9.9\r\n" + HOST + b"\r\n",
    "odd method": b"BREW / HTTP/1.1\r\n" + HOST + b"\r\n",
    "lower-case method": b"get / HTTP/1.1\r\n" + HOST + b"\r\n",
    "no host": b"GET / HTTP/1.1\r\n\r\n",
    "two hosts": b"GET / HTTP/1.1\r\n" + HOST + b"Host: b\r\n\r\n",
    "odd host": b"GET /login HTTP/1.1\r\nHost: [::1\r\n\r\n",
    "host with a slash": b"GET / HTTP/1.1\r\nHost: a/../b\r\n\r\n",
    "host with a port that is none": b"GET / HTTP/1.1\r\nHost: a:port\r\n\r\n",
    "host in the path": b"GET http://[::1/ HTTP/1.1\r\n" + HOST + b"\r\n",
    "asterisk": b"OPTIONS * HTTP/1.1\r\n" + HOST + b"\r\n",
    "tunnel": b"CONNECT a:443 HTTP/1.1\r\n" + HOST + b"\r\n",
    "half a percent": b"GET /%zz%2 HTTP/1.1\r\n" + HOST + b"\r\n",
    "NUL in the path": b"GET /documents/%00 HTTP/1.1\r\n" + HOST + b"\r\n",
    "bytes that are no UTF-8": b"GET /documents/%ff%fe?q=%ff HTTP/1.1\r\n" + HOST + b"\r\n",
    "raw bytes in the path": b"GET /\xff\xfe HTTP/1.1\r\n" + HOST + b"\r\n",
    "header without a colon": b"GET / HTTP/1.1\r\n" + HOST + b"nonsense\r\n\r\n",
    "header with a space": b"GET / HTTP/1.1\r\n" + HOST + b"Content-Length : 0\r\n\r\n",
    "folded header": b"GET / HTTP/1.1\r\n" + HOST + b"X: a\r\n b\r\n\r\n",
    "bare line feeds": b"GET / HTTP/1.1\n" + b"Host: a\n\n",
    "NUL in a header": b"GET / HTTP/1.1\r\n" + HOST + b"X: \x00\r\n\r\n",
    "negative length": b"POST /login HTTP/1.1\r\n" + HOST + b"Content-Length: -1\r\n\r\n",
    "length in words": b"POST /login HTTP/1.1\r\n" + HOST + b"Content-Length: ten\r\n\r\n",
    "astronomic length": b"POST /login HTTP/1.1\r\n" + HOST + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n",
    "two lengths": b"POST /login HTTP/1.1\r\n" + HOST + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    "length and chunks": b"POST /login HTTP/1.1\r\n"
    + HOST
    + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "chunk size in words": b"POST /login HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\nten\r\n",
    "chunk of negative size": b"POST /login HTTP/1.1\r\n"
    + HOST
    + b"Transfer-Encoding: chunked\r\n\r\n-5\r\n",
    "odd encoding of transfer": b"POST /login HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: gzip\r\n\r\n",
    "body shorter than said": b"POST /login HTTP/1.1\r\n" + HOST + b"Content-Length: 50\r\n\r\nname=a",
    "odd form": b"POST /login HTTP/1.1\r\n"
    + HOST
    + b"Content-Type: multipart/form-data; boundary=\r\nContent-Length: 4\r\n\r\n----",
    "odd charset": b"POST /login HTTP/1.1\r\n"
    + HOST
    + b"Content-Type: text/plain; charset=nonsense\r\nContent-Length: 1\r\n\r\na",
    "odd cookie": b"GET / HTTP/1.1\r\n" + HOST + b'Cookie: annotate="\\377\\000; ;;=;a\r\n\r\n',
    "odd token": b"GET /api/v1/documents HTTP/1.1\r\n" + HOST + b"Authorization: Bearer \xff\xfe\r\n\r\n",
    "odd range": b"GET /static/annotate.css HTTP/1.1\r\n" + HOST + b"Range: bytes=9-1,x,-\r\n\r\n",
    "odd date": b"GET /static/annotate.css HTTP/1.1\r\n" + HOST + b"If-Modified-Since: never\r\n\r\n",
    "out of the folder": b"GET /static/../../annotate/config.py HTTP/1.1\r\n" + HOST + b"\r\n",
    "out of the folder, spelled": b"GET /static/..%2f..%2fconfig.py HTTP/1.1\r\n" + HOST + b"\r\n",
}


@pytest.fixture(scope="module")
def open_server(furnished: Desk, tmp_path_factory: pytest.TempPathFactory):
    """One server for requests that change nothing."""
    folder = tmp_path_factory.mktemp("wire") / "instance"
    folder.mkdir()
    for name in ("annotate.db", "secret_key"):
        (folder / name).write_bytes((furnished.folder / name).read_bytes())
    desk = Desk(folder, furnished.tokens)
    yield desk.serve()
    desk.clear()


@pytest.mark.parametrize("request_", MALFORMED.values(), ids=MALFORMED)
def test_malformed_http_is_never_the_servers_fault(open_server: Server, request_: bytes) -> None:
    answer = raw(open_server.port, request_)

    assert status_of(answer) < 500, answer[:300]
    assert b"Traceback" not in answer
    assert "Traceback" not in open_server.log
    assert open_server.caller().get("/healthz").status == 200


def test_malformed_http_after_a_good_request_does_not_touch_the_good_one(open_server: Server) -> None:
    good = b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"
    answer = raw(open_server.port, good + b"junk\r\n\r\n")
    assert status_of(answer) == 200


# Only at the beginning of a word: a random token may hold any five letters somewhere inside.
VERSIONS = re.compile(rb"(?<![\w-])(?:waitress|werkzeug|flask|python|sqlite|jinja|gunicorn)", re.IGNORECASE)


def test_no_answer_names_a_server_or_a_version(open_server: Server) -> None:
    requests = [
        b"GET /login HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /static/annotate.css HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /static/nowhere HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /api/v1/documents HTTP/1.1\r\nHost: a\r\n\r\n",
        b"POST /login HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
        b"DELETE /healthz HTTP/1.1\r\nHost: a\r\n\r\n",
        *MALFORMED.values(),
        *BOMBS.values(),
    ]
    for each in requests:
        answer = raw(open_server.port, each)
        head = answer.partition(b"\r\n\r\n")[0]
        assert b"\nserver:" not in head.lower(), head
        assert b"\nvia:" not in head.lower(), head
        assert b"\nx-powered-by:" not in head.lower(), head
        assert not VERSIONS.search(answer), answer[:500]


def header_lines(answer: bytes) -> list[bytes]:
    head = answer.partition(b"\r\n\r\n")[0]
    return head.splitlines()[1:]


REFUSED_UNSEEN = {  # by the server, before the application sees anything of it
    "too large a body": (413, b"POST /login HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\n"),
    "too large a header": (431, b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"a" * 33_000 + b"\r\n\r\n"),
    "negative length": (400, MALFORMED["negative length"]),
    "odd encoding of transfer": (400, MALFORMED["odd encoding of transfer"]),
    "folded twice": (400, b"GET / HTTP/1.1\r\n X: a\r\n\r\n"),
}


@pytest.mark.parametrize(("status", "request_"), REFUSED_UNSEEN.values(), ids=REFUSED_UNSEEN)
def test_what_the_server_refuses_by_itself_is_guarded_as_a_page_is(
    open_server: Server, status: int, request_: bytes
) -> None:
    page = header_lines(raw(open_server.port, b"GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n"))
    own = (b"content-", b"date", b"set-cookie", b"connection", b"location")
    guarding = [
        line
        for line in page
        if line.lower().startswith(b"content-security-policy") or not line.lower().startswith(own)
    ]
    assert len(guarding) >= 6

    answer = raw(open_server.port, request_)

    assert status_of(answer) == status
    assert set(guarding) <= set(header_lines(answer)), answer


def test_logs_hold_no_password_no_token_and_no_forged_line(desk: Desk, server: Server) -> None:
    forged = "2040-01-01 00:00:00,000 INFO annotate: dana signed in"
    names = (f"alice\n{forged}", f"alice\r\n{forged}", f"alice\u2028{forged}", f"\x1b[2Jalice\x85{forged}")
    browser = server.caller()
    for name in names:
        browser.get("/login")
        assert browser.post("/login", name=name, password="hunter2 hunter2").status in (403, 422)
    browser.get("/login")
    assert browser.post("/login", name="alice", password="hunter3 hunter3").status == 403
    assert browser.sign_in("alice", PASSWORD).status == 302
    token = desk.run("tokens", "add", "spare", "--for", "alice", "--scope", "write").stdout.strip()
    program = server.caller(token)
    place = program.places()[0]
    assert program.tag(place, "claim").status == 200
    assert program.send("GET", f"/nowhere%0a{forged.replace(' ', '%20')}").status == 404
    assert program.send("GET", "/api/v1/%0d%0a" + forged.replace(" ", "%20")).status == 404
    raw(
        server.port,
        b"GET /login HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 1\x0b" + forged.encode() + b"\r\n\r\n",
    )
    server.caller("annotate_" + "x" * 43).get("/api/v1/documents")
    with Caller(server.port) as leaving:
        leaving.start("GET", f"/api/v1/export?since={forged.replace(' ', '%20')}")
    session = browser.cookies["annotate"]
    assert server.stop() == 0

    log = server.log
    for secret in (PASSWORD, "hunter2", "hunter3", token, token.removeprefix("annotate_"), session, "x" * 43):
        assert secret not in log
    assert not [line for line in server.lines if line.startswith("2040")]
    assert "\x1b" not in log
    known = re.compile(r"Serving at |\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} [A-Z]+ [a-z_.]+: |    ")
    assert all(known.match(line) for line in server.lines), log


def test_a_trap_in_the_request_line_is_no_line_in_the_log(server: Server) -> None:
    evil = b"GET /\x1b[31m%0aINFO:forged HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n"
    assert status_of(raw(server.port, evil)) < 500
    assert server.caller().get("/healthz").status == 200
    assert "\x1b" not in server.log
    assert not [line for line in server.lines if line.startswith("INFO:forged")]
