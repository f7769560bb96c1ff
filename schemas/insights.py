"""What the address of the insights says."""

from schemas.base import Filter, Text


class InsightsFilter(Filter):
    """Of which collection the figures are; empty is all."""

    collection = Text(load_default=None, allow_none=True)
