"""Mixed jobs survive killed workers, a Redis that goes away and cut connections, on whatever this run has."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.installation import Installation, surroundings
from tests.services import job_storm
from tests.services.job_storm import Receiver, breakable, storm


@pytest.mark.xdist_group("job_storm")
def test_jobs_in_a_storm_are_done_once_reminded_once_and_delivered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job_storm, "REDIS_AWAY_SECONDS", 5.0)
    monkeypatch.setattr(job_storm, "LONGEST_LIFE_SECONDS", 4.0)
    monkeypatch.setattr(job_storm, "ALLOWED_SECONDS", 300.0)
    receiver = Receiver()
    with surroundings() as bare, breakable(bare) as (variables, redis):
        installation = Installation(tmp_path / "var", variables=variables)
        try:
            installation.start()

            done = storm(installation, receiver, cases=40, kills=2, redis=redis)
        finally:
            installation.stop()
            receiver.stop()

    assert (done.lost, done.doubled) == (0, 0), done.words
