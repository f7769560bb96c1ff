"""What must hold for every text, whatever is in it."""

from annotate.text.blocks import blocks, title
from annotate.text.segment import spans
from schemas.terms import BLOCKS


def assert_invariants(text: str, language: str | None = None) -> None:
    found = blocks(text)
    sentences = spans(text, language)
    _assert_a_partition(text, [(start, end) for start, end, _ in found])
    _assert_a_partition(text, sentences)
    assert {kind for _, _, kind in found} <= set(BLOCKS)
    starts = {start for start, _ in sentences}
    assert all(start in starts for start, _, _ in found), "a sentence crosses a block"
    assert "\n" not in title(text)


def _assert_a_partition(text: str, spans: list[tuple[int, int]]) -> None:
    """Spans are ordered, disjoint, trimmed, not empty, and cover all that is not white space."""
    reached = 0
    for start, end in spans:
        assert reached <= start < end <= len(text)
        assert text[reached:start].strip() == ""
        assert text[start:end] == text[start:end].strip()
        reached = end
    assert text[reached:].strip() == ""
