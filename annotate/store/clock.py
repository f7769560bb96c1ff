"""The time as it is stored; nothing is ever ordered by it."""

import time


def now() -> str:
    """Return the time in UTC, ISO 8601, to the second."""
    return as_time(seconds())


def as_time(moment: int) -> str:
    """Write seconds since 1970 as :func:`now` does."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(moment))


def days_ago(days: int) -> str:
    """Return the time of so many days ago, as :func:`now` writes it."""
    return as_time(seconds() - days * 86_400)


def seconds() -> int:
    """Return whole seconds since 1970."""
    return int(time.time())
