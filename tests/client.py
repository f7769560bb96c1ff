"""A test client that signs in, sends what the page sends, and lints every page that it fetches."""

import json
import re
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from tests.lint import lint

TOKEN = re.compile(r'name="csrf-token" content="([^"]+)"')


class Client:
    """One browser, or one program."""

    def __init__(self, app: Flask, **base: Any) -> None:
        self.http = app.test_client(use_cookies=True)
        self.base = base
        self.token: str | None = None

    def open(self, method: str, path: str, **options: Any) -> TestResponse:
        response = self.http.open(path, method=method, buffered=True, **self.base, **options)
        if response.mimetype == "text/html":
            lint(response.get_data(as_text=True))
            found = TOKEN.search(response.get_data(as_text=True))
            self.token = found[1] if found else self.token
        return response

    def get(self, path: str, **options: Any) -> TestResponse:
        return self.open("GET", path, **options)

    def post(self, path: str, **form: str) -> TestResponse:
        """Send a form as the page would."""
        return self.open("POST", path, data={"csrf_token": self.token or "", **form})

    def sign_in(self, name: str, password: str, next: str = "") -> TestResponse:  # noqa: A002
        self.get("/login")
        response = self.post("/login", name=name, password=password, next=next)
        if response.status_code == 302:
            self.get("/account")  # a new session has a new token
        return response

    def send(
        self, method: str, path: str, body: Any = None, *, version: int | None = None, **headers: str
    ) -> TestResponse:
        """Send JSON to the API; `If_Match` and the like may be given as headers."""
        sent = {"X-CSRFToken": self.token or "", **{k.replace("_", "-"): v for k, v in headers.items()}}
        if version is not None:
            sent["If-Match"] = f'"{version}"'
        data = None if body is None else json.dumps(body)
        return self.open(method, f"/api/v1{path}", data=data, headers=sent, content_type="application/json")

    def document(self, document_id: str) -> dict[str, Any]:
        response = self.send("GET", f"/documents/{document_id}")
        assert response.status_code == 200, response.text
        return response.get_json()

    def sentences(self, document_id: str) -> list[dict[str, Any]]:
        return self.document(document_id)["sentences"]

    def write(
        self,
        document_id: str,
        sentence: dict[str, Any],
        what: str,
        body: dict[str, Any],
        **options: Any,
    ) -> TestResponse:
        path = f"/documents/{document_id}/sentences/{sentence['start']}/{what}"
        method = "POST" if what in ("split", "merge", "comments") else "PUT"
        return self.send(method, path, {"end": sentence["end"], **body}, **options)

    def split(self, document_id: str, sentence: dict[str, Any], at: int, **options: Any) -> TestResponse:
        """Split a sentence at `at`, counted from where it starts."""
        options.setdefault("version", sentence["version"])
        return self.write(document_id, sentence, "split", {"at": sentence["start"] + at}, **options)

    def merge(self, document_id: str, sentence: dict[str, Any], **options: Any) -> TestResponse:
        """Merge a sentence with the next one."""
        options.setdefault("version", sentence["version"])
        return self.write(document_id, sentence, "merge", {}, **options)

    def tag(
        self, document_id: str, sentence: dict[str, Any], label: str | None, **options: Any
    ) -> TestResponse:
        fields = {name: options.pop(name) for name in ("speaker", "note", "origin") if name in options}
        return self.write(document_id, sentence, "annotation", {"label": label, **fields}, **options)

    def tag_all(self, document_id: str, *labels: str) -> None:
        """Tag every sentence, the first ones with `labels` and the rest as none."""
        for number, sentence in enumerate(self.sentences(document_id)):
            label = labels[number] if number < len(labels) else "none"
            assert self.tag(document_id, sentence, label).status_code == 200

    def sign_off(self, document_id: str) -> TestResponse:
        return self.send("POST", f"/documents/{document_id}/sign-off")

    def comment(
        self, document_id: str, sentence: dict[str, Any], text: str, **options: Any
    ) -> dict[str, Any]:
        """Comment on a sentence, and return the comment."""
        answer = self.write(document_id, sentence, "comments", {"text": text}, **options)
        assert answer.status_code == 201, answer.text
        return answer.get_json()["comment"]

    def verify(
        self, document_id: str, sentence: dict[str, Any], version: int | None, **fields: Any
    ) -> TestResponse:
        return self.write(document_id, sentence, "verification", fields, version=version)
