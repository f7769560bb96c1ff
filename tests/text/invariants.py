"""What must hold for every text, whatever is in it."""

from annotate.text.segment import read
from schemas.terms import BLOCKS


def assert_invariants(text: str, language: str | None = None) -> None:
    reading = read(text, language)
    _assert_a_partition(text, [(start, end) for start, end, _ in reading.blocks])
    _assert_a_partition(text, reading.spans)
    assert {kind for _, _, kind in reading.blocks} <= set(BLOCKS)
    starts = {start for start, _ in reading.spans}
    assert all(start in starts for start, _, _ in reading.blocks), "a sentence crosses a block"
    assert "\n" not in reading.title


def _assert_a_partition(text: str, spans: list[tuple[int, int]]) -> None:
    """Spans are ordered, disjoint, trimmed, not empty, and cover all that is not white space."""
    reached = 0
    for start, end in spans:
        assert reached <= start < end <= len(text)
        assert text[reached:start].strip() == ""
        assert text[start:end] == text[start:end].strip()
        reached = end
    assert text[reached:].strip() == ""
