"""What makes a registered case ready for gate 0: people confirm, the money is agreed, evidence is shown, all rate."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.e2e.journeys.registering import labelled

# The attested must-meets of gate 0, by the titles that people see.
ATTESTED = ("AI justified", "Sources mapped", "Compute mapped", "Preliminary governance plan")
NOTE = "See the paper; the region's data owner agreed on 3 November."


def confirm_role(page: Page, reference: str) -> None:
    """Confirm one's own part on the team, found under "waits for you" on the home page."""
    page.goto("/")
    page.get_by_role("main").get_by_role("link").filter(has_text=reference).first.click()
    page.get_by_role("navigation", name="Parts of this case").get_by_role("link", name="Team").click()
    page.get_by_role("button", name="Confirm my role").click()
    expect(page.get_by_role("status").filter(has_text="is confirmed")).to_be_visible()
    expect(page.get_by_role("button", name="Confirm my role")).to_have_count(0)


def agree_to_caps(page: Page, reference: str) -> None:
    """The budget holder agrees to the caps that the owner proposed at registration."""
    page.goto(f"/cases/{reference}/cost/")
    expect(page.get_by_role("main")).to_contain_text("No cap is agreed yet")
    page.get_by_role("button", name="I agree to these caps").click()
    expect(page.get_by_role("main")).to_contain_text("Agreed by Beate Lund")


def set_threshold(page: Page, reference: str, kpi: str, *, gate: int, value: str) -> None:
    """What a KPI must reach at a gate, stated before anything is measured."""
    page.goto(f"/cases/{reference}/kpis/")
    page.get_by_role("link", name=kpi).click()
    page.get_by_text("Set a threshold", exact=True).click()
    page.get_by_label(labelled("Gate")).select_option(str(gate))
    page.get_by_label(labelled("Must reach")).fill(value)
    page.get_by_role("button", name="Set", exact=True).click()
    expect(page.get_by_role("main")).to_contain_text(f"Gate {gate} asks")


def define_kpi(page: Page, reference: str, *, name: str, role: str, gate: str) -> None:
    """One more KPI, with baseline and target."""
    page.goto(f"/cases/{reference}/kpis/new/")
    page.get_by_label(labelled("Name")).fill(name)
    page.get_by_label(labelled("Role")).select_option(label=role)
    page.get_by_label(labelled("Kind")).select_option("quality")
    for label, value in {"Unit": "%", "Baseline": "70", "Target": "95"}.items():
        page.get_by_label(labelled(label)).fill(value)
    page.get_by_text("How it is measured, and where it counts").click()
    page.get_by_label(gate, exact=True).check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("main")).to_contain_text("What must be reached")


def attach_evidence(page: Page, reference: str, *, title: str, paper: Path) -> None:
    """Upload a paper once; its digest is on the page."""
    page.goto(f"/cases/{reference}/evidence/")
    page.get_by_label(labelled("What does it show?")).fill(title)
    page.get_by_label(labelled("File")).set_input_files(paper)
    page.get_by_role("button", name="Attach", exact=True).click()
    expect(page.get_by_role("main")).to_contain_text(title)
    expect(page.get_by_role("main")).to_contain_text(re.compile("[0-9a-f]{64}"))


def answer(page: Page, reference: str, criterion: str, evidence: str) -> None:
    """Answer one criterion as met with the evidence that shows it, without leaving the readiness page."""
    if not page.url.endswith(f"/cases/{reference}/readiness/"):
        page.goto(f"/cases/{reference}/readiness/")
    part = page.locator("details.part").filter(has=page.locator("summary").get_by_text(criterion, exact=True))
    part.locator("summary").click()
    part.get_by_role("link", name="Answer").click()
    part.get_by_role("group", name="Answer").get_by_label("met", exact=True).check()
    part.get_by_label(labelled("Note")).fill(NOTE)
    part.get_by_label(evidence).check()
    part.get_by_role("button", name="Keep this answer").click()
    expect(part).to_contain_text(NOTE)


def rate(page: Page, reference: str, discipline: str, rating: int) -> None:
    """Rate every criterion of the scorecard alike, as somebody of a discipline."""
    page.goto(f"/cases/{reference}/scorecard/")
    page.get_by_label(labelled("You rate as")).select_option(label=discipline)
    for scale in page.locator("fieldset.rate-scale").all():
        scale.get_by_role("radio").nth(rating - 1).check()
    page.get_by_role("button", name="Keep my ratings").click()
    expect(page.get_by_role("status").filter(has_text="kept")).to_be_visible()


def name_member(page: Page, reference: str, person: str, role: str) -> None:
    """The owner names one more person on the team."""
    page.goto(f"/cases/{reference}/team/")
    page.get_by_label(labelled("Person")).select_option(label=person)
    page.get_by_label(labelled("Role")).select_option(label=role)
    page.get_by_role("button", name="Name", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("Named.")


def state_facts(page: Page, reference: str, facts: dict[str, str], reason: str) -> None:
    """Set facts that switch criteria, such as the tier, which only compliance may."""
    page.goto(f"/cases/{reference}/")
    card = page.locator(".card-box").filter(has=page.get_by_role("heading", name="Facts", exact=True))
    card.get_by_role("link", name="Change").click()
    for label, value in facts.items():
        page.get_by_label(labelled(label)).select_option(label=value)
    page.get_by_label(labelled("Reason")).fill(reason)
    page.get_by_role("button", name="Save the facts").click()
    expect(page.get_by_role("status")).to_contain_text("The facts are saved")
