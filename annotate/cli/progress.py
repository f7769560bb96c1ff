"""A bar on a terminal, click's own, that tells how fast it goes and how long it still takes."""

import sys
import time
from types import TracebackType
from typing import Any

import click

LABELS = {"reading": "Loading", "indexing": "Indexing"}


class Bar:
    """Shows one stage after the other; what is not shown costs nothing."""

    def __init__(self, *, is_shown: bool) -> None:
        self.is_shown = is_shown
        self.stage: str | None = None
        self.bar: Any = None
        self.begun = time.monotonic()
        self.n_told = 0

    def __enter__(self) -> "Bar":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._finish()

    def show(self, stage: str, done: int, total: int) -> None:
        """Show that so much of the stage is done; a total of 0 is not known."""
        if not self.is_shown or not total:
            return
        if stage != self.stage:
            self._finish()
            self.stage = stage
            self.bar = click.progressbar(
                length=total, label=LABELS[stage], file=sys.stderr, item_show_func=self._rate
            )
            self.bar.render_progress()
        self.bar.update(min(done, total) - self.bar.pos, self.n_told)

    def make_room(self) -> None:
        """Count an article, and clear the line for what is told of it; the bar is drawn anew below."""
        self.n_told += 1
        if self.is_shown:
            click.echo("\r\x1b[K", err=True, nl=False)

    def _rate(self, n_told: int | None) -> str | None:
        if n_told is None or self.stage != "reading":
            return None
        return f"{n_told} articles, {n_told / max(time.monotonic() - self.begun, 0.001):.0f} a second"

    def _finish(self) -> None:
        if self.bar is not None:
            self.bar.render_finish()
            self.bar = None
