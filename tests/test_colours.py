"""The colours of the design system: contrast by WCAG's formula, for every pair that stands together."""

import re
from pathlib import Path

import pytest

STYLE = (Path(__file__).parent.parent / "annotate/static/annotate.css").read_text("utf-8")
TEXT, MARK = 4.5, 3.0  # WCAG 2.2, 1.4.3 and 1.4.11

PAIRS = [
    *[(ink, paper, TEXT) for ink in ("ink", "quiet", "accent", "bad") for paper in ("paper", "card", "sunk")],
    *[(label, f"{label}-bg", TEXT) for label in ("claim", "quote", "boilerplate", "bad")],
    *[("ink", f"{label}-bg", TEXT) for label in ("claim", "quote", "boilerplate")],
    *[("quiet", f"{label}-bg", TEXT) for label in ("claim", "quote", "boilerplate")],  # what stands, after it
    *[("paper", label, TEXT) for label in ("claim", "quote", "boilerplate")],  # the letter in front
    *[(each, "current", TEXT) for each in ("ink", "quiet", "claim", "quote", "boilerplate", "none", "bad")],
    ("none", "paper", TEXT),
    ("none", "sunk", TEXT),
    ("good", "card", TEXT),
    ("good", "paper", TEXT),
    ("on-accent", "accent", TEXT),
    ("ink", "found", TEXT),
    *[(edge, paper, MARK) for edge in ("edge", "focus", "accent") for paper in ("paper", "card")],
    ("focus", "current", MARK),
]


def colours(block: str) -> dict[str, tuple[float, ...]]:
    found = re.findall(r"--([\w-]+): #([0-9a-f]{6}|[0-9a-f]{3})\b", block)
    wide = {name: value if len(value) == 6 else "".join(each * 2 for each in value) for name, value in found}
    return {name: tuple(int(value[i : i + 2], 16) / 255 for i in (0, 2, 4)) for name, value in wide.items()}


LIGHT = colours(STYLE[: STYLE.index("prefers-color-scheme: dark")])
DARK = LIGHT | colours(STYLE[STYLE.index("prefers-color-scheme: dark") : STYLE.index("/* ---- elements")])


def luminance(colour: tuple[float, ...]) -> float:
    parts = [each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in colour]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_the_formula_gives_what_wcag_gives() -> None:
    assert contrast((0, 0, 0), (1, 1, 1)) == pytest.approx(21)
    assert contrast((0.4666667,) * 3, (1, 1, 1)) == pytest.approx(4.48, abs=0.01)  # #777 just fails


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_what_stands_together_can_be_told_apart(theme: dict[str, tuple[float, ...]]) -> None:
    faint = {
        f"{one} on {other}": round(contrast(theme[one], theme[other]), 2)
        for one, other, least in PAIRS
        if contrast(theme[one], theme[other]) < least
    }

    assert faint == {}
