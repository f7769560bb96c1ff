"""Scripts, styles and pictures as browsers get them: without comments, packed once, each at its own address.

The address carries a hash of all of them, so a browser may keep a file for ever: whatever changes has another
address. Modules import each other by relative addresses and so stay within one version.
"""

import gzip
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "static"
TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
LEAST = 1000  # bytes; compressing less saves no packet

# Whole lines of comment, and what stands before a line: what can be left out without parsing the language.
SCRIPT_COMMENT = re.compile(r"^[ \t]*(?:/\*[\s\S]*?\*/|//.*)$", re.MULTILINE)
STYLE_COMMENT = re.compile(r"/\*[\s\S]*?\*/")
INDENT = re.compile(r"^\s+", re.MULTILINE)
STYLE_SPACE = re.compile(r"\s*([{};])\s*")


@dataclass(frozen=True)
class Asset:
    """One file; `packed` is its gzip, or None where that saves nothing."""

    body: bytes
    packed: bytes | None
    mimetype: str


def read_assets(folder: Path = FOLDER) -> tuple[str, dict[str, Asset]]:
    """Read the files of a folder.

    :returns: the version of them all, and each by its name.
    """
    assets = {path.name: _asset(path) for path in sorted(folder.iterdir()) if path.suffix in TYPES}
    whole = hashlib.sha256()
    for name, asset in assets.items():
        whole.update(f"{name} {len(asset.body)}\n".encode() + asset.body)
    return whole.hexdigest()[:12], assets


def _asset(path: Path) -> Asset:
    body = squeeze(path.suffix, path.read_text("utf-8")).encode()
    return Asset(body, pack(body), TYPES[path.suffix])


def squeeze(suffix: str, text: str) -> str:
    """Leave out what is there for its readers only.

    A script's template literals must not span lines, nor a style's strings hold `{`, `}` or `;`; a test
    sees to it.
    """
    if suffix == ".js":
        return INDENT.sub("", SCRIPT_COMMENT.sub("", text))
    if suffix == ".css":
        return INDENT.sub("", STYLE_SPACE.sub(r"\1", STYLE_COMMENT.sub("", text)))
    return text


def pack(body: bytes, level: int = 9) -> bytes | None:
    """Compress, if it is worth it; the same bytes give the same bytes."""
    return gzip.compress(body, level, mtime=0) if len(body) >= LEAST else None
