"""The issue's promise about a killed worker, on whatever database and broker this run has."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.installation import Installation, surroundings
from tests.services.worker_kill import kill_once, lay_cases


@pytest.mark.xdist_group("worker_kill")
def test_worker_killed_with_a_hundred_recomputes_waiting_loses_and_doubles_none(tmp_path: Path) -> None:
    with surroundings() as variables:
        installation = Installation(tmp_path / "var", variables=variables)
        try:
            installation.start()
            lay_cases(installation)

            killed = kill_once(installation)

            assert killed.waiting > 0
            assert (killed.wrong, killed.doubled) == (0, 0)
            assert killed.seconds < 90
        finally:
            installation.stop()
