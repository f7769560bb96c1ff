"""The functions that other programs call need neither Flask nor a database."""

import subprocess
import sys

ALONE = """
import sys
for name in ("flask", "click", "sqlite_utils", "marshmallow", "orjson"):
    sys.modules[name] = None  # importing it fails
from annotate.text.segment import spans
from annotate.text.match import candidates
assert spans("One fish. Two fish.") == [(0, 9), (10, 19)]
assert candidates([("a", "One fish. Two fish."), ("b", "Karst.")]) == [[], []]
"""


def test_segmenting_and_matching_import_nothing_of_the_service() -> None:
    done = subprocess.run([sys.executable, "-c", ALONE], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
