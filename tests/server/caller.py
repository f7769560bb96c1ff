"""Whoever talks to a real server: a browser with cookies and forms, or a program with a token."""

import http.client
import json
import re
import socket
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from http.cookies import SimpleCookie
from types import TracebackType
from typing import Any
from urllib.parse import urlencode

PATIENCE = 30  # seconds; no answer of ours takes a third of it
CSRF = re.compile(r'<meta name="csrf-token" content="([^"]+)"')
GONE = (OSError, http.client.HTTPException)  # what the other end's death looks like


@dataclass(frozen=True)
class Answer:
    """What came back, read to its end."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def version(self) -> int:
        return int((self.headers["ETag"] or '""').strip('"') or 0)


class Caller(AbstractContextManager["Caller"]):
    """One connection that is kept open, as a browser's is; opened anew when the server has closed it."""

    def __init__(self, port: int, token: str | None = None) -> None:
        self.port = port
        self.token = token
        self.cookies: dict[str, str] = {}
        self.csrf: str | None = None
        self.connection: http.client.HTTPConnection | None = None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    def start(self, method: str, path: str, body: bytes | None = None, **headers: str) -> None:
        """Send a request and don't wait for the answer."""
        if self.connection is None:
            self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.token:
            sent["Authorization"] = f"Bearer {self.token}"
        elif self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        self.connection.request(method, path, body, sent)

    def finish(self) -> Answer:
        assert self.connection is not None
        response = self.connection.getresponse()
        try:
            body = response.read()
        except AttributeError as problem:  # http.client stumbles over an answer that was cut off
            raise ConnectionResetError from problem
        answer = Answer(response.status, response.headers, body)
        for line in answer.headers.get_all("Set-Cookie") or []:
            self.cookies |= {name: morsel.value for name, morsel in SimpleCookie(line).items()}
        found = CSRF.search(answer.body.decode("utf-8", "replace"))
        if found:
            self.csrf = found[1]
        if response.will_close:
            self.close()
        return answer

    def send(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
        try:
            self.start(method, path, body, **headers)
            return self.finish()
        except BaseException:
            self.close()
            raise

    def get(self, path: str) -> Answer:
        return self.send("GET", path)

    def post(self, path: str, **form: str) -> Answer:
        body = urlencode({"csrf_token": self.csrf or "", **form}).encode()
        return self.send("POST", path, body, Content_Type="application/x-www-form-urlencoded")

    def sign_in(self, name: str, password: str) -> Answer:
        self.get("/login")
        answer = self.post("/login", name=name, password=password)
        if answer.status == 302:
            self.get("/account")  # a new session has a new token
        return answer

    def api(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        version: int | None = None,
        key: str | None = None,
    ) -> Answer:
        headers = {"Content-Type": "application/json"}
        if self.csrf:
            headers["X-CSRFToken"] = self.csrf
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        if key is not None:
            headers["Idempotency-Key"] = key
        data = None if body is None else json.dumps(body).encode()
        return self.send(method, f"/api/v1{path}", data, **headers)

    def documents(self) -> list[dict[str, Any]]:
        return [
            self.api("GET", f"/documents/{each['id']}").json
            for each in self.api("GET", "/documents?limit=100").json["items"]
        ]

    def places(self) -> list["Place"]:
        """Return every sentence of every document."""
        return [
            Place(document["id"], sentence["start"], sentence["end"])
            for document in self.documents()
            for sentence in document["sentences"]
        ]

    def tag(self, place: "Place", label: str | None, **options: Any) -> Answer:
        fields = {name: options.pop(name) for name in ("speaker", "note") if name in options}
        return self.api("PUT", place.path, {"end": place.end, "label": label, **fields}, **options)

    def my_tag(self, place: "Place", name: str = "alice") -> dict[str, Any] | None:
        """Return what is stored for one sentence and one reviewer."""
        document = self.api("GET", f"/documents/{place.document}").json
        (sentence,) = [each for each in document["sentences"] if each["start"] == place.start]
        found = [each for each in sentence["annotations"] if each["reviewer"] == name]
        return found[0] if found else None


@dataclass(frozen=True)
class Place:
    """A sentence of a document."""

    document: str
    start: int
    end: int

    @property
    def path(self) -> str:
        return f"/documents/{self.document}/sentences/{self.start}/annotation"


class Crowd:
    """Threads whose failures are the test's, started at once and always joined."""

    def __init__(self, n: int, act: Callable[[int], Any]) -> None:
        self.results: list[Any] = [None] * n
        self.failures: list[BaseException] = []
        self._ready = threading.Barrier(n)
        self._act = act
        self._threads = [threading.Thread(target=self._run, args=(each,), daemon=True) for each in range(n)]
        for each in self._threads:
            each.start()

    def _run(self, number: int) -> None:
        try:
            self._ready.wait(PATIENCE)
            self.results[number] = self._act(number)
        except BaseException as problem:
            self.failures.append(problem)

    def wait(self, patience: float = 4 * PATIENCE) -> list[Any]:
        for each in self._threads:
            each.join(patience)
            assert not each.is_alive(), "a client never ended"
        if self.failures:
            raise self.failures[0]
        return self.results


def raw(port: int, sent: bytes, *, patience: float = PATIENCE) -> bytes:
    """Send bytes as they are and return all that comes back until the server closes."""
    with socket.create_connection(("127.0.0.1", port), timeout=patience) as connection:
        try:
            connection.sendall(sent)
            connection.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # it has closed already; what it answered can still be read
        answer = b""
        try:
            while piece := connection.recv(65536):
                answer += piece
        except ConnectionResetError:
            pass
        return answer
