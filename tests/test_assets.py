"""Scripts and styles: what reaches a browser is what was written, in fewer bytes."""

import gzip
import re
from collections import Counter
from pathlib import Path

from annotate.assets import ENTRIES, FOLDER, IMPORT, bundle, modules, read_assets

SCRIPTS = {path.name: path.read_text("utf-8") for path in FOLDER.glob("*.js")}
DECLARED = re.compile(
    r"^(?:export )?(?:const|let|(?:async )?function|class) (?:(\w+)|\{([^}]*)\})", re.MULTILINE
)


def declared(text: str) -> list[str]:
    """Names at the top of a module."""
    found = DECLARED.findall(text)
    return [name.strip() for one, many in found for name in (one or many).split(",")]


def test_no_two_modules_of_a_page_call_something_alike() -> None:
    for entry in ENTRIES:
        names = Counter(name for each in modules(entry, SCRIPTS) for name in declared(SCRIPTS[each]))
        assert [name for name, n in names.items() if n > 1] == []


def test_a_bundle_holds_each_module_once_and_what_is_needed_comes_first() -> None:
    whole = bundle("workbench.js", SCRIPTS)

    assert not re.search(r"^import ", whole, re.MULTILINE)
    for name in set(modules("workbench.js", SCRIPTS)) - {"workbench.js"}:
        (first,) = declared(SCRIPTS[name])[:1]
        assert (
            len(
                re.findall(
                    rf"^(?:export )?(?:const|let|async function|function|class) {first}\b",
                    whole,
                    re.MULTILINE,
                )
            )
            == 1
        )
    assert whole.index("class Outbox") < whole.index("new Outbox")


def test_what_comes_later_takes_what_is_there_already_from_where_it_is() -> None:
    later, now = bundle("later.js", SCRIPTS), bundle("workbench.js", SCRIPTS)

    (line,) = re.findall(r"^import .*", later, re.MULTILINE)
    names = re.findall(r"\w+", line.partition(" from ")[0])[1:]
    assert "words" in names
    assert len(names) == len(set(names))
    assert line.endswith(" from './workbench.js';")
    assert all(re.search(rf"^export (const|(async )?function) {name}\b", now, re.MULTILINE) for name in names)
    assert "class Cut" in later
    assert "class Cut" not in now


def test_every_import_is_of_the_kind_that_can_be_bundled() -> None:
    for name, text in SCRIPTS.items():
        assert len(re.findall(r"^\s*import\b", text, re.MULTILINE)) == len(IMPORT.findall(text)), name
        assert " as " not in "".join(line for line in text.splitlines() if line.startswith("import")), name


def test_no_template_literal_stands_in_another_whose_spaces_would_be_lost() -> None:
    for name, text in SCRIPTS.items():
        assert not re.search(r"\$\{[^}]*`", text), name  # rjsmin takes unnested ones alone


def test_every_brace_of_the_styles_is_closed() -> None:
    for path in FOLDER.glob("*.css"):  # one that is not takes all that follows into its media query
        depth = 0
        for line in path.read_text("utf-8").splitlines():
            assert depth == 0 or not line.startswith(("@media", "/* ----")), line
            depth += line.count("{") - line.count("}")
        assert depth == 0, path


def test_comments_are_for_readers_only() -> None:
    _, assets = read_assets()

    assert b"/*" not in assets["workbench.js"].body + assets["annotate.css"].body


def test_the_first_key_waits_for_little() -> None:
    _, assets = read_assets()
    first = ("workbench.js", "annotate.css", "icon.svg")  # with them comes the page, 4.8 KB with 30 sentences

    assert sum(len(assets[name].packed or assets[name].body) for name in first) <= 25_600 - 4_900


def test_the_version_changes_with_any_file(tmp_path: Path) -> None:
    for name in ("workbench.js", "elsewhere.js", "annotate.css"):
        (tmp_path / name).write_text("x")
    first, _ = read_assets(tmp_path)
    assert read_assets(tmp_path)[0] == first
    (tmp_path / "annotate.css").write_text("y")

    assert read_assets(tmp_path)[0] != first


def test_what_is_packed_unpacks_to_the_same() -> None:
    _, assets = read_assets()
    for asset in assets.values():
        assert asset.packed is None or gzip.decompress(asset.packed) == asset.body
