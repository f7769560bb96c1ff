"""``serve``: the production server, which waits for no slow client and finishes what it is answering."""

import logging
import resource
import signal
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import click
import waitress
from flask import Flask, Response
from waitress import wasyncore
from waitress.channel import HTTPChannel
from waitress.server import BaseWSGIServer
from waitress.task import ErrorTask
from waitress.utilities import BadRequest, ServerNotImplemented

from annotate.cli.common import commands
from annotate.config import Settings, load_settings
from annotate.database import find_damage, open_database
from annotate.errors import Refused, Unavailable

DRAIN_SECONDS = 8  # then whoever is still being answered is cut off; a supervisor waits 10
STALL_SECONDS = 20  # for one request from its first byte to its last, or for reading on in an answer
IDLE_SECONDS = 60  # between an answer and the next request
CROWDED_SECONDS = 2  # instead of both, once half of all connections are taken
MOST_FILES = 4096  # open at the same time, if the system lets us; polling more takes too long


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
        host=host or settings.host,
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
    from annotate.web import get_db

    _log_to_stderr()
    listener = _listen(host, port)
    app = create_app(settings)
    with app.app_context():
        get_db().let_wait(threads - 2)  # so that two are left to those who read
    server = _make_server(app, settings, listener, threads)
    told = Told()
    greet(f"http://{_shown(host)}:{listener.getsockname()[1]}")
    looked_at = time.monotonic()
    while not told.to_stop:
        wasyncore.loop(timeout=0.5, use_poll=True, map=server._map, count=1)
        if time.monotonic() > looked_at + 1:
            looked_at = time.monotonic()
            _hang_up_on_the_slow(server)
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


class Refusal(ErrorTask):  # type: ignore[misc]
    """Answers what is so malformed or large that the application never sees it."""

    def execute(self) -> None:
        """Answer as waitress does, guarded as the application's answers are."""
        problem = self.request.error
        if isinstance(problem, ServerNotImplemented):  # an odd encoding is the client's fault, not ours
            self.request.error = BadRequest(problem.body)
        self.response_headers.extend(self.channel.server.guarding_headers)
        super().execute()


class Channel(HTTPChannel):  # type: ignore[misc]
    """A connection that knows when the request began that it has not sent to its end."""

    error_task_class = Refusal

    def __init__(self, *args: Any, **options: Any) -> None:
        self.begun_at: float | None = time.time()  # who connects has something to ask
        super().__init__(*args, **options)

    def readable(self) -> bool:
        """Whether to take more from the client; once we are to stop, nothing that has not begun."""
        if self.server.is_stopping and self.begun_at is None:
            return False
        return bool(super().readable())

    def received(self, data: bytes) -> bool:
        """Take what came of a request, in the main thread."""
        if self.begun_at is None:
            self.begun_at = time.time()
        return bool(super().received(data))

    def service(self) -> None:
        """Answer a request that has come to its end, in a thread of its own."""
        self.begun_at = None
        super().service()

    def is_slow(self, stall: float, idle: float) -> bool:
        """Whether the client takes longer than so many seconds to go on with what is its turn."""
        now = time.time()
        if self.total_outbufs_len:
            return bool(self.last_activity < now - stall)
        if self.requests:
            return False  # it is our turn
        if self.begun_at is None:
            return bool(self.last_activity < now - idle)
        return self.begun_at < now - stall


def _make_server(app: Flask, settings: Settings, listener: socket.socket, threads: int) -> BaseWSGIServer:
    server = waitress.create_server(
        app,
        sockets=[listener],
        threads=threads,
        ident=None,  # no versions
        max_request_body_size=settings.max_body_kb * 1024,
        max_request_header_size=32 * 1024,
        connection_limit=_most_connections(),
        outbuf_high_watermark=2**40,  # what is not read yet waits in a file, and no thread with it
        clear_untrusted_proxy_headers=settings.proxy_hops == 0,
    )
    server.channel_class = Channel
    server.guarding_headers = _guarding_headers(app)
    server.is_stopping = False
    return server


def _guarding_headers(app: Flask) -> list[tuple[str, str]]:
    """Return what the application adds to every answer."""
    with app.test_request_context():
        plain = Response()
        of_its_own = set(plain.headers.keys())
        return [each for each in app.process_response(plain).headers if each[0] not in of_its_own]


def _most_connections() -> int:
    """Let the process open more files, where the system allows it, and say how many clients that is."""
    files, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if _finite(files) < _finite(most):
        with suppress(OSError, ValueError):  # some systems allow less than they say
            resource.setrlimit(resource.RLIMIT_NOFILE, (_finite(most), most))
            files = _finite(most)
    return _finite(files) * 3 // 8  # two each, as a large body waits in a file; a quarter is ours


def _finite(limit: int) -> int:
    return MOST_FILES if limit == resource.RLIM_INFINITY else min(limit, MOST_FILES)


def _hang_up_on_the_slow(server: BaseWSGIServer) -> None:
    """Close connections that keep us waiting; waitress alone waits on as long as single bytes come."""
    channels = list(server.active_channels.values())
    is_crowded = len(channels) > server.adj.connection_limit / 2
    stall, idle = (CROWDED_SECONDS,) * 2 if is_crowded else (STALL_SECONDS, IDLE_SECONDS)
    for each in channels:
        if each.is_slow(stall, idle):
            each.handle_close()


def _drain(server: BaseWSGIServer) -> None:
    """Take nobody new, and give those who are being answered time to get their answer."""
    server.del_channel(server._map)
    server.socket.close()
    wasyncore.loop(timeout=0, use_poll=True, map=server._map, count=1)  # what has come until now
    server.is_stopping = True
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
