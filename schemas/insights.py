"""What the address of the insights says."""

from typing import Any

from marshmallow import post_load

from schemas.base import Shape, Text


class InsightsFilter(Shape):
    """Of which collection the figures are; empty is all."""

    collection = Text(load_default=None, allow_none=True)

    @post_load
    def drop_empty(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """A form sends its empty fields too."""
        return {name: value or None for name, value in data.items()}
