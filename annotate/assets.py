"""Scripts, styles and pictures as browsers get them: in few files, packed once, each at its own address.

The address carries a hash of all of them, so a browser may keep a file for ever: whatever changes has another
address. The modules that a script of a page imports come in one file with it: together they pack to a sixth
less, and no module waits for another to be read.
"""

import gzip
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

import rcssmin
import rjsmin

FOLDER = Path(__file__).parent / "static"
TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
ENTRIES = {"workbench.js", "elsewhere.js"}  # the scripts that pages name
LEAST = 1000  # bytes; compressing less saves no packet

IMPORT = re.compile(r"^import \{[^}]*\} from '\./(\w+\.js)';\n", re.MULTILINE)
EXPORT = re.compile(r"^export ", re.MULTILINE)
SQUEEZE = {".js": rjsmin.jsmin, ".css": rcssmin.cssmin}  # leave out what is there for readers only


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
    texts = {path.name: path.read_text("utf-8") for path in sorted(folder.iterdir()) if path.suffix in TYPES}
    assets = {
        name: _asset(name, bundle(name, texts) if name in ENTRIES else text)
        for name, text in texts.items()
        if name in ENTRIES or not name.endswith(".js")
    }
    whole = hashlib.sha256()
    for name, asset in assets.items():
        whole.update(f"{name} {len(asset.body)}\n".encode() + asset.body)
    return whole.hexdigest()[:12], assets


def bundle(name: str, texts: dict[str, str], seen: set[str] | None = None) -> str:
    """Return a module with all that it imports before it, as one module.

    It works on modules that import by name, without renaming, and of which no two call something alike at
    their top; a test sees to it.
    """
    seen = set() if seen is None else seen
    seen.add(name)
    needed = [bundle(each, texts, seen) for each in IMPORT.findall(texts[name]) if each not in seen]
    return "".join([*needed, EXPORT.sub("", IMPORT.sub("", texts[name]))])


def _asset(name: str, text: str) -> Asset:
    suffix = Path(name).suffix
    body = SQUEEZE.get(suffix, str)(text).encode()
    return Asset(body, pack(body), TYPES[suffix])


def pack(body: bytes, level: int = 9) -> bytes | None:
    """Compress, if it is worth it; the same bytes give the same bytes."""
    return gzip.compress(body, level, mtime=0) if len(body) >= LEAST else None
