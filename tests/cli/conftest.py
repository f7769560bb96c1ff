"""A shell to run the commands in, as people do: mostly in this process, which is fast."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from annotate.cli import commands
from annotate.config import Settings
from annotate.database import Database

TOP = Path(__file__).parent.parent.parent
PASSWORD = "a long enough secret"


def assert_one_line(stderr: str) -> str:
    """Return the message of a failure, which is one line that says so."""
    assert stderr.startswith("Error: "), stderr
    assert stderr.endswith("\n"), stderr
    assert stderr.count("\n") == 1, stderr
    assert stderr[:-1].isprintable(), stderr
    return stderr.removeprefix("Error: ").rstrip("\n")


class Shell:
    """Runs commands for one installation."""

    def __init__(self, instance: Path, **env: str) -> None:
        self.instance = instance
        self.env = {"ANNOTATE_INSTANCE": str(instance), **env}

    def run(self, *words: str | Path, stdin: str | bytes | None = None, **env: str) -> Result:
        """Run a command in this process; whatever it doesn't foresee is raised."""
        return CliRunner(env={**self.env, **env}).invoke(
            commands, [str(each) for each in words], input=stdin, catch_exceptions=False
        )

    def ok(self, *words: str | Path, **options: Any) -> str:
        """Run a command that works, and return what it prints."""
        result = self.run(*words, **options)
        assert result.exit_code == 0, result.output
        assert "Error" not in result.stderr
        return result.stdout

    def fails(self, *words: str | Path, code: int = 1, **options: Any) -> str:
        """Run a command that fails in one line, and return that line."""
        result = self.run(*words, **options)
        assert result.exit_code == code, result.output
        return assert_one_line(result.stderr)

    def process(
        self, *words: str | bytes | Path, by: Sequence[str] = ("-m", "annotate"), **options: Any
    ) -> subprocess.CompletedProcess[bytes]:
        """Run a command as a process of its own."""
        env = {**os.environ, **self.env, **options.pop("env", {})}
        options = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, **options}
        if "input" in options:
            del options["stdin"]
        return subprocess.run(  # noqa: PLW1510 - failures are what we ask about
            [sys.executable, *by, *words], cwd=TOP, env=env, stderr=subprocess.PIPE, timeout=60, **options
        )


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("ANNOTATE_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def shell(settings: Settings) -> Shell:
    """An installation with the cast in its database."""
    settings.secret_key_file.write_text("k" * 64, "utf-8")
    return Shell(settings.instance)


@pytest.fixture
def empty_shell(tmp_path: Path) -> Shell:
    """A place where nothing is installed yet."""
    return Shell(tmp_path / "new" / "instance")


def dump(db: Database) -> str:
    """Return everything that stands in any table."""
    tables = [row[0] for row in db.rows("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1")]
    lines = []
    for table in tables:
        for row in db.rows(f"SELECT * FROM [{table}]"):
            lines.append(f"{table}: " + " | ".join(_shown(value) for value in tuple(row)))
    return "\n".join(lines)


def _shown(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
