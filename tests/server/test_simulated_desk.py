"""A small desk of simulated people works to the end over real HTTP; `make soak` runs a large one."""

from pathlib import Path

from tests.soak.simulation import Simulation, Size

SMALL = Size(reviewers=5, editors=2, articles=8, n_lines=7, needed=3, settled=4, patience=120)


def test_a_desk_works_to_the_end_and_nothing_is_lost_double_seen_too_early_or_left(tmp_path: Path) -> None:
    simulation = Simulation(tmp_path, SMALL, seed=7)
    try:
        simulation.run()
        assert simulation.audit() == []
    finally:
        simulation.close()
    assert simulation.ledger.adjudicated, "they never disagreed: nothing was tried"
