"""A gate in the browser: asked for, signed, voted, reminded of, decided."""

from __future__ import annotations

import re
from datetime import datetime

from playwright.sync_api import Locator, Page, expect

from tests.e2e.journeys.registering import labelled


def request_button(page: Page, reference: str) -> Locator:
    """The button that asks for the next gate, on the case's reviews tab."""
    page.goto(f"/cases/{reference}/reviews/")
    return page.get_by_role("button", name=re.compile(r"^Request gate \d$"))


def request_gate(page: Page, reference: str) -> str:
    """Ask for the next gate; the address of its room."""
    request_button(page, reference).click()
    expect(page).to_have_url(re.compile(r"/reviews/\d+/$"))
    expect(page.get_by_role("status")).to_contain_text("The gate is requested")
    return re.sub(r"^.*(/reviews/\d+/)$", r"\1", page.url)


def checklist(page: Page, reference: str) -> Page:
    """The checklist of a case, reached over the desk."""
    page.goto("/compliance/")
    page.get_by_role("link", name=reference).click()
    return page


def sign(page: Page, item: str) -> None:
    """Accept one item on the open checklist."""
    card = page.locator("[data-item]").filter(has=page.get_by_role("heading", name=item, exact=True))
    card.get_by_label("Comment").fill("Seen and agreed.")
    card.get_by_role("button", name="Accept").click()
    expect(page.get_by_role("status")).to_contain_text("is accepted")


def open_vote(page: Page, room: str, closes_at: datetime) -> None:
    """The chair opens the vote until a moment in the zone of the installation."""
    page.goto(room)
    page.get_by_label(labelled("The vote closes")).fill(closes_at.strftime("%Y-%m-%dT%H:%M"))
    page.get_by_role("button", name="Open the vote").click()
    expect(page.get_by_role("status")).to_contain_text("The vote is open")


def vote(page: Page, room: str, outcome: str, why: str) -> None:
    """Cast one's vote, or change it."""
    page.goto(room)
    choose(page.locator(".vote-form"), outcome)
    page.get_by_label(re.compile("^Why")).fill(why)
    page.get_by_role("button", name=re.compile("(Cast|Change) my vote")).click()
    expect(page.get_by_role("status").filter(has_text="Your vote counts")).to_be_visible()


def close_vote(page: Page, room: str) -> None:
    """The chair closes the vote before its time."""
    page.goto(room)
    page.get_by_role("button", name="Close the vote now").click()
    expect(page.get_by_role("status")).to_contain_text("The vote is closed")


def decide(page: Page, room: str, outcome: str) -> str:
    """The chair decides; the number of the decision. A go is funded."""
    page.goto(room)
    choose(page.locator(".decide-form"), outcome)
    if outcome in ("go", "conditional_go"):
        page.get_by_label("Funding released").fill("40000")
        page.get_by_label("Funding until").fill("2099-12-31")
        page.get_by_label("People for it").fill("2")
    page.get_by_role("button", name="Decide and record").click()
    expect(page).to_have_url(re.compile(r"/decisions/GD-\d{4}-\d{3,}/$"))
    return page.url.rstrip("/").rpartition("/")[2]


def choose(form: Locator, outcome: str) -> None:
    """One of the large choices."""
    choice = form.locator("label.vote-choice").filter(has=form.page.locator(f"input[value={outcome}]"))
    choice.click()
    expect(choice.locator("input")).to_be_checked()
