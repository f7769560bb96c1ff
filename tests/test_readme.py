"""The README tells the truth about what can be checked by a program."""

import re
from dataclasses import fields
from pathlib import Path

from flask import Flask

from annotate.cli import commands
from annotate.config import Settings

TOP = Path(__file__).parent.parent
README = (TOP / "README.md").read_text("utf-8")


def test_it_lists_every_setting_with_what_it_is() -> None:
    listed = dict(re.findall(r"^\| `ANNOTATE_(\w+)` \| [^|]+ \| (.+) \|$", README, re.MULTILINE))

    assert listed == {each.name.upper(): each.metadata["about"] for each in fields(Settings)}


def test_it_lists_every_command() -> None:
    for name in commands.commands:
        assert f"`{name}" in README, name


def test_it_lists_every_direct_dependency_and_no_other() -> None:
    table = README.split("| dependency |")[1].split("\n\n")[0]
    listed = set(re.findall(r"^\| ([\w-]+) \|", table, re.MULTILINE))
    wanted = re.findall(r"^([\w-]+)", (TOP / ".ci/requirements.in").read_text("utf-8"), re.MULTILINE)

    assert listed == set(wanted)


def test_every_pinned_version_has_its_hashes() -> None:
    for path in ("requirements.txt", "tests/requirements.txt"):
        for pin in (TOP / path).read_text("utf-8").split("\n    # via")[:-1]:
            assert re.search(r"^[\w.\-]+==\S+", pin, re.MULTILINE), pin
            assert "--hash=sha256:" in pin, pin


def test_what_it_links_to_is_there() -> None:
    for target in re.findall(r"\]\(([^)]+)\)", README):
        assert (TOP / target).exists(), target


def test_it_lists_every_route_of_the_api(app: Flask) -> None:
    told = README.split("## The API")[1].split("## Settings")[0]
    routes = [rule.rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/api/v1/")]

    for route in routes:
        name = [part for part in route.split("/") if not part.startswith("<")][-1]
        assert re.search(rf"/{name}\b", told), route
