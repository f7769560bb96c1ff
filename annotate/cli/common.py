"""What the commands share: how they fail, where their database is, and how they print."""

import errno
import io
import os
import sys
from contextlib import suppress
from typing import Any

import click

from annotate.config import load_settings
from annotate.database import Database, open_database
from annotate.errors import AnnotateError, Invalid, Refused


class OneLine(click.Command):
    """Says in one line what went wrong, and ends with 1, or 2 where the command itself was misspelt."""

    def make_context(self, *args: Any, **options: Any) -> click.Context:
        """Read the arguments."""
        try:
            return super().make_context(*args, **options)
        except click.UsageError as problem:
            raise _misspelt(problem) from problem

    def invoke(self, context: click.Context) -> Any:
        """Run the command."""
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(errors="backslashreplace")  # a terminal may lack a letter of a name
        try:
            _check_utf8(context)
            return super().invoke(context)
        except click.UsageError as problem:
            raise _misspelt(problem) from problem
        except AnnotateError as problem:
            raise click.ClickException(printable(problem.message)) from problem
        except OSError as problem:
            if problem.errno == errno.EPIPE:  # whoever read our output has seen enough; click knows
                raise
            raise _failed(problem) from problem


class Misspelt(click.ClickException):
    """There is no such command, option or value."""

    exit_code = 2


def _misspelt(problem: click.UsageError) -> click.ClickException:
    if isinstance(problem, click.exceptions.NoArgsIsHelpError):
        return problem
    hint = f" Try `{problem.ctx.command_path} --help`." if problem.ctx else ""
    return Misspelt(printable(" ".join(problem.format_message().split())) + hint)


def _check_utf8(context: click.Context) -> None:
    words = {name: value for name, value in context.params.items() if isinstance(value, str)}
    for name, value in words.items():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise Invalid(f"What is given as {name.replace('_', ' ')} is not UTF-8.") from None


def _failed(problem: OSError) -> click.ClickException:
    if problem.filename is None:  # a stream: what is still to be written must not fail again at the end
        with suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    where = f"{os.fsdecode(problem.filename)}: " if problem.filename else "Reading or writing failed: "
    return click.ClickException(printable(f"{where}{problem.strerror or problem}."))


class Command(OneLine):
    """A command."""


class Group(OneLine, click.Group):
    """A group of commands."""

    command_class = Command
    group_class = type


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name=None, version="0.1.0", prog_name="annotate")
def commands() -> None:
    """Tag the sentences of news articles and record how each was checked."""


def open_db() -> Database:
    """Open this installation's database."""
    return open_database(load_settings().database)


def printable(text: str) -> str:
    """Return text that a terminal shows and doesn't obey: what is not printable is written as an escape."""
    return "".join(
        each
        if each.isprintable()
        else each.encode("unicode_escape", "replace").decode()
        if not 0xD800 <= ord(each) <= 0xDFFF
        else f"\\x{ord(each) & 0xFF:02x}"
        for each in text
    )


def ask_password(from_stdin: bool) -> str:
    """Ask for a new password twice, or read one line of standard input."""
    try:
        if from_stdin:
            return sys.stdin.readline().rstrip("\r\n")
        password: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    except UnicodeDecodeError:
        raise Invalid("The password is not UTF-8.") from None
    except click.Abort:
        raise Refused("No password was given. A program gives it with --password-stdin.") from None
    return password
