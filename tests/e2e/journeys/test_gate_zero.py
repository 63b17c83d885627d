"""A case from its registration through gate 0, by everybody who takes part, each in their own session."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.journeys import deciding, preparing
from tests.e2e.journeys.conftest import SignIn
from tests.e2e.journeys.organisation import PEOPLE
from tests.e2e.journeys.registering import STEP_FOUR, register_case
from tests.e2e.journeys.reminding import remind_three_times
from tests.e2e.journeys.rest import Client, make_token
from tests.installation import Installation

# One installation for all of them: they stay together on one test process.
pytestmark = pytest.mark.xdist_group("journey_gate_zero")

PRIMARY = STEP_FOUR["The one number that must get better"]
ACCEPTANCE = "Sorted as a specialist would"
PAPER = "Comparison with a list of rules"
SECRET = "Worth a prototype, because the rules miss the urgent ones."
# Readiness has to follow within seconds; this much while the rest of the suite runs on two cores.
FOLLOWS_WITHIN = 20.0


def test_case_registered_by_its_owner_passes_gate_0_and_stands_in_stage_1(
    installation: Installation, people: SignIn, tmp_path: Path
) -> None:
    reference = register_case(people("owner").page)

    client = Client(installation.url, make_token(people("sponsor").page, "Portfolio report", "read the portfolio"))
    before = client.get("portfolio/status")
    _not_yet(people("owner").page, reference)
    _confirm_with_readiness_following(people, reference)
    _prepare(people, reference, tmp_path)
    room = deciding.request_gate(people("owner").page, reference)
    _sign(people, reference)
    _vote(people, room)
    _remind(installation, reference)
    _decide(people, reference, room)
    after = client.get("portfolio/status")

    assert (before["by_stage"]["0"], before["by_stage"]["1"]) == (1, 0)
    assert (after["by_stage"]["0"], after["by_stage"]["1"]) == (0, 1)
    _seen_by_program(client, reference)


def _not_yet(owner: Page, reference: str) -> None:
    """Before anything is shown the button is grey, and what is missing is named beside it."""
    button = deciding.request_button(owner, reference)
    expect(button).to_be_disabled()
    blockers = owner.locator(".blockers")
    for missing in ("Sources mapped", "Thresholds set beforehand", "Business owner"):
        expect(blockers).to_contain_text(missing)


def _confirm_with_readiness_following(people: SignIn, reference: str) -> None:
    """The owner only looks: while others act in their own sessions, the number on the open page changes."""
    watching = people("owner").visit(f"/cases/{reference}/readiness/")
    watching.evaluate("document.documentElement.dataset.marked = 'never loaded again'")
    number = watching.locator(".ready-number")
    for name in ("business", "sponsor", "budget"):
        preparing.confirm_role(people(name).page, reference)
        people(name).leave()
    shown = number.get_attribute("data-overall") or ""
    preparing.agree_to_caps(people("budget").page, reference)
    acted = time.monotonic()
    expect(number).not_to_have_attribute("data-overall", shown)
    assert time.monotonic() - acted < FOLLOWS_WITHIN
    expect(watching.locator("html")).to_have_attribute("data-marked", "never loaded again")


def _prepare(people: SignIn, reference: str, folder: Path) -> None:
    owner = people("owner").page
    paper = folder / "comparison.pdf"
    paper.write_bytes(b"%PDF-1.7\n1 0 obj << /Type /Catalog >> endobj\n%%EOF\n")
    preparing.set_threshold(owner, reference, PRIMARY, gate=2, value="70")
    preparing.define_kpi(owner, reference, name=ACCEPTANCE, role="acceptance", gate="Gate 1")
    preparing.set_threshold(owner, reference, ACCEPTANCE, gate=1, value="85")
    preparing.attach_evidence(owner, reference, title=PAPER, paper=paper)
    for criterion in preparing.ATTESTED:
        preparing.answer(owner, reference, criterion, PAPER)
    inside = PEOPLE["inside"]
    preparing.name_member(owner, reference, f"{inside.full_name} · {inside.job}", "compliance")
    people("owner").leave()
    for name, discipline, rating in (
        ("engineer", "technical", 4),
        ("first", "business", 4),
        ("second", "technical", 5),
    ):
        preparing.rate(people(name).page, reference, discipline, rating)
        people(name).leave()


def _sign(people: SignIn, reference: str) -> None:
    """Somebody of compliance who works on the case can not sign for it; somebody else does."""
    refused = deciding.checklist(people("inside").page, reference)
    expect(refused.locator(".blockers")).to_contain_text("on the team of this case and cannot sign")
    expect(refused.get_by_role("button", name="Accept")).to_have_count(0)
    officer = people("officer").page
    stated = {"Risk tier": "minimal", "Personal data": "no"}
    preparing.state_facts(officer, reference, stated, "Confirmed with the questionnaire.")
    deciding.checklist(officer, reference)
    deciding.sign(officer, "Risk tier confirmed")
    deciding.sign(officer, "Privacy screening")
    expect(officer.get_by_role("main")).to_contain_text("accepted")


def _vote(people: SignIn, room: str) -> None:
    """Three members vote, blind until they have voted themselves; one of them thinks again."""
    deciding.open_vote(people("chair").page, room, datetime.now(UTC) + timedelta(hours=26))
    deciding.vote(people("first").page, room, "go", SECRET)
    second = people("second").visit(room)
    expect(second.locator("#live")).to_contain_text("1 of 5 members voted")
    assert SECRET not in second.content()
    assert SECRET not in second.request.get(f"{room}live/").text()
    deciding.vote(second, room, "pause", "The data is thin.")
    expect(second.locator("#live")).to_contain_text(SECRET)
    deciding.vote(second, room, "go", "The sample that came today will do.")
    deciding.vote(people("third").page, room, "go", "Cheap enough to try.")
    expect(people("third").page.locator("#live")).to_contain_text("3 of 5 members voted")
    # A member of the team has no vote, and no form for one.
    expect(people("engineer").visit(room).locator(".vote-form")).to_have_count(0)


def _remind(installation: Installation, reference: str) -> None:
    told = remind_three_times(installation, reference)
    undecided = {"chair": 1, "fourth": 1}
    assert told == undecided


def _decide(people: SignIn, reference: str, room: str) -> None:
    chair = people("chair").page
    deciding.close_vote(chair, room)
    number = deciding.decide(chair, room, "go")
    expect(chair.get_by_role("main")).to_contain_text(number)
    case = people("owner").visit(f"/cases/{reference}/")
    legend = case.locator(".track-legend")
    expect(legend).to_contain_text("Prototype")
    # A fresh time-box of six weeks, begun with the decision.
    expect(legend).to_contain_text(re.compile(r"day [01] of 42"))


def _seen_by_program(client: Client, reference: str) -> None:
    case = client.get(f"use-cases/{reference}")
    assert (case["stage"], case["status"]) == (1, "active")
    assert client.status_of("use-cases/UC-9999") == 404
    another = client.token[:-1] + ("y" if client.token.endswith("x") else "x")
    assert Client(client.url, another).status_of("portfolio/status") == 401
