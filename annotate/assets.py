"""Scripts, styles and pictures as browsers get them: in few files, packed once, each at its own address.

The address carries a hash of all of them, so a browser may keep a file for ever: whatever changes has another
address. The modules that a script of a page imports come in one file with it: together they pack to a sixth
less, and no module waits for another to be read. What a page needs only after a while comes in a file of its
own, so that the first key waits for less.
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
# The scripts that pages name, and those that one of them loads later, whose modules they share.
ENTRIES = {
    "workbench.js": None,
    "elsewhere.js": None,
    "adjudication.js": None,
    "desk.js": None,
    "later.js": "workbench.js",
}
LEAST = 1000  # bytes; compressing less saves no packet

IMPORT = re.compile(r"^import \{ ([^}]*) \} from '\./(\w+\.js)';\n", re.MULTILINE)
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


def bundle(name: str, texts: dict[str, str]) -> str:
    """Return a module with all that it imports before it, as one module.

    What the script that loads it holds already, it imports from there: no module is read twice. This works on
    modules that import by name, without renaming, and of which no two call something alike at their top; a
    test sees to it.
    """
    opener = ENTRIES.get(name)
    held = modules(opener, texts) if opener else []
    own = [each for each in modules(name, texts) if each not in held]
    imports = [found for each in own for found in IMPORT.findall(texts[each])]
    shared = {item for names, source in imports if source in held for item in names.split(", ")}
    head = [f"import {{ {', '.join(sorted(shared))} }} from './{opener}';\n"] if shared else []
    return "".join([*head, *(IMPORT.sub("", texts[each]) for each in own)])


def modules(name: str, texts: dict[str, str]) -> list[str]:
    """Return the modules that one is made of, each once, after those that it needs; itself comes last."""
    needed = [each for _, source in IMPORT.findall(texts[name]) for each in modules(source, texts)]
    return list(dict.fromkeys([*needed, name]))


def _asset(name: str, text: str) -> Asset:
    suffix = Path(name).suffix
    body = SQUEEZE.get(suffix, str)(text).encode()
    return Asset(body, pack(body), TYPES[suffix])


def pack(body: bytes, level: int = 9) -> bytes | None:
    """Compress, if it is worth it; the same bytes give the same bytes."""
    return gzip.compress(body, level, mtime=0) if len(body) >= LEAST else None
