"""The time as it is stored; nothing is ever ordered by it."""

import time
from datetime import UTC, datetime


def now() -> str:
    """Return the time in UTC, ISO 8601, to the second."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def seconds() -> int:
    """Return whole seconds since 1970."""
    return int(time.time())
