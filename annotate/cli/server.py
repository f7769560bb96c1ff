"""``serve``: the production server, which finishes what it is answering before it ends."""

import logging
import signal
import socket
import time
from collections.abc import Callable
from typing import Any

import click
import waitress
from flask import Flask
from waitress import wasyncore
from waitress.server import BaseWSGIServer

from annotate.cli.common import commands
from annotate.config import Settings, load_settings
from annotate.database import find_damage, open_database
from annotate.errors import Refused, Unavailable

DRAIN_SECONDS = 8  # then whoever is still being answered is cut off; a supervisor waits 10


@commands.command()
@click.option("--host", help="Default: the setting HOST.")
@click.option("--port", type=click.IntRange(0, 65535), help="Default: the setting PORT.")
@click.option("--threads", type=click.IntRange(1, 64), help="Default: the setting THREADS.")
def serve(host: str | None, port: int | None, threads: int | None) -> None:
    """Serve people and programs until SIGTERM or Ctrl+C."""
    settings = load_settings()
    check_ready(settings)
    run(
        settings,
        host=settings.host if host is None else host,
        port=settings.port if port is None else port,
        threads=settings.threads if threads is None else threads,
        greet=lambda address: click.echo(f"Serving at {address}", err=True),
    )


def check_ready(settings: Settings) -> None:
    """:raises Refused: there is no secret key; or the database is missing, damaged or of another layout."""
    if settings.secret_key is None:
        raise Refused("There is no secret key. Run `init`, which makes one.")
    open_database(settings.database)
    damage = find_damage(settings.database)
    if damage:
        raise Refused(f"The database is damaged: {damage[0]} Restore a backup; `check` says more.")


def run(settings: Settings, *, host: str, port: int, threads: int, greet: Callable[[str], None]) -> None:
    """Serve until told to stop, then finish what is being answered.

    :param greet: called with the address as soon as it can be visited.
    :raises Unavailable: the address cannot be listened on.
    """
    from annotate import create_app

    _log_to_stderr()
    listener = _listen(host, port)
    server = _make_server(create_app(settings), settings, listener, threads)
    told = Told()
    greet(f"http://{_shown(host)}:{listener.getsockname()[1]}")
    while not told.to_stop:
        wasyncore.loop(timeout=0.5, use_poll=True, map=server._map, count=1)
    _drain(server)


class Told:
    """Whether somebody has told the process to stop."""

    def __init__(self) -> None:
        self.to_stop = False
        for each in (signal.SIGTERM, signal.SIGINT):
            signal.signal(each, self._stop)

    def _stop(self, *_: Any) -> None:
        self.to_stop = True


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=1024)
    except OSError as problem:
        reason = problem.strerror or problem
        raise Unavailable(
            f"Cannot listen on {host} port {port}: {reason}. Choose another with --port or ANNOTATE_PORT."
        ) from problem


def _make_server(app: Flask, settings: Settings, listener: socket.socket, threads: int) -> BaseWSGIServer:
    return waitress.create_server(
        app,
        sockets=[listener],
        threads=threads,
        ident=None,  # no versions
        max_request_body_size=settings.max_body_kb * 1024,
        max_request_header_size=32 * 1024,
        channel_timeout=60,
        connection_limit=500,
        clear_untrusted_proxy_headers=settings.proxy_hops == 0,
    )


def _drain(server: BaseWSGIServer) -> None:
    """Take nobody new, and give those who are being answered time to get their answer."""
    server.del_channel(server._map)
    server.socket.close()
    end = time.monotonic() + DRAIN_SECONDS
    while time.monotonic() < end and any(
        each.requests or each.total_outbufs_len for each in list(server.active_channels.values())
    ):
        wasyncore.loop(timeout=0.05, use_poll=True, map=server._map, count=1)
    server.task_dispatcher.shutdown(timeout=1)


class OneEvent(logging.Formatter):
    """Writes an event so that no text inside it can pass for another event."""

    def format(self, record: logging.LogRecord) -> str:
        """Return one line; what follows it, such as a traceback, is indented."""
        lines = super().format(record).splitlines()
        return "\n    ".join("".join(c if c.isprintable() else "?" for c in each) for each in lines)


def _log_to_stderr() -> None:
    handler = logging.StreamHandler()
    handler.setFormatter(OneEvent("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    logging.getLogger("flask_wtf.csrf").setLevel(logging.WARNING)


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host else host
