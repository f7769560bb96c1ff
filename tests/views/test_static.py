"""Files and pages on their way out: versions, caching, compression; promises 26 and 27."""

import gzip
import re

from tests.client import Client

GZIP = {"Accept-Encoding": "gzip"}


def test_a_page_names_files_by_their_version_and_they_may_be_kept_for_ever(stranger: Client) -> None:
    (style,) = re.findall(r'href="(/static/\w+/annotate\.css)"', stranger.get("/login").text)
    answer = stranger.get(style)

    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert "Set-Cookie" not in answer.headers
    assert stranger.get("/static/annotate.css").headers["Cache-Control"] == "no-cache"
    assert stranger.get("/static/0123456789ab/annotate.css").status_code == 404
    assert stranger.get("/static/nowhere").headers["Cache-Control"] == "no-store"


def test_files_and_pages_are_compressed_for_those_who_take_it(alice: Client, story: str) -> None:
    for path in ("/static/annotate.css", "/static/workbench.js", f"/documents/{story}", "/"):
        packed, plain = alice.http.get(path, headers=GZIP), alice.get(path)
        assert packed.headers["Content-Encoding"] == "gzip"
        assert "Content-Encoding" not in plain.headers
        assert "Accept-Encoding" in packed.headers["Vary"]
        assert "Accept-Encoding" in plain.headers["Vary"]
        assert len(packed.data) < len(plain.data) / 2
        strip = re.compile(rb'(name="csrf_token" value|name="csrf-token" content)="[^"]+"')
        assert strip.sub(b"", gzip.decompress(packed.data)) == strip.sub(b"", plain.data)


def test_records_and_exports_are_never_compressed(alice: Client, story: str) -> None:
    sentence = alice.sentences(story)[0]
    for path in (f"/api/v1/documents/{story}", "/api/v1/export"):
        assert "Content-Encoding" not in alice.get(path, headers=GZIP).headers
    answer = alice.tag(story, sentence, "claim", version=0)

    assert answer.headers["ETag"] == '"1"'


def test_the_workbench_is_one_page_one_style_and_one_script(alice: Client, story: str) -> None:
    page = alice.get(f"/documents/{story}").text

    assert len(re.findall(r"<script[^>]+src=", page)) == 1
    assert len(re.findall(r'rel="stylesheet"', page)) == 1
