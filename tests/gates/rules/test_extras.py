"""Extra items of the checklist before a gate: which states let it go on, and which never do."""

from __future__ import annotations

from datetime import date

import pytest

from gates.rules.extras import extra_result
from gates.rules.verdict import GateInputs, blocking_musts, open_musts, recommend
from scoring.rules.facts import CaseFacts
from scoring.rules.vocabulary import NOT_READY
from tests.scoring.rules.examples import default_playbook

STATES = [
    ("open", "not_enough_evidence", "awaiting_sign_off"),
    ("accepted", "pass", "signed"),
    ("waived", "waived", "waived"),
    ("returned", "returned", "sign_off_returned"),
    ("outdated", "stale", "sign_off_outdated"),
    ("expired", "stale", "sign_off_expired"),
    ("anything else", "not_enough_evidence", "awaiting_sign_off"),
]


def inputs(*items: tuple[str, bool]) -> GateInputs:
    """Gate 2, where no scorecard is asked, with extra items in these states alone."""
    results = tuple(extra_result(f"own:{n}", state, is_must=must) for n, (state, must) in enumerate(items))
    return GateInputs(2, date(2026, 11, 29), CaseFacts(tier="minimal"), 1, results)


@pytest.mark.parametrize(("state", "verdict", "reason"), STATES)
def test_state_of_an_item_has_its_verdict_and_reason(state: str, verdict: str, reason: str) -> None:
    result = extra_result("own:1", state, is_must=True)

    assert (result.verdict, result.reason.code, result.level) == (verdict, reason, "must")
    assert (result.weight, result.achievement, result.closable, result.standing) == (0, 0, False, False)


@pytest.mark.parametrize(("state", "verdict", "reason"), STATES)
@pytest.mark.parametrize("is_must", [True, False])
def test_go_needs_every_must_item_accepted_or_waived(state: str, verdict: str, reason: str, *, is_must: bool) -> None:
    given = inputs(("accepted", True), (state, is_must))

    found = recommend(default_playbook(), given)

    is_free = not is_must or state in ("accepted", "waived")
    assert (found.outcome, found.rule) == (("go", "all_musts_pass") if is_free else (NOT_READY, "must_open"))
    assert [result.key for result in open_musts(given.results)] == ([] if is_free else ["own:1"])
    assert blocking_musts(given, default_playbook()) == open_musts(given.results)


def test_waived_item_does_not_keep_the_outcome_at_conditional_go() -> None:
    assert recommend(default_playbook(), inputs(("waived", True))).outcome == "go"
