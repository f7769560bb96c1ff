"""``make soak``: 12 reviewers, 2 editors and an admin work 200 articles to the end, with N = 3."""

import sys
import tempfile
from pathlib import Path

from tests.soak.simulation import Simulation, Size

LARGE = Size(reviewers=12, editors=2, articles=200, n_lines=20, needed=3, settled=60, kills=3, patience=3600)


def main() -> None:
    """Run it, print what was done and what went wrong."""
    seed = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    with tempfile.TemporaryDirectory() as folder:
        simulation = Simulation(Path(folder), LARGE, seed)
        try:
            seconds = simulation.run()
            wrong = simulation.audit()
        finally:
            simulation.close()
    ledger = simulation.ledger
    n_settled, n_disputes = len(ledger.settled), len(ledger.adjudicated)
    print(f"{LARGE}, seed {seed}: {seconds:.0f} s")
    print(
        f"{len(ledger.votes)} votes, {n_disputes} disputes decided, {n_settled} claims settled by two people"
    )
    for what, n in sorted(ledger.counts.items()):
        print(f"{n:8} {what}")
    for each in wrong:
        print(f"WRONG: {each}")
    print("All is well." if not wrong else f"{len(wrong)} things are wrong.")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
