"""Scripts and styles, and pages made smaller on their way out."""

from typing import Any

from flask import Flask, Response, current_app, request
from werkzeug.wrappers import Response as AnyResponse

from annotate.assets import pack, read_assets
from annotate.errors import NotFound

FOR_EVER = "public, max-age=31536000, immutable"
PAGE_LEVEL = 5  # of gzip: 1 ms for a page of 40 KB; 9 takes twice as long and saves 1 %


def init_app(app: Flask) -> None:
    """Read the files once, and offer them under their version."""
    app.extensions["assets"] = read_assets()
    app.add_url_rule("/static/<filename>", "static", send, defaults={"version": ""})
    app.add_url_rule("/static/<version>/<filename>", "static", send)
    app.url_defaults(_add_version)
    app.after_request(_compress_page)


def send(version: str, filename: str) -> Response:
    """Answer with a file; only under today's version may it be kept for ever."""
    today, assets = current_app.extensions["assets"]
    asset = assets.get(filename)
    if asset is None or version not in ("", today):
        raise NotFound("There is no such file.")
    is_packed = asset.packed is not None and _takes_gzip()
    response = Response(asset.packed if is_packed else asset.body, mimetype=asset.mimetype)
    response.headers["Cache-Control"] = FOR_EVER if version else "no-cache"
    response.headers["Vary"] = "Accept-Encoding"
    if is_packed:
        response.headers["Content-Encoding"] = "gzip"
    return response


def _add_version(endpoint: str, values: dict[str, Any]) -> None:
    if endpoint == "static":
        values.setdefault("version", current_app.extensions["assets"][0])


def _compress_page(response: AnyResponse) -> AnyResponse:
    """Compress pages; never records, whose ETags are versions, nor exports, which are streams.

    What a page holds of secrets is its CSRF token, signed anew for every page, so that its length tells
    nothing.
    """
    is_page = response.mimetype == "text/html" and not response.is_streamed
    if not is_page or "Content-Encoding" in response.headers:
        return response
    response.vary.add("Accept-Encoding")
    packed = pack(response.get_data(), PAGE_LEVEL) if _takes_gzip() else None
    if packed is not None:
        response.set_data(packed)
        response.headers["Content-Encoding"] = "gzip"
    return response


def _takes_gzip() -> bool:
    return request.accept_encodings["gzip"] > 0
