"""The commands: ``python -m annotate …``, and the same under ``flask --app annotate …``."""

from flask import Flask

from annotate.cli import agreement, collections, data, demo, exports, matching, people, seeds, server, tokens
from annotate.cli.common import commands

__all__ = [
    "agreement",
    "collections",
    "commands",
    "data",
    "demo",
    "exports",
    "init_app",
    "matching",
    "people",
    "seeds",
    "server",
    "tokens",
]


def init_app(app: Flask) -> None:
    """Make every command one of ``flask --app annotate``."""
    for command in commands.commands.values():
        app.cli.add_command(command)
