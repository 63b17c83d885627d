"""A case from its registration through gate 0, by everybody who takes part, each in their own session."""

from __future__ import annotations

from tests.e2e.journeys.conftest import SignIn
from tests.e2e.journeys.registering import register_case
from tests.installation import Installation


def test_case_registered_by_its_owner_passes_gate_0_and_stands_in_stage_1(
    installation: Installation, people: SignIn
) -> None:
    reference = register_case(people("owner").page)

    assert reference
