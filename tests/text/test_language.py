import subprocess
import sys

import pytest

from annotate.text.language import detect
from annotate.text.segment import read
from tests.bench.sets import samples


@pytest.mark.parametrize("name", ["de", "en-hard", "es", "fr", "pl", "uk"])
def test_a_text_of_some_lines_is_detected(name: str) -> None:
    lines = [each.text for each in samples(name)]

    for at in range(0, len(lines) - 6, 6):
        assert detect("\n\n".join(lines[at : at + 6])) == name[:2]


@pytest.mark.parametrize(
    "text", ["", " \n", "Norhavn", "12:30 – 14:45", "· · ·" * 100, "x" * 100_000, "\ud800" * 100]
)
def test_where_nothing_is_sure_there_is_no_language(text: str) -> None:
    assert detect(text) is None


def test_a_language_that_is_given_is_not_detected() -> None:
    polish = "Rada miasta zebrała się w poniedziałek. Postanowiła zamknąć basen przy ul. Długiej."

    assert read(polish).language == "pl"
    assert read(polish, "en-GB").language == "en"


def test_detecting_imports_nothing_of_the_service() -> None:
    code = (
        "import sys; sys.modules['flask'] = None; from annotate.text.language import detect; detect('Hallo')"
    )

    subprocess.run([sys.executable, "-c", code], check=True)
